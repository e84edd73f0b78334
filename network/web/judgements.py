"""Judgements of two debtors: one company, two, or nobody can say. For moderators; the worker puts them in force."""

import uuid
from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from network.errors import NetworkError, NotFoundError
from network.i18n import mark
from network.permissions import Actor, Permission
from network.services.judgement_list import JudgementRecord, Preview, list_judgements, preview
from network.services.judgements import Verdict, ask_judgement, ask_withdrawal
from network.services.profiles import find_debtor
from network.web.language import say_error
from network.web.pages import page

blueprint = Blueprint("judgements", __name__, url_prefix="/judgements")

SHOWN = 50

VERDICTS = {
    "same": mark("one company"),
    "different": mark("different companies"),
    "unsure": mark("nobody can say"),
}
STATES = {
    "asked": mark("asked for"),
    "in_force": mark("in force"),
    "refused": mark("refused"),
    "withdrawn": mark("withdrawn"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A judgement as it is shown; a withdrawal that was asked for stands with what it withdraws."""

    record: JudgementRecord
    is_being_withdrawn: bool


@blueprint.get("")
@page(Permission.DEBTOR_JUDGE)
def show(actor: Actor) -> ResponseReturnValue:
    """Show what was judged, what is asked for first."""
    found = list_judgements(actor, limit=SHOWN)
    leaving = {held.withdraws for held in found.judgements if held.withdraws and held.state == "asked"}
    return render_template(
        "judgements/show.html",
        judgements=[Asked(held, held.id in leaving) for held in found.judgements if not held.withdraws],
        total=found.total,
        is_cut=found.total > len(found.judgements),
        verdicts=VERDICTS,
        states=STATES,
    )


@blueprint.get("/new")
@page(Permission.DEBTOR_JUDGE)
def ask(actor: Actor) -> ResponseReturnValue:
    """Show two debtors side by side, what joining them would do, and what stands against it."""
    left = _id(request.args.get("left"))
    if left is None:
        raise NotFoundError(mark("There is no such debtor."))
    words = request.args.get("words", "").strip()
    try:
        right = _id(request.args.get("right")) or find_debtor(actor, words=words)
    except NetworkError as error:
        flash(say_error(error))
        return redirect(url_for("debtor.show", debtor_id=left))
    return _ask(preview(actor, left=left, right=right), left, right)


def _ask(found: Preview, left: uuid.UUID, right: uuid.UUID, *, refused: str | None = None) -> str:
    return render_template(
        "judgements/new.html", found=found, left=left, right=right, refused=refused, verdicts=VERDICTS
    )


@blueprint.post("")
@page(Permission.DEBTOR_JUDGE)
def judge(actor: Actor) -> ResponseReturnValue:
    """Ask for a judgement."""
    left, right = _id(request.form.get("left")), _id(request.form.get("right"))
    if left is None or right is None or request.form.get("verdict") not in VERDICTS:
        raise NotFoundError(mark("There is no such debtor."))
    try:
        ask_judgement(
            actor,
            left=left,
            right=right,
            verdict=Verdict(request.form["verdict"]),
            reason=request.form.get("reason", ""),
            despite_identifiers="despite_identifiers" in request.form,
        )
    except NetworkError as error:
        found = preview(actor, left=left, right=right)
        return _ask(found, left, right, refused=say_error(error)), error.status
    flash(gettext("Judged. It is in force in a moment; figures follow at the next close."))
    return redirect(url_for("judgements.show"), HTTPStatus.SEE_OTHER)


@blueprint.post("/<uuid:judgement_id>/withdraw")
@page(Permission.DEBTOR_JUDGE)
def withdraw(actor: Actor, judgement_id: uuid.UUID) -> ResponseReturnValue:
    """Ask for a judgement to be taken back."""
    ask_withdrawal(actor, judgement_id=judgement_id, because=request.form.get("because", ""))
    flash(
        gettext(
            "Taken back. Each line is on its own debtor again in a moment; figures follow at the next close."
        )
    )
    return redirect(url_for("judgements.show"), HTTPStatus.SEE_OTHER)


def _id(written: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID(written or "")
    except ValueError:
        return None
