"""`vigie up` and the commands beside it, as processes."""

import json
import os
import signal
import socket
import subprocess
from pathlib import Path

from network.embedded import processes
from network.embedded.locks import is_held
from network.embedded.places import Places
from tests.installation import VIGIE, page, processes_of, vigie, web_processes


def test_a_command_on_its_own_leaves_nothing_running(installation: Path) -> None:
    assert vigie("member", "add", "Aciers Réunis").returncode == 0
    assert processes_of(installation) == []
    assert json.loads(vigie("member", "list", "--json").stdout)["members"][0]["name"] == "Aciers Réunis"
    assert processes_of(installation) == []


def test_commands_started_together_share_the_engines(installation: Path) -> None:
    together = [
        subprocess.Popen([*VIGIE, "member", "add", f"Member {number}"], stdout=subprocess.DEVNULL)
        for number in range(3)
    ]
    assert [process.wait(timeout=60) for process in together] == [0, 0, 0]
    assert processes_of(installation) == []
    assert len(json.loads(vigie("member", "list", "--json").stdout)["members"]) == 3


def test_up_serves_mends_itself_and_is_left_alone_by_commands(installation: Path) -> None:
    started = vigie("up", "--detach", "--json")
    assert started.returncode == 0, started.stderr
    url = json.loads(started.stdout)["url"]
    assert page(url) == 200
    again = vigie("up")
    assert again.returncode == 1
    assert url in again.stderr
    assert vigie("member", "add", "Aciers Réunis").returncode == 0
    places = Places(installation)
    assert is_held(places.postgres_lock)
    assert is_held(places.redis_lock)

    before = web_processes(installation)
    assert before
    for process in before:
        os.kill(process, signal.SIGKILL)
    assert processes.wait_until(lambda: web_processes(installation) - before != set(), seconds=30)

    postgres = processes.process_id(places.postgres_lock)
    assert postgres is not None
    os.kill(postgres, signal.SIGKILL)
    assert processes.wait_until(
        lambda: processes.process_id(places.postgres_lock) not in {None, postgres}, seconds=30
    )
    assert vigie("member", "list").returncode == 0

    assert vigie("down").returncode == 0
    assert processes_of(installation) == []
    assert web_processes(installation) == set()
    assert json.loads(vigie("down", "--json").stdout) == {"stopped": False}


def test_a_killed_supervisor_takes_everything_with_it(installation: Path) -> None:
    assert vigie("up", "--detach").returncode == 0
    supervisor = processes.process_id(installation / "run" / "up.lock")
    assert supervisor is not None
    os.kill(supervisor, signal.SIGKILL)
    assert processes.wait_until(
        lambda: processes_of(installation) == [] and web_processes(installation) == set(), seconds=40
    )


def test_ctrl_c_ends_up_in_order(installation: Path) -> None:
    running = subprocess.Popen([*VIGIE, "up", "--json"], stdout=subprocess.PIPE, text=True)
    assert running.stdout is not None
    url = json.loads(running.stdout.readline())["url"]
    assert page(url) == 200
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=60)
    assert running.returncode == 0
    assert processes_of(installation) == []


def test_a_port_in_use_is_said_before_anything_is_started(installation: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", int(os.environ["VIGIE_PORT"])))
        taken.listen()
        refused = vigie("up")
    assert refused.returncode == 2
    assert os.environ["VIGIE_PORT"] in refused.stderr
    assert processes_of(installation) == []


def test_reset_deletes_what_is_ours_and_nothing_else(installation: Path) -> None:
    assert vigie("member", "add", "Aciers Réunis").returncode == 0
    (installation / "notes of mine.txt").write_text("keep", encoding="utf-8")
    assert vigie("reset", "--yes").returncode == 0
    assert [path.name for path in installation.iterdir()] == ["notes of mine.txt"]
    assert json.loads(vigie("member", "list", "--json").stdout) == {"members": []}
