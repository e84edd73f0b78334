"""Changes of the tables, one after the other; configured here and not in an ini file."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0008"
"""The newest revision; an architecture test holds it to the files. Known here so that a start need not load Alembic."""

_LOCK = (
    8_400_001  # any number that is ours alone: two processes that start together migrate one after the other
)


def upgrade(engine: Engine, *, revision: str = "head") -> None:
    """Bring the database to `revision`; cheap where it is there already."""
    if revision == "head":
        with engine.connect() as connection:
            if current(connection) == HEAD:
                return
    from alembic import command  # noqa: PLC0415  # a third of a second that most starts need not pay

    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        command.upgrade(configuration(connection), revision)


def downgrade(engine: Engine, *, revision: str) -> None:
    """Take the database back to `revision`; "base" is the empty one."""
    from alembic import command  # noqa: PLC0415  # as above

    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        command.downgrade(configuration(connection), revision)


def current(connection: Connection) -> str | None:
    """Return the revision of the database; None where it is empty."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def configuration(connection: Connection | None = None) -> "Config":
    """Return Alembic's configuration; `env.py` works on `connection`."""
    from alembic.config import Config  # noqa: PLC0415  # as above

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config
