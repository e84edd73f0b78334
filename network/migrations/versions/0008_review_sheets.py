"""Open lines as moderators see them in the pages, and decisions on their way to the worker."""

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet: filled in by the change that follows."""


def downgrade() -> None:
    """Nothing yet."""
