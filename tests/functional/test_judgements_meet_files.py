"""Judgements beside files that are being taken in, other judgements, pages and search."""

import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from network.logins import DatabaseRole
from network.models import Debtor, DebtorIdentifier, DebtorSpelling, Judgement
from network.permissions import operator_at_console
from network.resolution import registry, resolve
from network.resolution.debtor_names import DebtorNames
from network.resolution.judgements import settle
from network.resolution.resolve import resolve_customers
from network.search.embedded import EmbeddedIndex
from network.search.indexer import sweep_outbox
from network.services.judgements import JudgementMade, Verdict, judge, withdraw
from network.services.search import search_debtors
from network.transaction import unit_of_work
from tests.databases import login
from tests.factories.cast import Person
from tests.factories.customers import customers, sirens
from tests.factories.judged import companies, edges_in_force, joined, merged_into, node
from tests.factories.releases import close_month, released
from tests.functional.conftest import Visitor, words_of

SIRENS = sirens(seed=12)
LYON = {"postcode": "69003", "country": "FR"}
OPERATOR = operator_at_console()
VAT = "BE0417497106"


@pytest.fixture(autouse=True)
def _no_names_of_other_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resolve, "debtor_names", DebtorNames())


def merge(left: uuid.UUID, right: uuid.UUID) -> JudgementMade:
    return judge(OPERATOR, left=left, right=right, verdict=Verdict.SAME)


def confirm(session: Session, debtor_id: uuid.UUID, spelling: str) -> None:
    session.add(DebtorSpelling(spelling=spelling, area="FR:69", debtor_id=debtor_id, confirmations=2))
    session.flush()


# --- lines --------------------------------------------------------------------------------------------------------


def test_identifiers_of_one_company_do_not_disagree_and_a_line_lies_on_the_debtor_that_they_name(
    session: Session,
) -> None:
    siren = next(SIRENS)
    one, two = node("Garage Dupont", siren=siren), node("Garage Dupont", vat=VAT)
    for debtor_id in (one, two):
        confirm(session, debtor_id, "garage dupont")
    file = customers(
        {"customer_name": "Garage Dupont", "siren": siren, "vat": VAT, **LYON},
        {"customer_name": "Garage Dupont", "vat": VAT, **LYON},
        {"customer_name": "Garage Dupont", "siren": siren, **LYON},
    )
    asked = resolve_customers(session, file).frame
    assert asked["reason"][0] == "identifiers_disagree"
    made = merge(one, two)
    placed = resolve_customers(session, file).frame
    assert placed["debtor_id"].to_list() == [str(one), str(two), str(one)]
    withdraw(OPERATOR, judgement_id=made.id)
    assert resolve_customers(session, file).frame["debtor_id"].to_list() == [None, str(two), str(one)]


def test_a_second_siren_for_a_merged_debtor_goes_to_a_person(session: Session) -> None:
    one, two = node("Garage Dupont", siren=next(SIRENS)), node("Garage Dupont", vat=VAT)
    confirm(session, two, "garage dupont")
    merge(one, two)
    line = {"customer_name": "Garage Dupont", "siren": next(SIRENS), "vat": VAT, **LYON}
    assert resolve_customers(session, customers(line)).frame["reason"][0] == "identifiers_disagree"


def test_a_spelling_that_two_debtors_of_one_company_have_means_one_company(session: Session) -> None:
    one, two = node("Garage Dupont", siren=next(SIRENS)), node("Garage Dupont")
    for debtor_id in (one, two):
        confirm(session, debtor_id, "garage dupont")
    file = customers({"customer_name": "Garage Dupont", **LYON})
    assert resolve_customers(session, file).frame["reason"][0] == "several"
    made = merge(one, two)
    (row,) = resolve_customers(session, file).frame.to_dicts()
    assert (row["band"], row["debtor_id"]) == ("link", str(one)), "the one that stands for both"
    withdraw(OPERATOR, judgement_id=made.id)
    assert resolve_customers(session, file).frame["reason"][0] == "several"


def test_a_name_is_not_absurd_where_the_company_is_known_by_it(session: Session) -> None:
    siren = next(SIRENS)
    one, two = node("Boulangerie Dupont", siren=siren), node("Zinc et Bois")
    confirm(session, one, "boulangerie dupont")
    confirm(session, two, "zinc bois")
    file = customers({"customer_name": "Zinc et Bois", "siren": siren, **LYON})
    assert resolve_customers(session, file).frame["reason"][0] == "name_absurd"
    merge(one, two)
    assert resolve_customers(session, file).frame["debtor_id"][0] == str(one)


# --- search and pages ---------------------------------------------------------------------------------------------


def test_search_finds_one_debtor_by_the_names_and_numbers_of_all(
    session: Session, index: EmbeddedIndex, moderator: Person
) -> None:
    siren = next(SIRENS)
    one, two = node("Garage Dupont", siren=siren), node("Automobiles Zwickau", vat=VAT)
    confirm(session, one, "garage dupont")
    confirm(session, two, "automobiles zwickau")

    def found(words: str) -> list[uuid.UUID]:
        sweep_outbox(index)
        return [hit.id for hit in search_debtors(moderator.actor, words=words)]

    for debtor_id in (one, two):
        registry.announce(session, [str(debtor_id)])
    assert (found("Zwickau"), found(VAT), found(siren)) == ([two], [two], [one])
    made = merge(one, two)
    assert (found("Zwickau"), found(VAT), found("Garage Dupont")) == ([one], [one], [one])
    withdraw(OPERATOR, judgement_id=made.id)
    assert (found("Zwickau"), found(VAT), found("Garage Dupont")) == ([two], [two], [one])


def test_the_page_of_a_merged_debtor_leads_to_the_one_that_stands_for_it(
    session: Session, reporter: Person, subscriber: Person, reader_of: Callable[[Person], Visitor]
) -> None:
    one, two = node("Garage Dupont", siren=next(SIRENS), is_listed=True), node("Zwickau", is_listed=True)
    close_month("2026-09", released("2026-09", debtor=one), released("2026-09", debtor=two))
    made = merge(one, two)
    for person in (reporter, subscriber):
        reader = reader_of(person)
        moved = reader.opens(f"/debtors/{two}")
        assert (moved.status_code, moved.location) == (302, f"/debtors/{one}")
        page = words_of(reader.opens(f"/debtors/{one}"))
        assert "are one company, by a judgement of the network" in page
        assert "One company with: Zwickau" in page
    proofs = {
        reader_of(person).opens(f"/log/releases/{two}/2026-09.json").data for person in (reporter, subscriber)
    }
    assert len(proofs) == 1
    withdraw(OPERATOR, judgement_id=made.id)
    assert reader_of(reporter).opens(f"/debtors/{two}").status_code == 200


# --- at once ------------------------------------------------------------------------------------------------------

MERGE = """
import sys, uuid
from network.extensions import database
from network.permissions import operator_at_console
from network.services.judgements import Verdict, judge
database.connect(sys.argv[1])
for pair in sys.argv[2:]:
    left, right = map(uuid.UUID, pair.split(","))
    judge(operator_at_console(), left=left, right=right, verdict=Verdict.SAME)
"""


def test_two_processes_that_merge_at_once_make_one_company_of_all(committed_database: Engine) -> None:
    nodes = [node(f"Company {place}") for place in range(12)]
    pairs = list(pairwise(nodes))
    url = login(committed_database.url, DatabaseRole.WORKER)
    root = Path(__file__).parents[2]
    halves = [pairs[::2], pairs[1::2][::-1]]
    running = [
        subprocess.Popen(
            [sys.executable, "-c", MERGE, url, *(f"{left},{right}" for left, right in half)], cwd=root
        )
        for half in halves
    ]
    assert [process.wait(60) for process in running] == [0, 0]
    assert companies(nodes) == {frozenset(nodes)} == joined(nodes, edges_in_force())
    with Session(committed_database) as session:
        revisions = session.scalars(select(Judgement.revision)).all()
    assert sorted(revisions) == list(range(1, len(pairs) + 1)), "one after the other"


def test_a_judgement_waits_for_a_file_that_is_being_taken_in(committed_database: Engine) -> None:
    one, two = node("Garage Dupont", siren=next(SIRENS)), node("Garage Dupont", vat=VAT)
    looked, done = threading.Event(), threading.Event()

    def take_in() -> float:
        with unit_of_work() as unit:
            registry.known_identifiers(unit, customers_identifiers())
            looked.set()
            time.sleep(0.5)
            assert merged_into() == {}
            done.set()
        return time.monotonic()

    with ThreadPoolExecutor() as people:
        file = people.submit(take_in)
        looked.wait(5)
        merge(one, two)
        assert done.is_set()
        file.result()
    assert len(merged_into()) == 1


def customers_identifiers() -> pl.DataFrame:
    return pl.DataFrame({"scheme": ["vat"], "value": [VAT]})


def test_two_files_cannot_teach_one_company_two_sirens_at_once(committed_database: Engine) -> None:
    one, two = node("Garage Dupont"), node("Dupont Garage")
    merge(one, two)
    wrote, may_end = threading.Event(), threading.Event()

    def teach(debtor_id: uuid.UUID, *, first: bool) -> str:
        try:
            with unit_of_work() as unit:
                unit.add(DebtorIdentifier(scheme="siren", value=next(SIRENS), debtor_id=debtor_id))
                unit.flush()
                if first:
                    wrote.set()
                    may_end.wait(5)
        except IntegrityError as error:
            return str(error.orig)
        return "written"

    with ThreadPoolExecutor() as people:
        earlier = people.submit(teach, one, first=True)
        wrote.wait(5)
        later = people.submit(teach, two, first=False)
        time.sleep(0.3)
        assert not later.done(), "it waits for the other file"
        may_end.set()
        assert (earlier.result(), later.result().splitlines()[0]) == ("written", "two SIRENs in one company")


def test_what_edges_say_is_mended_where_the_column_says_something_else(session: Session) -> None:
    one, two = node("A"), node("B")
    merge(one, two)
    session.execute(Debtor.__table__.update().values(merged_into=None))
    settle(session, [one])
    assert companies([one, two]) == {frozenset([one, two])}
    settle(session, [one])
