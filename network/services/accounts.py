"""People and how they come in: the first operator, sign-in, the language they read."""

import hashlib
import uuid
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import func, select

from network.errors import ConflictError, NotAllowedError
from network.i18n import LANGUAGES, mark
from network.models import Member, User
from network.permissions import Actor, Permission, Role, require
from network.schemas.account import AccountSchema, FirstOperatorSchema, SignInSchema
from network.transaction import Reader, reading, reading_as, unit_of_work

_hasher = PasswordHasher()
_NOBODY = _hasher.hash(uuid.uuid4().hex)
"""Verified where the address is unknown, so that an unknown address takes as long as a wrong password."""

_FIRST_RUN_LOCK = 7_104_001
"""Advisory lock: two first-run pages sent at once make one operator."""


@dataclass(frozen=True, slots=True)
class Account:
    """A person as the pages see them. `password_mark` changes with the password and so ends older sessions."""

    id: uuid.UUID
    email: str
    name: str
    role: Role
    member_id: uuid.UUID | None
    member_name: str | None
    language: str
    password_mark: str

    def actor(self) -> Actor:
        """Return the actor that services take."""
        return Actor(role=self.role, user_id=self.id, member_id=self.member_id)


def _account(user: User, member_name: str | None) -> Account:
    return Account(
        id=user.id,
        email=user.email,
        name=user.name,
        role=Role(user.role),
        member_id=user.member_id,
        member_name=member_name,
        language=user.locale,
        password_mark=hashlib.sha256(user.password_hash.encode()).hexdigest()[:16],
    )


def is_first_run() -> bool:
    """Tell whether nobody can sign in yet."""
    with reading() as session:
        return bool(session.scalar(select(func.is_first_run())))


def create_first_operator(*, name: str, email: str, password: str, language: str = "en") -> Account:
    """Create the operator of an empty network.

    Raises:
        marshmallow.ValidationError: a field is not as :class:`FirstOperatorSchema` says.
        ConflictError: somebody has an account already.
    """
    fields = FirstOperatorSchema().load({"name": name, "email": email, "password": password})
    password_hash = _hasher.hash(fields["password"])
    with unit_of_work() as session:
        session.execute(select(func.pg_advisory_xact_lock(_FIRST_RUN_LOCK)))
        if not session.scalar(select(func.is_first_run())):
            raise ConflictError(
                mark("This network has its operator already. Sign in instead."), code="not_first_run"
            )
        user = User(
            name=fields["name"],
            email=fields["email"],
            role=Role.OPERATOR.value,
            password_hash=password_hash,
            locale=language,
        )
        session.add(user)
        session.flush()
        return _account(user, None)


def create_account(
    actor: Actor,
    *,
    name: str,
    email: str,
    password: str,
    role: Role,
    member_id: uuid.UUID | None = None,
    language: str = "en",
) -> Account:
    """Create an account for somebody; the operator does this.

    Raises:
        marshmallow.ValidationError: a field is not as :class:`AccountSchema` says.
        ConflictError: the address has an account already.
    """
    require(actor, Permission.NETWORK_OPERATE)
    fields = AccountSchema().load(
        {
            "name": name,
            "email": email,
            "password": password,
            "role": role.value,
            "member_id": None if member_id is None else str(member_id),
            "language": language,
        }
    )
    password_hash = _hasher.hash(fields["password"])
    with unit_of_work() as session:
        if session.scalar(select(User.id).where(User.email == fields["email"])) is not None:
            raise ConflictError(mark("This e-mail address has an account already."), code="account_exists")
        user = User(
            name=fields["name"],
            email=fields["email"],
            role=fields["role"].value,
            member_id=fields["member_id"],
            password_hash=password_hash,
            locale=fields["language"],
        )
        session.add(user)
        session.flush()
        member_name = session.scalar(select(Member.name).where(Member.id == user.member_id))
        return _account(user, member_name)


def sign_in(*, email: str, password: str) -> Account:
    """Return the account of a person who knows its password.

    An unknown address, a wrong password and a closed account give one answer after one time.

    Raises:
        marshmallow.ValidationError: a field is empty or is no address.
        NotAllowedError: these do not open an account (code ``sign_in_refused``).
    """
    fields = SignInSchema().load({"email": email, "password": password})
    with reading_as(Reader(email=fields["email"])), reading() as session:
        found = session.execute(
            select(User, Member.name).outerjoin(Member).where(User.email == fields["email"])
        ).one_or_none()
    user, member_name = found or (None, None)
    is_known = _knows(user.password_hash if user else _NOBODY, fields["password"])
    if user is None or not is_known or not user.is_active:
        raise NotAllowedError(
            mark("This address and password do not go together. Check both and try again."),
            code="sign_in_refused",
        )
    if _hasher.check_needs_rehash(user.password_hash):
        user = _rehash(user.id, fields["password"])
    return _account(user, member_name)


def _knows(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except VerificationError:
        return False


def _rehash(user_id: uuid.UUID, password: str) -> User:
    """Keep the password under today's cost parameters."""
    with reading_as(Reader(user_id=user_id)), unit_of_work() as session:
        user = session.get_one(User, user_id)
        user.password_hash = _hasher.hash(password)
        return user


def read_account(user_id: uuid.UUID) -> Account | None:
    """Return an account by its id; None where it is closed or gone."""
    with reading_as(Reader(user_id=user_id)), reading() as session:
        found = session.execute(
            select(User, Member.name).outerjoin(Member).where(User.id == user_id, User.is_active)
        ).one_or_none()
    if found is None:
        return None
    user, member_name = found
    return _account(user, member_name)


def choose_language(actor: Actor, *, language: str) -> None:
    """Keep the language in which the actor reads; an unknown language or an actor without account changes nothing."""
    if actor.user_id is None or language not in LANGUAGES:
        return
    with unit_of_work() as session:
        session.get_one(User, actor.user_id).locale = language
