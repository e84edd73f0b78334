"""Judgements: which debtors are one company, and the debtor that stands for each.

What a judgement may never do is held here too, whoever writes: two SIRENs never stand under one debtor, and who stands
for others stands for itself (docs/decisions/0063 and 0115). A file that learns a SIREN and another one that learns
another for a second debtor of the same company would not see each other; they wait for each other by a lock of that
company, and the second one is refused.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

WEB, WORKER = "vigie_web", "vigie_worker"
_UNLISTED = "current_setting('app.unlisted', true) = 'on'"
POLICIES: tuple[tuple[str, str, str], ...] = (  # command, USING, WITH CHECK; for the web role
    ("SELECT", _UNLISTED, ""),
    ("INSERT", "", f"state = 'asked' AND revision IS NULL AND {_UNLISTED}"),
)

GUARD = """
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    company uuid;
BEGIN
    FOR company IN {companies} LOOP
        PERFORM pg_advisory_xact_lock(hashtextextended('company ' || company::text, 0));
        IF (SELECT count(*) FROM debtor_identifier
            WHERE scheme = 'siren' AND debtor_id IN (SELECT id FROM debtor WHERE id = company OR merged_into = company)) > 1
        THEN
            RAISE unique_violation USING MESSAGE = 'two SIRENs in one company', CONSTRAINT = 'one_siren_a_company';
        END IF;
        {more}
    END LOOP;
    RETURN NULL;
END $$
"""
LEARNT = """
    SELECT DISTINCT coalesce(debtor.merged_into, debtor.id)
    FROM added JOIN debtor ON debtor.id = added.debtor_id
    WHERE added.scheme = 'siren'
      AND (debtor.merged_into IS NOT NULL OR EXISTS (SELECT FROM debtor other WHERE other.merged_into = debtor.id))
    ORDER BY 1
"""
CHAIN = """
        IF EXISTS (SELECT FROM debtor WHERE id = company AND merged_into IS NOT NULL)
            OR EXISTS (SELECT FROM debtor WHERE merged_into = NEW.id AND NEW.merged_into IS NOT NULL)
        THEN
            RAISE check_violation USING MESSAGE = 'who stands for a debtor stands for itself', CONSTRAINT = 'flat';
        END IF;
"""


def upgrade() -> None:
    stands_for = "Who stands for it, by judgement; NULL: it stands for itself."
    op.add_column("debtor", sa.Column("merged_into", sa.Uuid(), nullable=True, comment=stands_for))
    op.create_foreign_key("fk_debtor_merged_into_debtor", "debtor", "debtor", ["merged_into"], ["id"])
    op.create_index("ix_debtor_merged_into", "debtor", ["merged_into"])
    _create_judgement()
    op.execute("ALTER TABLE judgement ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE judgement FORCE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY owner_all ON judgement TO CURRENT_ROLE USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY worker_all ON judgement TO {WORKER} USING (true) WITH CHECK (true)")
    for command, using, check in POLICIES:
        clauses = (f" USING ({using})" if using else "") + (f" WITH CHECK ({check})" if check else "")
        op.execute(f"CREATE POLICY web_{command.lower()} ON judgement FOR {command} TO {WEB}{clauses}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE, MAINTAIN ON judgement TO {WORKER}")
    op.execute(f"GRANT SELECT, INSERT ON judgement TO {WEB}")
    op.execute(GUARD.format(name="siren_is_learnt", companies=LEARNT, more=""))
    op.execute(
        "CREATE TRIGGER siren_is_learnt AFTER INSERT ON debtor_identifier "
        "REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION siren_is_learnt()"
    )
    company = "SELECT coalesce(NEW.merged_into, NEW.id)"
    op.execute(GUARD.format(name="debtor_is_merged", companies=company, more=CHAIN))
    op.execute(
        "CREATE TRIGGER debtor_is_merged AFTER UPDATE OF merged_into ON debtor FOR EACH ROW "
        "WHEN (NEW.merged_into IS DISTINCT FROM OLD.merged_into) EXECUTE FUNCTION debtor_is_merged()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER debtor_is_merged ON debtor")
    op.execute("DROP TRIGGER siren_is_learnt ON debtor_identifier")
    op.execute("DROP FUNCTION debtor_is_merged()")
    op.execute("DROP FUNCTION siren_is_learnt()")
    op.drop_table("judgement")
    op.drop_index("ix_debtor_merged_into", "debtor")
    op.drop_constraint("fk_debtor_merged_into_debtor", "debtor")
    op.drop_column("debtor", "merged_into")


def _create_judgement() -> None:
    op.create_table(
        "judgement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("left_id", sa.Uuid(), nullable=False, comment="The smaller of the two ids."),
        sa.Column("right_id", sa.Uuid(), nullable=False),
        sa.Column("verdict", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column(
            "decided_by", sa.String(length=20), nullable=False, comment="A role, never a person or a company."
        ),
        sa.Column("decided_on", sa.Date(), nullable=False, comment="A day, never a time."),
        sa.Column(
            "reason",
            sa.String(length=400),
            nullable=False,
            comment="In the words of who decided; may be empty.",
        ),
        sa.Column(
            "despite_identifiers",
            sa.Boolean(),
            nullable=False,
            comment="Said knowing that a VAT number, LEI or register number differs.",
        ),
        sa.Column("withdraws", sa.Uuid(), nullable=True),
        sa.Column(
            "refusal",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="Why it was refused: a template and its values.",
        ),
        sa.Column("withdrawn_by", sa.String(length=20), nullable=True, comment="A role."),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_because", sa.String(length=400), nullable=True),
        sa.Column(
            "revision",
            sa.BigInteger(),
            nullable=True,
            comment="Number of the last change of what is in force that this row made.",
        ),
        sa.CheckConstraint("verdict IN ('same', 'different', 'unsure')", name=op.f("ck_judgement_verdict")),
        sa.CheckConstraint(
            "state IN ('asked', 'in_force', 'refused', 'withdrawn')", name=op.f("ck_judgement_state")
        ),
        sa.CheckConstraint("left_id < right_id", name=op.f("ck_judgement_in_order")),
        sa.CheckConstraint("decided_by IN ('moderator', 'operator')", name=op.f("ck_judgement_decided_by")),
        sa.CheckConstraint(
            "(state = 'withdrawn') = (withdrawn_on IS NOT NULL)", name=op.f("ck_judgement_withdrawn")
        ),
        sa.ForeignKeyConstraint(["left_id"], ["debtor.id"], name=op.f("fk_judgement_left_id_debtor")),
        sa.ForeignKeyConstraint(["right_id"], ["debtor.id"], name=op.f("fk_judgement_right_id_debtor")),
        sa.ForeignKeyConstraint(
            ["withdraws"], ["judgement.id"], name=op.f("fk_judgement_withdraws_judgement")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_judgement")),
    )
    op.create_index(
        "uq_judgement_in_force",
        "judgement",
        ["left_id", "right_id"],
        unique=True,
        postgresql_where="state = 'in_force'",
    )
    op.create_index("ix_judgement_right_id", "judgement", ["right_id"])
    op.create_index("ix_judgement_revision", "judgement", ["revision"])
