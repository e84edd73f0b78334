"""Lines that nobody could place for sure: who may see them, and what a person's decision does."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from network.errors import ConflictError, NotFoundError
from network.i18n import mark
from network.models import Debtor, DebtorIdentifier
from network.permissions import Actor, Permission, require, require_member
from network.resolution.outcome import REASONS, CustomerLine, MatchCandidate, MatchReason
from network.resolution.resolve import said_before
from network.resolution.teaching import BY_MEMBER, BY_MODERATOR, found_debtor, is_settled, read_lines, teach
from network.services import private_pages, review_cases
from network.services.customer_book import own_debtor_ids, place_customer, read_group_customers
from network.services.review_cases import OpenCase
from network.transaction import reading, unit_of_work

_DECISIONS_LOCK = 7_104_101
"""Advisory lock: decisions come one after the other, for one can settle the cases of several members."""


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


def list_reviews(actor: Actor, *, limit: int = 50) -> ReviewList:
    """Return open reviews: to moderators and the operator all, to a member those of its own lines.

    A member sees as candidates only debtors that it may know of: listed ones and its own.
    """
    require(actor, _needed(actor))
    with reading(unlisted=True) as session:
        cases = _cases_for(session, actor)
        return ReviewList(reviews=_readable(session, actor, cases[:limit]), total=len(cases))


def decide_review(actor: Actor, *, review_id: uuid.UUID, debtor_id: uuid.UUID | None) -> Decision:
    """Place a line: on one of its candidates, or with None on a new debtor of its own.

    The decision teaches (docs/decisions/0061): its spelling is kept as the debtor's, and where that confirms it, other
    open lines with the same name at the same place are settled with it.

    Raises:
        NotFoundError: there is no such review, or not for this reader; or the debtor is not among its candidates.
        ConflictError: a new debtor was asked for, and the line has no name.
    """
    require(actor, _needed(actor))
    with unit_of_work(unlisted=True) as session:
        session.execute(select(func.pg_advisory_xact_lock(_DECISIONS_LOCK)))
        chosen, alike = _hold(session, actor, review_id)
        line = read_lines([chosen.case.customer])
        placed_on = _place(session, actor, chosen, line, debtor_id)
        settled = [chosen, *(alike if is_settled(session, line, debtor_id=placed_on) else ())]
        for held in settled:
            place_customer(
                session,
                member_id=held.member_id,
                customer_id=held.case.customer.customer_id,
                debtor_id=placed_on,
            )
        review_cases.close_cases(session, settled)
        return Decision(debtor_id=placed_on, settled=sum(_may_see(actor, held) for held in settled))


def _needed(actor: Actor) -> Permission:
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
        raise NotFoundError(mark("This review is not open. It may have been decided meanwhile."))
    return chosen, _asking_the_same(cases, chosen)


def _asking_the_same(cases: Sequence[OpenCase], chosen: OpenCase) -> list[OpenCase]:
    """Return the other cases about the same name at the same place."""
    key = read_lines([held.case.customer for held in cases]).select("spelling", "area", "legal_form").rows()
    asked = key[cases.index(chosen)]
    return [
        held
        for held, theirs in zip(cases, key, strict=True)
        if theirs == asked and held.id != chosen.id and held.case.reason == "name_alone"
    ]


def _place(
    session: Session, actor: Actor, chosen: OpenCase, line: pl.DataFrame, debtor_id: uuid.UUID | None
) -> uuid.UUID:
    """Teach the decision, and return the debtor on which the line now lies."""
    customer = chosen.case.customer
    confirmations = BY_MODERATOR if actor.may(Permission.MATCH_REVIEW) else BY_MEMBER
    if debtor_id is None:
        if not line["spelling"][0]:
            raise ConflictError(mark("This line has no name, so no debtor can be made of it."))
        return found_debtor(session, customer, confirmations=confirmations)
    (review,) = _readable(session, actor, [chosen])
    if debtor_id not in {found.debtor_id for found in review.candidates}:
        raise NotFoundError(mark("This debtor is not among the candidates."))
    if confirmations == BY_MEMBER and _has_said(session, chosen.member_id, line, debtor_id):
        confirmations = 0
    teach(session, line, debtor_id=debtor_id, confirmations=confirmations)
    return debtor_id


def _has_said(session: Session, member_id: uuid.UUID, line: pl.DataFrame, debtor_id: uuid.UUID) -> bool:
    """Tell whether the member or an affiliate has this debtor by the same spelling already: a group has one word."""
    said = line.select("spelling", "area", debtor_id=pl.lit(str(debtor_id)))
    book = said_before(read_group_customers(session, member_id))
    return said.join(book, on=said.columns, how="semi").height > 0


def _readable(session: Session, actor: Actor, cases: Sequence[OpenCase]) -> tuple[Review, ...]:
    """Put names to the candidates, without those that the reader may not know of."""
    wanted = {uuid.UUID(found.debtor_id) for held in cases for found in held.case.candidates}
    debtors = {held.id: held for held in session.scalars(select(Debtor).where(Debtor.id.in_(wanted)))}
    if not actor.may(Permission.DEBTOR_SEE_UNLISTED):
        own = own_debtor_ids(session, require_member(actor))
        debtors = {key: held for key, held in debtors.items() if held.is_listed or key in own}
    identifiers: dict[uuid.UUID, dict[str, str]] = {}
    for row in session.scalars(select(DebtorIdentifier).where(DebtorIdentifier.debtor_id.in_(list(debtors)))):
        identifiers.setdefault(row.debtor_id, {})[row.scheme] = row.value
    return tuple(
        Review(
            id=held.id,
            customer=held.case.customer,
            reason=REASONS[held.case.reason],
            candidates=tuple(
                _candidate(found, debtors[uuid.UUID(found.debtor_id)], identifiers)
                for found in held.case.candidates
                if uuid.UUID(found.debtor_id) in debtors
            ),
            is_own=held.member_id == actor.member_id,
        )
        for held in cases
    )


def _candidate(
    found: MatchCandidate, debtor: Debtor, identifiers: Mapping[uuid.UUID, dict[str, str]]
) -> ReviewCandidate:
    return ReviewCandidate(
        debtor_id=debtor.id,
        name=debtor.name,
        legal_form=debtor.legal_form,
        postcode=debtor.postcode,
        city=debtor.city,
        identifiers=identifiers.get(debtor.id, {}),
        score=found.score,
        reasons=found.reasons,
    )
