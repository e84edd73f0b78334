"""Being written."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from network.permissions import Actor, Permission
from network.web.pages import page

blueprint = Blueprint("contributions", __name__)


@blueprint.get("/contributions")
@page(Permission.LEDGER_READ)
def show(_: Actor) -> ResponseReturnValue:
    """Show."""
    return render_template("home/show.html")
