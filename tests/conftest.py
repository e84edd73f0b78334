"""What every test may ask for: a real database, the cast, and an honest list of what could not run."""

import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

from anonymization.vault import KeyRing
from network import migrations
from network.embedded import engines
from network.embedded.locks import exclusive
from network.extensions import database
from network.keystore import keys
from network.logins import DatabaseRole
from network.search.elastic import ElasticIndex
from network.services.sealing_keys import register
from network.settings import Settings
from tests import databases, elasticsearch
from tests.factories.cast import Cast, Person
from tests.installation import vigie

pytest_plugins = ["tests.not_run"]

_HOME = "VIGIE_TEST_HOME"


def pytest_configure(config: pytest.Config) -> None:
    """Make one home for the engines of this run; the workers of xdist inherit its name."""
    if not hasattr(config, "workerinput"):
        # not pytest's own temp folder: each run closes that to other accounts, PostgreSQL's among them
        os.environ[_HOME] = tempfile.mkdtemp(prefix="vigie-tests-")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave nothing behind."""
    if not hasattr(config, "workerinput"):
        elasticsearch.stop_shared(Path(os.environ[_HOME]))
        engines.stop_all(Path(os.environ[_HOME]))
        shutil.rmtree(os.environ.pop(_HOME))


@pytest.fixture(autouse=True)
def _nothing_of_the_developer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away the settings of the person who runs the tests."""
    for name in [name for name in os.environ if name.startswith("VIGIE_") and name != _HOME]:
        monkeypatch.delenv(name)
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of an installation of its own."""
    return Settings(home=tmp_path / "home", secret_key="a secret of the tests, forty letters long")


@pytest.fixture(scope="session")
def _postgres(worker_id: str) -> Iterator[Engine]:
    """One server for the run, one database for the worker, made by the real migrations; the superuser's engine."""
    home = Path(os.environ[_HOME])
    with engines.held(home, is_durable=False) as running:
        assert running.database_url is not None
        engine = create_engine(databases.of_worker(home, running.database_url, worker_id))
        yield engine
        engine.dispose()


@pytest.fixture(scope="session")
def migrated() -> Path:
    """The data folder of an empty network at the newest migration, stopped; made once a run, to be copied."""
    folder = Path(os.environ[_HOME]) / "migrated"
    with exclusive(folder.with_suffix(".lock")):
        if not folder.exists():
            with engines.held(folder.with_suffix(".new"), is_durable=False) as running:
                owner = create_engine(running.logins[DatabaseRole.OWNER])
                migrations.upgrade(owner)
                owner.dispose()
            folder.with_suffix(".new").rename(folder)
    return folder / "postgres"


@pytest.fixture
def session(_postgres: Engine, _keys: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    """A session whose every effect is gone after the test, with those of the services that it calls.

    Services open and commit their own units of work: each is a savepoint in the one transaction of the test. They work
    as the worker does; a request to the pages (fixture `app`) works as the pages do.
    """
    with _postgres.connect() as connection:
        transaction = connection.begin()
        connection.exec_driver_sql(f"SET LOCAL ROLE {DatabaseRole.WORKER.value}")

        def new_session() -> Session:
            return Session(connection, expire_on_commit=False, join_transaction_mode="create_savepoint")

        monkeypatch.setattr(database, "new_session", new_session)
        with new_session() as mine:
            register(mine, keys.ring, key_id=keys.ring.current)
            mine.commit()
            yield mine
        transaction.rollback()


@pytest.fixture
def committed_database(_postgres: Engine, _keys: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """The test worker's database for tests that need real commits or several connections; emptied afterwards.

    Yields the superuser's engine; services work under the login of the worker.
    """
    engine = create_engine(databases.login(_postgres.url, DatabaseRole.WORKER))
    monkeypatch.setattr(database, "_engine", engine)
    with Session(_postgres) as mine:
        register(mine, keys.ring, key_id=keys.ring.current)
        mine.commit()
    yield _postgres
    engine.dispose()
    databases.empty(_postgres)


@pytest.fixture(scope="session")
def elasticsearch_url() -> str:
    """The address of a real Elasticsearch, the same for all workers; the test has the marker `elasticsearch`."""
    return elasticsearch.shared(Path(os.environ[_HOME]))


@pytest.fixture
def elastic(elasticsearch_url: str) -> Iterator[ElasticIndex]:
    """A search index in it of this test alone, never built."""
    with elasticsearch.index_of_its_own(elasticsearch_url) as index:
        yield index


@pytest.fixture
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "_ring", KeyRing.generate())
    monkeypatch.setattr(keys, "_store", None)


@pytest.fixture
def installation(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The home of an installation of its own, with a free port, for tests that run `vigie` as a program."""
    with tempfile.TemporaryDirectory(prefix="vigie-home-") as folder:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            monkeypatch.setenv("VIGIE_PORT", str(free.getsockname()[1]))
        monkeypatch.setenv("VIGIE_HOME", folder)
        yield Path(folder)
        vigie("down")
        engines.stop_all(Path(folder))


@pytest.fixture
def cast(request: pytest.FixtureRequest) -> Cast:
    """The people of the tests, in the committed database where the test asks for it, else in its session."""
    request.getfixturevalue(
        "committed_database" if "committed_database" in request.fixturenames else "session"
    )
    return Cast()


@pytest.fixture
def reporter(cast: Cast) -> Person:
    """A credit manager who contributes a ledger."""
    return cast.reporter


@pytest.fixture
def colleague(cast: Cast) -> Person:
    """Another credit manager of the reporter's company."""
    return cast.colleague


@pytest.fixture
def rival(cast: Cast) -> Person:
    """A credit manager of another company that supplies the same debtors."""
    return cast.rival


@pytest.fixture
def outsider(cast: Cast) -> Person:
    """A credit manager of a company that has nothing to do with the others."""
    return cast.outsider


@pytest.fixture
def subscriber(cast: Cast) -> Person:
    """Reads releases, contributes nothing."""
    return cast.subscriber


@pytest.fixture
def moderator(cast: Cast) -> Person:
    """Looks at what a person must decide; belongs to no member."""
    return cast.moderator


@pytest.fixture
def operator(cast: Cast) -> Person:
    """Runs the network; belongs to no member."""
    return cast.operator
