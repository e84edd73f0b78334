"""The people of a demo: one for each role, with passwords made on the spot."""

import secrets
import uuid

from network.cli.demo_memo import SignIn
from network.i18n import console_language
from network.permissions import Actor, Role, operator_at_console
from network.services.accounts import create_account, create_first_operator

_NAMES = {
    Role.CREDIT_MANAGER: "Claire Morel",
    Role.SUBSCRIBER: "Hugo Lambert",
    Role.MODERATOR: "Inès Garnier",
    Role.OPERATOR: "Paul Vasseur",
}


def make_people(*, member_id: uuid.UUID, member: str) -> tuple[tuple[SignIn, ...], Actor]:
    """Open an account for each role; return them and the actor of the credit manager, who belongs to `member`."""
    language = console_language()
    people = []
    manager: Actor | None = None
    password = secrets.token_urlsafe(9)
    operator = create_first_operator(
        name=_NAMES[Role.OPERATOR], email=_email(Role.OPERATOR), password=password, language=language
    )
    people.append(_sign_in(Role.OPERATOR, operator.email, password, None))
    for role in (Role.CREDIT_MANAGER, Role.SUBSCRIBER, Role.MODERATOR):
        password = secrets.token_urlsafe(9)
        is_member = role is Role.CREDIT_MANAGER
        account = create_account(
            operator_at_console(),
            name=_NAMES[role],
            email=_email(role),
            password=password,
            role=role,
            member_id=member_id if is_member else None,
            language=language,
        )
        people.append(_sign_in(role, account.email, password, member if is_member else None))
        manager = account.actor() if is_member else manager
    if manager is None:
        raise RuntimeError("a demo without a credit manager")
    people.sort(key=lambda person: list(Role).index(Role(person.role)))
    return tuple(people), manager


def _email(role: Role) -> str:
    return f"{role.value.replace('_', '.')}@vigie.example"


def _sign_in(role: Role, email: str, password: str, member: str | None) -> SignIn:
    return SignIn(role=role.value, name=_NAMES[role], email=email, password=password, member=member)
