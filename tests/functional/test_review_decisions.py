"""Decisions made in the pages: written down, and done by the worker."""

import uuid

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from network.errors import ConflictError, NotAllowedError, NotFoundError
from network.models import (
    DecisionEffect,
    MatchDecision,
    Outbox,
    ReviewSheet,
    User,
)
from network.permissions import operator_at_console
from network.resolution import resolve
from network.resolution.debtor_names import DebtorNames
from network.resolution.resolve import resolve_customers
from network.services import review_decisions
from network.services.private_pages import owner_tag
from network.services.review_decisions import (
    Outcome,
    State,
    make_decision,
    outcomes,
    take_back,
)
from network.services.reviews import count_reviews, next_reviews
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


def test_a_decision_is_done_by_the_worker(
    session: Session, waiting: uuid.UUID, reporter: Person, moderator: Person
) -> None:
    decision = decide(moderator, waiting)
    assert debtor_of(session, reporter) is None
    assert state_of(moderator, decision) is State.MADE
    assert work() == 1
    assert debtor_of(session, reporter) == str(waiting)
    assert outcomes(moderator.actor, [decision]) == {decision: Outcome(State.APPLIED, 1)}
    assert count_reviews(moderator.actor) == 0
    assert confirmations(session) == 2


def test_done_twice_it_is_done_once(
    session: Session, waiting: uuid.UUID, reporter: Person, moderator: Person
) -> None:
    decision = decide(moderator, waiting)
    assert [work(), work()] == [1, 0]
    session.add(Outbox(topic=review_decisions.TOPIC_MADE, subject=str(decision)))  # a note that came back
    session.commit()
    assert work() == 0
    assert confirmations(session) == 2
    assert session.scalars(select(Outbox).where(Outbox.topic == review_decisions.TOPIC_MADE)).all() == []


def test_what_others_ask_alike_is_settled_and_counted(
    session: Session, dupont: uuid.UUID, reporter: Person, rival: Person, moderator: Person
) -> None:
    for person in (reporter, rival):
        send(person, DUPOND)
    work()
    first = next_reviews(moderator.actor).reviews[0]
    decision = make_decision(moderator.actor, review_id=first.id, debtor_id=dupont)
    work()
    assert outcomes(moderator.actor, [decision])[decision].settled == 2
    assert count_reviews(moderator.actor) == 0


def test_a_member_is_told_of_its_own_lines_alone(
    session: Session, dupont: uuid.UUID, reporter: Person, rival: Person, outsider: Person
) -> None:
    list_all(session)
    for person in (reporter, rival, outsider):
        send(person, DUPOND)
    decide(reporter, dupont)
    work()
    decision = decide(rival, dupont)
    work()
    assert outcomes(rival.actor, [decision])[decision].settled == 1
    assert debtor_of(session, outsider) == str(dupont)


def test_a_line_settled_meanwhile_is_a_quiet_answer(
    session: Session, waiting: uuid.UUID, reporter: Person, moderator: Person, operator: Person
) -> None:
    review = only(moderator)
    first = make_decision(operator.actor, review_id=review.id, debtor_id=waiting)
    second = make_decision(moderator.actor, review_id=review.id, debtor_id=None)
    assert work() == 2
    assert (state_of(operator, first), state_of(moderator, second)) == (State.APPLIED, State.GONE)
    assert debtor_of(session, reporter) == str(waiting)
    with pytest.raises(NotFoundError):
        make_decision(moderator.actor, review_id=review.id, debtor_id=None)


def test_who_mends_a_slip_need_not_wait_for_the_worker(
    session: Session, waiting: uuid.UUID, reporter: Person, moderator: Person
) -> None:
    """Done, taken back and decided again before the worker looks once more: it goes in order, the last word counts."""
    review = only(moderator)
    first = make_decision(moderator.actor, review_id=review.id, debtor_id=None)
    work()
    take_back(moderator.actor, decision_id=first)
    again = make_decision(moderator.actor, review_id=review.id, debtor_id=waiting)
    assert work() == 2
    assert (state_of(moderator, first), state_of(moderator, again)) == (State.UNDONE, State.APPLIED)
    assert debtor_of(session, reporter) == str(waiting)


def test_what_is_decided_blindly_is_checked_by_the_worker(
    session: Session, waiting: uuid.UUID, reporter: Person, moderator: Person
) -> None:
    review = only(moderator)
    first = make_decision(moderator.actor, review_id=review.id, debtor_id=None)
    work()
    take_back(moderator.actor, decision_id=first)
    again = make_decision(moderator.actor, review_id=review.id, debtor_id=uuid.uuid4())
    work()
    assert state_of(moderator, again) is State.REFUSED
    assert debtor_of(session, reporter) is None


def test_who_may_not_decide(
    session: Session,
    waiting: uuid.UUID,
    reporter: Person,
    rival: Person,
    subscriber: Person,
    moderator: Person,
) -> None:
    review_id = only(moderator).id
    with pytest.raises(NotAllowedError):
        make_decision(subscriber.actor, review_id=review_id, debtor_id=None)
    with pytest.raises(NotAllowedError):
        make_decision(operator_at_console(), review_id=review_id, debtor_id=None)
    with pytest.raises(NotFoundError):
        make_decision(rival.actor, review_id=review_id, debtor_id=None)
    with pytest.raises(NotFoundError):  # the debtor is unlisted and not the reporter's own
        make_decision(reporter.actor, review_id=review_id, debtor_id=waiting)
    with pytest.raises(NotFoundError):
        make_decision(moderator.actor, review_id=review_id, debtor_id=uuid.uuid4())
    assert session.scalars(select(MatchDecision)).all() == []


def test_a_line_without_a_name_becomes_no_debtor(session: Session, reporter: Person) -> None:
    send(reporter, {"customer_name": None})
    with pytest.raises(ConflictError):
        decide(reporter, None)


@pytest.mark.parametrize("what", [{"is_active": False}, {"role": "subscriber"}])
def test_who_lost_the_right_meanwhile_decided_nothing(
    session: Session, waiting: uuid.UUID, reporter: Person, moderator: Person, what: dict[str, object]
) -> None:
    decision = decide(moderator, waiting)
    session.execute(update(User).where(User.id == moderator.user_id).values(**what))
    work()
    assert session.get_one(MatchDecision, decision).state == "refused"
    assert debtor_of(session, reporter) is None


def test_a_row_that_was_not_sealed_here_is_refused_and_stops_nobody(
    session: Session, waiting: uuid.UUID, reporter: Person, moderator: Person
) -> None:
    """An injection can write a row and a note; it has no keys to say anything in it."""
    real = session.get_one(MatchDecision, decide(moderator, waiting))
    copy = MatchDecision(
        id=uuid.uuid4(),
        key_id=real.key_id,
        wrapped_key=real.wrapped_key,
        sealed=real.sealed,
        decider_tag=real.decider_tag,
        state="made",
    )
    session.add_all([copy, Outbox(topic=review_decisions.TOPIC_MADE, subject=str(copy.id))])
    session.commit()
    assert work() == 2
    session.expire_all()
    assert (copy.state, real.state) == ("refused", "applied")


def test_what_was_decided_stands_nowhere_in_clear(
    session: Session, waiting: uuid.UUID, reporter: Person, moderator: Person
) -> None:
    decide(moderator, waiting)
    rows = [(row.sealed, row.decider_tag) for row in session.scalars(select(MatchDecision))]
    work()
    rows += [(row.sealed, b"") for row in session.scalars(select(DecisionEffect))]
    rows += [(row.sealed, b"") for row in session.scalars(select(ReviewSheet))]
    assert len(rows) == 2
    for sealed, tag in rows:
        for word in (waiting.bytes, str(waiting).encode(), str(moderator.user_id).encode(), b"Dupond"):
            assert word not in sealed
        assert tag not in {moderator.user_id.bytes, owner_tag(reporter.member_id)}
