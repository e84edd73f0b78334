"""Who watches which debtor."""

import uuid
from collections.abc import Iterable

from sqlalchemy import Select, delete, exists, or_, select
from sqlalchemy.dialects.postgresql import insert

from network.errors import NotAllowedError, NotFoundError
from network.models import Debtor, Watch
from network.permissions import Actor, Permission, require
from network.transaction import reading, unit_of_work


def watch_debtor(actor: Actor, *, debtor_id: uuid.UUID, is_own: bool = False) -> None:
    """Tell the actor from now on what turns about a debtor. Repeating it changes nothing.

    `is_own` says that the caller has found the debtor among the actor's own customers: then it may be watched before
    anything is published about it. Alerts never read a ledger, so they cannot find that out themselves.

    Raises:
        NotFoundError: there is no such debtor, or the actor may not know of it yet.
    """
    require(actor, Permission.WATCH_EDIT)
    user_id = _person(actor)
    with unit_of_work(unlisted=True) as session:
        is_listed = session.scalar(select(Debtor.is_listed).where(Debtor.id == debtor_id))
        may_know = is_listed or is_own or actor.may(Permission.DEBTOR_SEE_UNLISTED)
        if is_listed is None or not may_know:
            raise NotFoundError("There is no such debtor.")
        session.execute(insert(Watch).values(user_id=user_id, debtor_id=debtor_id).on_conflict_do_nothing())


def unwatch_debtor(actor: Actor, *, debtor_id: uuid.UUID) -> None:
    """End a watch, on whichever debtor of its company; news already told stays in the inbox. Without one it changes nothing."""
    require(actor, Permission.WATCH_EDIT)
    user_id = _person(actor)
    with unit_of_work(unlisted=True) as session:
        session.execute(
            delete(Watch).where(Watch.user_id == user_id, Watch.debtor_id.in_(_company(debtor_id)))
        )


def watched(actor: Actor, *, among: Iterable[uuid.UUID] | None = None) -> frozenset[uuid.UUID]:
    """Return the debtors that the actor watches, each as who stands for it; of those in `among` alone where it is given."""
    require(actor, Permission.WATCH_EDIT)
    if actor.user_id is None:
        return frozenset()
    chosen = (
        select(Debtor.standing_id)
        .join(Watch, Watch.debtor_id == Debtor.id)
        .where(Watch.user_id == actor.user_id)
    )
    if among is not None:
        chosen = chosen.where(Debtor.standing_id.in_(list(among)))
    with reading(unlisted=True) as session:
        return frozenset(session.scalars(chosen))


def is_watched(actor: Actor, *, debtor_id: uuid.UUID) -> bool:
    """Tell whether the actor watches the debtor, or another one of its company."""
    if actor.user_id is None:
        return False
    own = select(Watch).where(Watch.user_id == actor.user_id, Watch.debtor_id.in_(_company(debtor_id)))
    with reading(unlisted=True) as session:
        return bool(session.scalar(select(exists(own))))


def _company(debtor_id: uuid.UUID) -> Select[uuid.UUID]:
    """Return all debtors that judgements make one company with this one, itself included."""
    standing = select(Debtor.standing_id).where(Debtor.id == debtor_id).scalar_subquery()
    return select(Debtor.id).where(or_(Debtor.id == standing, Debtor.merged_into == standing))


def _person(actor: Actor) -> uuid.UUID:
    if actor.user_id is None:
        raise NotAllowedError("A watch and an inbox belong to a person; sign in as one.")
    return actor.user_id
