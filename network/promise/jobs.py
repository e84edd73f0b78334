"""Fills all cores with work that is kept on disk: what is there is not done again, and a stop loses nothing finished."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

Job = TypeVar("Job")
Progress = Callable[[int, int], None]
"""Called with (done, in all)."""
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "POLARS_MAX_THREADS"), "1")


def nobody(_done: int, _total: int) -> None:
    """Show no progress."""


def work_off(
    paths: Mapping[Job, Path],
    work: Callable[[Job, Path], None],
    *,
    progress: Progress = nobody,
    workers: int | None = None,
) -> dict[Job, BaseException]:
    """Do every job whose file is not there yet, in processes of their own; return those that failed, and how.

    `work` writes the file of its job, at once or not at all; it and the jobs travel to other processes.
    """
    missing = {job: path for job, path in paths.items() if not path.exists()}
    done, failed = len(paths) - len(missing), {}
    progress(done, len(paths))
    if not missing:
        return {}
    with _single_threaded():
        pool = ProcessPoolExecutor(
            min(workers or os.cpu_count() or 1, len(missing)),
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_end_when_told,
        )
        try:
            waiting = {pool.submit(work, job, path): job for job, path in missing.items()}
            for future in as_completed(waiting):
                error = future.exception()
                if error is not None:
                    failed[waiting[future]] = error
                done += 1
                progress(done, len(paths))
        finally:
            pool.shutdown(cancel_futures=True)
    return failed


def written_at_once(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` fill a draft and then name it `path`, so that a run that is cut leaves no half file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{os.getpid()}.{path.name}")
    write(draft)
    draft.replace(path)


def _end_when_told() -> None:
    """Let Ctrl-C end a worker without a word: the parent says what is to be said."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def _single_threaded() -> Iterator[None]:
    """Let each worker use one core: they fill the machine together. The workers inherit these settings."""
    before = {name: os.environ.get(name) for name in _ONE_THREAD}
    os.environ.update(_ONE_THREAD)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value
