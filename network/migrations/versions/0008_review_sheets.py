"""Open lines as moderators see them in the pages, decisions on their way to the worker, and what each one changed.

See migration 0002 for how rights are written, and docs/decisions/0120 for who reads what and why.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

WEB, WORKER = "vigie_web", "vigie_worker"
SEALED = ("review_sheet", "match_decision", "decision_effect")

GRANTS: dict[str, tuple[str, str]] = {  # table: (web, worker)
    "review_sheet": ("SELECT", "SELECT, INSERT, UPDATE, DELETE, MAINTAIN"),
    "match_decision": ("SELECT, INSERT, DELETE", "SELECT, INSERT, UPDATE, DELETE, MAINTAIN"),
    "decision_effect": ("", "SELECT, INSERT, UPDATE, DELETE, MAINTAIN"),
}

_IS_MODERATOR = (
    "EXISTS (SELECT FROM \"user\" AS reader WHERE reader.id = NULLIF(current_setting('app.user', true), '')::uuid "
    "AND reader.is_active AND reader.role IN ('moderator', 'operator'))"
)
"""Asked of the account and not of a setting that says so: who could set that would read every sheet, while the id of a
moderator stands in no row that anybody else may read."""
_DECIDER = "decider_tag = decode(NULLIF(current_setting('app.decider', true), ''), 'hex')"

POLICIES: tuple[tuple[str, str, str, str], ...] = (  # table, command, USING, WITH CHECK; all for the web role
    ("review_sheet", "SELECT", _IS_MODERATOR, ""),
    ("match_decision", "SELECT", _DECIDER, ""),
    ("match_decision", "INSERT", "", f"{_DECIDER} AND state = 'made'"),
    ("match_decision", "DELETE", f"{_DECIDER} AND state = 'made'", ""),
)

_SEALED_ROWS = (
    "EXISTS (SELECT FROM public.ledger_page) OR EXISTS (SELECT FROM public.match_review) "
    "OR EXISTS (SELECT FROM public.pipeline_state)"
)


def upgrade() -> None:
    op.create_table("review_sheet", *_sealed("review_sheet"))
    op.create_table(
        "match_decision",
        *_sealed("match_decision"),
        sa.Column(
            "decider_tag",
            sa.LargeBinary(length=16),
            nullable=False,
            comment="Keyed tag; tells nothing without the keys.",
        ),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column(
            "settled",
            sa.Integer(),
            nullable=True,
            comment="Lines that it placed, of those the person may see.",
        ),
        sa.CheckConstraint(
            "state IN ('made', 'applied', 'gone', 'refused', 'undone')", name=op.f("ck_match_decision_state")
        ),
    )
    op.create_index(op.f("ix_match_decision_decider_tag"), "match_decision", ["decider_tag"])
    op.create_table(
        "decision_effect",
        *_sealed("decision_effect"),
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["decision_id"],
            ["match_decision.id"],
            name=op.f("fk_decision_effect_decision_id_match_decision"),
            ondelete="CASCADE",
        ),
    )
    op.create_index(op.f("ix_decision_effect_decision_id"), "decision_effect", ["decision_id"])
    for table in SEALED:
        op.execute(f"ALTER TABLE {table} ALTER COLUMN sealed SET STORAGE EXTERNAL")
        op.execute(f"ALTER TABLE {table} SET (toast_tuple_target = 8160)")
    _protect()
    _answer_for(SEALED)
    op.execute(  # the worker writes the sheets of what waits already
        "INSERT INTO outbox (id, topic, subject) SELECT gen_random_uuid(), 'review.changed', '' "
        "WHERE EXISTS (SELECT FROM match_review)"
    )


def downgrade() -> None:
    op.execute("DELETE FROM outbox WHERE topic IN ('review.changed', 'decision.made')")
    _answer_for(())
    for index, table in (
        ("ix_decision_effect_decision_id", "decision_effect"),
        ("ix_match_decision_decider_tag", "match_decision"),
        (None, "review_sheet"),
    ):
        if index:
            op.drop_index(op.f(index), table_name=table)
        op.drop_table(table)


def _sealed(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["key_id"], ["sealing_key.id"], name=op.f(f"fk_{table}_key_id_sealing_key")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def _protect() -> None:
    for table, (web, worker) in GRANTS.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY owner_all ON {table} TO CURRENT_ROLE USING (true) WITH CHECK (true)")
        op.execute(f"CREATE POLICY worker_all ON {table} TO {WORKER} USING (true) WITH CHECK (true)")
        op.execute(f"GRANT {worker} ON {table} TO {WORKER}")
        if web:
            op.execute(f"GRANT {web} ON {table} TO {WEB}")
    for table, command, using, check in POLICIES:
        clauses = (f" USING ({using})" if using else "") + (f" WITH CHECK ({check})" if check else "")
        op.execute(f"CREATE POLICY web_{command.lower()} ON {table} FOR {command} TO {WEB}{clauses}")


def _answer_for(more: tuple[str, ...]) -> None:
    """Let `holds_sealed_rows` of migration 0002 look at these tables too."""
    answer = " OR ".join(
        (_SEALED_ROWS, *(f"EXISTS (SELECT FROM public.{table})" for table in more))
    )  # our own names
    op.execute(
        "CREATE OR REPLACE FUNCTION holds_sealed_rows() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER "
        f"SET search_path = pg_catalog, pg_temp AS $$ SELECT {answer} $$"
    )
