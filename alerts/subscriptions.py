"""Who watches which debtor."""

import uuid
from collections.abc import Iterable

from sqlalchemy import delete, exists, select
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
    """End a watch; news already told stays in the inbox. Without a watch it changes nothing."""
    require(actor, Permission.WATCH_EDIT)
    user_id = _person(actor)
    with unit_of_work() as session:
        session.execute(delete(Watch).where(Watch.user_id == user_id, Watch.debtor_id == debtor_id))


def watched(actor: Actor, *, among: Iterable[uuid.UUID] | None = None) -> frozenset[uuid.UUID]:
    """Return the debtors that the actor watches; of those in `among` alone where it is given."""
    require(actor, Permission.WATCH_EDIT)
    if actor.user_id is None:
        return frozenset()
    chosen = select(Watch.debtor_id).where(Watch.user_id == actor.user_id)
    if among is not None:
        chosen = chosen.where(Watch.debtor_id.in_(list(among)))
    with reading() as session:
        return frozenset(session.scalars(chosen))


def is_watched(actor: Actor, *, debtor_id: uuid.UUID) -> bool:
    """Tell whether the actor watches the debtor."""
    if actor.user_id is None:
        return False
    own = select(Watch).where(Watch.user_id == actor.user_id, Watch.debtor_id == debtor_id)
    with reading() as session:
        return bool(session.scalar(select(exists(own))))


def _person(actor: Actor) -> uuid.UUID:
    if actor.user_id is None:
        raise NotAllowedError("A watch and an inbox belong to a person; sign in as one.")
    return actor.user_id
