"""Who may do what: permissions by name, roles as sets of them, and the actor that every service takes first."""

import uuid
from dataclasses import dataclass
from enum import StrEnum

from network.errors import NotAllowedError


class Permission(StrEnum):
    """Every right in the product. A test holds that each is used and that each route names one."""

    LEDGER_SUBMIT = "ledger:submit"
    LEDGER_READ = "ledger:read"
    LEDGER_WITHDRAW = "ledger:withdraw"
    PROFILE_READ = "profile:read"
    DEBTOR_SEARCH = "debtor:search"
    DEBTOR_SEE_UNLISTED = "debtor:see_unlisted"
    WATCH_EDIT = "watch:edit"
    NEWS_READ = "news:read"
    MATCH_REVIEW = "match:review"
    DEBTOR_JUDGE = "debtor:judge"
    RELEASE_CLOSE = "release:close"
    NETWORK_OPERATE = "network:operate"


class Role(StrEnum):
    """What a person is in the network."""

    CREDIT_MANAGER = "credit_manager"
    SUBSCRIBER = "subscriber"
    MODERATOR = "moderator"
    OPERATOR = "operator"


_READER = frozenset(
    {Permission.PROFILE_READ, Permission.DEBTOR_SEARCH, Permission.WATCH_EDIT, Permission.NEWS_READ}
)

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.CREDIT_MANAGER: _READER
    | {Permission.LEDGER_SUBMIT, Permission.LEDGER_READ, Permission.LEDGER_WITHDRAW},
    Role.SUBSCRIBER: _READER,
    Role.MODERATOR: frozenset(
        {
            Permission.PROFILE_READ,
            Permission.DEBTOR_SEARCH,
            Permission.DEBTOR_SEE_UNLISTED,
            Permission.MATCH_REVIEW,
            Permission.DEBTOR_JUDGE,
        }
    ),
    Role.OPERATOR: frozenset(Permission),
}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a user of a member, or the operator at the command line (then without a user).

    `member_id` is the company for which the actor acts; None for people who belong to no member.
    """

    role: Role
    user_id: uuid.UUID | None = None
    member_id: uuid.UUID | None = None

    def may(self, permission: Permission) -> bool:
        """Tell whether the actor's role carries the permission."""
        return permission in ROLE_PERMISSIONS[self.role]


def operator_at_console(*, member_id: uuid.UUID | None = None) -> Actor:
    """Return the actor of the command line: the operator, acting for `member_id` where one is named."""
    return Actor(role=Role.OPERATOR, member_id=member_id)


def require(actor: Actor, permission: Permission) -> None:
    """Refuse unless the actor has the permission; first line of every service.

    Raises:
        NotAllowedError: the actor's role does not carry it.
    """
    if not actor.may(permission):
        raise NotAllowedError(
            "Your role, %(role)s, does not allow this (%(permission)s). Ask your network's operator.",
            role=actor.role.value,
            permission=permission.value,
        )


def require_member(actor: Actor) -> uuid.UUID:
    """Return the member for which the actor acts.

    Raises:
        NotAllowedError: the actor belongs to no member.
    """
    if actor.member_id is None:
        raise NotAllowedError("This belongs to a member company; sign in as one of its people.")
    return actor.member_id


def require_person(actor: Actor) -> uuid.UUID:
    """Return the account of the person who acts.

    Raises:
        NotAllowedError: nobody is signed in; this is the command line.
    """
    if actor.user_id is None:
        raise NotAllowedError("This belongs to a person; sign in on the pages.")
    return actor.user_id
