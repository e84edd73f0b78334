"""Stops the engines when the last process that held them was killed before it could.

A program of its own: `python keeper.py RUN_FOLDER`, with the standard library alone so that it stays small (about
10 MB). Once a second it looks whether anyone still holds the engines; nobody tells it to, so nothing can be missed.
"""

import contextlib
import fcntl
import os
import signal
import sys
import time
from pathlib import Path

_STEP_SECONDS = 1.0
_ENGINES = (("redis.lock", signal.SIGTERM), ("postgres.lock", signal.SIGINT))


def is_held(path: Path) -> bool:
    """Tell whether any process holds the lock file `path`."""
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


def _holder(lock: Path) -> int | None:
    """Return who holds `lock`; one that was started a moment ago is given the time to write its id."""
    while not (text := lock.read_text(encoding="ascii")).isdecimal():
        if not is_held(lock):
            return None
        time.sleep(0.01)
    return int(text)


def look(run: Path) -> dict[int, signal.Signals] | None:
    """Return the engines that run and how each is asked to end; None where nobody held them and they were stopped."""
    with (run / "door.lock").open("rb") as door:
        fcntl.flock(door, fcntl.LOCK_EX)
        locks = {run / name: how for name, how in _ENGINES if (run / name).exists() and is_held(run / name)}
        engines = {process: how for lock, how in locks.items() if (process := _holder(lock)) is not None}
        if is_held(run / "holders.lock"):
            return engines
        for process, how in engines.items():
            os.kill(process, how)
        while any(is_held(lock) for lock in locks):
            time.sleep(0.01)
        return None


def main(run: Path) -> None:
    """Keep watch until the engines are stopped. Where their home is deleted under them, they are stopped too."""
    known: dict[int, signal.Signals] = {}
    try:
        while (seen := look(run)) is not None:
            known = seen
            time.sleep(_STEP_SECONDS)
    except FileNotFoundError:
        for process, how in known.items():
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, how)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
