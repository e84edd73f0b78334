"""Sheets: open lines as moderators read them, and what members read of their own."""

import uuid

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from network.models import (
    ReviewSheet,
)
from network.resolution import resolve
from network.resolution.debtor_names import DebtorNames
from network.resolution.resolve import resolve_customers
from network.services.review_sheets import write_sheets
from network.services.reviews import count_reviews, next_reviews
from tests.factories.cast import Person
from tests.factories.customers import customers
from tests.factories.reviews import DUPOND, LYON, SIRENS, decide, list_all, only, send, work


@pytest.fixture(autouse=True)
def _no_names_of_other_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resolve, "debtor_names", DebtorNames())


@pytest.fixture
def dupont(session: Session) -> uuid.UUID:
    """A debtor that the network knows from one member's line."""
    found = resolve_customers(
        session, customers({"customer_name": "Boulangerie Dupont", "siren": next(SIRENS), **LYON})
    )
    return uuid.UUID(found.frame["debtor_id"][0])


@pytest.fixture
def waiting(dupont: uuid.UUID, reporter: Person) -> uuid.UUID:
    """The debtor that a waiting line of the reporter may mean; the worker has seen the line."""
    send(reporter, DUPOND)
    work()
    return dupont


def test_a_moderator_reads_every_line_and_not_whose_it_is(
    session: Session, dupont: uuid.UUID, reporter: Person, rival: Person, moderator: Person
) -> None:
    for person in (reporter, rival):
        send(person, {**DUPOND, "customer_id": f"ledger account of {person.member_name}"})
    work()
    found = next_reviews(moderator.actor, limit=9)
    assert found.total == 2
    for review in found.reviews:
        assert review.customer.customer_name == "Boulangerie Dupond"
        assert review.customer.customer_id == ""
        assert not review.is_own
        assert [candidate.debtor_id for candidate in review.candidates] == [dupont]


def test_sheets_follow_the_cases_and_nothing_is_written_twice(
    session: Session, waiting: uuid.UUID, reporter: Person
) -> None:
    before = session.scalars(select(ReviewSheet.id)).all()
    assert write_sheets() == 0
    send(reporter, {"customer_name": "Boulangeries Dupont", "customer_id": "C2", **LYON})
    assert write_sheets() == 1
    assert set(before) < set(session.scalars(select(ReviewSheet.id)))
    send(reporter, {**DUPOND, "siren": next(SIRENS)})
    assert write_sheets() == 1
    assert len(session.scalars(select(ReviewSheet.id)).all()) == 1


def test_a_sheet_lost_is_written_again(session: Session, waiting: uuid.UUID, reporter: Person) -> None:
    session.execute(delete(ReviewSheet))
    send(reporter, {"customer_name": "Boulangeries Dupont", "customer_id": "C2", **LYON})
    assert write_sheets() == 2


def test_a_line_too_long_for_a_page_is_shown_shortened(
    session: Session, dupont: uuid.UUID, reporter: Person, moderator: Person
) -> None:
    digits = "".join(chr(0x4E00 + (number * 7919) % 20000) for number in range(9000))  # does not compress
    send(reporter, {"customer_name": None, "city": digits})
    work()
    assert len(only(moderator).customer.city or "") == 300


def test_two_moderators_begin_at_different_lines_and_go_around(
    session: Session, dupont: uuid.UUID, reporter: Person, moderator: Person, operator: Person
) -> None:
    lines = [
        {**DUPOND, "customer_name": f"Boulangerie Dupont {n}", "customer_id": f"C{n}"} for n in range(24)
    ]
    send(reporter, *lines)
    work()
    rounds = {}
    for person in (moderator, operator):
        seen: list[uuid.UUID] = []
        for _ in range(6):
            seen += [
                review.id
                for review in next_reviews(person.actor, after=seen[-1] if seen else None, limit=4).reviews
            ]
        assert len(set(seen)) == 24
        rounds[person.user_id] = seen
        assert next_reviews(person.actor, after=seen[-1]).reviews[0].id == seen[0]
    assert rounds[moderator.user_id] != rounds[operator.user_id]


def test_a_member_reads_its_own_lines_in_a_round_of_its_own(
    session: Session, waiting: uuid.UUID, reporter: Person, rival: Person
) -> None:
    assert only(reporter).is_own
    assert next_reviews(rival.actor, limit=9).total == 0
    assert next_reviews(reporter.actor, after=only(reporter).id).reviews[0].id == only(reporter).id
    assert next_reviews(reporter.actor, without=[only(reporter).id]).total == 0


def test_how_many_wait_is_told_to_whom_it_concerns(
    session: Session,
    waiting: uuid.UUID,
    reporter: Person,
    rival: Person,
    subscriber: Person,
    moderator: Person,
    operator: Person,
) -> None:
    counts = [count_reviews(person.actor) for person in (reporter, moderator, operator, rival, subscriber)]
    assert counts == [1, 1, 1, 0, 0]
    decide(reporter, None)
    work()
    assert count_reviews(reporter.actor) == count_reviews(moderator.actor) == 0


def test_of_an_unlisted_debtor_a_member_reads_its_own_words_alone(
    session: Session, reporter: Person, rival: Person
) -> None:
    siren = next(SIRENS)
    send(
        rival, {"customer_name": "Boulangerie Dupont", "siren": siren, "lei": "969500HY0YHD0Z0Y4D86", **LYON}
    )
    send(reporter, {"customer_name": "Boulangerie Dupont Lyon", "siren": siren, **LYON})
    send(reporter, {**DUPOND, "customer_id": "C2"})
    (candidate,) = only(reporter).candidates
    assert candidate.name == "Boulangerie Dupont Lyon"
    assert candidate.identifiers == {"siren": siren}
    list_all(session)
    assert only(reporter).candidates[0].name == "Boulangerie Dupont"
