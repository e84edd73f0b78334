"""Decisions made in the pages: written down at once, done by the worker moments later, and taken back on request.

The pages may not change the books of other members, nor read whose a line is; a decision can do both. So a page only
writes down what a person said, sealed, and the worker applies it under its own login (docs/decisions/0121). Everything
here may be killed at any moment and run twice.
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from anonymization.vault import SealBrokenError, SealedPage, seal_in_one_page
from network.errors import ConflictError, NetworkError, NotFoundError
from network.i18n import mark
from network.keystore import open_sealed
from network.models import MatchDecision, Outbox, User
from network.permissions import Actor, require, require_person
from network.services import decision_effects, review_cases
from network.services.dealing import have_dealt_afterwards
from network.services.private_pages import decider_tag
from network.services.review_sheets import write_sheets
from network.services.reviews import Review, lock_decisions, needed, not_open, read_review, settle
from network.services.sealing_keys import sealing_ring
from network.transaction import reading, unit_of_work

TOPIC_MADE = "decision.made"
TABLE = MatchDecision.__tablename__
KEPT = timedelta(hours=12)
"""So long a decision can be taken back: as long as a session in the pages lasts."""


class State(StrEnum):
    """What became of a decision. `gone`: its line was settled by somebody else meanwhile."""

    MADE = "made"
    APPLIED = "applied"
    GONE = "gone"
    REFUSED = "refused"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a decision so far; `settled` counts the lines that it placed, of those its maker may see."""

    state: State
    settled: int


@dataclass(frozen=True, slots=True)
class _Said:
    """What stands inside the seal: who said it and when, and what about. `takes_back` is another decision."""

    user_id: uuid.UUID
    made_at: datetime
    review_id: uuid.UUID | None = None
    debtor_id: uuid.UUID | None = None
    takes_back: uuid.UUID | None = None


def make_decision(actor: Actor, *, review_id: uuid.UUID, debtor_id: uuid.UUID | None) -> uuid.UUID:
    """Write down that a line means one of its candidates, or with None a new debtor; return the decision's id.

    Raises:
        NotFoundError: the line does not wait any more, or not for this reader; or the debtor is not a candidate.
        ConflictError: a new debtor was asked for, and the line has no name.
    """
    require(actor, needed(actor))
    user_id = require_person(actor)
    with unit_of_work(unlisted=True) as session:
        if not _is_being_reopened(session, user_id, review_id):
            _check(read_review(session, actor, review_id), debtor_id)
        said = _Said(user_id, _now(session), review_id=review_id, debtor_id=debtor_id)
        return _write_down(session, said)


def _check(review: Review, debtor_id: uuid.UUID | None) -> None:
    """Refuse at once what the worker would refuse moments later."""
    if debtor_id is None and not (review.customer.customer_name or "").strip():
        raise ConflictError(mark("This line has no name, so no debtor can be made of it."))
    if debtor_id is not None and debtor_id not in {found.debtor_id for found in review.candidates}:
        raise NotFoundError(mark("This debtor is not among the candidates."))


def _is_being_reopened(session: Session, user_id: uuid.UUID, review_id: uuid.UUID) -> bool:
    """Tell whether the person has just taken back a decision on this line, and the worker has not come to that yet.

    Who mends a slip decides again within the second. The line cannot be read then; the worker checks all the same.
    """
    mine = select(
        MatchDecision.id, MatchDecision.key_id, MatchDecision.wrapped_key, MatchDecision.sealed
    ).where(MatchDecision.decider_tag == decider_tag(user_id))
    waiting = session.execute(mine.where(MatchDecision.state == State.MADE)).all()
    taken_back = [said.takes_back for row in waiting if (said := _open(SealedPage(*row))) and said.takes_back]
    if not taken_back:
        return False
    about = session.execute(mine.where(MatchDecision.id.in_(taken_back))).all()
    return any(said.review_id == review_id for row in about if (said := _open(SealedPage(*row))))


def take_back(actor: Actor, *, decision_id: uuid.UUID) -> None:
    """Take back a decision of the actor's own: before the worker has done it, or by having the worker undo it.

    Raises:
        NotFoundError: the actor has made no such decision in the last twelve hours.
        ConflictError: it came to nothing, or was taken back already.
    """
    require(actor, needed(actor))
    user_id = require_person(actor)
    with unit_of_work(unlisted=True) as session:
        mine = (MatchDecision.id == decision_id, MatchDecision.decider_tag == decider_tag(user_id))
        # waits for a worker that is just at it, and finds nothing any more once that has done it
        early = delete(MatchDecision).where(*mine, MatchDecision.state == State.MADE)
        if session.scalars(early.returning(MatchDecision.id)).all():
            return
        state = session.scalar(select(MatchDecision.state).where(*mine))
        if state is None:
            raise NotFoundError(mark("There is no such decision of yours any more."))
        if state != State.APPLIED:
            raise ConflictError(mark("This decision changed nothing, so there is nothing to take back."))
        _write_down(session, _Said(user_id, _now(session), takes_back=decision_id))


def outcomes(actor: Actor, decision_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Outcome]:
    """Return what became of these decisions of the actor's own; those that are gone are left out."""
    require(actor, needed(actor))
    user_id = require_person(actor)
    with reading() as session:
        rows = session.execute(
            select(MatchDecision.id, MatchDecision.state, MatchDecision.settled).where(
                MatchDecision.id.in_(list(decision_ids)), MatchDecision.decider_tag == decider_tag(user_id)
            )
        )
        return {row.id: Outcome(State(row.state), row.settled or 0) for row in rows}


def follow_decisions() -> int:
    """Apply what people decided, in the order in which they did, then write the sheets anew; return how many were done.

    For the worker. Several may run at once: decisions hold one lock, and each is done by whoever finds its note first.
    """
    done = sum(_apply(decision_id) for decision_id in _waiting_in_order())
    write_sheets()
    return done


def forget_decisions() -> int:
    """Delete decisions that are too old to be taken back, with what was kept for that; return how many."""
    with unit_of_work() as session:
        rows = session.execute(
            select(
                MatchDecision.id, MatchDecision.key_id, MatchDecision.wrapped_key, MatchDecision.sealed
            ).where(MatchDecision.state != State.MADE)
        ).all()
        until = _now(session) - KEPT
        old = [row.id for row in rows if (said := _open(SealedPage(*row))) is None or said.made_at < until]
        if old:
            have_dealt_afterwards(session)
            session.execute(delete(MatchDecision).where(MatchDecision.id.in_(old)))
        return len(old)


def _now(session: Session) -> datetime:
    """Return the time by the database's clock: machines that serve pages may differ, and order is told by it."""
    now: datetime = session.execute(select(func.clock_timestamp())).scalar_one()
    return now.astimezone(UTC)


def _write_down(session: Session, said: _Said) -> uuid.UUID:
    have_dealt_afterwards(session)
    body = {
        "user": str(said.user_id),
        "made_at": said.made_at.isoformat(),
        **{
            name: str(value)
            for name, value in (
                ("review", said.review_id),
                ("debtor", said.debtor_id),
                ("takes_back", said.takes_back),
            )
            if value is not None
        },
    }
    page = seal_in_one_page(
        review_cases.packed(body), page_id=uuid.uuid4(), ring=sealing_ring(session), table=TABLE
    )
    session.execute(
        insert(MatchDecision).values(
            id=page.id,
            key_id=page.key_id,
            wrapped_key=page.wrapped_key,
            sealed=page.sealed,
            decider_tag=decider_tag(said.user_id),
            state=State.MADE,
        )
    )
    session.add(Outbox(topic=TOPIC_MADE, subject=str(page.id)))
    return page.id


def _open(page: SealedPage) -> _Said | None:
    """Return what was said, or None of a row that nobody with the keys has written."""
    try:
        (blob,) = open_sealed([page], table=TABLE)
    except SealBrokenError:
        return None
    body = review_cases.unpacked(blob)
    ids = {name: uuid.UUID(body[name]) for name in ("user", "review", "debtor", "takes_back") if name in body}
    return _Said(
        user_id=ids["user"],
        made_at=datetime.fromisoformat(body["made_at"]),
        review_id=ids.get("review"),
        debtor_id=ids.get("debtor"),
        takes_back=ids.get("takes_back"),
    )


def _waiting_in_order() -> list[uuid.UUID]:
    """Return the decisions that are asked for, first made first: what is taken back must be done before what follows."""
    with reading() as session:
        asked = session.scalars(select(Outbox.subject).where(Outbox.topic == TOPIC_MADE)).all()
        ids = {uuid.UUID(subject) for subject in asked}
        rows = session.execute(
            select(
                MatchDecision.id, MatchDecision.key_id, MatchDecision.wrapped_key, MatchDecision.sealed
            ).where(MatchDecision.id.in_(ids))
        ).all()
    when = {row.id: said.made_at for row in rows if (said := _open(SealedPage(*row))) is not None}
    return [*sorted(ids - set(when)), *sorted(when, key=lambda asked: when[asked])]


def _apply(decision_id: uuid.UUID) -> bool:
    """Do one decision, in one transaction with the note that asked for it; tell whether it was still to be done."""
    with unit_of_work(unlisted=True) as session:
        lock_decisions(session)
        note = delete(Outbox).where(Outbox.topic == TOPIC_MADE, Outbox.subject == str(decision_id))
        if not session.scalars(note.returning(Outbox.id)).all():
            return False
        row = session.scalars(
            select(MatchDecision).where(MatchDecision.id == decision_id).with_for_update()
        ).one_or_none()
        if row is None or row.state != State.MADE:  # taken back before it was done
            return False
        have_dealt_afterwards(session)
        said = _open(SealedPage(row.id, row.key_id, row.wrapped_key, row.sealed))
        actor = None if said is None else _maker(session, said)
        if said is None or actor is None or row.decider_tag != decider_tag(said.user_id):
            row.state = State.REFUSED
        else:
            row.state, row.settled = _done(session, actor, row.id, said)
        return True


def _maker(session: Session, said: _Said) -> Actor | None:
    """Return who decided, with the role of today; None where the account was closed since."""
    user = session.get(User, said.user_id)
    return user.actor() if user is not None and user.is_active else None


def _done(session: Session, actor: Actor, decision_id: uuid.UUID, said: _Said) -> tuple[State, int | None]:
    """Do what was said; a refusal by the services is an answer, for the page has moved on long ago."""
    try:
        with session.begin_nested():
            if said.takes_back is not None:
                _undo(session, actor, said.takes_back)
                return State.APPLIED, None
            if said.review_id is None:
                return State.REFUSED, None
            settlement = settle(session, actor, review_id=said.review_id, debtor_id=said.debtor_id)
            decision_effects.keep(session, decision_id, settlement)
            return State.APPLIED, settlement.decision.settled
    except NetworkError as refusal:
        is_gone = refusal.error_code == not_open().error_code
        return State.GONE if is_gone else State.REFUSED, None


def _undo(session: Session, actor: Actor, decision_id: uuid.UUID) -> None:
    """Undo an applied decision of the same person; one that was undone already is left alone."""
    require(actor, needed(actor))
    mine = decider_tag(require_person(actor))
    state = session.scalar(
        update(MatchDecision)
        .where(
            MatchDecision.id == decision_id,
            MatchDecision.decider_tag == mine,
            MatchDecision.state == State.APPLIED,
        )
        .values(state=State.UNDONE)
        .returning(MatchDecision.state)
    )
    if state is None:
        raise not_open()
    decision_effects.take_back(session, decision_id)
