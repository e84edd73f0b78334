"""Which of our customers does the network know: a list is compared before anything is sent, and forgotten."""

import tempfile
from datetime import date
from pathlib import Path

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.utils import secure_filename

from network.errors import NetworkError, UnreadableError
from network.extensions import limiter
from network.i18n import mark
from network.permissions import Actor, Permission
from network.resolution.outcome import MatchBand
from network.services.known_customers import MAX_BYTES, MAX_CUSTOMERS, KnownCustomers, compare_customers
from network.web.language import say, say_error
from network.web.pages import page

blueprint = Blueprint("known_customers", __name__, url_prefix="/contributions/check")

LIMIT = "6 per minute; 60 per hour"
"""Search tells of one name whether it is listed; this tells of a list, so it is asked less often."""

BANDS = (MatchBand.LINK, MatchBand.REVIEW, MatchBand.NEW)
NAMES = {
    MatchBand.LINK: mark("Known"),
    MatchBand.REVIEW: mark("Perhaps known"),
    MatchBand.NEW: mark("Not listed"),
}
MEANINGS = {
    MatchBand.LINK: mark("A listed debtor has the same identifier, or the same name in the same place."),
    MatchBand.REVIEW: mark(
        "A listed debtor has a name like it; a person would have to say whether it is the one."
    ),
    MatchBand.NEW: mark(
        "No listed debtor comes near it. The network may still know it: what is not published is not told."
    ),
}


@blueprint.get("")
@page(Permission.LEDGER_SUBMIT)
def show(_actor: Actor) -> ResponseReturnValue:
    """Show the sheet on which a list is dropped."""
    return _page(None)


@blueprint.post("")
@limiter.limit(LIMIT)
@page(Permission.LEDGER_SUBMIT)
def compare(actor: Actor) -> ResponseReturnValue:
    """Compare a list, show the outcome, keep nothing."""
    try:
        return _page(_compared(actor))
    except NetworkError as error:
        return _page(None, refused=say_error(error)), error.status


def _compared(actor: Actor) -> KnownCustomers:
    sent = request.files.get("ledger")
    if sent is None or not sent.filename:
        raise UnreadableError(mark("Choose a file first."))
    with tempfile.TemporaryDirectory(prefix="vigie-") as folder:
        path = Path(folder) / (secure_filename(sent.filename) or "customers")
        sent.save(path)
        return compare_customers(
            actor,
            path=path,
            today=date.today(),  # noqa: DTZ011  # a ledger's dates are days of the member's own calendar
            original_name=sent.filename,
        )


def _page(known: KnownCustomers | None, *, refused: str | None = None) -> str:
    return render_template(
        "contributions/known_customers.html",
        known=known,
        refused=refused,
        bands=[(band, say(NAMES[band]), say(MEANINGS[band])) for band in BANDS],
        most=MAX_CUSTOMERS,
        megabytes=MAX_BYTES >> 20,
    )


@blueprint.app_template_filter("because")
def because(reasons: object) -> str:
    """Write the first reason of a match."""
    first = reasons[0] if isinstance(reasons, tuple) and reasons else None
    return say(first.message, **first.values) if first else ""
