"""`vigie debtor` as the operator meets it: merge, split, keep apart, and what was judged."""

import io
import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy.orm import Session

from network import cli, tasks
from network.permissions import Role
from network.search.embedded import EmbeddedIndex
from network.services.judgements import Verdict, ask_judgement
from network.settings import Settings
from tests.factories.cast import Person
from tests.factories.customers import sirens
from tests.factories.judged import merged_into, node

SIRENS = sirens(seed=13)
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(
    session: Session,
    settings: Settings,
    index: EmbeddedIndex,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """Run a command in this process, over the database of the test, while a worker runs elsewhere."""

    @contextmanager
    def already_running(**_options: object) -> Iterator[SimpleNamespace]:
        yield SimpleNamespace(settings=settings)

    monkeypatch.setattr("network.cli.debtor.network_running", already_running)
    monkeypatch.setattr("network.cli.up.deal_out_unless_up", lambda _settings: None)
    monkeypatch.setattr("sys.stdin", io.StringIO(""))

    def run_command(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = cli.run(words)
        said = capsys.readouterr()
        return code, said.out, said.err

    return run_command


@pytest.fixture
def told(run: Run) -> Callable[..., dict[str, Any]]:
    def as_json(*words: str) -> dict[str, Any]:
        code, out, err = run(*words, "--json")
        assert code == 0, err
        found: dict[str, Any] = json.loads(out)
        return found

    return as_json


@pytest.fixture
def two(session: Session) -> tuple[str, uuid.UUID]:
    """A debtor's SIREN, and another debtor without one."""
    siren = next(SIRENS)
    node("Garage Dupont", siren=siren)
    return siren, node("Dupont Automobiles")


def test_two_debtors_are_merged_listed_and_split(
    told: Callable[..., dict[str, Any]], two: tuple[str, uuid.UUID]
) -> None:
    siren, plain = two
    made = told("debtor", "merge", siren, str(plain), "--because", "same manager")
    assert made["is_new"]
    assert set(made["stands_for"].values()) == {str(merged_into()[plain])}
    assert not told("debtor", "merge", str(plain), siren)["is_new"]
    (held,) = told("debtor", "judgements", siren)["judgements"]
    assert (held["id"], held["verdict"], held["state"], held["reason"], held["decided_by"]) == (
        made["judgement"],
        "same",
        "in_force",
        "same manager",
        "operator",
    )
    assert told("debtor", "split", siren, str(plain), "--because", "no")["still_one_company"] is False
    assert merged_into() == {}
    (held,) = told("debtor", "judgements")["judgements"]
    assert (held["state"], held["withdrawn_because"]) == ("withdrawn", "no")


def test_what_was_kept_apart_is_not_merged_before_that_is_taken_back(
    run: Run, told: Callable[..., dict[str, Any]], two: tuple[str, uuid.UUID]
) -> None:
    siren, plain = two
    apart = told("debtor", "keep-apart", siren, str(plain))["judgement"]
    code, out, err = run("debtor", "merge", siren, str(plain))
    assert (code, out) == (1, "")
    assert f"Judgement {apart} says that these are different companies" in err
    assert run("debtor", "split", apart)[2] == f"Judgement {apart} is withdrawn.\n"
    assert run("debtor", "merge", siren, str(plain))[0] == 0


def test_two_sirens_are_refused_in_one_line(run: Run, two: tuple[str, uuid.UUID]) -> None:
    other = next(SIRENS)
    node("Dupont Frères", siren=other)
    code, _, err = run("debtor", "merge", two[0], other, "--despite-identifiers")
    assert (code, err.count("\n")) == (1, 1)
    assert "never become one" in err


def test_a_person_reads_words(run: Run, two: tuple[str, uuid.UUID], monkeypatch: pytest.MonkeyPatch) -> None:
    siren, plain = two
    assert "one company, for which" in run("debtor", "merge", siren, str(plain))[2]
    out = run("debtor", "judgements")[1]
    assert "in force" in out
    assert f"SIREN {siren}" in out
    monkeypatch.setenv("VIGIE_LANG", "fr")
    assert (
        "Chaque ligne est de nouveau sur son propre débiteur." in run("debtor", "split", siren, str(plain))[2]
    )


@pytest.mark.parametrize("named", [("nothing",), ("a", "b", "c"), ()])
def test_what_names_no_judgement_is_told_so(
    run: Run, two: tuple[str, uuid.UUID], named: tuple[str, ...]
) -> None:
    code, out, err = run("debtor", "split", *named)
    assert (code, out) == (2, "")
    assert err


def test_two_that_are_not_one_cannot_be_split(run: Run, two: tuple[str, uuid.UUID]) -> None:
    code, _, err = run("debtor", "split", two[0], str(two[1]))
    assert (code, err) == (1, "No judgement in force makes one company of these two.\n")


def test_the_worker_does_what_a_moderator_asked(moderator: Person, two: tuple[str, uuid.UUID]) -> None:
    assert moderator.actor.role is Role.MODERATOR
    left, right = two[1], node("Dupont")
    ask_judgement(moderator.actor, left=left, right=right, verdict=Verdict.SAME)
    assert tasks.judge() == 1
    assert len(merged_into()) == 1
