"""The people of the tests, each made when first named."""

import uuid
from dataclasses import dataclass
from functools import cached_property

from argon2 import PasswordHasher

from network.models import Member, User
from network.permissions import Actor, Role
from network.transaction import unit_of_work

PASSWORD = "correct horse battery staple"
_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)  # cheap: this is a test


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can sign in, and what services take to know them."""

    actor: Actor
    email: str
    member_name: str | None
    password: str = PASSWORD

    @property
    def user_id(self) -> uuid.UUID:
        """The id of the account."""
        assert self.actor.user_id is not None
        return self.actor.user_id

    @property
    def member_id(self) -> uuid.UUID:
        """The id of the company."""
        assert self.actor.member_id is not None
        return self.actor.member_id


def new_member(name: str, *, group_id: uuid.UUID | None = None) -> Member:
    """Make a company; `group_id` of another one makes them affiliates."""
    with unit_of_work() as session:
        member = Member(name=name) if group_id is None else Member(name=name, group_id=group_id)
        session.add(member)
        session.flush()
        return member


def new_person(name: str, *, role: Role, member: Member | None = None, locale: str = "en") -> Person:
    """Make an account with :data:`PASSWORD`."""
    with unit_of_work() as session:
        user = User(
            email=f"{name.lower().replace(' ', '.')}@vigie.example",
            name=name,
            role=role.value,
            member_id=member.id if member else None,
            password_hash=_HASH,
            locale=locale,
        )
        session.add(user)
        session.flush()
        return Person(actor=user.actor(), email=user.email, member_name=member.name if member else None)


class Cast:
    """Three companies and the people around them."""

    @cached_property
    def _reporters(self) -> Member:
        return new_member("Aciers Réunis")

    @cached_property
    def reporter(self) -> Person:
        """A credit manager who contributes a ledger."""
        return new_person("Reporter", role=Role.CREDIT_MANAGER, member=self._reporters)

    @cached_property
    def colleague(self) -> Person:
        """Another credit manager of the same company."""
        return new_person("Colleague", role=Role.CREDIT_MANAGER, member=self._reporters)

    @cached_property
    def rival(self) -> Person:
        """A credit manager of another company that supplies the same debtors."""
        return new_person("Rival", role=Role.CREDIT_MANAGER, member=new_member("Boulonnerie du Nord"))

    @cached_property
    def outsider(self) -> Person:
        """A credit manager of a company that has nothing to do with the others."""
        return new_person("Outsider", role=Role.CREDIT_MANAGER, member=new_member("Cartonnages Lefort"))

    @cached_property
    def subscriber(self) -> Person:
        """Reads releases, contributes nothing."""
        return new_person("Subscriber", role=Role.SUBSCRIBER, member=new_member("Dupont Assurances"))

    @cached_property
    def moderator(self) -> Person:
        """Looks at what a person must decide."""
        return new_person("Moderator", role=Role.MODERATOR)

    @cached_property
    def operator(self) -> Person:
        """Runs the network."""
        return new_person("Operator", role=Role.OPERATOR)
