"""A debtor as readers see it: identity and releases, which are the same for everybody."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
from sqlalchemy import Uuid, bindparam, exists, func, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session, aliased

from network.errors import ConflictError, NotFoundError
from network.i18n import mark
from network.models import Debtor, DebtorIdentifier, DebtorSpelling, Release, ReleaseEpoch, Watch
from network.permissions import Actor, Permission, require, require_member
from network.resolution.identifiers import SCHEMES
from network.resolution.normalise import normalise
from network.resolution.standing import company_of
from network.schemas.release import ReleasedValues, read_release
from network.services import private_pages, statement_book
from network.services.customer_book import own_debtor_ids, own_debtors, read_customers
from network.services.private_pages import Content
from network.transaction import reading

MONTHS = 24
_NAMESAKES = 50
"""Read at most; who has that many namesakes gives a number."""


@dataclass(frozen=True, slots=True)
class DebtorIdentity:
    """Who a debtor is, from public registers and confirmed spellings."""

    id: uuid.UUID
    name: str
    legal_form: str | None
    identifiers: dict[str, str]
    postcode: str | None
    city: str | None
    country: str | None


@dataclass(frozen=True, slots=True)
class Profile:
    """A debtor's page: its last 24 releases, oldest first.

    `is_published` tells whether the last closed epoch has a release of it. Nothing is ever said of why not. `asked` is the
    debtor that was asked for, where another one stands for it; `also` are the names under which debtors that it stands
    for were released.
    """

    debtor: DebtorIdentity
    asked: uuid.UUID
    also: tuple[str, ...]
    releases: tuple[ReleasedValues, ...]
    latest_epoch: str | None
    is_published: bool
    is_watched: bool


@dataclass(frozen=True, slots=True)
class OwnPosition:
    """What the reader's own company holds on the debtor at a month's end; minor units (cents)."""

    period: str
    currency: str
    current: int
    late_1_30: int
    late_31_60: int
    late_61_90: int
    late_91: int


def find_debtor(actor: Actor, *, words: str) -> uuid.UUID:
    """Return the one debtor that has this id, identifier or exact name.

    Of several that are one company by judgement, the one that stands for it.

    Raises:
        NotFoundError: none that the actor may know of.
        ConflictError: the name belongs to several.
    """
    require(actor, Permission.PROFILE_READ)
    with reading(unlisted=True) as session:
        candidates = _candidates(session, words.strip())
        standing = session.scalars(
            select(Debtor).where(Debtor.id.in_({each.standing_id for each in candidates}))
        )
        found = [held for held in standing if _may_know(session, actor, held.id, is_listed=held.is_listed)]
    if not found:
        raise NotFoundError(mark("No debtor %(words)s. Search with: vigie search WORDS"), words=words)
    if len(found) > 1:
        raise ConflictError(
            mark("%(count)s debtors are called %(words)s. Give a SIREN, a VAT number or the id."),
            count=len(found),
            words=words,
        )
    return candidates[0].id if len(candidates) == 1 else found[0].id


def _candidates(session: Session, words: str) -> Sequence[Debtor]:
    try:
        held = session.get(Debtor, uuid.UUID(words))
    except ValueError:
        compact = words.replace(" ", "").upper()
        values = {compact, compact[:9]} if compact[:9].isdigit() else {compact}
        by_identifier = select(DebtorIdentifier.debtor_id).where(
            DebtorIdentifier.scheme.in_(SCHEMES), DebtorIdentifier.value.in_(values)
        )
        return session.scalars(select(Debtor).where(Debtor.id.in_(by_identifier))).all() or _namesakes(
            session, words
        )
    return [held] if held is not None else []


def _namesakes(session: Session, words: str) -> Sequence[Debtor]:
    """Return the debtors shown under this name, whatever its case, accents and legal form; listed ones first.

    Spellings find them, but only the name that readers see decides: a spelling of one member alone tells nothing.
    """
    asked = normalise(words)
    spelt = select(DebtorSpelling.debtor_id).where(DebtorSpelling.spelling == asked.spelling)
    statement = (
        select(Debtor)
        .where(or_(Debtor.name == words, Debtor.id.in_(spelt)))
        .order_by(Debtor.is_listed.desc())
        .limit(_NAMESAKES)
    )
    return [held for held in session.scalars(statement) if normalise(held.name).spelling == asked.spelling]


def _may_know(session: Session, actor: Actor, debtor_id: uuid.UUID, *, is_listed: bool) -> bool:
    """A debtor that was never released is known to those who have it among their own customers alone."""
    if is_listed or actor.may(Permission.DEBTOR_SEE_UNLISTED):
        return True
    return actor.member_id is not None and debtor_id in own_debtor_ids(session, actor.member_id)


def read_profile(actor: Actor, *, debtor_id: uuid.UUID) -> Profile:
    """Return a debtor's profile. Its cost does not grow with the network: look-ups by key, in two statements.

    Where another debtor stands for it, that one's, with `asked` naming the one that was asked for.

    Raises:
        NotFoundError: there is none, or the actor may not know of it.
    """
    require(actor, Permission.PROFILE_READ)
    with reading(unlisted=True) as session:
        found = session.execute(_HEAD, {"debtor": debtor_id, "reader": actor.user_id}).one_or_none()
        is_listed = found is not None and found.Debtor.is_listed
        standing_id = debtor_id if found is None else found.Debtor.id
        # asked of nobody too: it takes time
        may_know = _may_know(session, actor, standing_id, is_listed=is_listed)
        if found is None or not may_know:
            raise NotFoundError(mark("There is no such debtor."))
        identity = _identity(session, actor, found.Debtor, found.identifiers or {})
        bodies = session.scalars(_BODIES, {"debtor": standing_id}).all()
    releases = tuple(read_release(body) for body in reversed(bodies))
    return Profile(
        debtor=identity,
        asked=debtor_id,
        also=tuple(name for name in found.also if name != identity.name),
        releases=releases,
        latest_epoch=found.latest,
        is_published=bool(releases) and releases[-1].epoch == found.latest,
        is_watched=found.is_watched,
    )


def _identity(session: Session, actor: Actor, debtor: Debtor, identifiers: dict[str, str]) -> DebtorIdentity:
    """Return who a debtor is; of an unlisted one a member is shown the words of its own file alone."""
    if not debtor.is_listed and actor.member_id is not None and not actor.may(Permission.DEBTOR_SEE_UNLISTED):
        own = own_debtors(session, actor.member_id)[debtor.id]
        return DebtorIdentity(
            id=debtor.id,
            name=own.name,
            legal_form=None,
            identifiers=own.identifiers,
            postcode=own.postcode,
            city=own.city,
            country=own.country,
        )
    return DebtorIdentity(
        id=debtor.id,
        name=debtor.name,
        legal_form=debtor.legal_form,
        identifiers=identifiers,
        postcode=debtor.postcode,
        city=debtor.city,
        country=debtor.country,
    )


_Asked, _Node = aliased(Debtor), aliased(Debtor)
_STANDING = select(_Asked.standing_id).where(_Asked.id == bindparam("debtor")).scalar_subquery()
# an array, for a sub-select in IN is looked up again for each row beside it: 170 ms a page with 200,000 debtors
_COMPANY = func.any(
    func.array(
        select(_Node.id)
        .where(or_(_Node.id == Debtor.id, _Node.merged_into == Debtor.id))
        .correlate(Debtor)
        .scalar_subquery()
    )
)
_HEAD = select(
    Debtor,
    # of two values of one scheme the last stays: that of the debtor that stands for the others
    select(
        func.jsonb_object_agg(
            DebtorIdentifier.scheme,
            aggregate_order_by(DebtorIdentifier.value, DebtorIdentifier.debtor_id == Debtor.id),
        )
    )
    .where(DebtorIdentifier.debtor_id == _COMPANY)
    .correlate(Debtor)
    .scalar_subquery()
    .label("identifiers"),
    func.array(
        select(_Node.name)
        .where(_Node.merged_into == Debtor.id, _Node.is_listed)
        .correlate(Debtor)
        .order_by(_Node.name)
        .scalar_subquery()
    ).label("also"),
    select(func.max(ReleaseEpoch.epoch)).scalar_subquery().label("latest"),
    exists()
    .where(Watch.user_id == bindparam("reader", type_=Uuid), Watch.debtor_id == _COMPANY)
    .correlate(Debtor)
    .label("is_watched"),
).where(Debtor.id == _STANDING)
_BODIES = (
    select(Release.body)
    .where(Release.debtor_id == bindparam("debtor"))
    .order_by(Release.epoch.desc())
    .limit(MONTHS)
)


def own_positions(actor: Actor, *, debtor_id: uuid.UUID) -> tuple[OwnPosition, ...]:
    """Return what the actor's own member holds on a debtor's company, month by month, oldest first, at most 24 months."""
    require(actor, Permission.LEDGER_READ)
    member_id = require_member(actor)
    columns = ("current", "late_1_30", "late_31_60", "late_61_90", "late_91")
    with reading(unlisted=True) as session:
        company = [str(each) for each in company_of(session, debtor_id)]
        ours = read_customers(session, member_id).filter(pl.col("debtor_id").is_in(company))["customer_id"]
        if ours.is_empty():
            return ()
        periods = statement_book.periods_in_force(statement_book.read_book(session, member_id))[-MONTHS:]
        frames = private_pages.read(session, member_id=member_id, content=Content.POSITIONS, periods=periods)
    found = (
        pl.concat(
            [
                frame.filter(pl.col("customer_id").is_in(ours.to_list())).with_columns(
                    pl.lit(period).alias("period")
                )
                for period, frame in frames.items()
            ]
        )
        .group_by("period", "currency")
        .agg(pl.col(name).sum() for name in columns)
        .sort("period", "currency")
        if frames
        else None
    )
    return () if found is None else tuple(OwnPosition(**row) for row in found.iter_rows(named=True))
