"""Official registers, parent links, the identifiers of members and the changes of their economic groups.

Registers are public: the pages may read them, only commands write them. A natural person's row holds a number and
nothing else, which the table itself sees to.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

WEB, WORKER = "vigie_web", "vigie_worker"

GRANTS: dict[str, tuple[str, str]] = {  # table: (web, worker); every row is for every reader
    "register_entry": ("SELECT", "SELECT, INSERT, UPDATE, MAINTAIN"),
    "parent_link": ("SELECT", "SELECT, INSERT, UPDATE, MAINTAIN"),
    "register_load": ("SELECT", "SELECT, INSERT, UPDATE"),
    "group_change": ("", "SELECT, INSERT"),
}


def upgrade() -> None:
    op.add_column("member", sa.Column("siren", sa.String(length=9), nullable=True))
    op.add_column("member", sa.Column("lei", sa.String(length=20), nullable=True))
    _create_register_entry()
    op.create_table(
        "parent_link",
        sa.Column("child_scheme", sa.String(length=8), nullable=False),
        sa.Column("child_value", sa.String(length=20), nullable=False),
        sa.Column("parent_scheme", sa.String(length=8), nullable=False),
        sa.Column("parent_value", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("source", sa.String(length=8), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False, comment="Of the register that said so last."),
        sa.Column("ended_on", sa.Date(), nullable=True, comment="Kept: an ended link splits no group."),
        sa.Column(
            "is_refused",
            sa.Boolean(),
            nullable=False,
            comment="The operator ended it; a later load leaves it.",
        ),
        sa.CheckConstraint("kind IN ('direct', 'ultimate')", name=op.f("ck_parent_link_kind")),
        sa.CheckConstraint("source IN ('gleif', 'entered')", name=op.f("ck_parent_link_source")),
        sa.PrimaryKeyConstraint(
            "child_scheme",
            "child_value",
            "parent_scheme",
            "parent_value",
            "kind",
            "source",
            name=op.f("pk_parent_link"),
        ),
    )
    _create_register_load()
    op.create_table(
        "group_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("from_group", sa.Uuid(), nullable=False),
        sa.Column("to_group", sa.Uuid(), nullable=False),
        sa.Column("epoch", sa.String(length=7), nullable=False, comment="The close from which it counts."),
        sa.Column(
            "because", sa.String(length=60), nullable=False, comment="Identifier of the common parent."
        ),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_group_change_member_id_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_change")),
    )
    for table, (web, worker) in GRANTS.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY owner_all ON {table} TO CURRENT_ROLE USING (true) WITH CHECK (true)")
        op.execute(f"CREATE POLICY worker_all ON {table} TO {WORKER} USING (true) WITH CHECK (true)")
        op.execute(f"GRANT {worker} ON {table} TO {WORKER}")
        if web:
            op.execute(f"CREATE POLICY web_select ON {table} FOR SELECT TO {WEB} USING (true)")
            op.execute(f"GRANT {web} ON {table} TO {WEB}")


def _create_register_entry() -> None:
    op.create_table(
        "register_entry",
        sa.Column("scheme", sa.String(length=8), nullable=False),
        sa.Column("value", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=True, comment="NULL for natural persons."),
        sa.Column("usual_name", sa.String(length=300), nullable=True),
        sa.Column(
            "legal_form", sa.String(length=8), nullable=True, comment="Code as the register writes it."
        ),
        sa.Column("activity", sa.String(length=8), nullable=True, comment="NAF rev. 2, as 46.73A."),
        sa.Column("postcode", sa.String(length=12), nullable=True, comment="Of the head office."),
        sa.Column("city", sa.String(length=120), nullable=True),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("ceased_on", sa.Date(), nullable=True),
        sa.Column("is_person", sa.Boolean(), nullable=False),
        sa.Column(
            "siren", sa.String(length=9), nullable=True, comment="Of a LEI: the SIREN it was given for."
        ),
        sa.Column("as_of", sa.Date(), nullable=False, comment="Of the register that first said so."),
        sa.CheckConstraint("scheme IN ('siren', 'lei')", name=op.f("ck_register_entry_scheme")),
        sa.CheckConstraint(
            "NOT is_person OR COALESCE(name, usual_name, legal_form, activity, postcode, city) IS NULL",
            name=op.f("ck_register_entry_persons_have_a_number_alone"),
        ),
        sa.PrimaryKeyConstraint("scheme", "value", name=op.f("pk_register_entry")),
    )
    op.create_index(
        "ix_register_entry_siren", "register_entry", ["siren"], postgresql_where="siren IS NOT NULL"
    )


def _create_register_load() -> None:
    op.create_table(
        "register_load",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False, comment="SHA-256, of samples."),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("bytes_done", sa.BigInteger(), nullable=False, comment="Of the text, unpacked."),
        sa.Column("rows_done", sa.BigInteger(), nullable=False),
        sa.Column("written", sa.BigInteger(), nullable=False, comment="Entries or links new or changed."),
        sa.Column("refused", sa.BigInteger(), nullable=False, comment="Rows that could not be read."),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.CheckConstraint(
            "source IN ('sirene_units', 'sirene_sites', 'gleif_entities', 'gleif_links')",
            name=op.f("ck_register_load_source"),
        ),
        sa.CheckConstraint("state IN ('loading', 'done')", name=op.f("ck_register_load_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_load")),
        sa.UniqueConstraint("source", "fingerprint", name=op.f("uq_register_load_source_fingerprint")),
    )


def downgrade() -> None:
    for table in reversed(GRANTS):
        op.drop_table(table)
    op.drop_column("member", "lei")
    op.drop_column("member", "siren")
