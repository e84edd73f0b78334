"""`vigie up` and `vigie down`: the whole network on one machine."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from network.cli.console import example, json_option, network_running, note, print_json, say
from network.errors import ConflictError, NetworkError, UnavailableError
from network.i18n import mark

if TYPE_CHECKING:
    from network.settings import Settings

_START_SECONDS = 60.0
_STOP_SECONDS = 40.0
PROCESSES = ("web", "worker", "scheduler")


@click.command(
    help=say(mark("Start everything on this machine: engines, pages, worker and scheduler. Ctrl-C ends it.")),
    epilog=example("vigie up", "VIGIE_PORT=9000 vigie up --detach"),
)
@click.option(
    "--detach", is_flag=True, help=say(mark("Come back as soon as the pages answer, and leave it running."))
)
@json_option
def up(*, detach: bool, as_json: bool) -> None:
    """Run in the foreground, or start in the background."""
    from network.settings import Settings

    settings = Settings.from_environment()
    if detach:
        start_detached(settings)
        _announce(settings, as_json=as_json)
        return
    _refuse_if_up(settings)
    with network_running(redis=True):
        try:
            _supervise(settings, as_json=as_json)
        except BlockingIOError as error:  # another one was quicker by a moment
            raise _runs_already(settings) from error


@click.command(help=say(mark("Stop what `vigie up` started.")), epilog=example("vigie down"))
@json_option
def down(*, as_json: bool) -> None:
    """Stop the supervisor; engines that another command still uses are left to it."""
    from network.settings import Settings

    was_up = stop(Settings.from_environment())
    if as_json:
        print_json({"stopped": was_up})
    else:
        note(say(mark("Stopped.")) if was_up else say(mark("Nothing was running.")))


def is_up(settings: "Settings") -> bool:
    """Tell whether `vigie up` runs for this home."""
    from network.embedded.locks import is_held

    return is_held(_lock(settings))


def start_detached(settings: "Settings") -> None:
    """Start `vigie up` in the background and wait until its pages answer; does nothing where it runs.

    Raises:
        UnavailableError: it ended or did not answer; the sentence names the log.
    """
    from network.embedded.processes import wait_until

    if is_up(settings) and _answers(settings):
        return
    settings.logs.mkdir(parents=True, exist_ok=True)
    log = settings.logs / "up.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "network.cli", "up"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            env={**os.environ, "VIGIE_HOME": str(settings.home)},
        )
    wait_until(lambda: _answers(settings) or process.poll() is not None, seconds=_START_SECONDS)
    if process.poll() is not None:
        words = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        raise UnavailableError(
            mark("It did not start: %(why)s (%(log)s)"), why=words[-1] if words else "", log=log
        )
    if not _answers(settings):
        process.terminate()
        process.wait()
        raise UnavailableError(
            mark("The pages do not answer; %(log)s says why."), log=settings.logs / "web.log"
        )
    process.returncode = 0  # it is not ours any more: it lives on without us


def stop(settings: "Settings") -> bool:
    """Stop `vigie up` and wait for its end; tell whether it ran."""
    from network.embedded import processes

    process = processes.process_id(_lock(settings))
    if process is None:
        return False
    processes.stop(_lock(settings), with_signal=signal.SIGTERM, seconds=_STOP_SECONDS)
    return True


def deal_out_unless_up(settings: "Settings") -> None:
    """Deal out the rows that a command wrote, where no worker does it."""
    from network.services.dealing import deal_out

    if not is_up(settings):
        deal_out()


def _lock(settings: "Settings") -> Path:
    return settings.home / "run" / "up.lock"


def _refuse_if_up(settings: "Settings") -> None:
    if is_up(settings):
        raise ConflictError(
            mark("It runs already: %(url)s. Stop it with: vigie down"), url=settings.public_url
        )
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise UnavailableError(
                mark("Port %(port)s cannot be used (%(why)s). Choose another: VIGIE_PORT=8401 vigie up"),
                port=settings.port,
                why=error.strerror,
            ) from error


def _runs_already(settings: "Settings") -> ConflictError:
    return ConflictError(mark("It runs already: %(url)s. Stop it with: vigie down"), url=settings.public_url)


def _supervise(settings: "Settings", *, as_json: bool) -> None:
    from network.embedded import engines
    from network.embedded.locks import held_alone
    from network.embedded.supervisor import Child, Supervisor
    from network.services.accounts import is_first_run

    children = [
        Child(
            name=name, command=[sys.executable, "-m", "network.cli", name], log=settings.logs / f"{name}.log"
        )
        for name in PROCESSES
    ]
    with held_alone(_lock(settings)):
        began = time.monotonic()

        def look_after_engines() -> None:
            nonlocal began
            try:
                engines.mend(
                    settings.home,
                    with_postgres=settings.database_url is None,
                    with_redis=settings.redis_url is None,
                )
            except NetworkError as error:  # tried again in a second
                note(say(error.message, **error.values))
            if began and _answers(settings):
                _announce(settings, as_json=as_json)
                if is_first_run():
                    note(say(mark("Open it to become the operator of this network.")))
                began = 0.0

        Supervisor(children=children, tell=_tell, each_second=look_after_engines).run()


def _tell(name: str, code: int, pause: float) -> None:
    note(
        say(
            mark("%(name)s ended with %(code)s; it is started again in %(seconds).0f s."),
            name=name,
            code=code,
            seconds=pause,
        )
    )


def _announce(settings: "Settings", *, as_json: bool) -> None:
    if as_json:
        print_json({"url": settings.public_url, "home": settings.home})
    else:
        note(say(mark("Vigie is on watch: %(url)s"), url=settings.public_url))


def _answers(settings: "Settings") -> bool:
    """Tell whether the pages answer: any answer will do, a refusal too."""
    from http.client import HTTPConnection, HTTPException

    connection = HTTPConnection(settings.reachable_host, settings.port, timeout=5)
    try:
        connection.request("GET", "/")
        connection.getresponse()
    except (OSError, HTTPException):
        return False
    else:
        return True
    finally:
        connection.close()
