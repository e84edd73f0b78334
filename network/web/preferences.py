"""Small choices of a reader: language and light. They work without an account too."""

from datetime import timedelta

from flask import Blueprint, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue

from network.i18n import LANGUAGES
from network.services.accounts import choose_language
from network.web import session
from network.web.language import LANGUAGE_COOKIE
from network.web.pages import public_page
from network.web.shell import LIGHT_COOKIE, LIGHTS

blueprint = Blueprint("preferences", __name__)

_YEAR = timedelta(days=365)


def _keep(name: str, value: str) -> ResponseReturnValue:
    way_back = session.safe_way_back(request.form.get("next"), otherwise=url_for("home.show"))
    response = redirect(way_back)
    response.set_cookie(
        name,
        value,
        max_age=_YEAR,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
    return response


@blueprint.post("/language")
@public_page
def language() -> ResponseReturnValue:
    """Read on in another language."""
    chosen = request.form.get("language", "")
    account = session.signed_in()
    if account is not None:
        choose_language(account.actor(), language=chosen)
    return _keep(LANGUAGE_COOKIE, chosen if chosen in LANGUAGES else "en")


@blueprint.post("/light")
@public_page
def light() -> ResponseReturnValue:
    """Read on by day, by night, or as the device says."""
    chosen = request.form.get("light", "")
    return _keep(LIGHT_COOKIE, chosen if chosen in LIGHTS else "auto")
