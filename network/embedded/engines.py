"""Entering and leaving: who uses the engines, and who stops them."""

import os
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from network.embedded import postgres, processes, redis
from network.embedded.locks import exclusive, is_held, let_go, share
from network.embedded.places import Places
from network.logins import DatabaseRole


@dataclass(frozen=True, slots=True)
class Engines:
    """Where the engines answer; None for one that was not asked for. `database_url` is that of its superuser."""

    database_url: str | None
    redis_url: str | None
    logins: Mapping[DatabaseRole, str] = field(default_factory=dict)
    """URLs of the database by role."""


@contextmanager
def held(
    home: Path, *, with_postgres: bool = True, with_redis: bool = False, is_durable: bool = True
) -> Iterator[Engines]:
    """Hold the engines of `home` for the length of the block; they are started where they do not run.

    Any number of processes may hold them at once. The last one out stops them; where that one is killed, the keeper
    does it within a second or two.

    Raises:
        UnavailableError: an engine did not come up.
    """
    places = Places(home)
    places.make()
    owner = os.getpid()
    with exclusive(_door(places)):
        mine = share(_holders(places))
        try:
            _start_keeper(places)  # first: should we be killed while an engine comes up, it is not left alone
            if with_postgres:
                postgres.start(places, is_durable=is_durable)
            if with_redis:
                redis.start(places)
        except BaseException:
            _leave(places, mine)
            raise
    try:
        yield Engines(
            database_url=postgres.url(places) if with_postgres else None,
            redis_url=redis.url(places) if with_redis else None,
            logins={role: postgres.url(places, login=role.value) for role in DatabaseRole}
            if with_postgres
            else {},
        )
    finally:
        if os.getpid() == owner:  # a forked child that unwinds its stack did not enter, so it does not leave
            with exclusive(_door(places)):
                _leave(places, mine)


def mend(home: Path, *, with_postgres: bool = True, with_redis: bool = False) -> None:
    """Start again what died; for a process that holds the engines and lives long. Cheap where all is well."""
    places = Places(home)
    with exclusive(_door(places)):
        if with_postgres:
            postgres.start(places)
        if with_redis:
            redis.start(places)
        _start_keeper(places)


def stop_all(home: Path) -> bool:
    """Stop the engines of `home` whoever holds them; tell whether any ran."""
    places = Places(home)
    if not places.run.is_dir():
        return False
    with exclusive(_door(places)):
        ran = is_held(places.postgres_lock) or is_held(places.redis_lock)
        _stop(places)
    return ran


def _leave(places: Places, mine: int) -> None:
    let_go(mine)
    if not is_held(_holders(places)):
        _stop(places)


def _stop(places: Places) -> None:
    processes.stop(_keeper(places), with_signal=signal.SIGTERM)
    redis.stop(places)
    postgres.stop(places)
    places.forget_sockets()


def _start_keeper(places: Places) -> None:
    if not is_held(_keeper(places)):
        command = [sys.executable, "-I", "-S", str(Path(__file__).with_name("keeper.py")), str(places.run)]
        processes.spawn(command, lock=_keeper(places), log=places.logs / "keeper.log")


def _door(places: Places) -> Path:
    return places.run / "door.lock"


def _holders(places: Places) -> Path:
    return places.run / "holders.lock"


def _keeper(places: Places) -> Path:
    return places.run / "keeper.lock"
