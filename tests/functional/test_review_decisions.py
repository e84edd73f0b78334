"""Decisions made in the pages: written down, done by the worker, taken back."""

import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, delete, func, select, update
from sqlalchemy.orm import Session

from network.errors import ConflictError, NotAllowedError, NotFoundError
from network.models import (
    Debtor,
    DebtorIdentifier,
    DebtorSpelling,
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
from network.services import review_decisions, reviews
from network.services.private_pages import decider_tag, owner_tag
from network.services.review_decisions import (
    Outcome,
    State,
    follow_decisions,
    forget_decisions,
    make_decision,
    outcomes,
    take_back,
)
from network.services.review_sheets import write_sheets
from network.services.reviews import Review, count_reviews, decide_review, next_reviews
from network.transaction import reading, unit_of_work
from tests.factories.cast import Person
from tests.factories.customers import customers, sirens
from tests.factories.reviews import LYON, debtor_of, send, work

SIRENS = sirens(seed=5)
DUPOND = {"customer_name": "Boulangerie Dupond", **LYON}


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


def only(person: Person) -> Review:
    (review,) = next_reviews(person.actor, limit=9).reviews
    return review


def decide(person: Person, debtor_id: uuid.UUID | None) -> uuid.UUID:
    return make_decision(person.actor, review_id=only(person).id, debtor_id=debtor_id)


def state_of(person: Person, decision: uuid.UUID) -> State:
    return outcomes(person.actor, [decision])[decision].state


def confirmations(session: Session, spelling: str = "boulangerie dupond") -> int | None:
    held: int | None = session.scalar(
        select(DebtorSpelling.confirmations).where(DebtorSpelling.spelling == spelling)
    )
    return held


def list_all(session: Session) -> None:
    session.execute(update(Debtor).values(is_listed=True))


# --- Sheets ----------------------------------------------------------------------------------------------------------


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


# --- Decisions -------------------------------------------------------------------------------------------------------


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


# --- Taking back -----------------------------------------------------------------------------------------------------


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
