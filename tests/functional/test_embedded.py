"""The engines of one machine: shared while someone needs them, gone when nobody does, whatever is killed."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import IntegrityError

from network.embedded import engines, postgres, processes
from network.embedded import redis as embedded_redis
from network.embedded.locks import is_held
from network.embedded.places import Places
from network.extensions import Database
from tests.installation import processes_of

HOLD = """
import sys, time
from pathlib import Path
from network.embedded import engines
with engines.held(Path(sys.argv[1]), with_redis=sys.argv[2] == "redis", is_durable=False):
    print("held", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="vigie-engines-") as folder:
        yield Path(folder)
        engines.stop_all(Path(folder))


class Holder:
    """Another process that holds the engines until it is told to let go, or killed."""

    def __init__(self, home: Path, *, redis: bool = False) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", HOLD, str(home), "redis" if redis else "none"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def wait_until_held(self) -> None:
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "held\n"

    def let_go(self) -> None:
        self.process.communicate("\n", timeout=30)

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate(timeout=30)


def are_running(home: Path) -> dict[str, bool]:
    places = Places(home)
    return {"postgres": is_held(places.postgres_lock), "redis": is_held(places.redis_lock)}


def answer(url: str) -> int:
    parts = make_url(url)
    connection = psycopg2.connect(host=parts.query["host"], user=parts.username, dbname=parts.database)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 42")
        found: int = cursor.fetchone()[0]
    connection.close()
    return found


def test_what_one_command_starts_it_stops(home: Path) -> None:
    with engines.held(home, with_redis=True, is_durable=False) as running:
        assert are_running(home) == {"postgres": True, "redis": True}
        assert answer(running.database_url or "") == 42
    assert are_running(home) == {"postgres": False, "redis": False}
    assert processes_of(home) == []


def test_redis_is_started_for_those_alone_who_ask(home: Path) -> None:
    with engines.held(home, is_durable=False):
        assert are_running(home) == {"postgres": True, "redis": False}
        with engines.held(home, with_redis=True, is_durable=False):
            assert are_running(home) == {"postgres": True, "redis": True}


def test_commands_that_start_together_share_and_the_last_one_out_stops(home: Path) -> None:
    holders = [Holder(home) for _ in range(3)]
    for holder in holders:
        holder.wait_until_held()
    first = Places(home).postgres_lock.read_text()
    for holder in holders[:-1]:
        holder.let_go()
        assert are_running(home)["postgres"]
    assert Places(home).postgres_lock.read_text() == first
    holders[-1].let_go()
    assert not are_running(home)["postgres"]


def test_a_command_leaves_alone_what_another_holds(home: Path) -> None:
    long_lived = Holder(home, redis=True)
    long_lived.wait_until_held()
    with engines.held(home, is_durable=False):
        pass
    assert are_running(home) == {"postgres": True, "redis": True}
    long_lived.let_go()
    assert processes_of(home) == []


def test_a_killed_command_does_not_leave_engines_behind(home: Path) -> None:
    holder = Holder(home, redis=True)
    holder.wait_until_held()
    holder.kill()
    assert processes.wait_until(lambda: not any(are_running(home).values()), seconds=15)
    assert processes.wait_until(lambda: processes_of(home) == [], seconds=5)


def test_a_killed_command_takes_nothing_from_those_who_live(home: Path) -> None:
    killed, lives = Holder(home), Holder(home)
    killed.wait_until_held()
    lives.wait_until_held()
    killed.kill()
    time.sleep(2.5)  # two rounds of the keeper
    assert are_running(home)["postgres"]
    lives.let_go()
    assert not are_running(home)["postgres"]


def test_a_home_that_is_deleted_under_them_takes_the_engines_with_it(home: Path) -> None:
    holder = Holder(home, redis=True)
    holder.wait_until_held()
    time.sleep(1.5)  # a round of the keeper
    shutil.rmtree(home / "run")
    assert processes.wait_until(lambda: processes_of(home / "postgres") == [], seconds=15)
    assert processes.wait_until(lambda: processes_of(home / "redis") == [], seconds=15)
    holder.kill()


@pytest.mark.parametrize("engine", ["postgres", "redis"])
def test_a_killed_engine_is_started_again(home: Path, engine: str) -> None:
    places = Places(home)
    lock = places.postgres_lock if engine == "postgres" else places.redis_lock
    with engines.held(home, with_redis=True, is_durable=False) as running:
        process = processes.process_id(lock)
        assert process is not None
        os.kill(process, signal.SIGKILL)
        assert processes.wait_until(lambda: not processes.is_alive(process), seconds=5)
        engines.mend(home, with_redis=True)
        assert answer(running.database_url or "") == 42
        assert embedded_redis.answers(places)
        assert processes.process_id(lock) not in {None, process}


def test_a_stale_note_of_another_life_does_not_stop_a_start(home: Path) -> None:
    with engines.held(home, is_durable=False):
        pass
    note = Places(home).postgres / "postmaster.pid"
    note.write_text(
        f"{os.getpid()}\n{note.parent}\n1\n5432\n{note.parent}\n\n1 1\nready\n"
    )  # ours: no server
    with engines.held(home, is_durable=False) as running:
        assert answer(running.database_url or "") == 42


def test_a_stale_note_beside_the_socket_does_not_stop_a_start(home: Path) -> None:
    with engines.held(home, is_durable=False):
        pass
    account = postgres._account()
    other = subprocess.Popen(  # fixed words
        ["sleep", "60"],  # noqa: S607  # whichever sleep there is
        user=account.pw_uid if account else None,  # has the number now
    )
    try:
        lock = Places(home).postgres_socket / ".s.PGSQL.5432.lock"
        lock.write_text(f"{other.pid}\n{Places(home).postgres}\n1\n5432\n{lock.parent}\n")
        with engines.held(home, is_durable=False) as running:
            assert answer(running.database_url or "") == 42
    finally:
        other.kill()
        other.wait()


def test_a_start_that_was_cut_in_the_middle_of_making_the_data_is_made_anew(home: Path) -> None:
    half = home / "postgres.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    with engines.held(home, is_durable=False) as running:
        assert answer(running.database_url or "") == 42


def test_a_deep_home_gets_a_short_socket(home: Path) -> None:
    deep = home.joinpath(*["a-folder-of-thirty-letters-long"] * 4)
    deep.mkdir(parents=True)
    with engines.held(deep, with_redis=True, is_durable=False) as running:
        assert answer(running.database_url or "") == 42
        assert embedded_redis.answers(Places(deep))
        assert len(str(Places(deep).postgres_socket)) < 80
    assert processes_of(deep) == []


def test_the_second_start_is_quick(home: Path) -> None:
    with engines.held(home, with_redis=True):
        pass
    began = time.monotonic()
    with engines.held(home, with_redis=True):
        took = time.monotonic() - began
    assert took < 1.0


def test_nobody_else_can_connect(home: Path) -> None:
    with engines.held(home, with_redis=True, is_durable=False):
        places = Places(home)
        assert places.postgres.stat().st_mode & 0o077 == 0
        assert places.redis_socket.parent.stat().st_mode & 0o077 == 0
        listening = subprocess.run(
            [
                str(postgres.programs() / "psql"),
                "-h",
                str(places.postgres_socket),
                "-U",
                "vigie",
                "-Atc",
                "SHOW listen_addresses",
            ],
            capture_output=True,
            text=True,
            check=True,
        )
    assert listening.stdout.strip() == ""


def test_a_statement_that_fails_leaves_no_name_in_any_log(home: Path) -> None:
    with engines.held(home, is_durable=False) as running:
        assert running.database_url is not None
        mine = Database()
        mine.connect(running.database_url)
        with mine.new_session() as session:
            session.execute(text("CREATE TABLE company (name text PRIMARY KEY)"))
            twice = text("INSERT INTO company SELECT * FROM unnest(ARRAY[:name, :name])")
            with pytest.raises(IntegrityError) as failure:
                session.execute(twice, {"name": "Boulangerie Dupont"})
        mine.disconnect()
        assert "parameters: " not in str(failure.value)
        log = Places(home).postgres_log.read_text(encoding="utf-8")
    assert "duplicate key" in log
    assert "Dupont" not in log
