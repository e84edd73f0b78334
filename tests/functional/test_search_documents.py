"""What the index is told: of merged debtors, sectors and events; and what is found where index and database differ."""

import uuid
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from alerts.recent import recent_turns
from network.models import Debtor, DebtorIdentifier, Outbox
from network.permissions import operator_at_console
from network.search.connection import search_connection
from network.search.directory import read_documents
from network.search.drift import Drift, look_for_drift, repair_drift
from network.search.embedded import EmbeddedIndex
from network.search.events import MONTHS, MONTHS_AFTER
from network.search.indexer import rebuild_index, sweep_outbox
from network.services.search import find_debtors
from tests.factories.releases import close_month, months, released

OPERATOR = operator_at_console()


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> EmbeddedIndex:
    made = EmbeddedIndex(tmp_path / "index")
    monkeypatch.setattr(search_connection, "_index", made)
    monkeypatch.setattr(
        search_connection, "events", lambda session, ids: recent_turns(session, ids, months=MONTHS)
    )
    return made


def add(session: Session, name: str, **fields: object) -> Debtor:
    debtor = Debtor(name=name, is_listed=True, **fields)
    session.add(debtor)
    session.flush()
    return debtor


def ask(session: Session, *debtors: Debtor) -> None:
    """Have their documents written, as whoever changes a debtor does."""
    for debtor in debtors:
        debtor.version += 1
        session.add(Outbox(topic="debtor.changed", subject=str(debtor.id)))
    session.flush()


def found(words: str) -> list[str]:
    return [hit.name for hit in find_debtors(OPERATOR, words=words).hits]


def test_a_merged_debtor_is_found_under_who_stands_for_it_and_comes_back_by_a_split(
    session: Session, index: EmbeddedIndex
) -> None:
    dupont, zwickau = add(session, "Dupont"), add(session, "Zwickau Metall")
    session.add(DebtorIdentifier(scheme="siren", value="552100554", debtor_id=zwickau.id))
    ask(session, dupont, zwickau)
    sweep_outbox()
    assert found("zwickau") == ["Zwickau Metall"]
    zwickau.merged_into = dupont.id
    ask(session, dupont, zwickau)
    sweep_outbox()
    assert found("zwickau") == []
    assert found("552100554") == ["Dupont"], "what it was known by finds who stands for it"
    assert (index.count(), len(index.versions([dupont.id, zwickau.id]))) == (1, 1)
    rebuild_index()
    assert found("552100554") == ["Dupont"]
    zwickau.merged_into = None
    ask(session, dupont, zwickau)
    sweep_outbox()
    assert found("552100554") == found("zwickau") == ["Zwickau Metall"]


def test_news_of_a_merged_debtor_alone_has_its_representative_written(
    session: Session, index: EmbeddedIndex
) -> None:
    dupont, zwickau = add(session, "Dupont"), add(session, "Zwickau")
    ask(session, dupont, zwickau)
    sweep_outbox()
    zwickau.merged_into, dupont.version = dupont.id, dupont.version + 1
    session.add(DebtorIdentifier(scheme="siren", value="552100554", debtor_id=zwickau.id))
    ask(session, zwickau)
    sweep_outbox()
    assert found("552100554") == ["Dupont"]


def test_the_sector_is_that_of_the_register(session: Session, index: EmbeddedIndex) -> None:
    debtor = add(session, "Dupont", city="Lyon", postcode="69003", country="FR")
    session.add(DebtorIdentifier(scheme="siren", value="552100554", debtor_id=debtor.id))
    session.execute(
        text("""
            INSERT INTO register_entry (scheme, value, name, activity, is_active, is_person, as_of)
            VALUES ('siren', '552100554', 'DUPONT', '46.73A', true, false, :day)
        """),
        {"day": date(2026, 10, 1)},
    )
    rebuild_index()
    assert (
        found("sector:46") == found("secteur:46.73A ville:lyon dup") == found("department:69") == ["Dupont"]
    )
    assert found("sector:47") == []
    assert {facet.kind: facet.counts for facet in find_debtors(OPERATOR, words="dup").facets}["sector"] == (
        ("46", 1),
    )


def test_what_turned_lately_is_found_and_grows_old(session: Session, index: EmbeddedIndex) -> None:
    """Six months down to a low index, then silence: the fall is told for three months, the silence after it too."""
    debtor = add(session, "Dupont")
    epochs = months("2026-01", 5 + MONTHS_AFTER)
    told: dict[str, tuple[str, ...]] = {}
    for place, epoch in enumerate(epochs):
        if place < 5:
            close_month(epoch, released(epoch, debtor=debtor.id, days=1 if place < 4 else 6))
        else:
            close_month(epoch)
        session.add(Outbox(topic="release.closed", subject=epoch))
        session.flush()
        sweep_outbox()
        (document,) = read_documents(session, [debtor.id])
        told[epoch] = document.events
        assert index.versions([debtor.id]) == {debtor.id: document.version}, (
            "each close that changes it writes it"
        )
        assert bool(found("event:first-published")) == ("first_published" in document.events)
    assert {"first_published"} == set(told[epochs[0]])
    falls = [epoch for epoch in epochs if any(rule.startswith("index_") for rule in told[epoch])]
    assert tuple(falls) == epochs[4 : 4 + MONTHS]
    assert any("no_longer_published" in told[epoch] for epoch in epochs[5:])
    assert told[epochs[-1]] == ()


def test_drift_is_seen_and_mended_through_the_outbox(session: Session, index: EmbeddedIndex) -> None:
    debtors = [add(session, f"Firme {number}") for number in range(4)]
    rebuild_index()
    assert look_for_drift() == Drift()
    index.rebuild(read_documents(session, [one.id for one in debtors[:2]]))
    debtors[0].version += 1  # a spelling was confirmed: its document waits for the next release on purpose
    close_month("2026-09", released("2026-09", debtor=debtors[1].id))
    session.flush()
    assert look_for_drift() == Drift(behind=3)
    assert repair_drift() == Drift(behind=3)
    subjects = set(session.scalars(select(Outbox.subject).where(Outbox.topic == "debtor.changed")))
    assert subjects == {str(one.id) for one in debtors[1:]}
    assert look_for_drift() == Drift(), "what waits in the outbox is on its way"
    sweep_outbox()
    assert (look_for_drift(), index.count()) == (Drift(), 4)


def test_a_restored_dump_is_told_from_drift_that_mends_itself(session: Session, index: EmbeddedIndex) -> None:
    debtor = add(session, "Dupont")
    debtor.version = 9
    session.flush()
    rebuild_index()
    debtor.version = 3
    session.flush()
    assert look_for_drift() == Drift(ahead=1)


def test_an_unknown_debtor_is_no_drift(session: Session, index: EmbeddedIndex) -> None:
    index.rebuild([])
    assert look_for_drift() == Drift()
    assert index.versions([uuid.uuid4()]) == {}
