"""Which debtors are one company: asked by people, put in force one after the other, taken back at any time.

The pages write a request and an outbox row; the worker and the command line do what is asked. What is in force are edges
between debtors (:mod:`network.resolution.judgements`); nothing else is written, and from the next close on the
figures follow (docs/decisions/0115 to 0118).
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from network.errors import ConflictError, NotFoundError
from network.i18n import mark
from network.models import Judgement, Outbox
from network.permissions import Actor, Permission, require
from network.resolution.judgements import connected, edges_among, settle
from network.resolution.standing import change_judgements, company_of, representative_of, revision
from network.services.dealing import have_dealt_afterwards
from network.services.judgement_conflicts import refuse_different, refuse_same
from network.services.judgement_list import list_judgements, preview
from network.transaction import unit_of_work

__all__ = [
    "JudgementMade",
    "Verdict",
    "Withdrawn",
    "apply_asked",
    "ask_judgement",
    "ask_withdrawal",
    "judge",
    "list_judgements",
    "preview",
    "withdraw",
]

TOPIC_JUDGED = "judgement.made"

_NO_DEBTOR = mark("There is no such debtor.")
_NO_JUDGEMENT = mark("There is no such judgement in force. It may have been withdrawn meanwhile.")
_SAME_TWICE = mark("These are one and the same debtor already.")
_DECIDED = mark("Judgement %(judgement)s says something else of these two. Withdraw it first.")
_LONGEST = 400


class Verdict(StrEnum):
    """What a person says of two debtors."""

    SAME = "same"
    DIFFERENT = "different"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class JudgementMade:
    """A judgement in force. `is_new` is false where it was in force before; `standing` is who stands for each of the two."""

    id: uuid.UUID
    is_new: bool
    standing: Mapping[uuid.UUID, uuid.UUID]


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A judgement taken back. `still_one` tells that others in force still make one company of the two."""

    id: uuid.UUID
    left: uuid.UUID
    right: uuid.UUID
    verdict: Verdict
    still_one: bool


@dataclass(frozen=True, slots=True)
class _Said:
    """What somebody says of two debtors, as it would be written."""

    left: uuid.UUID
    right: uuid.UUID
    verdict: Verdict
    despite_identifiers: bool


def judge(
    actor: Actor,
    *,
    left: uuid.UUID,
    right: uuid.UUID,
    verdict: Verdict,
    reason: str = "",
    despite_identifiers: bool = False,
    today: date | None = None,
) -> JudgementMade:
    """Put a judgement of two debtors in force, under the login of the worker. Saying it twice changes nothing.

    "same" makes one company of the two and of all that are one with either. "different" keeps them apart: no later
    "same", direct or through others, may join them. "unsure" is kept and changes nothing.

    Args:
        actor: a moderator or the operator.
        left: one debtor, itself and not who stands for it.
        right: the other.
        verdict: what is said of them.
        reason: why, in words that moderators read.
        despite_identifiers: join them although a VAT number, LEI or register number differs. Two SIRENs never join.
        today: the day that is written; by default this one.

    Raises:
        NotFoundError: there is no such debtor.
        ConflictError: two SIRENs would meet, or another judgement in force stands against it; its sentence says which.
    """
    require(actor, Permission.DEBTOR_JUDGE)
    with unit_of_work(unlisted=True) as session:
        have_dealt_afterwards(session)
        change_judgements(session)
        said = _said(left, right, verdict, despite_identifiers=despite_identifiers)
        row = _row(actor, said, reason=reason, today=today)
        return _put_in_force(session, row)


def withdraw(
    actor: Actor, *, judgement_id: uuid.UUID, because: str = "", today: date | None = None
) -> Withdrawn:
    """Take a judgement back; its row stays. Debtors that no other judgement joins are what they were before.

    Raises:
        NotFoundError: it is not in force.
    """
    require(actor, Permission.DEBTOR_JUDGE)
    with unit_of_work(unlisted=True) as session:
        have_dealt_afterwards(session)
        change_judgements(session)
        return _take_back(
            session, judgement_id, by=actor.role.value, because=because, on=today or _this_day()
        )


def ask_judgement(
    actor: Actor,
    *,
    left: uuid.UUID,
    right: uuid.UUID,
    verdict: Verdict,
    reason: str = "",
    despite_identifiers: bool = False,
    today: date | None = None,
) -> uuid.UUID:
    """Ask for a judgement, as the pages do, whose login may do no more; return its id. The worker puts it in force.

    Arguments and refusals are those of :func:`judge`; what changes until the worker comes is refused there, and
    the judgement then says why.
    """
    require(actor, Permission.DEBTOR_JUDGE)
    with unit_of_work(unlisted=True) as session:
        have_dealt_afterwards(session)
        said = _said(left, right, verdict, despite_identifiers=despite_identifiers)
        _check(session, said)
        row = _row(actor, said, reason=reason, today=today)
        return _ask(session, row)


def ask_withdrawal(
    actor: Actor, *, judgement_id: uuid.UUID, because: str = "", today: date | None = None
) -> uuid.UUID:
    """Ask for the withdrawal of a judgement, as the pages do; return the id of the request.

    Raises:
        NotFoundError: it is not in force.
    """
    require(actor, Permission.DEBTOR_JUDGE)
    with unit_of_work(unlisted=True) as session:
        have_dealt_afterwards(session)
        held = session.get(Judgement, judgement_id)
        if held is None or held.state != "in_force":
            raise NotFoundError(_NO_JUDGEMENT)
        said = _Said(held.left_id, held.right_id, Verdict(held.verdict), despite_identifiers=False)
        row = _row(actor, said, reason=because, today=today)
        row.withdraws = held.id
        return _ask(session, row)


def apply_asked() -> int:
    """Put in force, or refuse, what the pages asked for; return how many requests were settled. The worker calls it.

    Each in a transaction of its own, together with its outbox row: a kill in between has it done once more, which
    changes nothing.
    """
    settled = 0
    while _apply_next():
        settled += 1
    return settled


def _apply_next() -> bool:
    with unit_of_work(unlisted=True) as session:
        note = session.execute(
            text("SELECT id, subject FROM outbox WHERE topic = :topic LIMIT 1 FOR UPDATE SKIP LOCKED"),
            {"topic": TOPIC_JUDGED},
        ).one_or_none()
        if note is None:
            return False
        have_dealt_afterwards(session)
        change_judgements(session)
        row = session.get(Judgement, uuid.UUID(note.subject))
        if row is not None and row.state == "asked":
            _settle_request(session, row)
        session.execute(text("DELETE FROM outbox WHERE id = :id"), {"id": note.id})
        return True


def _settle_request(session: Session, row: Judgement) -> None:
    """Do what a row in state "asked" asks for. A request to withdraw has no life of its own: its words go to its judgement."""
    try:
        if row.withdraws is None:
            _put_in_force(session, row)
        else:
            session.delete(row)
            _take_back(session, row.withdraws, by=row.decided_by, because=row.reason, on=row.decided_on)
    except ConflictError as refusal:
        row.state = "refused"
        row.refusal = {"message": refusal.message, "values": {k: str(v) for k, v in refusal.values.items()}}
    except NotFoundError:  # withdrawn twice: the second time there is nothing left to do
        return


def _put_in_force(session: Session, row: Judgement) -> JudgementMade:
    """Check a judgement, write it and what follows; the judgements are held alone."""
    said = _Said(row.left_id, row.right_id, Verdict(row.verdict), despite_identifiers=row.despite_identifiers)
    held = _check(session, said)
    if held is not None and held.verdict == row.verdict:
        if row in session:
            session.delete(row)  # a second request for what is in force
        standing = settle(session, (row.left_id, row.right_id))
        return JudgementMade(held.id, is_new=False, standing=_of_ends(standing, held))
    number = revision(session) + 1
    if held is not None:  # it was "unsure", and now somebody is sure
        _mark_withdrawn(held, by=row.decided_by, because="", on=row.decided_on, number=number)
        session.flush()
    row.state, row.revision = "in_force", number
    session.add(row)
    session.flush()
    standing = settle(session, (row.left_id, row.right_id))
    return JudgementMade(row.id, is_new=True, standing=_of_ends(standing, row))


def _take_back(session: Session, judgement_id: uuid.UUID, *, by: str, because: str, on: date) -> Withdrawn:
    held = session.get(Judgement, judgement_id)
    if held is None or held.state != "in_force":
        raise NotFoundError(_NO_JUDGEMENT)
    _mark_withdrawn(held, by=by, because=because, on=on, number=revision(session) + 1)
    session.flush()
    standing = settle(session, (held.left_id, held.right_id))
    still_one = standing[held.left_id] == standing[held.right_id]
    return Withdrawn(held.id, held.left_id, held.right_id, Verdict(held.verdict), still_one=still_one)


def _mark_withdrawn(held: Judgement, *, by: str, because: str, on: date, number: int) -> None:
    held.state = "withdrawn"
    held.withdrawn_by, held.withdrawn_on, held.withdrawn_because = by, on, because[:_LONGEST]
    held.revision = number


def _said(left: uuid.UUID, right: uuid.UUID, verdict: Verdict, *, despite_identifiers: bool) -> _Said:
    if left == right:
        raise ConflictError(_SAME_TWICE)
    low, high = sorted((left, right))
    return _Said(low, high, Verdict(verdict), despite_identifiers)


def _check(session: Session, said: _Said) -> Judgement | None:
    """Return what is in force between the two, which says the same or "unsure"; refuse what must not be."""
    for debtor_id in (said.left, said.right):
        if representative_of(session, debtor_id) is None:
            raise NotFoundError(_NO_DEBTOR)
    held = session.scalar(
        select(Judgement).where(
            Judgement.state == "in_force",
            Judgement.left_id == said.left,
            Judgement.right_id == said.right,
        )
    )
    if held is not None and held.verdict == said.verdict:
        return held
    if said.verdict is Verdict.SAME:
        companies = company_of(session, said.left), company_of(session, said.right)
        refuse_same(session, *companies, despite_identifiers=said.despite_identifiers)
    elif said.verdict is Verdict.DIFFERENT:
        company = connected(session, [said.left])
        refuse_different(edges_among(session, company), said.left, said.right)
    if held is not None and held.verdict != Verdict.UNSURE:
        raise ConflictError(_DECIDED, judgement=held.id)
    return held


def _row(actor: Actor, said: _Said, *, reason: str, today: date | None) -> Judgement:
    return Judgement(
        id=uuid.uuid4(),
        left_id=said.left,
        right_id=said.right,
        verdict=said.verdict.value,
        state="asked",
        decided_by=actor.role.value,
        decided_on=today or _this_day(),
        reason=reason.strip()[:_LONGEST],
        despite_identifiers=said.despite_identifiers,
    )


def _ask(session: Session, row: Judgement) -> uuid.UUID:
    session.add(row)
    session.flush()
    session.add(Outbox(topic=TOPIC_JUDGED, subject=str(row.id)))
    return row.id


def _of_ends(standing: Mapping[uuid.UUID, uuid.UUID], edge: Judgement) -> dict[uuid.UUID, uuid.UUID]:
    return {debtor_id: standing[debtor_id] for debtor_id in (edge.left_id, edge.right_id)}


def _this_day() -> date:
    return datetime.now(tz=UTC).date()
