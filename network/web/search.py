"""Being written."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from network.permissions import Actor, Permission
from network.web.pages import page

blueprint = Blueprint("search", __name__)


@blueprint.get("/search")
@page(Permission.DEBTOR_SEARCH)
def show(_: Actor) -> ResponseReturnValue:
    """Show."""
    return render_template("home/show.html")


@blueprint.get("/search/suggestions")
@page(Permission.DEBTOR_SEARCH)
def suggest(_: Actor) -> ResponseReturnValue:
    """Suggest."""
    return ""
