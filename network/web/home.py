"""The first page after sign-in."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from network.permissions import Actor, Permission
from network.web.pages import page

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@page(Permission.PROFILE_READ)
def show(_: Actor) -> ResponseReturnValue:
    """Show what the reader watches and what is new."""
    return render_template("home/show.html")
