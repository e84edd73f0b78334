"""Who is signed in. Flask-Login stays behind this file."""

import uuid
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Flask, g, session
from flask_login import current_user, login_user, logout_user

from network.extensions import login
from network.services.accounts import Account, read_account
from network.services.private_pages import decider_tag, owner_tag
from network.transaction import NOBODY, Reader, read_as


@dataclass(frozen=True, slots=True)
class SignedIn:
    """An account in the shape that Flask-Login asks for."""

    account: Account
    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        """Return the account's id with the mark of its password: a new password ends every older session."""
        return f"{self.account.id}.{self.account.password_mark}"


@login.user_loader  # type: ignore[untyped-decorator]  # Flask-Login ships no types
def _load(session_id: str) -> SignedIn | None:
    user_id, _, password_mark = session_id.partition(".")
    account = read_account(uuid.UUID(user_id))
    if account is None or account.password_mark != password_mark:
        return None
    recognise(account)
    return SignedIn(account)


def recognise(account: Account) -> None:
    """Let the database answer for this person and its member, until the request ends."""
    tag = owner_tag(account.member_id) if account.member_id is not None else None
    read_as(Reader(user_id=account.id, owner_tag=tag, decider_tag=decider_tag(account.id)))


def install(app: Flask) -> None:
    """Have every request of `app` begin for nobody, and leave nothing of its reader to the next one."""
    app.before_request(lambda: read_as(NOBODY))
    app.teardown_request(lambda _error: read_as(None))


def signed_in() -> Account | None:
    """Return the account of this request, or None; None too once `stay_in_the_dark` was called."""
    if g.get("is_dark"):
        return None
    return current_user.account if current_user.is_authenticated else None


def stay_in_the_dark() -> None:
    """Ask the database for nothing more in this request: it has failed, and its failure page must not."""
    g.is_dark = True


def begin(account: Account) -> None:
    """Sign in: whatever the browser carried before, its form token included, is thrown away first."""
    session.clear()
    session.permanent = True
    recognise(account)
    login_user(SignedIn(account))


def end() -> None:
    """Sign out."""
    logout_user()
    session.clear()


def safe_way_back(target: str | None, *, otherwise: str) -> str:
    """Return `target` where it is a path of this site, else `otherwise`: a link must not lead away after sign-in."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return otherwise
    parts = urlsplit(target)
    return otherwise if parts.scheme or parts.netloc or "\\" in target else target
