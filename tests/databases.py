"""The databases of a test run: a template by the real migrations, and a copy of it for each worker."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, inspect, make_url, text
from sqlalchemy.orm import Session

from network import migrations
from network.embedded.locks import exclusive
from network.embedded.postgres import roles_and_rights
from network.logins import DatabaseRole
from network.models import Base

_TEMPLATE = "vigie_template"


def of_worker(home: Path, server_url: str, worker: str) -> str:
    """Return the superuser's URL of the worker's own database, made as a copy of the migrated template."""
    name = f"vigie_{worker}"
    server = create_engine(server_url, isolation_level="AUTOCOMMIT")
    with exclusive(home / "template.lock"), server.connect() as connection:
        if not _exists(connection, _TEMPLATE):
            make_empty(connection, server_url, _TEMPLATE)
            template = create_engine(login(_url(server_url, _TEMPLATE), DatabaseRole.OWNER))
            migrations.upgrade(template)
            template.dispose()
        if not _exists(connection, name):
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE}"))
            hand_over(_url(server_url, name))
    server.dispose()
    return _url(server_url, name)


def make_empty(connection: Connection, server_url: str, name: str) -> None:
    """Make an empty database that belongs to the owner of the tables, as that of an installation does."""
    connection.execute(text(f"CREATE DATABASE {name}"))
    hand_over(_url(server_url, name))


def hand_over(superuser_url: str) -> None:
    """Give the database to its owner, and let the other roles in."""
    superuser = create_engine(superuser_url, isolation_level="AUTOCOMMIT")
    with superuser.connect() as connection:
        connection.exec_driver_sql(roles_and_rights().replace("%", "%%"))
    superuser.dispose()


def login(url: str | URL, role: DatabaseRole) -> str:
    """Return the URL of the same database for one of our roles."""
    return make_url(url).set(username=role.value).render_as_string(hide_password=False)


def empty(engine: Engine) -> None:
    """Take every row out of our tables."""
    with engine.begin() as connection:
        present = set(inspect(connection).get_table_names())
        names = ", ".join(f'"{name}"' for name in Base.metadata.tables if name in present)
        connection.execute(text(f"TRUNCATE {names}"))


@dataclass(frozen=True)
class Logins:
    """Real logins at the test's database, one engine each."""

    engines: dict[DatabaseRole, Engine]

    @contextmanager
    def opened(self, role: DatabaseRole) -> Iterator[Connection]:
        with self.engines[role].connect() as connection:
            yield connection
            connection.rollback()


@contextmanager
def as_owner(session: Session) -> Iterator[None]:
    """Work as the owner of the tables inside the block, who alone may change what was released; then as the worker."""
    session.execute(text(f"SET LOCAL ROLE {DatabaseRole.OWNER.value}"))
    yield
    session.execute(text(f"SET LOCAL ROLE {DatabaseRole.WORKER.value}"))


def _exists(connection: Connection, name: str) -> bool:
    found = text("SELECT 1 FROM pg_database WHERE datname = :name")
    return connection.execute(found, {"name": name}).scalar() is not None


def _url(server_url: str, name: str) -> str:
    return make_url(server_url).set(database=name).render_as_string(hide_password=False)
