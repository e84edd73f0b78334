"""The companies of the network: the operator lets them in."""

import uuid
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from network.errors import ConflictError, NetworkError, NotFoundError
from network.i18n import mark
from network.models import Member
from network.permissions import Actor, Permission, require
from network.transaction import reading, unit_of_work

MAX_NAME = 200


@dataclass(frozen=True, slots=True)
class MemberCard:
    """A member. Members with one `group_id` are under one control and have one voice."""

    id: uuid.UUID
    name: str
    group_id: uuid.UUID


def add_member(actor: Actor, *, name: str, affiliate_of: str | None = None) -> MemberCard:
    """Let a company in; `affiliate_of` names a member of the same economic group.

    Raises:
        NetworkError: no company can have this name.
        ConflictError: there is one of this name already.
        NotFoundError: `affiliate_of` is no member.
    """
    require(actor, Permission.NETWORK_OPERATE)
    name = _fit_name(name)
    with unit_of_work() as session:
        group_id = uuid.uuid4()
        if affiliate_of is not None:
            found = session.scalar(select(Member.group_id).where(Member.name == affiliate_of))
            if found is None:
                raise NotFoundError(mark("There is no member %(name)s."), name=affiliate_of)
            group_id = found
        wanted = insert(Member).values(id=uuid.uuid4(), name=name, group_id=group_id)
        member = session.scalar(wanted.on_conflict_do_nothing().returning(Member))
        if member is None:
            raise ConflictError(mark("There is a member %(name)s already."), name=name)
        return _card(member)


def find_or_add_member(actor: Actor, *, name: str) -> MemberCard:
    """Return the member of this name, let in now if it was unknown.

    Raises:
        NetworkError: no company can have this name.
    """
    require(actor, Permission.NETWORK_OPERATE)
    name = _fit_name(name)
    with unit_of_work() as session:
        session.execute(
            insert(Member).values(id=uuid.uuid4(), name=name, group_id=uuid.uuid4()).on_conflict_do_nothing()
        )
        return _card(session.scalars(select(Member).where(Member.name == name)).one())


def list_members(actor: Actor) -> list[MemberCard]:
    """Return all members by name."""
    require(actor, Permission.NETWORK_OPERATE)
    with reading() as session:
        return [_card(member) for member in session.scalars(select(Member).order_by(Member.name))]


def _fit_name(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > MAX_NAME or not name.isprintable():
        raise NetworkError(
            mark("The name of a company has from 1 to %(most)s characters."), code="name_unfit", most=MAX_NAME
        )
    return name


def _card(member: Member) -> MemberCard:
    return MemberCard(id=member.id, name=member.name, group_id=member.group_id)
