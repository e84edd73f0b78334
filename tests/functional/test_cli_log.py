"""`vigie log` as the operator meets it, and the task that signs a head a day."""

import io
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from network import cli, tasks
from network.permissions import operator_at_console
from network.services.log_proofs import newest_head
from tests.factories.release_log import fill_log
from tests.factories.releases import DAY, DEBTOR, close_month, new_debtor, released

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(session: Session, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process, over the database of the test."""

    @contextmanager
    def already_running(**_options: object) -> Iterator[None]:
        yield

    monkeypatch.setattr("network.cli.log.network_running", already_running)
    monkeypatch.setattr("sys.stdin", io.StringIO(""))

    def run_command(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = cli.run(words)
        said = capsys.readouterr()
        return code, said.out, said.err

    return run_command


@pytest.fixture
def months_closed(session: Session) -> None:
    new_debtor()
    for epoch in ("2026-09", "2026-10"):
        close_month(epoch, released(epoch))


def test_an_untouched_log_is_told_in_one_line(run: Run, months_closed: None) -> None:
    code, out, _ = run("log", "verify")
    assert (code, out) == (0, "Nothing was changed: 4 leaves of 2 months, 2 signed heads.\n")
    code, out, _ = run("log", "verify", "--json")
    assert (code, json.loads(out)) == (
        0,
        {"holds": True, "fault": None, "epochs": 2, "leaves": 4, "heads": 2},
    )


def test_a_change_ends_with_code_1_and_one_sentence(run: Run, months_closed: None, session: Session) -> None:
    session.execute(text("RESET ROLE"))  # the worker may not
    session.execute(text("UPDATE release SET body = replace(body, 'EUR', 'USD') WHERE epoch = '2026-10'"))
    code, out, err = run("log", "verify")
    assert (code, out) == (1, "")
    assert "2026-10: a body was changed, or the root: they do not belong together.\n" in err
    code, out, _ = run("log", "verify", "--json")
    assert code == 1
    assert json.loads(out)["fault"].startswith("2026-10: a body was changed")


def test_a_head_that_was_kept_is_compared(run: Run, months_closed: None, tmp_path: Path) -> None:
    _, note, err = run("log", "head")
    kept = tmp_path / "head.txt"
    kept.write_text(note, encoding="utf-8")
    assert "Public key: vigie/releases/" in err
    close_month("2026-11")
    assert run("log", "verify", "--head", str(kept))[0] == 0
    kept.write_text(note.replace("\n4\n", "\n3\n"), encoding="utf-8")
    code, _, err = run("log", "verify", "--head", str(kept))
    assert (code, "The head that was kept was not signed by the key of this log." in err) == (1, True)
    kept.write_bytes(b"\xff\xfe")
    assert run("log", "verify", "--head", str(kept))[0] == 2


def test_a_proof_is_the_one_of_the_page(run: Run, months_closed: None) -> None:
    newest = json.loads(run("log", "proof", str(DEBTOR))[1])
    assert (newest["leaf"], '"epoch":"2026-10"' in newest["body"]) == (2, True)
    older = json.loads(run("log", "proof", str(DEBTOR), "--epoch", "2026-09")[1])
    assert older["leaf"] == 0
    assert run("log", "proof", str(DEBTOR), "--epoch", "2020-01")[0] == 1
    assert run("log", "proof", "Nobody")[0] == 1


def test_the_whole_log_is_taken_away_and_checked_without_us(
    run: Run, session: Session, tmp_path: Path
) -> None:
    fill_log()
    folder = tmp_path / "log"
    assert run("log", "export", str(folder))[0] == 0
    check = [sys.executable, "-I", "-S", str(folder / "verify_release.py"), str(folder)]
    ended = subprocess.run(check, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "holds: 1204 leaves under 4 heads" in ended.stdout
    leaves = folder / "leaves.ndjson"
    leaves.write_bytes(leaves.read_bytes().replace(b"EUR", b"USD", 1))
    ended = subprocess.run(check, capture_output=True, text=True, check=False)
    assert (ended.returncode, "was signed over other leaves" in ended.stdout) == (1, True)
    assert run("log", "export", str(folder))[0] == 2


def test_before_the_first_close_each_command_says_so(run: Run, session: Session, tmp_path: Path) -> None:
    for words in (("head",), ("export", str(tmp_path / "x"))):
        code, _, err = run("log", *words)
        assert (code, "No head is signed yet" in err) == (1, True)
    assert run("log", "verify")[0] == 0


def test_the_clock_signs_one_head_a_day(months_closed: None) -> None:
    before = newest_head(operator_at_console())
    today = datetime.now(tz=UTC).date()
    assert before is not None
    assert tasks.sign_head() is (today > DAY)
    newest = newest_head(operator_at_console())
    assert newest is not None
    assert (newest.day, newest.root) == (max(today, DAY), before.root)
    assert not tasks.sign_head()
