"""Starting and stopping a server so that its life can be told by a lock and not by a list of process ids."""

import os
import shutil
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from pwd import struct_passwd

from network.embedded.locks import is_held, open_lock, take_alone
from network.errors import UnavailableError
from network.i18n import mark

_STEP_SECONDS = 0.01
_SIGNING_SECONDS = 2.0
_SIGNED = ["/bin/sh", "-c", 'printf %s "$$" 1<>"$0" && exec "$@"']
"""Writes the id of the process into the file that follows, then becomes the program after it."""


def spawn(command: Sequence[str], *, lock: Path, log: Path, account: struct_passwd | None = None) -> int:
    """Start `command` in a session of its own and return its process id.

    It holds `lock` for life, so that :func:`network.embedded.locks.is_held` tells whether it, or a child of it, still
    runs; it writes its id there itself, so that it is found even if we are killed before we could. Output is appended to `log`. `account` is the user to run as, where we are root.

    Raises:
        UnavailableError: the previous one still runs.
    """
    held = open_lock(lock)
    try:
        take_alone(held)
    except BlockingIOError:
        os.close(held)
        raise UnavailableError(
            mark("A process from an earlier start still holds %(lock)s. Try again in a moment."), lock=lock
        ) from None
    os.set_inheritable(held, True)  # noqa: FBT003  # positional only in the standard library
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    quiet = os.open(os.devnull, os.O_RDONLY)
    try:
        program, *arguments = _as_account(command, account)
        signed = [*_SIGNED, str(lock), _found(program), *arguments]
        os.ftruncate(held, 0)
        process = os.posix_spawn(
            signed[0],
            signed,
            _clean_environment(),
            file_actions=[
                (os.POSIX_SPAWN_DUP2, quiet, 0),
                (os.POSIX_SPAWN_DUP2, output, 1),
                (os.POSIX_SPAWN_DUP2, output, 2),
            ],
            setsid=True,
        )
        os.pwrite(held, str(process).encode("ascii"), 0)  # the same bytes, here before we return
        return process
    finally:
        for descriptor in (held, output, quiet):
            os.close(descriptor)


def process_id(lock: Path) -> int | None:
    """Return the id of the process that holds `lock`; None where nobody does."""
    if not is_held(lock):
        return None
    text = lock.read_text(encoding="ascii")
    return int(text) if text.isdecimal() else None


def is_alive(process: int) -> bool:
    """Tell whether the process runs. One that has ended but is not buried does not; a child of ours is buried here."""
    try:
        if os.waitpid(process, os.WNOHANG)[0] == process:
            return False
    except ChildProcessError:
        pass
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _is_zombie(process)


def _is_zombie(process: int) -> bool:
    """Tell whether the process waits for a parent that never asks, as in a container without an init."""
    try:
        state = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2]
    except OSError:
        return False
    return state.split()[0] == "Z"


def stop(lock: Path, *, with_signal: signal.Signals, seconds: float = 20.0) -> None:
    """Ask the holder of `lock` to end and wait for it; after `seconds` it is killed."""
    # One whose start was cut may not have written its id yet.
    wait_until(lambda: process_id(lock) is not None or not is_held(lock), seconds=_SIGNING_SECONDS)
    process = process_id(lock)
    if process is None:
        return
    for what in (with_signal, signal.SIGKILL):
        try:
            os.kill(process, what)
        except ProcessLookupError:
            break
        if wait_until(lambda: not is_alive(process) or not is_held(lock), seconds=seconds):
            break
    # A holder may let go of the lock first and put its house in order then, as `vigie up` stops the engines.
    wait_until(lambda: not is_held(lock) and not is_alive(process), seconds=seconds)


def wait_until(condition: Callable[[], bool], *, seconds: float) -> bool:
    """Wait until `condition` holds, at most `seconds`; tell whether it does."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(_STEP_SECONDS)
    return True


def _as_account(command: Sequence[str], account: struct_passwd | None) -> list[str]:
    if account is None:
        return list(command)
    who = [f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups", "--"]
    return ["setpriv", *who, *command]


def _found(program: str) -> str:
    path = shutil.which(program)
    if path is None:
        raise UnavailableError(mark("The program %(program)s is missing on this machine."), program=program)
    return path


def _clean_environment() -> dict[str, str]:
    """Return our environment without what would change how a server behaves."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
