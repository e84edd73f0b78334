"""Judgements as moderators read them: what was said of whom, and what a judgement would do before it is made."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from network.errors import NotFoundError
from network.i18n import mark
from network.models import Debtor, DebtorIdentifier, Judgement
from network.permissions import Actor, Permission, require
from network.resolution.judgements import (
    Edge,
    choose_representative,
    connected,
    edges_among,
    path_between,
    read_nodes,
)
from network.resolution.standing import company_of
from network.services.judgement_conflicts import JudgementConflict, conflicts
from network.transaction import reading

LIMIT = 50


@dataclass(frozen=True, slots=True)
class JudgedDebtor:
    """A debtor as a moderator sees it before it is joined with others; `releases` is how many months were published."""

    id: uuid.UUID
    name: str
    legal_form: str | None
    postcode: str | None
    city: str | None
    identifiers: tuple[tuple[str, str], ...]
    is_listed: bool
    releases: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What "same" would do: all debtors of the two companies, representatives first, and who would stand for them.

    `joined_by` names the judgements that make one company of the two already. `conflicts` stand against it, the gravest
    first; those that are not final give way to who insists.
    """

    left: tuple[JudgedDebtor, ...]
    right: tuple[JudgedDebtor, ...]
    representative: uuid.UUID
    joined_by: tuple[uuid.UUID, ...]
    conflicts: tuple[JudgementConflict, ...]

    @property
    def is_one_already(self) -> bool:
        """Tell whether the two are one company by judgements in force."""
        return bool(self.joined_by)

    @property
    def is_possible(self) -> bool:
        """Tell whether nothing final stands against it."""
        return not any(conflict.is_final for conflict in self.conflicts)


@dataclass(frozen=True, slots=True)
class JudgementRecord:
    """A judgement as it is kept. `state` is asked, in_force, refused or withdrawn; `refusal` says why it was refused.

    Who decided is a role, when is a day. `withdraws` makes it a request to withdraw that judgement.
    """

    id: uuid.UUID
    left: JudgedDebtor
    right: JudgedDebtor
    verdict: str
    state: str
    decided_by: str
    decided_on: date
    reason: str
    despite_identifiers: bool
    withdraws: uuid.UUID | None
    refusal: JudgementConflict | None
    withdrawn_by: str | None
    withdrawn_on: date | None
    withdrawn_because: str | None


@dataclass(frozen=True, slots=True)
class JudgementList:
    """The newest `limit` judgements, those that are asked for first, and how many there are in all."""

    judgements: tuple[JudgementRecord, ...]
    total: int


def preview(actor: Actor, *, left: uuid.UUID, right: uuid.UUID) -> Preview:
    """Return what would come of joining two debtors. Nothing is written.

    Raises:
        NotFoundError: there is no such debtor.
    """
    require(actor, Permission.DEBTOR_JUDGE)
    with reading(unlisted=True) as session:
        ours, theirs = company_of(session, left), company_of(session, right)
        if not ours or not theirs:
            raise NotFoundError(mark("There is no such debtor."))
        shown = read_judged(session, {*ours, *theirs})
        edges = edges_among(session, connected(session, [left]))
        return Preview(
            left=tuple(shown[each] for each in ours),
            right=tuple(shown[each] for each in theirs),
            representative=choose_representative(read_nodes(session, {*ours, *theirs}).values()),
            joined_by=_ids(path_between(edges, left, right)),
            conflicts=tuple(conflicts(session, ours, theirs)),
        )


def list_judgements(actor: Actor, *, debtor_id: uuid.UUID | None = None, limit: int = LIMIT) -> JudgementList:
    """Return judgements, newest first: all, or those of one company, that is of a debtor and all that are one with it.

    Raises:
        NotFoundError: there is no such debtor.
    """
    require(actor, Permission.DEBTOR_JUDGE)
    with reading(unlisted=True) as session:
        chosen = select(Judgement)
        if debtor_id is not None:
            company = company_of(session, debtor_id)
            if not company:
                raise NotFoundError(mark("There is no such debtor."))
            chosen = chosen.where(or_(Judgement.left_id.in_(company), Judgement.right_id.in_(company)))
        total = session.scalar(select(func.count()).select_from(chosen.subquery())) or 0
        ordered = chosen.order_by(
            (Judgement.state == "asked").desc(), Judgement.revision.desc().nulls_last(), Judgement.id
        )
        rows = session.scalars(ordered.limit(limit)).all()
        shown = read_judged(session, {each for row in rows for each in (row.left_id, row.right_id)})
        return JudgementList(tuple(_record(row, shown) for row in rows), total)


def read_judged(session: Session, debtor_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, JudgedDebtor]:
    """Return debtors as moderators see them, each by itself."""
    wanted = list(debtor_ids)
    identifiers: dict[uuid.UUID, list[tuple[str, str]]] = {}
    known = select(DebtorIdentifier).where(DebtorIdentifier.debtor_id.in_(wanted))
    for row in session.scalars(known.order_by(DebtorIdentifier.scheme, DebtorIdentifier.value)):
        identifiers.setdefault(row.debtor_id, []).append((row.scheme, row.value))
    nodes = read_nodes(session, wanted)
    return {
        held.id: JudgedDebtor(
            id=held.id,
            name=held.name,
            legal_form=held.legal_form,
            postcode=held.postcode,
            city=held.city,
            identifiers=tuple(identifiers.get(held.id, ())),
            is_listed=held.is_listed,
            releases=nodes[held.id].releases,
        )
        for held in session.scalars(select(Debtor).where(Debtor.id.in_(wanted)))
    }


def _record(row: Judgement, shown: Mapping[uuid.UUID, JudgedDebtor]) -> JudgementRecord:
    return JudgementRecord(
        id=row.id,
        left=shown[row.left_id],
        right=shown[row.right_id],
        verdict=row.verdict,
        state=row.state,
        decided_by=row.decided_by,
        decided_on=row.decided_on,
        reason=row.reason,
        despite_identifiers=row.despite_identifiers,
        withdraws=row.withdraws,
        refusal=None if row.refusal is None else JudgementConflict(**row.refusal),
        withdrawn_by=row.withdrawn_by,
        withdrawn_on=row.withdrawn_on,
        withdrawn_because=row.withdrawn_because,
    )


def _ids(path: Iterable[Edge]) -> tuple[uuid.UUID, ...]:
    return tuple(edge.id for edge in path)
