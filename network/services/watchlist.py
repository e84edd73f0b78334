"""What a person watches, with what the last two releases say of it."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased

from network.models import Debtor, Release, ReleaseEpoch, Watch
from network.permissions import Actor, Permission, require
from network.schemas.release import ReleasedValues, read_release
from network.services.customer_book import OwnDebtor, own_debtors
from network.transaction import reading

LIMIT = 50
"""Debtors shown at once: what a person can look over; the list says when it is cut."""


@dataclass(frozen=True, slots=True)
class WatchedDebtor:
    """One debtor on the list; `now` and `before` are its releases of the last two closed epochs, where it has them."""

    id: uuid.UUID
    name: str
    legal_form: str | None
    city: str | None
    now: ReleasedValues | None
    before: ReleasedValues | None

    @property
    def points(self) -> int | None:
        """Return by how many points the index moved between the two releases; None where one is missing."""
        if self.now is None or self.before is None:
            return None
        return self.now.payment_index[1] - self.before.payment_index[1]


@dataclass(frozen=True, slots=True)
class Watchlist:
    """A person's watched debtors: largest fall first, then lowest index, at last those without a release.

    `total` counts those left out too.
    """

    latest_epoch: str | None
    debtors: tuple[WatchedDebtor, ...]
    total: int

    @property
    def is_cut(self) -> bool:
        """Tell whether some watched debtors are not shown."""
        return self.total > len(self.debtors)


def read_watchlist(actor: Actor, *, limit: int = LIMIT) -> Watchlist:
    """Return the actor's watched debtors with their last two releases."""
    require(actor, Permission.WATCH_EDIT)
    now, before = aliased(Release), aliased(Release)
    with reading(unlisted=True) as session:
        epochs = session.scalars(
            select(ReleaseEpoch.epoch).order_by(ReleaseEpoch.epoch.desc()).limit(2)
        ).all()
        latest, earlier = (*epochs, None, None)[:2]
        mine = (
            select(Debtor.standing_id)
            .join(Watch, Watch.debtor_id == Debtor.id)
            .where(Watch.user_id == actor.user_id)
        )
        rows = session.execute(
            select(Debtor, now.body, before.body, func.count().over())
            .where(Debtor.id.in_(mine))
            .outerjoin(now, and_(now.debtor_id == Debtor.id, now.epoch == latest))
            .outerjoin(before, and_(before.debtor_id == Debtor.id, before.epoch == earlier))
            .order_by(
                now.payment_index.is_(None),
                func.coalesce(now.payment_index - before.payment_index, 0),
                now.payment_index,
                Debtor.name,
                Debtor.id,
            )
            .limit(limit)
        ).all()
        own: Mapping[uuid.UUID, OwnDebtor] = {}
        if actor.member_id is not None and not all(debtor.is_listed for debtor, *_ in rows):
            own = own_debtors(session, actor.member_id)
    return Watchlist(
        latest_epoch=latest,
        debtors=tuple(
            _watched(debtor, None if debtor.is_listed else own.get(debtor.id), body, earlier_body)
            for debtor, body, earlier_body, _ in rows
        ),
        total=rows[0][3] if rows else 0,
    )


def _watched(
    debtor: Debtor, own: OwnDebtor | None, body: str | None, earlier_body: str | None
) -> WatchedDebtor:
    """Return one line of the list; `own` are the reader's own words for a debtor that was never released."""
    return WatchedDebtor(
        id=debtor.id,
        name=own.name if own else debtor.name,
        legal_form=None if own else debtor.legal_form,
        city=own.city if own else debtor.city,
        now=None if body is None else read_release(body),
        before=None if earlier_body is None else read_release(earlier_body),
    )
