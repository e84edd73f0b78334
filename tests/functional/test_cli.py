"""The `vigie` command as its user meets it."""

import io
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest

from network import cli
from network.cli import COMMANDS, vigie
from network.embedded import engines

Run = Callable[..., "Outcome"]

AGED_BALANCE = """\
Customer Account #,Company Name,Country,Federal Tax ID,Account Balance,Current Due,1-30,31-60,61-90,91+,Report Date
C1,Garage Dupont SARL,FR,,1000.00,600.00,400.00,0.00,0.00,0.00,2026-09-30
C2,Menuiserie Lefort SAS,FR,,250.00,250.00,0.00,0.00,0.00,0.00,2026-09-30
C3,Boulangerie Morel SARL,FR,,-5.00,10.00,-15.00,0.00,0.00,0.00,2026-09-30
"""
DECLARED = 'decimal = "."\ncurrency = "EUR"\n'


class Outcome:
    """What a command left: exit code, standard output and standard error."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def json(self) -> dict[str, object]:
        found: dict[str, object] = json.loads(self.out)
        return found


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """A home whose engines run for the length of the module, so that each command only has to join."""
    with tempfile.TemporaryDirectory(prefix="vigie-cli-") as folder:
        with engines.held(Path(folder), with_redis=True, is_durable=False):
            yield Path(folder)
        engines.stop_all(Path(folder))


@pytest.fixture
def run(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process."""
    monkeypatch.setenv("VIGIE_HOME", str(home))
    monkeypatch.setattr("sys.stdin", io.StringIO(""))  # nobody answers questions

    def run_command(*words: str) -> Outcome:
        capsys.readouterr()
        code = cli.run(words)
        said = capsys.readouterr()
        return Outcome(code, said.out, said.err)

    return run_command


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    path = tmp_path / "balance.csv"
    path.write_text(AGED_BALANCE, encoding="utf-8")
    path.with_suffix(".toml").write_text(DECLARED, encoding="utf-8")
    return path


def commands() -> Iterator[tuple[str, click.Command]]:
    """Yield every command that does something, with the words that one types for it."""
    context = click.Context(vigie)
    for name in COMMANDS:
        command = vigie.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from ((f"{name} {part}", command.commands[part]) for part in command.commands)
        else:
            yield name, command


@pytest.mark.parametrize(("words", "command"), list(commands()))
def test_every_command_explains_itself_with_an_example(words: str, command: click.Command) -> None:
    assert command.help
    assert f"vigie {words}" in (command.epilog or "")
    options = {name for parameter in command.params for name in parameter.opts}
    assert "--json" in options or words in {"web", "worker", "scheduler"}
    assert all(parameter.help for parameter in command.params if isinstance(parameter, click.Option))


def test_help_does_not_load_what_it_does_not_need() -> None:
    heavy = ("sqlalchemy", "flask", "polars", "numpy", "celery", "rich")
    script = (
        "import sys; from network import cli; code = cli.run(['--help']); "
        f"print([name for name in {heavy!r} if name in sys.modules], code, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[] 0"
    assert all(name in done.stdout for name in COMMANDS)


def test_a_file_is_taken_in_and_the_outcome_is_one_object(run: Run, ledger: Path) -> None:
    words = (
        "ingest",
        str(ledger),
        "--member",
        "Aciers Réunis",
        "--mapping",
        str(ledger.with_suffix(".toml")),
        "--json",
    )
    first = run(*words)
    assert first.code == 0
    assert list(first.json) == [
        "format", "rows_read", "accepted", "rejected", "unprocessed", "periods", "unchanged", "rejections",
    ]  # fmt: skip
    assert (first.json["rows_read"], first.json["accepted"], first.json["rejected"]) == (3, 2, 1)
    assert (first.json["periods"], first.json["unchanged"]) == (["2026-09"], False)
    rejections = first.json["rejections"]
    assert isinstance(rejections, list)
    assert [(row["row"], set(row)) for row in rejections] == [(4, {"row", "code", "message"})]
    again = run(*words)
    assert (again.code, again.json["unchanged"], again.json["rows_read"]) == (0, True, 3)
    assert again.json["rejections"] == rejections
    assert again.err == ""


def test_a_person_is_told_what_to_mend(run: Run, ledger: Path) -> None:
    outcome = run(
        "ingest", str(ledger), "--member", "Boulonnerie", "--mapping", str(ledger.with_suffix(".toml"))
    )
    assert outcome.code == 0
    assert "aged_balance_csv" in outcome.out
    assert "Row 4: " in outcome.err


def test_a_file_of_which_nothing_can_be_taken_ends_with_1(run: Run, tmp_path: Path) -> None:
    lines = AGED_BALANCE.splitlines()
    path = tmp_path / "bad.csv"
    path.write_text(f"{lines[0]}\n{lines[3]}\n", encoding="utf-8")
    path.with_suffix(".toml").write_text(DECLARED, encoding="utf-8")
    outcome = run(
        "ingest", str(path), "--member", "Aciers", "--mapping", str(path.with_suffix(".toml")), "--json"
    )
    assert (outcome.code, outcome.json["accepted"], outcome.json["rejected"]) == (1, 0, 1)


@pytest.mark.parametrize("content", [None, b"", b"\x00\x01\x02", b"%PDF-1.7 ..."])
def test_a_file_that_cannot_be_read_ends_with_2_and_one_line(
    run: Run, tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "ledger.csv"
    if content is not None:
        path.write_bytes(content)
    outcome = run("ingest", str(path), "--member", "Aciers", "--json")
    assert (outcome.code, outcome.out) == (2, "")
    assert len(outcome.err.strip().splitlines()) == 1


def test_a_month_is_closed_and_the_next_one_follows(run: Run, ledger: Path) -> None:
    run("ingest", str(ledger), "--member", "Aciers Réunis", "--mapping", str(ledger.with_suffix(".toml")))
    closed = run("release", "close", "--json")
    assert closed.code == 0
    assert list(closed.json) == ["epoch", "debtors", "published", "withheld", "seconds"]
    assert (closed.json["epoch"], closed.json["published"]) == ("2026-09", 0)
    assert closed.json["debtors"] == closed.json["withheld"]
    again = run("release", "close", "--epoch", "2026-09")
    assert (again.code, again.out) == (1, "")
    assert "2026-09" in again.err
    assert run("release", "close", "--epoch", "September").code == 1
    assert run("release", "close", "--epoch", "2199-01").code == 1


def test_what_was_taken_in_is_found_at_once(run: Run, ledger: Path) -> None:
    run("ingest", str(ledger), "--member", "Aciers Réunis", "--mapping", str(ledger.with_suffix(".toml")))
    found = run("search", "dupond garage", "--json").json
    hits = found["hits"]
    assert isinstance(hits, list)
    assert hits[0]["name"].startswith("Garage Dupont")
    profile = run("profile", hits[0]["id"], "--json").json
    assert (profile["is_published"], profile["releases"]) == (False, [])
    assert profile["debtor"] == {
        name: hits[0][name]
        for name in ("id", "name", "legal_form", "identifiers", "postcode", "city", "country")
    }


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("profile", "Nobody of that name"), 1),
        (("member", "add", "Twice", "--group", "Nobody"), 1),
        (("rates", "load", "/nowhere/rates.csv"), 2),
        (("user", "add", "no-address", "--name", "X", "--role", "operator"), 1),
        (("review", "new", "00000000-0000-0000-0000-000000000000"), 1),
        (("ingest",), 2),
        (("nonsense",), 2),
        (("reset",), 130),
    ],
)
def test_a_refusal_is_one_line_that_says_what_to_do(run: Run, words: tuple[str, ...], code: int) -> None:
    outcome = run(*words)
    assert outcome.code == code
    assert outcome.out == ""
    assert len(outcome.err.strip().splitlines()) == 1
    assert "Traceback" not in outcome.err


def test_the_console_speaks_french(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "fr_FR.UTF-8")
    assert run("profile", "Personne").err.startswith("Aucun")


def test_wrong_settings_are_told_all_at_once(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGIE_PORT", "none")
    monkeypatch.setenv("VIGIE_PROFILE", "loose")
    outcome = run("member", "list")
    assert outcome.code == 2
    assert "VIGIE_PORT" in outcome.err
    assert "VIGIE_PROFILE" in outcome.err


def test_a_member_and_its_affiliate_share_a_group(run: Run) -> None:
    parent = run("member", "add", "Holding Nord", "--json").json
    child = run("member", "add", "Filiale Nord", "--group", "Holding Nord", "--json").json
    assert parent["group_id"] == child["group_id"]
    assert run("member", "add", "Holding Nord").code == 1
    listed = run("member", "list", "--json").json["members"]
    assert isinstance(listed, list)
    assert {"Holding Nord", "Filiale Nord"} <= {card["name"] for card in listed}


def test_a_password_that_was_made_is_shown_once(run: Run) -> None:
    words = ("user", "add", "ines@vigie.example", "--name", "Inès", "--role", "moderator")
    assert len(str(run(*words, "--json").json["password"])) >= 12
    assert run(*words).code == 1


def test_a_credit_manager_has_a_company(run: Run) -> None:
    words = ("user", "add", "claire@vigie.example", "--name", "Claire", "--role", "credit_manager")
    assert run(*words).code == 1
    assert run(*words, "--member", "Aciers de Claire").code == 0


def test_rates_are_loaded_again_without_harm(run: Run, tmp_path: Path) -> None:
    table = tmp_path / "eurofxref-hist.csv"
    table.write_text("Date,USD,JPY,\n2026-09-30,1.10,N/A,\n2026-09-29,1.09,160.20,\n", encoding="utf-8")
    expected = {"rates": 3, "currencies": 2, "first": "2026-09-29", "last": "2026-09-30"}
    assert run("rates", "load", str(table), "--json").json == expected
    assert run("rates", "load", str(table), "--json").json == expected
    table.write_text("Date,USD\n2026-09-30,0\n", encoding="utf-8")
    assert run("rates", "load", str(table)).code == 2


def test_doctor_finds_nothing_wrong_here(run: Run) -> None:
    outcome = run("doctor", "--json")
    assert outcome.code == 0
    findings = outcome.json["findings"]
    assert isinstance(findings, list)
    assert {"PostgreSQL", "Redis"} <= {finding["subject"] for finding in findings}


def test_reindex_counts_what_it_holds(run: Run) -> None:
    before = run("search", "x", "--json")
    assert before.code == 0
    assert isinstance(run("reindex", "--json").json["debtors"], int)


def test_simulated_ledgers_are_written_with_their_rates(run: Run, tmp_path: Path) -> None:
    words = (
        "simulate",
        str(tmp_path / "ledgers"),
        "--members",
        "4",
        "--debtors",
        "30",
        "--months",
        "3",
        "--json",
    )
    made = run(*words).json
    files = made["files"]
    assert isinstance(files, list)
    assert all(Path(file["path"]).exists() for file in files)
    assert run("rates", "load", str(made["rates"])).code == 0


@pytest.mark.parametrize("name", ["", "   ", "x" * 201, "Aciers\x00"])
def test_a_company_has_a_name_that_fits(run: Run, ledger: Path, name: str) -> None:
    words = ("--mapping", str(ledger.with_suffix(".toml")), "--json")
    for refused in (run("ingest", str(ledger), "--member", name, *words), run("member", "add", name)):
        assert (refused.code, refused.out) == (1, "")
        assert "200" in refused.err
