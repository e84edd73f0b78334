"""`vigie attacks` as its user meets it: small networks, an attack or two, a run that is cut."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from network import cli
from tests.installation import VIGIE

SMALL = ("--debtors", "40", "--churn", "low", "--attack", "invariants")


def finished(home: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in (home / "attacks" / "trials").rglob("[!.]*.npz")}


def outcome(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VIGIE_HOME", str(tmp_path))
    return tmp_path


def test_a_run_that_is_cut_goes_on_where_it_stopped(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = [*VIGIE, "attacks", "--seeds", "4", *SMALL]
    with subprocess.Popen(
        command, env=os.environ, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        while not finished(home):
            assert process.poll() is None
            time.sleep(0.02)
        os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in said
    before = finished(home)
    assert 0 < len(before) < 10
    assert not (home / "attacks" / "report.json").exists()

    assert cli.run(["attacks", "--seeds", "4", *SMALL, "--json"]) == 0
    after = finished(home)
    assert len(after) == 10  # four networks under two sets of rules, two naive
    assert before.items() <= after.items()

    rows = outcome(capsys)["rows"]
    assert rows == json.loads((home / "attacks" / "report.json").read_text(encoding="utf-8"))
    assert {row["churn"] for row in rows} == {"low"}
    assert {row["profile"] for row in rows} == {"default", "trade"}
    for row in rows:
        assert set(row) == {
            *("attack", "churn", "figure", "low", "high", "threshold", "passed", "naive"),
            *("measure", "profile", "p_value", "trials", "note", "seeds"),
        }
        assert row["seeds"] == [1, 2, 3, 4]
        assert row["passed"] is True
        assert row["naive"] > row["figure"] == 0


def test_the_report_names_rules_seeds_and_what_was_left_out(home: Path) -> None:
    assert cli.run(["attacks", "--seeds", "1", *SMALL, "--profile", "default"]) == 0
    report = (home / "attacks" / "report.md").read_text(encoding="utf-8")
    assert "seeds: 1." in report
    assert "## Profile default (gate 5, 6, 7)" in report
    assert "## Profile trade" not in report
    assert "invariant: two groups behind a movement" in report


def test_an_attack_that_does_not_exist_is_named_with_those_that_do(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["attacks", "--attack", "telepathy"]) == 2
    said = capsys.readouterr().err
    assert "there is no attack telepathy" in said
    assert "invariants" in said
