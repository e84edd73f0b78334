"""A server is started so that whoever comes later finds it, whatever became of its starter."""

import os
import signal
from pathlib import Path

import pytest

from network.embedded import processes
from network.embedded.locks import is_held


def test_a_start_that_is_cut_leaves_a_server_that_can_be_found_and_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = tmp_path / "server.lock"
    really = os.posix_spawn

    def cut(*arguments: object, **more: object) -> int:
        really(*arguments, **more)  # type: ignore[arg-type]  # passed on as it came
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "posix_spawn", cut)
    with pytest.raises(KeyboardInterrupt):
        processes.spawn(["sleep", "600"], lock=lock, log=tmp_path / "log")
    processes.stop(lock, with_signal=signal.SIGTERM)
    assert not is_held(lock)


def test_a_server_is_known_by_its_lock_as_soon_as_it_is_started(tmp_path: Path) -> None:
    lock = tmp_path / "server.lock"
    lock.write_text("99999999999", encoding="ascii")
    process = processes.spawn(["sleep", "600"], lock=lock, log=tmp_path / "log")
    assert processes.process_id(lock) == process
    processes.stop(lock, with_signal=signal.SIGTERM)
    assert processes.process_id(lock) is None
