"""Lines of which a person says which debtor they mean: one at a time, by keyboard or without any script.

Moderators see every line without whose it is, members their own. A decision is written down at once and done by the
worker moments later, so the next line is there when the key is up.
"""

import uuid
from http import HTTPStatus

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from network.errors import NetworkError, NotFoundError
from network.i18n import mark
from network.permissions import Actor, Permission
from network.services.review_decisions import State, make_decision, outcomes, take_back
from network.services.reviews import next_reviews
from network.web.differences import compare
from network.web.language import say_error
from network.web.pages import page
from network.web.sitting import Sitting, read_sitting

blueprint = Blueprint("reviews", __name__, url_prefix="/reviews")

BATCH = 16
"""Lines that a page fetches ahead: a quick reader needs 18 seconds for each, a batch lasts minutes."""

NEW = "new"
FRAGMENT_HEADER = "X-Vigie-Fragment"


@blueprint.get("")
@page(Permission.MATCH_REVIEW, Permission.LEDGER_SUBMIT)
def show(actor: Actor) -> ResponseReturnValue:
    """Show the next line with the debtors that it may mean."""
    sitting = read_sitting()
    _tell_surprises(actor, sitting)
    found = next_reviews(actor, after=_after(), without=sitting.reviews)
    return render_template(
        "reviews/show.html",
        shown=compare(found.reviews[0]) if found.reviews else None,
        total=found.total,
        sitting=sitting,
        sees_all=actor.may(Permission.MATCH_REVIEW),
    )


@blueprint.get("/batch")
@page(Permission.MATCH_REVIEW, Permission.LEDGER_SUBMIT)
def batch(actor: Actor) -> ResponseReturnValue:
    """Give the script the lines that follow one, drawn, with what became of earlier decisions."""
    sitting = read_sitting()
    found = next_reviews(actor, after=_after(), limit=BATCH, without=sitting.reviews)
    return render_template(
        "reviews/batch.html",
        shown=[compare(review) for review in found.reviews],
        total=found.total,
        surprises=_surprises(actor, sitting),
        sees_all=actor.may(Permission.MATCH_REVIEW),
    )


@blueprint.post("/<uuid:review_id>")
@page(Permission.MATCH_REVIEW, Permission.LEDGER_SUBMIT)
def decide(actor: Actor, review_id: uuid.UUID) -> ResponseReturnValue:
    """Write down which debtor a line means, and go on to the next one."""
    try:
        decision = make_decision(actor, review_id=review_id, debtor_id=_choice())
    except NetworkError as error:
        if request.headers.get(FRAGMENT_HEADER):
            return say_error(error), error.status
        flash(say_error(error))
    else:
        sitting = read_sitting()
        sitting.add(decision, review_id)
        sitting.keep()
        if request.headers.get(FRAGMENT_HEADER):
            return jsonify(decision=decision.hex, in_the_hour=sitting.in_the_hour)
    return redirect(url_for("reviews.show", after=review_id))


@blueprint.post("/undo")
@page(Permission.MATCH_REVIEW, Permission.LEDGER_SUBMIT)
def undo(actor: Actor) -> ResponseReturnValue:
    """Take back the decision that the form names, or the last one."""
    sitting = read_sitting()
    named = _id(request.form.get("decision"))
    decision = named or (sitting.decisions[-1][0] if sitting.decisions else None)
    try:
        if decision is None:
            raise NotFoundError(mark("There is no such decision of yours any more."))
        take_back(actor, decision_id=decision)
    except NetworkError as error:
        if request.headers.get(FRAGMENT_HEADER):
            return say_error(error), error.status
        flash(say_error(error))
        return redirect(url_for("reviews.show"))
    review = next((review for made, review in sitting.decisions if made == decision), None)
    sitting.drop(decision, is_undone=True)
    sitting.keep()
    if request.headers.get(FRAGMENT_HEADER):
        return jsonify(in_the_hour=sitting.in_the_hour)
    flash(gettext("Taken back. The line waits again in a moment."))
    return redirect(url_for("reviews.show", after=_just_before(review)), HTTPStatus.SEE_OTHER)


def _choice() -> uuid.UUID | None:
    """Return the debtor that was chosen, None for a new one."""
    written = request.form.get("choice", "")
    chosen = _id(written)
    if chosen is None and written != NEW:
        raise NotFoundError(mark("This debtor is not among the candidates."))
    return chosen


def _after() -> uuid.UUID | None:
    return _id(request.args.get("after"))


def _id(written: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID(written or "")
    except ValueError:
        return None


def _just_before(review: uuid.UUID | None) -> uuid.UUID | None:
    """Return the place from which a line is the next one."""
    return uuid.UUID(int=review.int - 1) if review is not None and review.int else None


def _surprises(actor: Actor, sitting: Sitting) -> list[str]:
    """Return, once, what the worker answered to decisions of this sitting other than that it did them."""
    if not sitting.decisions:
        return []
    found = outcomes(actor, [decision for decision, _ in sitting.decisions])
    gone = [decision for decision, outcome in found.items() if outcome.state is State.GONE]
    refused = [decision for decision, outcome in found.items() if outcome.state is State.REFUSED]
    for decision in (*gone, *refused):
        sitting.drop(decision)
    if gone or refused:
        sitting.keep()
    told = []
    if gone:
        told.append(
            ngettext(
                "Somebody else had settled %(num)s of these lines meanwhile; your decision on it changed nothing.",
                "Somebody else had settled %(num)s of these lines meanwhile; your decisions on them changed nothing.",
                len(gone),
            )
        )
    if refused:
        told.append(
            ngettext(
                "%(num)s decision could not be done: the debtor had changed meanwhile. The line comes again.",
                "%(num)s decisions could not be done: the debtors had changed meanwhile. The lines come again.",
                len(refused),
            )
        )
    return told


def _tell_surprises(actor: Actor, sitting: Sitting) -> None:
    for sentence in _surprises(actor, sitting):
        flash(sentence)
