"""Economic groups: members under one control have one voice, told from parent links (docs/decisions/0128).

A member's parent is looked up by its SIREN or LEI. Members whose ultimate parents agree become one group at the next
close, under a new id, and a row of `group_change` says so. Nothing ever splits a group by itself: a link that ended is
shown to the operator, who alone knows whether control has.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from network.errors import ConflictError, NetworkError, NotFoundError
from network.i18n import mark
from network.models import GroupChange, Member, ParentLink, RegisterEntry
from network.permissions import Actor, Permission, require
from network.resolution.identifiers import Identifier, read_identifier
from network.services.parentage import ParentLinks
from network.transaction import reading, unit_of_work

_GROUPED = 7_104_401
"""Advisory lock: a close and the operator do not change groups at once."""


@dataclass(frozen=True, slots=True)
class Parentage:
    """What registers say of a member: its ultimate parents, itself where it has none.

    More than one are a contradiction that nothing follows from. `ended` tells that a link on the way has ended.
    """

    member_id: uuid.UUID
    name: str
    group_id: uuid.UUID
    identifier: Identifier
    parents: tuple[Identifier, ...]
    ended: tuple[Identifier, ...]


@dataclass(frozen=True, slots=True)
class GroupCard:
    """Members under one control. `is_pending`: they become one group at the next close.

    `held_by_ended` are members whose link to the others has ended: they stay with them.
    """

    parent: Identifier | None
    parent_name: str | None
    members: tuple[str, ...]
    is_pending: bool
    held_by_ended: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChangeCard:
    """A member that was counted with others from the close of `epoch` on, `because` of this common parent."""

    member: str
    epoch: str
    because: str


@dataclass(frozen=True, slots=True)
class GroupOverview:
    """The groups of more than one member, the members about whom the links contradict each other, and what was merged."""

    groups: tuple[GroupCard, ...]
    unclear: tuple[str, ...]
    unidentified: int
    changes: tuple[ChangeCard, ...]


def identify_member(actor: Actor, *, name: str, number: str) -> Identifier:
    """Give a member its SIREN or LEI; return it.

    Raises:
        NotFoundError: there is no such member.
        NetworkError: the number is neither, or its check digits do not hold.
    """
    require(actor, Permission.NETWORK_OPERATE)
    identifier = _read(number)
    with unit_of_work() as session:
        changed = session.execute(
            update(Member).where(Member.name == name).values({identifier.scheme: identifier.value})
        )
        if not changed.rowcount:  # type: ignore[attr-defined]  # a cursor's result has it
            raise NotFoundError(mark("There is no member %(name)s."), name=name)
    return identifier


def link_parent(actor: Actor, *, child: str, parent: str, today: date) -> tuple[Identifier, Identifier]:
    """Enter that one company controls another; return both.

    Raises:
        NetworkError: a number is neither a SIREN nor a LEI.
        ConflictError: a company cannot be its own parent.
    """
    require(actor, Permission.NETWORK_OPERATE)
    ours, theirs = _read(child), _read(parent)
    if ours == theirs:
        raise ConflictError(mark("A company cannot be its own parent."))
    values = {
        **_key(ours, theirs),
        "kind": "direct",
        "source": "entered",
        "as_of": today,
        "is_refused": False,
    }
    with unit_of_work() as session:
        wanted = insert(ParentLink).values(**values)
        session.execute(
            wanted.on_conflict_do_update(
                constraint="pk_parent_link", set_={"ended_on": None, "is_refused": False, "as_of": today}
            )
        )
    return ours, theirs


def end_link(actor: Actor, *, child: str, parent: str, today: date) -> int:
    """End the links from one company to another, for good: a later load does not bring them back; return how many.

    Members that were counted as one because of it stay one; nothing splits by itself.

    Raises:
        NotFoundError: there is no such link in force.
    """
    require(actor, Permission.NETWORK_OPERATE)
    key = _key(_read(child), _read(parent))
    with unit_of_work() as session:
        ended = session.execute(
            update(ParentLink)
            .where(*(getattr(ParentLink, name) == value for name, value in key.items()))
            .where(ParentLink.ended_on.is_(None))
            .values(ended_on=today, is_refused=True)
        )
        count: int = ended.rowcount  # type: ignore[attr-defined]  # a cursor's result has it
    if not count:
        raise NotFoundError(
            mark("No link in force leads from %(child)s to %(parent)s."), child=child, parent=parent
        )
    return count


def list_groups(actor: Actor) -> GroupOverview:
    """Return the groups as they are and as the next close would make them."""
    require(actor, Permission.NETWORK_OPERATE)
    with reading() as session:
        members = session.scalars(select(Member)).all()
        parentages = _parentages(session)
        merged = _merged(parentages)
        by_group: dict[uuid.UUID, list[Member]] = {}
        for member in members:
            by_group.setdefault(merged.get(member.group_id, member.group_id), []).append(member)
        told = {held.member_id: held for held in parentages}
        cards = [_card(session, group, told) for group in by_group.values() if len(group) > 1]
        changes = session.execute(
            select(Member.name, GroupChange.epoch, GroupChange.because)
            .join_from(GroupChange, Member, Member.id == GroupChange.member_id)
            .order_by(GroupChange.epoch.desc(), Member.name)
        ).all()
    return GroupOverview(
        groups=tuple(sorted(cards, key=lambda card: card.members)),
        unclear=tuple(sorted(held.name for held in parentages if len(held.parents) > 1)),
        unidentified=len(members) - len(parentages),
        changes=tuple(ChangeCard(*row) for row in changes),
    )


def _card(session: Session, members: Sequence[Member], told: Mapping[uuid.UUID, Parentage]) -> GroupCard:
    known = [told[member.id] for member in members if member.id in told]
    parents = {held.parents[0] for held in known if len(held.parents) == 1}
    parent = parents.pop() if len(parents) == 1 else None
    alone = [held for held in known if [other.parents for other in known].count(held.parents) == 1]
    return GroupCard(
        parent=parent,
        parent_name=None if parent is None else _name(session, parent),
        members=tuple(sorted(member.name for member in members)),
        is_pending=len({member.group_id for member in members}) > 1,
        held_by_ended=tuple(sorted(held.name for held in alone if held.ended)),
    )


def apply_groups(session: Session, *, epoch: str) -> int:
    """Make one group of members whose ultimate parents agree; return how many members changed theirs.

    To be called at a close, before its pool is gathered. Whoever is merged gets a new id, neither of the old ones: three
    changes then wait together, which tells less than two (docs/attacks.md, "merging").
    """
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _GROUPED})
    parentages = _parentages(session)
    merged = _merged(parentages)
    because = {held.group_id: held.parents[0] for held in parentages if len(held.parents) == 1}
    moving = session.scalars(
        select(Member).where(Member.group_id.in_(merged)).order_by(Member.id).with_for_update()
    ).all()
    for member in moving:
        session.add(
            GroupChange(
                member_id=member.id,
                from_group=member.group_id,
                to_group=merged[member.group_id],
                epoch=epoch,
                because=str(because.get(member.group_id, "")),
            )
        )
        member.group_id = merged[member.group_id]
    session.flush()
    return len(moving)


def _merged(parentages: Iterable[Parentage]) -> dict[uuid.UUID, uuid.UUID]:
    """Return the new id of each group that merges with another, by its present id."""
    leader: dict[uuid.UUID, uuid.UUID] = {}

    def top(group: uuid.UUID) -> uuid.UUID:
        while leader.setdefault(group, group) != group:
            group = leader[group]
        return group

    first: dict[Identifier, uuid.UUID] = {}
    for held in parentages:
        if len(held.parents) == 1:
            leader[top(held.group_id)] = top(first.setdefault(held.parents[0], held.group_id))
    together: dict[uuid.UUID, list[uuid.UUID]] = {}
    for group in leader:
        together.setdefault(top(group), []).append(group)
    fresh: dict[uuid.UUID, uuid.UUID] = {}
    for groups in together.values():
        if len(groups) > 1:
            fresh |= dict.fromkeys(groups, uuid.uuid4())
    return fresh


def _parentages(session: Session) -> list[Parentage]:
    """Return the ultimate parents of all members that have a number, following all links level by level."""
    rows = session.execute(
        select(Member.id, Member.name, Member.group_id, Member.siren, Member.lei)
        .where(Member.siren.is_not(None) | Member.lei.is_not(None))
        .order_by(Member.id)
    ).all()
    own = {row.id: Identifier("lei", row.lei) if row.lei else Identifier("siren", row.siren) for row in rows}
    links = ParentLinks(session, own.values())
    found = []
    for row in rows:
        tops, ended = links.tops(own[row.id])
        found.append(Parentage(row.id, row.name, row.group_id, own[row.id], tops, ended))
    return found


def _name(session: Session, company: Identifier) -> str | None:
    return session.scalar(
        select(RegisterEntry.name).where(
            RegisterEntry.scheme == company.scheme, RegisterEntry.value == company.value
        )
    )


def _read(number: str) -> Identifier:
    identifier = read_identifier(number)
    if identifier is None or identifier.scheme not in {"siren", "lei"}:
        raise NetworkError(
            mark("“%(number)s” is neither a SIREN nor a LEI: its check digits do not hold."),
            code="identifier_invalid",
            number=number,
        )
    return identifier


def _key(child: Identifier, parent: Identifier) -> dict[str, str]:
    return {
        "child_scheme": child.scheme,
        "child_value": child.value,
        "parent_scheme": parent.scheme,
        "parent_value": parent.value,
    }
