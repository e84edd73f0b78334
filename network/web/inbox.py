"""The inbox: news of watched debtors, with why and what changed."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from alerts.inbox import NewsKey, mark_read, read_inbox
from network.permissions import Actor, Permission
from network.web.pages import page

blueprint = Blueprint("inbox", __name__, url_prefix="/inbox")

PAGE = 20
"""Pieces of news on one page: what one reads in a sitting."""


@blueprint.get("")
@page(Permission.NEWS_READ)
def show(actor: Actor) -> ResponseReturnValue:
    """Show one page of news, newest month first."""
    inbox = read_inbox(actor, limit=PAGE, after=request.args.get("after"))
    return render_template("inbox/show.html", inbox=inbox)


@blueprint.post("/read")
@page(Permission.NEWS_READ)
def mark_as_read(actor: Actor) -> ResponseReturnValue:
    """Mark the named items as read: those that the page showed, never what arrived since."""
    keys = [NewsKey.parse(written) for written in request.form.getlist("key")]
    seen = mark_read(actor, keys=keys)
    if seen:
        flash(
            ngettext("%(num)s piece of news marked as read.", "%(num)s pieces of news marked as read.", seen)
        )
    return redirect(url_for("inbox.show"))
