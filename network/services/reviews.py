"""Lines that nobody could place for sure: who may see them, and what a person's decision does."""

import threading
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import polars as pl
from cachetools import LRUCache
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from network.errors import ConflictError, NotFoundError
from network.i18n import mark
from network.models import Debtor, DebtorIdentifier
from network.permissions import Actor, Permission, require, require_member
from network.resolution.outcome import REASONS, CustomerLine, MatchCandidate, MatchReason, ReviewCase
from network.resolution.resolve import said_before
from network.resolution.teaching import BY_MEMBER, BY_MODERATOR, found_debtor, is_settled, read_lines, teach
from network.resolution.withdrawing import Lesson, held_confirmations, lesson_of
from network.services import private_pages, review_cases
from network.services.customer_book import OwnDebtor, own_debtors, place_customer, read_group_customers
from network.services.review_cases import OpenCase
from network.services.review_sheets import count_sheets, find_sheet, read_sheets
from network.transaction import reading, unit_of_work

_DECISIONS_LOCK = 7_104_101
"""Advisory lock: decisions come one after the other, for one can settle the cases of several members."""


_Question = tuple[str, str, str | None]
_asked_before: LRUCache[uuid.UUID, _Question] = LRUCache(maxsize=65_536)
_asked_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class ReviewCandidate:
    """A debtor that the line may mean, as the reader may see it."""

    debtor_id: uuid.UUID
    name: str
    legal_form: str | None
    postcode: str | None
    city: str | None
    identifiers: dict[str, str]
    score: float
    reasons: tuple[MatchReason, ...]


@dataclass(frozen=True, slots=True)
class Review:
    """A line that waits for a person. `reason` is a sentence to translate; `is_own` tells that our company sent it."""

    id: uuid.UUID
    customer: CustomerLine
    reason: str
    candidates: tuple[ReviewCandidate, ...]
    is_own: bool


@dataclass(frozen=True, slots=True)
class ReviewList:
    """The first `limit` open reviews, and how many there are in all."""

    reviews: tuple[Review, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Decision:
    """What a decision did: the debtor, and how many open cases it settled, itself included.

    A member is told of its own cases alone: that others ask the same is theirs to know.
    """

    debtor_id: uuid.UUID
    settled: int


@dataclass(frozen=True, slots=True)
class Settlement:
    """A decision with all that it changed, members included: for the worker, which may have to take it back."""

    decision: Decision
    lesson: Lesson
    cases: tuple[OpenCase, ...]


def list_reviews(actor: Actor, *, limit: int = 50) -> ReviewList:
    """Return open reviews: to moderators and the operator all, to a member those of its own lines.

    For commands and the worker. The pages of a moderator may not read the cases themselves: see :func:`next_reviews`.
    A member sees as candidates only debtors that it may know of: listed ones and its own.
    """
    require(actor, needed(actor))
    with reading(unlisted=True) as session:
        cases = _cases_for(session, actor)
        waiting = [_waiting(actor, held) for held in cases[:limit]]
        return ReviewList(reviews=_readable(session, actor, waiting), total=len(cases))


def next_reviews(
    actor: Actor, *, after: uuid.UUID | None = None, limit: int = 1, without: Collection[uuid.UUID] = ()
) -> ReviewList:
    """Return the reviews that come after one, and around again, for the pages; `total` counts all that wait.

    Each person begins at a place of its own, so that two moderators at work do not meet at every line.

    Args:
        actor: a moderator, who sees sheets without members, or one of a member's people.
        after: where to go on; None: from the person's own place.
        limit: how many at most.
        without: reviews to leave out, such as those just decided.
    """
    require(actor, needed(actor))
    begin = after or uuid.uuid5(actor.user_id or uuid.UUID(int=0), "reviews")
    with reading(unlisted=True) as session:
        if actor.may(Permission.MATCH_REVIEW):
            found = read_sheets(session, actor, after=begin, limit=limit, without=without)
            total = count_sheets(session, actor, without=without)
            waiting = [_Waiting(sheet.id, sheet.case, is_own=False) for sheet in found]
        else:
            own = [held for held in _cases_for(session, actor) if held.id not in without]
            around = sorted(own, key=lambda held: (held.id <= begin, held.id))
            total = len(own)
            waiting = [_waiting(actor, held) for held in around[:limit]]
        return ReviewList(reviews=_readable(session, actor, waiting), total=total)


def read_review(session: Session, actor: Actor, review_id: uuid.UUID) -> Review:
    """Return one open review as the pages may read it.

    Raises:
        NotFoundError: there is none, or not for this reader.
    """
    require(actor, needed(actor))
    if actor.may(Permission.MATCH_REVIEW):
        sheet = find_sheet(session, actor, review_id)
        waiting = None if sheet is None else _Waiting(sheet.id, sheet.case, is_own=False)
    else:
        own = (held for held in _cases_for(session, actor) if held.id == review_id)
        waiting = next((_waiting(actor, held) for held in own), None)
    if waiting is None:
        raise not_open()
    return _readable(session, actor, [waiting])[0]


def count_reviews(actor: Actor) -> int:
    """Return how many lines wait for this reader; 0 for whom it is no business."""
    if actor.may(Permission.MATCH_REVIEW):
        with reading() as session:
            return count_sheets(session, actor)
    if actor.may(Permission.LEDGER_SUBMIT) and actor.member_id is not None:
        with reading() as session:
            return review_cases.count_cases(session, actor.member_id)
    return 0


def decide_review(actor: Actor, *, review_id: uuid.UUID, debtor_id: uuid.UUID | None) -> Decision:
    """Place a line: on one of its candidates, or with None on a new debtor of its own. For commands and the worker.

    The decision teaches (docs/decisions/0061): its spelling is kept as the debtor's, and where that confirms it, other
    open lines with the same name at the same place are settled with it.

    Raises:
        NotFoundError: there is no such review, or not for this reader; or the debtor is not among its candidates.
        ConflictError: a new debtor was asked for, and the line has no name.
    """
    require(actor, needed(actor))
    with unit_of_work(unlisted=True) as session:
        lock_decisions(session)
        return settle(session, actor, review_id=review_id, debtor_id=debtor_id).decision


def lock_decisions(session: Session) -> None:
    """Let decisions come one after the other, until the transaction ends."""
    session.execute(select(func.pg_advisory_xact_lock(_DECISIONS_LOCK)))


def settle(
    session: Session, actor: Actor, *, review_id: uuid.UUID, debtor_id: uuid.UUID | None
) -> Settlement:
    """Do what :func:`decide_review` says in the running transaction, which holds the lock of decisions."""
    require(actor, needed(actor))
    chosen, alike = _hold(session, actor, review_id)
    line = read_lines([chosen.case.customer])
    lesson = _place(session, actor, chosen, line, debtor_id)
    placed_on = lesson.debtor_id
    settled = (chosen, *(alike if is_settled(session, line, debtor_id=placed_on) else ()))
    for held in settled:
        place_customer(
            session,
            member_id=held.member_id,
            customer_id=held.case.customer.customer_id,
            debtor_id=placed_on,
        )
    review_cases.close_cases(session, settled)
    counted = sum(_may_see(actor, held) for held in settled)
    return Settlement(Decision(debtor_id=placed_on, settled=counted), lesson, settled)


def not_open() -> NotFoundError:
    """Return the refusal of who asks for a review that was settled meanwhile, or never was theirs."""
    return NotFoundError(
        mark("This review is not open. It may have been decided meanwhile."), code="review_not_open"
    )


def needed(actor: Actor) -> Permission:
    """A moderator looks at every line; who sends a company's ledger looks at that company's."""
    return Permission.MATCH_REVIEW if actor.may(Permission.MATCH_REVIEW) else Permission.LEDGER_SUBMIT


def _cases_for(session: Session, actor: Actor) -> list[OpenCase]:
    if actor.may(Permission.MATCH_REVIEW):
        return review_cases.read_cases(session)
    return review_cases.read_cases(session, require_member(actor))


def _may_see(actor: Actor, case: OpenCase) -> bool:
    return actor.may(Permission.MATCH_REVIEW) or case.member_id == actor.member_id


def _hold(session: Session, actor: Actor, review_id: uuid.UUID) -> tuple[OpenCase, list[OpenCase]]:
    """Return a case and those of all members that ask the same, with the ledgers of these members locked.

    Locked before anything is written: a file holds the lock of its ledger when it comes to write the names of debtors,
    so a decision that did it the other way round would wait for the file, and the file for it.
    """
    chosen, alike = _asked(session, actor, review_id)
    members = {held.member_id for held in (chosen, *alike)}
    for member_id in sorted(members):
        private_pages.lock(session, member_id)
    chosen, alike = _asked(session, actor, review_id)  # a file may have settled some of it meanwhile
    return chosen, [held for held in alike if held.member_id in members]


def _asked(session: Session, actor: Actor, review_id: uuid.UUID) -> tuple[OpenCase, list[OpenCase]]:
    cases = review_cases.read_cases(session)
    chosen = next((held for held in cases if held.id == review_id and _may_see(actor, held)), None)
    if chosen is None:
        raise not_open()
    return chosen, _asking_the_same(cases, chosen)


def _asking_the_same(cases: Sequence[OpenCase], chosen: OpenCase) -> list[OpenCase]:
    """Return the other cases about the same name at the same place."""
    keys = _questions(cases)
    return [
        held
        for held in cases
        if held.case.reason == "name_alone" and held.id != chosen.id and keys[held.id] == keys[chosen.id]
    ]


def _questions(cases: Sequence[OpenCase]) -> dict[uuid.UUID, _Question]:
    """Return what each case asks: spelling, area and legal form. A case never changes, so that is worked out once."""
    with _asked_lock:
        known = {held.id: found for held in cases if (found := _asked_before.get(held.id)) is not None}
    new = [held for held in cases if held.id not in known]
    if new:
        lines = read_lines([held.case.customer for held in new]).select("spelling", "area", "legal_form")
        fresh = {held.id: line for held, line in zip(new, lines.rows(), strict=True)}
        with _asked_lock:
            _asked_before.update(fresh)
        known |= fresh
    return known


def _place(
    session: Session, actor: Actor, chosen: OpenCase, line: pl.DataFrame, debtor_id: uuid.UUID | None
) -> Lesson:
    """Teach the decision, and return what was taught about which debtor."""
    customer = chosen.case.customer
    confirmations = BY_MODERATOR if actor.may(Permission.MATCH_REVIEW) else BY_MEMBER
    if debtor_id is None:
        if not line["spelling"][0]:
            raise ConflictError(mark("This line has no name, so no debtor can be made of it."))
        founded = found_debtor(session, customer, confirmations=confirmations)
        return lesson_of(session, line, debtor_id=founded, before=None, founded=True)
    (review,) = _readable(session, actor, [_waiting(actor, chosen)])
    if debtor_id not in {found.debtor_id for found in review.candidates}:
        raise NotFoundError(mark("This debtor is not among the candidates."))
    if confirmations == BY_MEMBER and _has_said(session, chosen.member_id, line, debtor_id):
        confirmations = 0
    before = held_confirmations(session, line, debtor_id)
    teach(session, line, debtor_id=debtor_id, confirmations=confirmations)
    return lesson_of(session, line, debtor_id=debtor_id, before=before, founded=False)


def _has_said(session: Session, member_id: uuid.UUID, line: pl.DataFrame, debtor_id: uuid.UUID) -> bool:
    """Tell whether the member or an affiliate has this debtor by the same spelling already: a group has one word."""
    said = line.select("spelling", "area", debtor_id=pl.lit(str(debtor_id)))
    book = said_before(read_group_customers(session, member_id))
    return said.join(book, on=said.columns, how="semi").height > 0


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A case as it may be shown to a reader: whose it is stays behind."""

    id: uuid.UUID
    case: ReviewCase
    is_own: bool


@dataclass(frozen=True, slots=True)
class _Identity:
    """Who a candidate is, in the words that the reader may see."""

    name: str
    legal_form: str | None
    postcode: str | None
    city: str | None
    identifiers: dict[str, str]


def _in_own_words(own: OwnDebtor) -> _Identity:
    """A member is shown of a debtor that was never released what stands in its own file, and nothing else."""
    return _Identity(own.name, None, own.postcode, own.city, own.identifiers)


def _waiting(actor: Actor, held: OpenCase) -> _Waiting:
    return _Waiting(held.id, held.case, is_own=held.member_id == actor.member_id)


def _readable(session: Session, actor: Actor, waiting: Sequence[_Waiting]) -> tuple[Review, ...]:
    """Put names to the candidates, without those that the reader may not know of."""
    wanted = {uuid.UUID(found.debtor_id) for held in waiting for found in held.case.candidates}
    debtors = {held.id: held for held in session.scalars(select(Debtor).where(Debtor.id.in_(wanted)))}
    own: Mapping[uuid.UUID, OwnDebtor] = {}
    if not actor.may(Permission.DEBTOR_SEE_UNLISTED):
        own = own_debtors(session, require_member(actor))
        debtors = {key: held for key, held in debtors.items() if held.is_listed or key in own}
    identifiers: dict[uuid.UUID, dict[str, str]] = {}
    for row in session.scalars(select(DebtorIdentifier).where(DebtorIdentifier.debtor_id.in_(list(debtors)))):
        identifiers.setdefault(row.debtor_id, {})[row.scheme] = row.value
    shown = {
        key: _in_own_words(own[key])
        if key in own and not held.is_listed
        else _Identity(held.name, held.legal_form, held.postcode, held.city, identifiers.get(key, {}))
        for key, held in debtors.items()
    }
    stands_for = {key: held.merged_into or key for key, held in debtors.items()}
    return tuple(
        Review(
            id=held.id,
            customer=held.case.customer,
            reason=REASONS[held.case.reason],
            candidates=_candidates(held.case, shown, stands_for),
            is_own=held.is_own,
        )
        for held in waiting
    )


def _candidates(
    case: ReviewCase, shown: Mapping[uuid.UUID, _Identity], stands_for: Mapping[uuid.UUID, uuid.UUID]
) -> tuple[ReviewCandidate, ...]:
    """Return the candidates that are there, one for each company: two may have been judged to be one meanwhile."""
    kept: dict[uuid.UUID, ReviewCandidate] = {}
    for found in case.candidates:
        debtor_id = uuid.UUID(found.debtor_id)
        if debtor_id in shown:
            kept.setdefault(stands_for[debtor_id], _candidate(found, debtor_id, shown[debtor_id]))
    return tuple(kept.values())


def _candidate(found: MatchCandidate, debtor_id: uuid.UUID, identity: _Identity) -> ReviewCandidate:
    return ReviewCandidate(
        debtor_id=debtor_id,
        name=identity.name,
        legal_form=identity.legal_form,
        postcode=identity.postcode,
        city=identity.city,
        identifiers=identity.identifiers,
        score=found.score,
        reasons=found.reasons,
    )
