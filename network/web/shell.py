"""What surrounds every page: who reads, by which light, what waits in the inbox."""

from typing import Any

from flask import Flask, request

from alerts.inbox import unread_count
from network.i18n import mark
from network.permissions import Permission, Role
from network.services.reviews import count_reviews
from network.web.language import say
from network.web.session import signed_in

LIGHT_COOKIE = "vigie_light"
LIGHTS = ("auto", "light", "dark")


_ROLE_NAMES = {
    Role.CREDIT_MANAGER: mark("Credit manager"),
    Role.SUBSCRIBER: mark("Subscriber"),
    Role.MODERATOR: mark("Moderator"),
    Role.OPERATOR: mark("Operator"),
}


def role_name(role: Role) -> str:
    """Return what a role is called on a page."""
    return say(_ROLE_NAMES[role])


def _surroundings() -> dict[str, Any]:
    light = request.cookies.get(LIGHT_COOKIE)
    account = signed_in()
    actor = account.actor() if account else None
    return {
        "account": account,
        "may": actor.may if actor else (lambda _: False),
        "unread": unread_count(actor) if actor and actor.may(Permission.NEWS_READ) else 0,
        "to_review": count_reviews(actor) if actor else 0,
        "light": light if light in LIGHTS else "auto",
        "here": request.full_path.rstrip("?") if request.method == "GET" else "/",
    }


def install(app: Flask) -> None:
    """Give every template of `app` its surroundings."""
    app.context_processor(_surroundings)
    app.jinja_env.globals.update(Permission=Permission, role_name=role_name)
