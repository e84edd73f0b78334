"""Stops the engines when the last process that held them was killed before it could.

A program of its own: `python keeper.py RUN_FOLDER`, with the standard library alone so that it stays small (about
10 MB). Once a second it looks whether anyone still holds the engines; nobody tells it to, so nothing can be missed.
"""

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
    with path.open("a+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


def stop_if_abandoned(run: Path) -> bool:
    """Stop the engines unless someone holds them; tell whether there is nothing left to keep."""
    with (run / "door.lock").open("a+b") as door:
        fcntl.flock(door, fcntl.LOCK_EX)
        if is_held(run / "holders.lock"):
            return False
        for name, how in _ENGINES:
            lock = run / name
            if lock.exists() and is_held(lock):
                os.kill(int(lock.read_text(encoding="ascii")), how)
                while is_held(lock):
                    time.sleep(0.01)
    return True


def main(run: Path) -> None:
    """Keep watch until the engines are stopped or their home is gone."""
    while run.is_dir() and not stop_if_abandoned(run):
        time.sleep(_STEP_SECONDS)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
