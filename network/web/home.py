"""The watchtower: what the reader watches, and what turned."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from alerts.inbox import read_inbox
from network.permissions import Actor, Permission
from network.services.watchlist import read_watchlist
from network.web.pages import page

blueprint = Blueprint("home", __name__)

NEWS_SHOWN = 5


@blueprint.get("/")
@page(Permission.PROFILE_READ)
def show(actor: Actor) -> ResponseReturnValue:
    """Show the watched debtors and the newest news; who may not watch gets the search alone."""
    watchlist = read_watchlist(actor) if actor.may(Permission.WATCH_EDIT) else None
    reads_news = actor.may(Permission.NEWS_READ) and actor.user_id is not None
    inbox = read_inbox(actor, limit=NEWS_SHOWN) if reads_news else None
    return render_template("home/show.html", watchlist=watchlist, inbox=inbox)
