"""Decisions that are taken back, and people and workers that meet."""

import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from network.errors import ConflictError, NotFoundError
from network.models import (
    Debtor,
    DebtorIdentifier,
    DebtorSpelling,
    DecisionEffect,
    Outbox,
    ReviewSheet,
)
from network.permissions import operator_at_console
from network.resolution import resolve
from network.resolution.debtor_names import DebtorNames
from network.resolution.resolve import resolve_customers
from network.services import review_decisions, reviews
from network.services.private_pages import decider_tag, owner_tag
from network.services.review_decisions import (
    State,
    follow_decisions,
    forget_decisions,
    make_decision,
    outcomes,
    take_back,
)
from network.services.reviews import count_reviews, decide_review, next_reviews
from network.transaction import reading, unit_of_work
from tests.factories.cast import Person
from tests.factories.customers import customers
from tests.factories.reviews import (
    DUPOND,
    LYON,
    SIRENS,
    confirmations,
    debtor_of,
    decide,
    list_all,
    only,
    send,
    state_of,
    work,
)


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


def test_before_it_is_done_a_decision_just_vanishes(
    session: Session, waiting: uuid.UUID, reporter: Person, moderator: Person
) -> None:
    decision = decide(moderator, waiting)
    take_back(moderator.actor, decision_id=decision)
    assert outcomes(moderator.actor, [decision]) == {}
    assert work() == 0
    assert debtor_of(session, reporter) is None
    assert session.scalars(select(Outbox).where(Outbox.topic == review_decisions.TOPIC_MADE)).all() == []
    assert only(moderator)


def test_once_done_it_is_undone_with_all_that_it_settled_and_taught(
    session: Session, dupont: uuid.UUID, reporter: Person, rival: Person, moderator: Person
) -> None:
    for person in (reporter, rival):
        send(person, DUPOND)
    work()
    cases = {review.id for review in next_reviews(moderator.actor, limit=9).reviews}
    first = next_reviews(moderator.actor).reviews[0]
    decision = make_decision(moderator.actor, review_id=first.id, debtor_id=dupont)
    work()
    take_back(moderator.actor, decision_id=decision)
    work()
    assert state_of(moderator, decision) is State.UNDONE
    assert {review.id for review in next_reviews(moderator.actor, limit=9).reviews} == cases
    assert debtor_of(session, reporter) is debtor_of(session, rival) is None
    assert confirmations(session) is None
    assert send(reporter, {**DUPOND, "customer_id": "C9"}) == 1, "the network has forgotten the spelling"
    assert session.scalars(select(DecisionEffect)).all() == []


def test_a_confirmation_of_others_stays(
    session: Session, dupont: uuid.UUID, reporter: Person, rival: Person
) -> None:
    list_all(session)
    for person in (reporter, rival):
        send(person, DUPOND)
        decision = decide(person, dupont)
        work()
    assert confirmations(session) == 2
    take_back(rival.actor, decision_id=decision)
    work()
    assert confirmations(session) == 1
    assert debtor_of(session, reporter) == str(dupont)
    assert only(rival)


def test_a_founded_debtor_is_found_by_nothing_any_more(
    session: Session, dupont: uuid.UUID, reporter: Person, rival: Person, moderator: Person
) -> None:
    siren = session.scalars(select(DebtorIdentifier.value)).one()
    other = next(SIRENS)
    send(reporter, {"customer_name": "Garage Zwickau", "siren": siren, "vat": f"FR00{other}", **LYON})
    work()
    decision = decide(moderator, None)
    work()
    founded = debtor_of(session, reporter)
    assert founded is not None
    take_back(moderator.actor, decision_id=decision)
    work()
    for table in (DebtorSpelling, DebtorIdentifier):
        assert session.scalars(select(table).where(table.debtor_id == uuid.UUID(founded))).all() == []
    assert only(moderator).customer.customer_name == "Garage Zwickau"


def test_a_founded_debtor_that_another_came_to_keeps_what_it_is_found_by(
    session: Session, dupont: uuid.UUID, reporter: Person, rival: Person, moderator: Person
) -> None:
    siren = next(SIRENS)
    taken = session.scalars(select(DebtorIdentifier.value)).one()
    send(reporter, {"customer_name": "Garage Zwickau", "siren": taken, "vat": "DE136695976", **LYON})
    work()
    decision = decide(moderator, None)
    work()
    founded = debtor_of(session, reporter)
    send(rival, {"customer_name": "Garage Zwickau", "vat": "DE136695976", **LYON})
    assert debtor_of(session, rival) == founded
    take_back(moderator.actor, decision_id=decision)
    work()
    assert debtor_of(session, rival) == founded
    assert debtor_of(session, reporter) is None
    assert confirmations(session, "garage zwickau") == 1
    assert siren


def test_a_line_that_was_sent_otherwise_since_is_left_alone(
    session: Session, waiting: uuid.UUID, reporter: Person, moderator: Person
) -> None:
    decision = decide(moderator, waiting)
    work()
    send(reporter, {**DUPOND, "customer_name": "Menuiserie Zwickau", "siren": next(SIRENS)})
    placed = debtor_of(session, reporter)
    take_back(moderator.actor, decision_id=decision)
    work()
    assert debtor_of(session, reporter) == placed
    assert count_reviews(moderator.actor) == 0


def test_nobody_takes_back_what_another_decided_or_twice(
    session: Session, waiting: uuid.UUID, reporter: Person, moderator: Person, operator: Person
) -> None:
    decision = decide(moderator, waiting)
    for person in (operator, reporter):
        with pytest.raises(NotFoundError):
            take_back(person.actor, decision_id=decision)
    work()
    take_back(moderator.actor, decision_id=decision)
    take_back(moderator.actor, decision_id=decision)  # twice before the worker looked
    assert work() == 2
    with pytest.raises(ConflictError):
        take_back(moderator.actor, decision_id=decision)
    assert only(moderator)


def test_what_is_too_old_is_forgotten(
    session: Session, waiting: uuid.UUID, moderator: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    decision = decide(moderator, waiting)
    work()
    assert forget_decisions() == 0
    later = datetime.now(tz=UTC) + timedelta(hours=13)
    monkeypatch.setattr(review_decisions, "_now", lambda _session: later)
    assert forget_decisions() == 1
    assert session.scalar(select(func.count()).select_from(DecisionEffect)) == 0
    with pytest.raises(NotFoundError):
        take_back(moderator.actor, decision_id=decision)


# --- Several at once -------------------------------------------------------------------------------------------------


def test_two_workers_do_each_decision_once(
    committed_database: Engine, reporter: Person, rival: Person, moderator: Person
) -> None:
    send(rival, {"customer_name": "Boulangerie Dupont", "siren": next(SIRENS), **LYON})
    lines = [{**DUPOND, "customer_name": f"Boulangerie Dupont {n}", "customer_id": f"C{n}"} for n in range(8)]
    send(reporter, *lines)
    work()
    made = [
        make_decision(moderator.actor, review_id=review.id, debtor_id=None)
        for review in next_reviews(moderator.actor, limit=9).reviews
    ]
    start = threading.Barrier(2)

    def follow(_turn: int) -> int:
        start.wait(5)
        return follow_decisions()

    with ThreadPoolExecutor() as workers:
        assert sum(workers.map(follow, range(2))) == len(made) == 8
    found = outcomes(moderator.actor, made)
    assert [found[decision].state for decision in made] == [State.APPLIED] * 8
    with Session(committed_database) as session:
        assert session.scalar(select(func.count()).select_from(Debtor)) == 9


def test_taken_back_while_the_worker_is_at_it(
    committed_database: Engine,
    reporter: Person,
    rival: Person,
    moderator: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    send(rival, {"customer_name": "Boulangerie Dupont", "siren": next(SIRENS), **LYON})
    send(reporter, DUPOND)
    work()
    decision = decide(moderator, None)
    at_it, settle = threading.Event(), reviews.settle

    def settle_slowly(*arguments: object, **named: object) -> object:
        at_it.set()
        threading.Event().wait(0.3)
        return settle(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(review_decisions, "settle", settle_slowly)
    with ThreadPoolExecutor() as people:
        working: Callable[[], object] = people.submit(follow_decisions).result
        assert at_it.wait(5)
        take_back(moderator.actor, decision_id=decision)  # waits for the worker, then asks it to undo
        assert working() == 1
    work()
    assert state_of(moderator, decision) is State.UNDONE
    assert only(moderator).customer.customer_name == "Boulangerie Dupond"


def test_a_command_and_a_page_decide_the_same_line(
    committed_database: Engine, reporter: Person, rival: Person, moderator: Person
) -> None:
    send(rival, {"customer_name": "Boulangerie Dupont", "siren": next(SIRENS), **LYON})
    send(reporter, DUPOND)
    work()
    review = only(moderator)
    decision = make_decision(moderator.actor, review_id=review.id, debtor_id=None)
    decide_review(operator_at_console(), review_id=review.id, debtor_id=review.candidates[0].debtor_id)
    work()
    assert state_of(moderator, decision) is State.GONE
    with reading() as session:
        assert debtor_of(session, reporter) == str(review.candidates[0].debtor_id)
        assert decider_tag(moderator.user_id) != owner_tag(reporter.member_id)
    with unit_of_work() as session:
        assert session.scalar(select(func.count()).select_from(ReviewSheet)) == 0
