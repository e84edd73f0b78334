"""The first page of an empty network: it creates the operator, once."""

from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import ValidationError

from network.errors import NotFoundError
from network.extensions import limiter
from network.i18n import mark
from network.services.accounts import create_first_operator, is_first_run
from network.web import session
from network.web.forms import faults
from network.web.language import page_language, say
from network.web.pages import public_page

blueprint = Blueprint("first_run", __name__, url_prefix="/first-run")


def _only_once() -> None:
    if not is_first_run():
        raise NotFoundError(mark("This network is set up already."))


@blueprint.get("")
@public_page
def show() -> ResponseReturnValue:
    """Ask who the operator is."""
    _only_once()
    return render_template("first_run/show.html", faults={})


@blueprint.post("")
@limiter.limit("10 per minute")
@public_page
def create() -> ResponseReturnValue:
    """Create the operator and sign in."""
    _only_once()
    try:
        account = create_first_operator(
            name=request.form.get("name", ""),
            email=request.form.get("email", ""),
            password=request.form.get("password", ""),
            language=page_language(),
        )
    except ValidationError as error:
        return render_template("first_run/show.html", faults=faults(error)), HTTPStatus.BAD_REQUEST
    session.begin(account)
    flash(say(mark("The watch begins. You are this network’s operator.")))
    return redirect(url_for("home.show"))
