"""How a view function becomes a page: who may open it is said in one line above it.

Every view carries `permission` (None for a public page), which an architecture test reads, and every page that is
not public gets the :class:`~network.permissions.Actor` as its first argument.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, cast

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_url

from network.permissions import Actor, Permission, require
from network.services.accounts import is_first_run
from network.web.session import signed_in

P = ParamSpec("P")


class Page(Protocol):
    """A view function that says who may open it."""

    permission: Permission | None

    def __call__(self, *args: Any, **kwargs: Any) -> ResponseReturnValue:
        """Answer a request."""


def page(
    permission: Permission, *or_else: Permission
) -> Callable[[Callable[Concatenate[Actor, P], ResponseReturnValue]], Page]:
    """Declare a page for people who have `permission`, or one of the others named; the rest is told that they may not.

    Who is not signed in is sent to the door first.
    """

    def declare(view: Callable[Concatenate[Actor, P], ResponseReturnValue]) -> Page:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            account = signed_in()
            if account is None:
                return _send_to_the_door()
            actor = account.actor()
            if not any(map(actor.may, or_else)):
                require(actor, permission)
            return view(actor, *args, **kwargs)

        declared = cast("Page", guarded)
        declared.permission = permission
        return declared

    return declare


def public_page(view: Callable[P, ResponseReturnValue]) -> Page:
    """Declare a page that anybody may open."""
    declared = cast("Page", view)
    declared.permission = None
    return declared


def _send_to_the_door() -> ResponseReturnValue:
    """Lead to sign-in and back afterwards; on an empty network, to the page that creates its operator."""
    if is_first_run():
        return redirect(url_for("first_run.show"))
    back = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(login_url(url_for("auth.show"), next_url=back))
