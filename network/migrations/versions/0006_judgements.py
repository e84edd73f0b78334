"""Judgements: which debtors are one company, and the debtor that stands for each."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    stands_for = "Who stands for it, by judgement; NULL: it stands for itself."
    op.add_column("debtor", sa.Column("merged_into", sa.Uuid(), nullable=True, comment=stands_for))
    op.create_foreign_key("fk_debtor_merged_into_debtor", "debtor", "debtor", ["merged_into"], ["id"])
    op.create_index("ix_debtor_merged_into", "debtor", ["merged_into"])


def downgrade() -> None:
    op.drop_index("ix_debtor_merged_into", "debtor")
    op.drop_constraint("fk_debtor_merged_into_debtor", "debtor")
    op.drop_column("debtor", "merged_into")
