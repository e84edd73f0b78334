"""The method page as its readers meet it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session

from network import create_app
from network.promise import measured as files
from network.promise.measured import NAME, Measured
from network.settings import Settings
from tests.factories import measured as factory
from tests.factories.cast import Person
from tests.factories.releases import DEBTOR, close_month, new_debtor, released
from tests.functional.conftest import Visitor, words_of

ReaderOf = Callable[[Person], Visitor]
FAILS = "known limit: 1 figure beyond the promise"


@pytest.fixture(autouse=True)
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The figures that come with the program, for this test."""
    path = factory.put(tmp_path / "shipped" / NAME, factory.measured())
    monkeypatch.setattr(files, "SHIPPED", path)
    return path


@pytest.fixture
def own(settings: Settings) -> Path:
    """Where the operator's own figures lie."""
    return settings.home / "attacks" / NAME


def test_anybody_may_read_it_and_it_holds_all_chapters(visitor: Visitor) -> None:
    answer = visitor.opens("/method")
    words = words_of(answer)
    assert answer.status_code == 200
    for chapter in (
        "What is promised, and against whom",
        "How a figure is made",
        "Ten steps from ledgers to a release",
        "The rules in force",
        "What attackers reach",
        "What readers still learn",
        "Known limits",
        "Check it yourself",
    ):
        assert words.count(chapter) >= 2  # in the contents and over the chapter
    assert "The people who run this network, if they have the keys as well" in words
    assert "This is not what mathematicians call differential privacy" in words
    assert "No month is closed yet." in words
    assert "Measured on 20 Nov 2026" in words


def test_it_speaks_french(visitor: Visitor) -> None:
    words = words_of(visitor.opens("/method", Accept_Language="fr")).replace("\xa0", " ")
    for sentence in (
        "Ce qui est promis, et contre qui",
        "limite connue : 1 chiffre au-delà de la promesse",
        "5, 6 ou 7",
        "un arrivant, dans un réseau qui bouge",
        "Reconnaître un auteur à son style: il n’y a pas encore de discussions",
        "Un fournisseur seul n’est guère entendu",
    ):
        assert sentence in words


def test_figures_that_fail_come_first_and_are_named_as_known_limits(visitor: Visitor) -> None:
    words = words_of(visitor.opens("/method"))
    assert words.index(FAILS) < words.index("promise kept")
    assert words.index("Lay two months side by side " + FAILS) < words.index(
        "Watch for one supplier’s jump promise kept"
    )
    assert "What was not run Recognise an author by the style: there are no discussions yet" in words


def test_figures_of_other_numbers_are_never_shown_without_saying_so(visitor: Visitor, shipped: Path) -> None:
    warning = "These figures were measured under other rules."
    assert warning not in words_of(visitor.opens("/method"))
    factory.put(shipped, factory.of_other_numbers(factory.measured()))
    assert warning in words_of(visitor.opens("/method"))


def test_the_operators_own_figures_take_precedence(visitor: Visitor, own: Path) -> None:
    assert "the makers of the program" in words_of(visitor.opens("/method"))
    factory.put(own, factory.measured(factory.row("leaver")))
    words = words_of(visitor.opens("/method"))
    assert "this network’s operator" in words
    assert "Promises kept 1 of 1" in words
    assert FAILS not in words


def test_an_own_report_that_is_damaged_is_told_in_a_sentence(
    visitor: Visitor, own: Path, shipped: Path
) -> None:
    factory.put(own, factory.measured()).write_text(
        '{"format": "vigie-measured/1", "rows": [', encoding="utf-8"
    )
    answer = visitor.opens("/method")
    assert answer.status_code == 200
    assert "The report of this network’s own attacks cannot be read." in words_of(answer)
    assert FAILS in words_of(answer)
    shipped.unlink()
    words = words_of(visitor.opens("/method"))
    assert "cannot be read" in words
    assert "No figures are there." in words


def test_without_any_figures_the_page_says_what_to_do(visitor: Visitor, shipped: Path) -> None:
    shipped.unlink()
    words = words_of(visitor.opens("/method"))
    assert "No figures are there." in words
    assert "vigie attacks" in words
    assert "This was not measured in the run that is shown." in words
    assert visitor.opens("/method/figures.json").status_code == 404


def test_the_figures_can_be_taken_away(visitor: Visitor) -> None:
    answer = visitor.opens("/method/figures.json")
    assert Measured.parsed(answer.text) == factory.measured()
    assert answer.headers["Content-Disposition"] == 'attachment; filename="vigie-measured.json"'


def test_other_rules_stand_beside_the_default(session: Session, tmp_path: Path) -> None:
    app = create_app(Settings(home=tmp_path / "trade", secret_key="x" * 40, profile="trade"))
    words = words_of(Visitor(app.test_client()).opens("/method"))
    assert "This network does not use the default rules, but those named “trade”." in words
    assert "Suppliers needed 3 5, 6 or 7" in words
    assert "These rules reckon with one such company" in words
    assert "Nothing was measured under the rules that are in force here." in words


def test_it_says_since_when_the_rules_hold(visitor: Visitor) -> None:
    new_debtor()
    for epoch in ("2026-08", "2026-09"):
        close_month(epoch, released(epoch))
    words = words_of(visitor.opens("/method"))
    assert "All months from August 2026 to September 2026 were closed by exactly these numbers." in words


def test_the_pages_lead_to_it_and_it_leads_to_the_log(
    visitor: Visitor, reader_of: ReaderOf, subscriber: Person
) -> None:
    new_debtor()
    close_month("2026-09", released("2026-09"))
    assert 'href="/method"' in visitor.opens("/sign-in").text
    reader = reader_of(subscriber)
    assert reader.opens(f"/debtors/{DEBTOR}").text.count('href="/method"') == 2
    assert 'href="/log"' in reader.opens("/method").text
    assert 'href="/log"' not in visitor.opens("/method").text


def test_it_asks_the_database_once_however_large_the_network(app: Flask, session: Session) -> None:
    visitor = Visitor(app.test_client())
    new_debtor()
    close_month("2026-09", released("2026-09"))
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.lstrip().upper().startswith("SELECT") and "set_config" not in statement:
            asked.append(statement)

    event.listen(session.get_bind(), "before_cursor_execute", note)
    try:
        visitor.opens("/method")
    finally:
        event.remove(session.get_bind(), "before_cursor_execute", note)
    assert len(asked) == 1
    assert "release_epoch" in asked[0]
