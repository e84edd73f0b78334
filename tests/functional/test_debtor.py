"""The page of a debtor, as different people see it."""

import uuid
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.subscriptions import is_watched, watch_debtor
from network.models import Debtor, DebtorIdentifier, Watch
from network.permissions import Role, operator_at_console
from network.services.ledgers import submit_ledger
from network.services.registers import load_register
from network.transaction import unit_of_work
from tests.factories.cast import Person, new_member, new_person
from tests.factories.registers import (
    entities_file,
    entity,
    link,
    links_file,
    site,
    sites_file,
    unit,
    units_file,
)
from tests.factories.releases import DEBTOR, close_month, months, new_debtor, released
from tests.functional.conftest import Visitor, words_of

ReaderOf = Callable[[Person], Visitor]
EPOCHS = months("2026-06", 5)
PAGE = f"/debtors/{DEBTOR}"
LEI, PARENT = "969500Q2MA9VBQ8BG884", "R0MUWSFPU8MPRO8K5P83"
LEDGER = """customer_id,customer_name,siren,invoice_id,invoice_date,due_date,amount,currency,settled_date,disputed
C1,Tôlerie Chaumont,732829320,F1,2026-08-01,2026-08-31,1000.00,EUR,,false
C1,Tôlerie Chaumont,732829320,F2,2026-10-01,2026-10-31,3000.00,EUR,,false
"""


@pytest.fixture
def published(session: Session) -> uuid.UUID:
    """A debtor that slid from on time to 22-30 days late over five months."""
    debtor = new_debtor(city="Chaumont", postcode="52000", legal_form="SAS")
    with unit_of_work() as work:
        work.add(DebtorIdentifier(scheme="siren", value="732829320", debtor_id=debtor))
    for epoch, days in zip(EPOCHS, (0, 1, 2, 3, 4), strict=True):
        close_month(epoch, released(epoch, days=days, past_due=days + 1))
    return debtor


def send_ledger(person: Person, folder: Path) -> None:
    path = folder / "ledger.csv"
    path.write_text(LEDGER, encoding="utf-8")
    submit_ledger(person.actor, path=path, today=date(2026, 11, 21))


def test_a_credit_manager_reads_how_the_debtor_pays(
    published: uuid.UUID, reader_of: ReaderOf, subscriber: Person
) -> None:
    words = words_of(reader_of(subscriber).opens(PAGE))
    assert "Tôlerie Chaumont" in words
    assert "52000 Chaumont" in words
    assert "On average, suppliers are paid 22 to 30 days late." in words
    assert "The index lies between 50 and 60; 80 is on terms." in words
    assert "▼ down 21 points in 3 months" in words
    assert "Independent suppliers 5 to 9" in words
    assert "Payment Index below 60" in words


def test_the_page_speaks_french(published: uuid.UUID, reader_of: ReaderOf) -> None:
    reader = new_person("Lectrice", role=Role.SUBSCRIBER, member=new_member("Assurances Vidal"), locale="fr")
    answer = reader_of(reader).opens(PAGE)
    assert "22 à 30 jours de retard" in words_of(answer)
    assert "Indice de paiement" in answer.text
    assert "oct. 2026" in answer.text


def test_every_chart_has_a_table_twin(published: uuid.UUID, reader_of: ReaderOf, subscriber: Person) -> None:
    html = reader_of(subscriber).opens(PAGE).text
    assert html.count('<figure class="chart"') == 5
    assert html.count("Show as a table") == 5
    assert html.count('role="img"') == 10


def test_all_readers_are_shown_the_same_release(
    published: uuid.UUID, reader_of: ReaderOf, subscriber: Person, outsider: Person
) -> None:
    def drawn(person: Person) -> str:
        html = reader_of(person).opens(PAGE).text
        return html[html.index('<div class="standing">') : html.index('<details class="sheet method">')]

    assert drawn(subscriber) == drawn(outsider)


def test_what_is_withheld_now_says_when_it_was_last_published_and_one_reason(
    published: uuid.UUID, reader_of: ReaderOf, subscriber: Person
) -> None:
    close_month("2026-11")
    words = words_of(reader_of(subscriber).opens(PAGE))
    assert "Last published in October 2026." in words
    assert "too few suppliers, or too much in the hands of one" in words
    assert "No longer published" in words


def test_a_debtor_that_was_never_published_is_shown_to_its_own_supplier_with_the_reason(
    session: Session, reader_of: ReaderOf, reporter: Person, tmp_path: Path
) -> None:
    send_ledger(reporter, tmp_path)
    debtor = session.scalar(select(DebtorIdentifier.debtor_id).where(DebtorIdentifier.value == "732829320"))
    words = words_of(reader_of(reporter).opens(f"/debtors/{debtor}"))
    assert "Nothing published yet" in words
    assert "too few suppliers, or too much in the hands of one" in words
    assert "Your own ledger" in words


def test_who_may_not_know_of_a_debtor_finds_nothing(
    session: Session, reader_of: ReaderOf, outsider: Person
) -> None:
    new_debtor(is_listed=False)
    outside = reader_of(outsider)
    assert outside.opens(PAGE).status_code == 404
    assert outside.sends(f"{PAGE}/watch", seen_on="/").status_code == 404
    assert outside.opens(f"/debtors/{uuid.uuid4()}").status_code == 404


def test_a_visitor_who_is_not_signed_in_is_led_to_the_door(
    published: uuid.UUID, visitor: Visitor, cast: object
) -> None:
    assert visitor.opens(PAGE).status_code == 302


def test_only_the_own_company_sees_its_own_ledger(
    published: uuid.UUID,
    reader_of: ReaderOf,
    reporter: Person,
    colleague: Person,
    rival: Person,
    tmp_path: Path,
) -> None:
    send_ledger(reporter, tmp_path)
    for person in (reporter, colleague):
        words = words_of(reader_of(person).opens(PAGE))
        assert "Only you and your colleagues see this" in words
        assert "€4,000" in words
        assert "You are paid sooner than the others." in words
    assert "Your own ledger" not in words_of(reader_of(rival).opens(PAGE))


def test_one_click_watches_and_another_ends_it(
    published: uuid.UUID, reader_of: ReaderOf, subscriber: Person
) -> None:
    reader = reader_of(subscriber)
    answer = reader.sends(f"{PAGE}/watch", seen_on=PAGE)
    assert (answer.status_code, answer.location) == (302, PAGE)
    assert is_watched(subscriber.actor, debtor_id=published)
    assert "You are watching this debtor." in words_of(reader.opens(PAGE))
    reader.sends(f"{PAGE}/unwatch", seen_on=PAGE)
    assert not is_watched(subscriber.actor, debtor_id=published)


def test_a_watch_needs_the_form_token(published: uuid.UUID, reader_of: ReaderOf, subscriber: Person) -> None:
    assert reader_of(subscriber).client.post(f"{PAGE}/watch").status_code == 400
    assert not is_watched(subscriber.actor, debtor_id=published)


def test_a_moderator_reads_but_has_no_watch_button(
    published: uuid.UUID, reader_of: ReaderOf, moderator: Person, session: Session
) -> None:
    reader = reader_of(moderator)
    assert "data-watch" not in reader.opens(PAGE).text
    assert reader.sends(f"{PAGE}/watch", seen_on="/").status_code == 403
    assert session.scalars(select(Watch)).all() == []


def test_the_page_of_a_watched_debtor_shows_that_it_is(
    published: uuid.UUID, reader_of: ReaderOf, subscriber: Person
) -> None:
    watch_debtor(subscriber.actor, debtor_id=published)
    assert 'aria-pressed="true"' in reader_of(subscriber).opens(PAGE).text


def register(folder: Path) -> None:
    """Load the debtor, and the parent that a golden copy gives it."""
    operator = operator_at_console()
    load_register(operator, path=units_file(folder / "u.csv", [unit("732829320", "TOLERIE CHAUMONT")]))
    load_register(operator, path=sites_file(folder / "s.csv", [site("732829320", "52000", "CHAUMONT")]))
    entries = [entity(LEI, "Tôlerie Chaumont", siren="732829320"), entity(PARENT, "Aciers Holding")]
    load_register(operator, path=entities_file(folder / "20261115-lei2.csv", entries))
    load_register(operator, path=links_file(folder / "20261115-rr.csv", [link(LEI, PARENT)]))


def test_the_page_says_who_the_debtor_is_by_the_register(
    published: uuid.UUID, reader_of: ReaderOf, subscriber: Person, tmp_path: Path
) -> None:
    assert "No register of companies is loaded" in words_of(reader_of(subscriber).opens(PAGE))
    register(tmp_path)
    words = words_of(reader_of(subscriber).opens(PAGE))
    for told in (
        "Legal name TOLERIE CHAUMONT",
        "Legal form Simplified joint-stock company (SAS)",
        "Sector Wholesale 46.73A",
        "Head office 52000 CHAUMONT (FR)",
        "Status Active",
        f"LEI {LEI}",
        "Parent company Aciers Holding",
        "As SIRENE had it on",
    ):
        assert told in words
    lectrice = new_person("Lectrice", role=Role.SUBSCRIBER, member=new_member("Assurances"), locale="fr")
    french = words_of(reader_of(lectrice).opens(PAGE))
    assert "Société par actions simplifiée (SAS)" in french
    assert "Commerce de gros" in french


def test_a_parent_is_linked_where_it_is_listed_and_only_there(
    published: uuid.UUID, reader_of: ReaderOf, subscriber: Person, tmp_path: Path
) -> None:
    register(tmp_path)
    parent = new_debtor("Aciers Holding", is_listed=False, debtor_id=uuid.uuid4())
    with unit_of_work() as work:
        work.add(DebtorIdentifier(scheme="lei", value=PARENT, debtor_id=parent))
    assert f"/debtors/{parent}" not in reader_of(subscriber).opens(PAGE).text
    with unit_of_work() as work:
        work.get_one(Debtor, parent).is_listed = True
    assert f"/debtors/{parent}" in reader_of(subscriber).opens(PAGE).text


def test_of_an_unlisted_debtor_the_register_is_asked_for_the_members_own_numbers_alone(
    session: Session, reader_of: ReaderOf, reporter: Person, tmp_path: Path
) -> None:
    path = tmp_path / "ledger.csv"
    path.write_text(LEDGER.replace("732829320", ""), encoding="utf-8")
    submit_ledger(reporter.actor, path=path, today=date(2026, 11, 21))
    debtor = session.scalars(select(Debtor.id)).one()
    session.add(DebtorIdentifier(scheme="siren", value="732829320", debtor_id=debtor))
    session.flush()
    register(tmp_path)
    words = words_of(reader_of(reporter).opens(f"/debtors/{debtor}"))
    assert "TOLERIE CHAUMONT" not in words
    assert "have no company under the numbers shown above" in words
