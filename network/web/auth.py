"""Sign in, sign out."""

from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_limiter.util import get_remote_address
from marshmallow import ValidationError

from network.errors import NotAllowedError
from network.extensions import limiter
from network.i18n import LANGUAGES, mark
from network.services.accounts import Account, choose_language, is_first_run, sign_in
from network.web import session
from network.web.forms import faults
from network.web.language import LANGUAGE_COOKIE, say, say_error
from network.web.pages import public_page

blueprint = Blueprint("auth", __name__)


def _address_tried() -> str:
    """Count attempts by the address that is tried too, so that many machines do not share out the guesses."""
    return request.form.get("email", "").strip().lower()[:254]


@blueprint.get("/sign-in")
@public_page
def show() -> ResponseReturnValue:
    """Show the sign-in form."""
    if is_first_run():
        return redirect(url_for("first_run.show"))
    if session.signed_in():
        return redirect(url_for("home.show"))
    return render_template("auth/sign_in.html", faults={}, refused=None)


@blueprint.post("/sign-in")
@limiter.limit("20 per minute", key_func=get_remote_address)
@limiter.limit("10 per minute; 50 per hour", key_func=_address_tried)
@public_page
def enter() -> ResponseReturnValue:
    """Sign in with an address and a password."""
    try:
        account = sign_in(email=request.form.get("email", ""), password=request.form.get("password", ""))
    except ValidationError as error:
        return render_template(
            "auth/sign_in.html", faults=faults(error), refused=None
        ), HTTPStatus.BAD_REQUEST
    except NotAllowedError as error:
        page = render_template("auth/sign_in.html", faults={}, refused=say_error(error))
        return page, HTTPStatus.FORBIDDEN
    welcome(account)
    return redirect(session.safe_way_back(request.args.get("next"), otherwise=url_for("home.show")))


def welcome(account: Account) -> None:
    """Begin the session; a language chosen at the door becomes the account's."""
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    session.recognise(account)
    if chosen in LANGUAGES and chosen != account.language:
        choose_language(account.actor(), language=chosen)
    session.begin(account)


@blueprint.post("/sign-out")
@public_page
def leave() -> ResponseReturnValue:
    """Sign out."""
    session.end()
    flash(say(mark("You are signed out.")))
    return redirect(url_for("auth.show"))
