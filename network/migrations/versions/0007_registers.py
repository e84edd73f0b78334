"""Official registers, parent links, and the identifier of a member."""

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet: filled in by the change that follows."""


def downgrade() -> None:
    """Nothing yet."""
