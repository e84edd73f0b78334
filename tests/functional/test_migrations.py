"""The tables: one line of migrations, both ways, and the same as the models."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, inspect, make_url, text

from network import migrations
from network.embedded import engines
from network.logins import DatabaseRole
from network.models import Base
from tests.databases import login, make_empty


@pytest.fixture
def empty_database(_postgres: Engine, worker_id: str) -> Iterator[Engine]:
    """A database without any table, beside those of the tests."""
    name = f"vigie_migrations_{worker_id}"
    server = create_engine(_postgres.url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        make_empty(connection, _postgres.url.render_as_string(hide_password=False), name)
    engine = create_engine(login(_postgres.url.set(database=name), DatabaseRole.OWNER))
    yield engine
    engine.dispose()
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name}"))
    server.dispose()


def test_there_is_one_head_and_the_code_knows_it() -> None:
    assert ScriptDirectory.from_config(migrations.configuration()).get_heads() == [migrations.HEAD]


def test_models_and_migrations_say_the_same(empty_database: Engine) -> None:
    migrations.upgrade(empty_database)
    with empty_database.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, Base.metadata) == []


def test_every_migration_can_be_taken_back(empty_database: Engine) -> None:
    migrations.upgrade(empty_database)
    migrations.downgrade(empty_database, revision="base")
    assert inspect(empty_database).get_table_names() == ["alembic_version"]
    migrations.upgrade(empty_database)
    assert set(Base.metadata.tables) <= set(inspect(empty_database).get_table_names())


def test_a_second_upgrade_changes_nothing(empty_database: Engine) -> None:
    migrations.upgrade(empty_database)
    migrations.upgrade(empty_database)
    with empty_database.connect() as connection:
        assert migrations.current(connection) == migrations.HEAD


def test_sealed_pages_are_not_compressed_in_vain(empty_database: Engine) -> None:
    migrations.upgrade(empty_database)
    stored = text("SELECT attrelid::regclass::text, attstorage FROM pg_attribute WHERE attname = 'sealed'")
    with empty_database.connect() as connection:
        found = {row[0]: row[1] for row in connection.execute(stored)}
    assert found == dict.fromkeys(
        [
            "ledger_page",
            "match_review",
            "pipeline_state",
            "review_sheet",
            "match_decision",
            "decision_effect",
        ],
        "e",
    )


def test_two_processes_that_start_at_once_migrate_once(tmp_path: Path) -> None:
    with engines.held(tmp_path, is_durable=False) as running:
        url = make_url(running.logins[DatabaseRole.OWNER])

        def migrate(_turn: int) -> str | None:
            engine = create_engine(url)
            migrations.upgrade(engine)
            with engine.connect() as connection:
                found = migrations.current(connection)
            engine.dispose()
            return found

        with ThreadPoolExecutor(2) as pool:
            assert list(pool.map(migrate, range(2))) == [migrations.HEAD] * 2
    assert not (tmp_path / "postgres" / "postmaster.pid").exists()
