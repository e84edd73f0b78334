"""The supervisor: what dies is started again, more slowly each time, and nothing is left when it ends."""

import os
import signal
import sys
import threading
import time
from pathlib import Path

import pytest

from network.embedded import supervisor
from network.embedded.processes import is_alive, wait_until
from network.embedded.supervisor import Child, Supervisor

SLEEPS = "import time; time.sleep(60)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"


def child(tmp_path: Path, script: str, name: str = "child") -> Child:
    return Child(name=name, command=[sys.executable, "-c", script], log=tmp_path / f"{name}.log")


def end_when(condition: threading.Event) -> threading.Thread:
    """Send this process SIGTERM, as `vigie down` does, once the condition holds."""

    def wait_and_end() -> None:
        condition.wait(30)
        os.kill(os.getpid(), signal.SIGTERM)

    thread = threading.Thread(target=wait_and_end)
    thread.start()
    return thread


def test_a_child_that_dies_is_started_again_more_slowly_each_time(tmp_path: Path) -> None:
    deaths: list[tuple[str, int, float]] = []
    enough = threading.Event()

    def tell(name: str, code: int, pause: float) -> None:
        deaths.append((name, code, pause))
        if len(deaths) == 2:
            enough.set()

    ending = end_when(enough)
    Supervisor(children=[child(tmp_path, "print('born'); raise SystemExit(3)")], tell=tell).run()
    ending.join()
    assert deaths == [("child", 3, 1.0), ("child", 3, 2.0)]
    assert (tmp_path / "child.log").read_text(encoding="utf-8") == "born\nborn\n"


def test_at_the_end_nothing_is_left_not_even_the_deaf(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "_STOP_SECONDS", 1.0)
    children = [child(tmp_path, SLEEPS, "quiet"), child(tmp_path, DEAF, "deaf")]
    ready = threading.Event()

    def look() -> None:
        if (tmp_path / "deaf.log").read_text(encoding="utf-8"):
            ready.set()

    ending = end_when(ready)
    began = time.monotonic()
    Supervisor(children=children, tell=lambda *_: None, each_second=look).run()
    ending.join()
    assert time.monotonic() - began < 30
    processes = [each.process.pid for each in children if each.process is not None]
    assert len(processes) == 2
    assert wait_until(lambda: not any(is_alive(process) for process in processes), seconds=5)
