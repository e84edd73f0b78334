"""Keeps the processes of one machine alive: whatever dies is started again, more slowly each time."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

_STEP_SECONDS = 0.1
_FIRST_PAUSE_SECONDS = 1.0
_LONGEST_PAUSE_SECONDS = 30.0
_HEALTHY_SECONDS = 60.0
_STOP_SECONDS = 15.0
_LONGEST_LOG_BYTES = 20_000_000


@dataclass(slots=True)
class Child:
    """One supervised process; its output goes to `log`, of which one earlier part is kept."""

    name: str
    command: Sequence[str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    began: float = 0.0
    pause: float = _FIRST_PAUSE_SECONDS
    due: float = 0.0
    restarts: int = 0


@dataclass(slots=True)
class Supervisor:
    """Runs children until it is told to stop.

    `tell` is called with each death: (name, exit code, seconds until the next start). `each_second` looks after what
    are not children, such as the engines.
    """

    children: Sequence[Child]
    tell: Callable[[str, int, float], None]
    each_second: Callable[[], None] = lambda: None
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    _is_stopping: bool = False

    def run(self) -> None:
        """Start the children and watch them; returns when SIGTERM or SIGINT came and all have ended."""
        before = {
            number: signal.signal(number, self._stop_soon) for number in (signal.SIGTERM, signal.SIGINT)
        }
        next_look = time.monotonic() + 1.0
        try:
            while not self._is_stopping:
                now = time.monotonic()
                for child in self.children:
                    self._look_after(child, now)
                if now >= next_look:
                    self.each_second()
                    next_look = now + 1.0
                time.sleep(_STEP_SECONDS)
        finally:
            self._end_all()
            for number, handler in before.items():
                signal.signal(number, handler)

    def _stop_soon(self, _number: int, _frame: FrameType | None) -> None:
        self._is_stopping = True

    def _look_after(self, child: Child, now: float) -> None:
        if child.process is None:
            if now >= child.due:
                self._start(child, now)
            return
        code = child.process.poll()
        if code is None:
            return
        if now - child.began > _HEALTHY_SECONDS:
            child.pause = _FIRST_PAUSE_SECONDS
        child.process, child.due = None, now + child.pause
        child.restarts += 1
        self.tell(child.name, code, child.pause)
        child.pause = min(child.pause * 2, _LONGEST_PAUSE_SECONDS)

    def _start(self, child: Child, now: float) -> None:
        if child.log.exists() and child.log.stat().st_size > _LONGEST_LOG_BYTES:
            child.log.replace(child.log.with_suffix(".log.1"))
        with child.log.open("ab") as log:
            child.process = subprocess.Popen(  # noqa: S603  # our own commands
                [*_dying_with_us(), *child.command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=dict(self.environment),
                start_new_session=True,  # Ctrl-C is for us; the children end in order when we say so
            )
        child.began = now

    def _end_all(self) -> None:
        running = [child.process for child in self.children if child.process is not None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + _STOP_SECONDS
        for process in running:
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _dying_with_us() -> list[str]:
    """Return the words before a command that make it end when we are killed; Linux knows how."""
    program = shutil.which("setpriv") if sys.platform == "linux" else None
    return [program, "--pdeathsig", "TERM", "--"] if program else []
