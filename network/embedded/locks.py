"""File locks that the kernel drops with their owner."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_TRIES = 20
_PAUSE_SECONDS = 0.01


def open_lock(path: Path) -> int:
    """Return a descriptor of the lock file `path`, made where missing; it is not inherited by other programs."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold `path` alone for the length of the block; waits for its turn."""
    descriptor = open_lock(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def take_alone(descriptor: int) -> None:
    """Lock an open lock file alone; one that is held for a moment, as by somebody who looks, is waited for.

    Raises:
        BlockingIOError: somebody holds it to stay.
    """
    for _ in range(_TRIES):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_PAUSE_SECONDS)
        else:
            return
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def held_alone(path: Path) -> Iterator[None]:
    """Hold `path` alone and write our process id into it; whoever finds it held finds us.

    Raises:
        BlockingIOError: somebody holds it.
    """
    descriptor = open_lock(path)
    try:
        take_alone(descriptor)
        os.ftruncate(descriptor, 0)
        os.write(descriptor, str(os.getpid()).encode("ascii"))
        yield
    finally:
        os.close(descriptor)


def is_held(path: Path) -> bool:
    """Tell whether any process holds `path`."""
    if not path.exists():
        return False
    descriptor = open_lock(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(descriptor)


def share(path: Path) -> int:
    """Hold `path` together with others; returns the descriptor to give to :func:`let_go`."""
    descriptor = open_lock(path)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    return descriptor


def let_go(descriptor: int) -> None:
    """Drop the lock, also for children that were forked with it."""
    fcntl.flock(descriptor, fcntl.LOCK_UN)
    os.close(descriptor)
