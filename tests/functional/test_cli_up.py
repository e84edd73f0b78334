"""`vigie up` and the commands beside it, as processes."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from network.embedded import engines, processes
from network.embedded.locks import is_held
from network.embedded.places import Places
from tests.functional.test_embedded import processes_of

VIGIE = (sys.executable, "-m", "network.cli")


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="vigie-up-") as folder, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        monkeypatch.setenv("VIGIE_HOME", folder)
        monkeypatch.setenv("VIGIE_PORT", str(port))
        yield Path(folder)
        vigie("down")
        engines.stop_all(Path(folder))


def vigie(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*VIGIE, *words], capture_output=True, text=True, timeout=120, check=False)


def page(url: str) -> int:
    with urllib.request.urlopen(url, timeout=20) as answer:  # noqa: S310  # our own address
        return int(answer.status)


def web_processes(home: Path) -> set[int]:
    """Return the processes that serve the pages of this home."""
    found = set()
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                words = (folder / "cmdline").read_bytes().split(b"\0")
                environment = (folder / "environ").read_bytes()
            except OSError:
                continue
            if b"web" in words and f"VIGIE_HOME={home}".encode() in environment.split(b"\0"):
                found.add(int(folder.name))
    return found


def test_a_command_on_its_own_leaves_nothing_running(home: Path) -> None:
    assert vigie("member", "add", "Aciers Réunis").returncode == 0
    assert processes_of(home) == []
    assert json.loads(vigie("member", "list", "--json").stdout)["members"][0]["name"] == "Aciers Réunis"
    assert processes_of(home) == []


def test_commands_started_together_share_the_engines(home: Path) -> None:
    together = [
        subprocess.Popen([*VIGIE, "member", "add", f"Member {number}"], stdout=subprocess.DEVNULL)
        for number in range(3)
    ]
    assert [process.wait(timeout=60) for process in together] == [0, 0, 0]
    assert processes_of(home) == []
    assert len(json.loads(vigie("member", "list", "--json").stdout)["members"]) == 3


def test_up_serves_mends_itself_and_is_left_alone_by_commands(home: Path) -> None:
    started = vigie("up", "--detach", "--json")
    assert started.returncode == 0, started.stderr
    url = json.loads(started.stdout)["url"]
    assert page(url) == 200
    again = vigie("up")
    assert again.returncode == 1
    assert url in again.stderr
    assert vigie("member", "add", "Aciers Réunis").returncode == 0
    places = Places(home)
    assert is_held(places.postgres_lock)
    assert is_held(places.redis_lock)

    before = web_processes(home)
    assert before
    for process in before:
        os.kill(process, signal.SIGKILL)
    assert processes.wait_until(lambda: web_processes(home) - before != set(), seconds=30)

    postgres = processes.process_id(places.postgres_lock)
    assert postgres is not None
    os.kill(postgres, signal.SIGKILL)
    assert processes.wait_until(
        lambda: processes.process_id(places.postgres_lock) not in {None, postgres}, seconds=30
    )
    assert vigie("member", "list").returncode == 0

    assert vigie("down").returncode == 0
    assert processes_of(home) == []
    assert web_processes(home) == set()
    assert json.loads(vigie("down", "--json").stdout) == {"stopped": False}


def test_a_killed_supervisor_takes_everything_with_it(home: Path) -> None:
    assert vigie("up", "--detach").returncode == 0
    supervisor = processes.process_id(home / "run" / "up.lock")
    assert supervisor is not None
    os.kill(supervisor, signal.SIGKILL)
    assert processes.wait_until(lambda: processes_of(home) == [] and web_processes(home) == set(), seconds=40)


def test_ctrl_c_ends_up_in_order(home: Path) -> None:
    running = subprocess.Popen([*VIGIE, "up", "--json"], stdout=subprocess.PIPE, text=True)
    assert running.stdout is not None
    url = json.loads(running.stdout.readline())["url"]
    assert page(url) == 200
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=60)
    assert running.returncode == 0
    assert processes_of(home) == []


def test_a_port_in_use_is_said_before_anything_is_started(home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", int(os.environ["VIGIE_PORT"])))
        taken.listen()
        refused = vigie("up")
    assert refused.returncode == 2
    assert os.environ["VIGIE_PORT"] in refused.stderr
    assert processes_of(home) == []


def test_reset_deletes_what_is_ours_and_nothing_else(home: Path) -> None:
    assert vigie("member", "add", "Aciers Réunis").returncode == 0
    (home / "notes of mine.txt").write_text("keep", encoding="utf-8")
    assert vigie("reset", "--yes").returncode == 0
    assert [path.name for path in home.iterdir()] == ["notes of mine.txt"]
    assert json.loads(vigie("member", "list", "--json").stdout) == {"members": []}
