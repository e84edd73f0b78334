"""The keys under which rows are sealed have a table: what may be named, and what proves that a ring is the right one."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

SEALED = ("ledger_page", "match_review", "pipeline_state")


def upgrade() -> None:
    op.create_table(
        "sealing_key",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("root_check", sa.LargeBinary(length=16), nullable=True, comment="Proves the root key."),
        sa.Column("key_check", sa.LargeBinary(length=16), nullable=True, comment="Proves this key."),
        sa.Column("is_current", sa.Boolean(), nullable=False, comment="It seals what is new."),
        sa.Column(
            "exported_on",
            sa.Date(),
            nullable=True,
            comment="When a recovery copy that holds it was written.",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sealing_key")),
    )
    op.create_index(
        "uq_sealing_key_current",
        "sealing_key",
        ["is_current"],
        unique=True,
        postgresql_where=sa.text("is_current"),
    )
    named = " UNION ".join(f"SELECT key_id FROM {table}" for table in SEALED)  # noqa: S608  # our own names
    op.execute(
        f"INSERT INTO sealing_key (id, is_current) SELECT key_id, key_id = max(key_id) OVER () FROM ({named}) AS named"  # noqa: S608  # our own names
    )
    for table in SEALED:
        op.create_foreign_key(
            op.f(f"fk_{table}_key_id_sealing_key"), table, "sealing_key", ["key_id"], ["id"]
        )
    op.create_index(op.f("ix_ledger_page_key_id"), "ledger_page", ["key_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_ledger_page_key_id"), table_name="ledger_page")
    for table in SEALED:
        op.drop_constraint(op.f(f"fk_{table}_key_id_sealing_key"), table, type_="foreignkey")
    op.drop_index("uq_sealing_key_current", table_name="sealing_key")
    op.drop_table("sealing_key")
