"""The roles of the database, each under a login of its own: what it may do."""
# ruff: noqa: S608  # statements of our own names

from dataclasses import replace

import pytest
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from network.errors import SettingsError
from network.extensions import database
from network.logins import DatabaseRole, check_login
from network.models import Base
from network.runtime import started
from network.settings import Settings
from tests.databases import Logins, login
from tests.factories.releases import close_month, new_debtor, released

WEB, WORKER = DatabaseRole.WEB, DatabaseRole.WORKER
COMMANDS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE")

RIGHTS: dict[str, tuple[str, str]] = {
    # What the pages and the worker may do with a table at all: Select, Insert, Update, Delete, Truncate; in small
    # letters where only some columns may be updated.
    "debtor": ("SIuD", "SIUD"),
    "debtor_identifier": ("SID", "SIUD"),
    "debtor_spelling": ("SIu", "SIUD"),
    "decision_effect": ("", "SIUD"),
    "exchange_rate": ("", "SIU"),
    "group_change": ("", "SI"),
    "judgement": ("SI", "SIUD"),
    "ledger_page": ("SID", "SIUD"),
    "log_head": ("S", "SI"),
    "log_tile": ("S", "SI"),
    "match_decision": ("SID", "SIUD"),
    "match_review": ("SID", "SIUD"),
    "member": ("S", "SIU"),
    "news": ("Su", "SIUD"),
    "outbox": ("SID", "SIUD"),
    "parent_link": ("S", "SIU"),
    "pipeline_state": ("", "SIUD"),
    "register_entry": ("S", "SIU"),
    "register_load": ("S", "SIU"),
    "release": ("S", "SI"),
    "release_epoch": ("S", "SI"),
    "release_manifest": ("S", "SI"),
    "review_sheet": ("S", "SIUD"),
    "sealing_key": ("S", "SIUD"),
    "user": ("SIu", "SIU"),
    "watch": ("SID", "SIUD"),
}
UPDATABLE = {"debtor": "version", "debtor_spelling": "confirmations", "news": "read_at", "user": "locale"}


def is_refused(connection: Connection, statement: str) -> bool:
    """Tell whether the role has no right to the statement; what else is wrong with it does not matter."""
    try:
        with connection.begin_nested():
            connection.execute(text(statement))
    except ProgrammingError as error:
        return "permission denied" in str(error.orig)
    except DBAPIError:
        return False
    return False


def statement_of(command: str, table: str, column: str) -> str:
    return {
        "SELECT": f'SELECT "{column}" FROM "{table}" LIMIT 1',
        "INSERT": f'INSERT INTO "{table}" SELECT * FROM "{table}" WHERE false',
        "UPDATE": f'UPDATE "{table}" SET "{column}" = "{column}" WHERE false',
        "DELETE": f'DELETE FROM "{table}" WHERE false',
        "TRUNCATE": f'TRUNCATE "{table}" CASCADE',
    }[command]


def test_every_table_has_its_rights_written_down() -> None:
    assert set(RIGHTS) == set(Base.metadata.tables)


@pytest.mark.parametrize("role", [WEB, WORKER])
@pytest.mark.parametrize("table", sorted(RIGHTS))
def test_a_role_may_do_what_is_written_and_nothing_else(
    logins: Logins, table: str, role: DatabaseRole
) -> None:
    rights = RIGHTS[table][role is WORKER]
    columns = [column.name for column in Base.metadata.tables[table].columns]
    with logins.opened(role) as connection:
        for command in COMMANDS:
            for column in columns if command == "UPDATE" else columns[:1]:
                may = command[0] in rights or (
                    command[0].lower() in rights
                    and column in {UPDATABLE[table], "password_hash" if table == "user" else ""}
                )
                # who may not select cannot copy rows of the table either: an empty VALUES would not be told apart
                if command == "INSERT" and "S" not in rights:
                    continue
                refused = is_refused(connection, statement_of(command, table, column))
                assert refused is not may, f"{role} {command} {table}.{column}"


@pytest.mark.parametrize("role", [WEB, WORKER])
def test_nobody_but_the_owner_makes_or_changes_tables(logins: Logins, role: DatabaseRole) -> None:
    with logins.opened(role) as connection:
        for statement in (
            "CREATE TABLE mine (id int)",
            "ALTER TABLE release DISABLE ROW LEVEL SECURITY",
            "ALTER TABLE ledger_page NO FORCE ROW LEVEL SECURITY",
            "DROP POLICY web_select ON ledger_page",
            "CREATE POLICY mine ON ledger_page USING (true)",
            "ALTER TABLE ledger_page DISABLE TRIGGER ALL",
            "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
            "CREATE OR REPLACE FUNCTION is_first_run() RETURNS boolean LANGUAGE sql AS 'SELECT true'",
            "ALTER ROLE vigie_web BYPASSRLS",
            "GRANT vigie_worker TO vigie_web",
        ):
            with pytest.raises(ProgrammingError), connection.begin_nested():
                connection.execute(text(statement))


@pytest.mark.parametrize("other", ["vigie_owner", "vigie_worker", "vigie", "pg_read_all_data"])
def test_the_pages_become_nobody_else(logins: Logins, other: str) -> None:
    with logins.opened(WEB) as connection:
        for statement in (f"SET ROLE {other}", f"SET SESSION AUTHORIZATION {other}"):
            with pytest.raises(DBAPIError), connection.begin_nested():
                connection.execute(text(statement))
        connection.execute(text("RESET ROLE"))
        assert connection.scalar(text("SELECT current_user")) == WEB.value
        connection.execute(text("SET LOCAL row_security = off"))
        with pytest.raises(DBAPIError, match="row-level security"), connection.begin_nested():
            connection.execute(text("SELECT * FROM ledger_page"))


def test_no_role_is_stronger_than_row_security(logins: Logins) -> None:
    with logins.opened(WORKER) as connection:
        found = connection.execute(
            text(
                "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication FROM pg_roles "
                "WHERE rolname LIKE 'vigie\\_%'"
            )
        ).all()
        members = connection.execute(
            text(
                "SELECT member::regrole::text, roleid::regrole::text FROM pg_auth_members "
                "WHERE member::regrole::text LIKE 'vigie\\_%'"
            )
        ).all()
    assert {row[0] for row in found} == {role.value for role in DatabaseRole}
    assert not any(any(row[1:]) for row in found)
    assert [tuple(row) for row in members] == [("vigie_worker", "pg_checkpoint")]


def test_row_security_is_forced_on_every_table(logins: Logins) -> None:
    with logins.opened(WORKER) as connection:
        found = connection.execute(
            text(
                "SELECT relname, relrowsecurity, relforcerowsecurity, relowner::regrole::text FROM pg_class "
                "WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm')"
            )
        ).all()
    tables = {row[0]: tuple(row[1:]) for row in found if row[0] != "alembic_version"}  # holds one number
    assert tables == dict.fromkeys(RIGHTS, (True, True, "vigie_owner"))


def test_what_runs_with_the_rights_of_the_owner_is_listed_and_looks_nowhere_else(logins: Logins) -> None:
    with logins.opened(WORKER) as connection:
        found = connection.execute(
            text(
                "SELECT proname, proowner::regrole::text, proconfig, prorettype::regtype::text, pronargs FROM pg_proc "
                "WHERE prosecdef AND pronamespace = 'public'::regnamespace ORDER BY proname"
            )
        ).all()
        loose = connection.scalar(
            text(
                "SELECT count(*) FROM pg_proc, aclexplode(proacl) AS granted "
                "WHERE prosecdef AND pronamespace = 'public'::regnamespace AND granted.grantee = 0"
            )
        )
    only_there = ["search_path=pg_catalog, pg_temp"]
    assert [tuple(row) for row in found] == [
        ("holds_sealed_rows", "vigie_owner", only_there, "boolean", 0),
        ("is_first_run", "vigie_owner", only_there, "boolean", 0),
    ]
    assert loose == 0


def test_what_was_released_changes_under_no_login_but_the_owners(logins: Logins) -> None:
    new_debtor()
    close_month("2026-01", released("2026-01"))
    for role in (WEB, WORKER):
        with logins.opened(role) as connection:
            assert connection.scalar(text("SELECT count(*) FROM release")) == 1
            for table in ("release", "release_epoch", "release_manifest", "log_tile", "log_head"):
                for statement in (f"UPDATE {table} SET epoch = epoch", f"DELETE FROM {table}"):
                    if "epoch" in statement and table.startswith("log"):
                        continue
                    with pytest.raises(ProgrammingError, match="denied"), connection.begin_nested():
                        connection.execute(text(statement))


@pytest.mark.parametrize(
    ("role", "login_role", "says"),
    [
        (WEB, None, "superuser"),
        (WEB, DatabaseRole.OWNER, "owns the tables"),
        (WEB, WORKER, "must be of the role"),
        (WORKER, WEB, "must be of the role"),
    ],
)
def test_a_process_refuses_a_login_that_may_more(
    committed_database: Engine, role: DatabaseRole, login_role: DatabaseRole | None, says: str
) -> None:
    url = committed_database.url if login_role is None else login(committed_database.url, login_role)
    engine = create_engine(url)
    with engine.connect() as connection, pytest.raises(SettingsError, match=says):
        check_login(connection, role)
    engine.dispose()


def test_a_login_of_the_right_role_is_let_in(logins: Logins) -> None:
    for role in (WEB, WORKER):
        with logins.opened(role) as connection:
            check_login(connection, role)


def external(settings: Settings, engine: Engine, **roles: DatabaseRole) -> Settings:
    """Return settings of a server that is not ours, with a login for each of its URLs."""
    return replace(settings, **{name: login(engine.url, role) for name, role in roles.items()})  # type: ignore[arg-type]


def test_a_server_of_ones_own_is_met_under_the_login_of_the_process(
    committed_database: Engine, settings: Settings
) -> None:
    for given, role, user in (
        ({"database_url": WORKER, "database_web_url": WEB}, WEB, "vigie_web"),
        ({"database_url": WORKER, "database_web_url": WEB}, WORKER, "vigie_worker"),
        ({"database_url": WEB}, WEB, "vigie_web"),
        ({"database_url": WORKER, "database_owner_url": DatabaseRole.OWNER}, WORKER, "vigie_worker"),
    ):
        with started(external(settings, committed_database, **given), role=role, with_keys=False):
            assert database.engine.url.username == user


@pytest.mark.parametrize("given", [WORKER, DatabaseRole.OWNER])
def test_pages_do_not_start_with_a_login_that_may_more(
    committed_database: Engine, settings: Settings, given: DatabaseRole
) -> None:
    with (
        pytest.raises(SettingsError),
        started(external(settings, committed_database, database_url=given), role=WEB, with_keys=False),
    ):
        pass
