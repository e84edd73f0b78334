"""`vigie secrets`, `vigie migrate`, `vigie health`: what a network on many machines asks for (docs/operations.md)."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from network.cli.console import complain, example, json_option, network_running, note, print_json, say
from network.i18n import mark

if TYPE_CHECKING:
    from network.settings import Settings

_PING_SECONDS = 5.0
_LONGEST_SILENCE = 600.0
"""Celery's scheduler writes down every three minutes what it asked for, and once more at its end."""


@click.command(
    help=say(
        mark(
            "Make the secrets of a network on many machines, one file each, for docker-compose.yml or another container engine."
        )
    ),
    epilog=example("vigie secrets secrets"),
)
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--database",
    default="database:5432/vigie",
    show_default=True,
    help=say(mark("Host, port and name of the database that the logins are for.")),
)
@json_option
def secrets(folder: Path, *, database: str, as_json: bool) -> None:
    """Write the files; a secret that is there already is never written over."""
    from network.errors import ConflictError

    values = _fresh_secrets(database)
    present = [name for name in values if (folder / name).exists()]
    if present:
        raise ConflictError(
            mark("%(folder)s holds %(names)s already; a secret is never written over."),
            folder=folder,
            names=", ".join(present),
        )
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    for name, value in values.items():
        file = folder / name
        file.touch(0o600)
        file.write_text(f"{value}\n", encoding="ascii")
        file.chmod(0o644)  # accounts inside containers read it; on this machine the folder lets nobody pass
    if as_json:
        print_json({"folder": folder, "files": list(values)})
        return
    note(say(mark("%(folder)s holds %(names)s."), folder=folder, names=", ".join(values)))
    note(say(mark("Once it runs, save a recovery copy of the keys: vigie keys export-recovery FILE")))


def _fresh_secrets(database: str) -> dict[str, str]:
    """Return each secret's value by the name of its file. Passwords are of hexadecimal digits, so no URL escapes them."""
    import os
    from secrets import token_hex, token_urlsafe

    from network.keystore import choose_store
    from network.keystore.ring_format import fresh_ring

    store = choose_store(Path("/nonexistent"), given=None, wrapper=os.environ.get("VIGIE_KEY_WRAPPER"))
    urls = {
        f"database_{role}_url": f"postgresql://vigie_{role}:{token_hex(24)}@{database}"
        for role in ("owner", "worker", "web")
    }
    return {
        "database_superuser_password": token_hex(24),
        **urls,
        "secret_key": token_urlsafe(48),
        "keys": store.as_text(fresh_ring()),
    }


@click.command(
    help=say(mark("Bring the tables of the database to this version; then the processes may start.")),
    epilog=example("vigie migrate"),
)
@json_option
def migrate(*, as_json: bool) -> None:
    """Migrate where this machine may (VIGIE_DATABASE_OWNER_URL), register the keys of an empty network, and tell."""
    from network import migrations

    with network_running():
        if as_json:
            print_json({"revision": migrations.HEAD})
        else:
            note(say(mark("The tables are at %(revision)s."), revision=migrations.HEAD))


@click.command(
    help=say(mark("Tell whether a process of this machine works; for the health check of a container.")),
    epilog=example("vigie health worker"),
)
@click.argument("process", type=click.Choice(["web", "worker", "scheduler"]))
@json_option
def health(process: str, *, as_json: bool) -> int:
    """Return 0 where it does, 1 where not."""
    from network.settings import Settings

    settings = Settings.from_environment()
    look = {"web": _web_is_well, "worker": _worker_is_well, "scheduler": _scheduler_is_well}[process]
    is_well = look(settings)
    if as_json:
        print_json({"is_well": is_well})
    elif not is_well:
        complain(say(mark("%(process)s does not answer."), process=process))
    return 0 if is_well else 1


def _web_is_well(settings: "Settings") -> bool:
    from http.client import HTTPConnection, HTTPException

    connection = HTTPConnection(settings.reachable_host, settings.port, timeout=_PING_SECONDS)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200  # noqa: PLR2004  # OK
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _worker_is_well(settings: "Settings") -> bool:
    from socket import gethostname

    return f"celery@{gethostname()}" in answering_workers(settings, seconds=_PING_SECONDS)


def _scheduler_is_well(settings: "Settings") -> bool:
    import time

    written = [path.stat().st_mtime for path in (settings.home / "run").glob("schedule*")]
    return bool(written) and time.time() - max(written) < _LONGEST_SILENCE


def answering_workers(settings: "Settings", *, seconds: float) -> list[str]:
    """Return the names of the workers, on whichever machine, that answer on the queue within `seconds`."""
    from dataclasses import replace

    from kombu.exceptions import OperationalError

    from network import tasks
    from network.embedded import redis
    from network.embedded.places import Places
    from network.extensions import celery

    tasks.configure(replace(settings, redis_url=settings.redis_url or redis.url(Places(settings.home))))
    try:
        answers = celery.control.ping(timeout=seconds)
    except (OperationalError, OSError):
        return []
    return sorted(name for answer in answers for name in answer)
