"""The page of one debtor: who it is, how it pays, what turned, and the reader's own ledger beside it."""

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from alerts.history import read_turns
from alerts.subscriptions import is_watched, unwatch_debtor, watch_debtor
from alerts.wording import tell
from network import figures
from network.indicators.payment_index import ANCHORS
from network.permissions import Actor, Permission
from network.registers.activities import division_name
from network.registers.legal_categories import form_name
from network.services.log_proofs import place_in_log
from network.services.profiles import OwnPosition, own_positions, read_profile
from network.services.register_cards import read_register
from network.web.charts import draw_charts
from network.web.language import page_language
from network.web.pages import page
from network.web.standing import moves, own_standings

blueprint = Blueprint("debtor", __name__, url_prefix="/debtors")

FRAGMENT_HEADER = "X-Vigie-Fragment"


@blueprint.get("/<uuid:debtor_id>")
@page(Permission.PROFILE_READ)
def show(actor: Actor, debtor_id: uuid.UUID) -> ResponseReturnValue:
    """Show a debtor; one that the reader may not know of is not found.

    Where another one stands for it, that one is shown under its own address: for the time being, since judgements can be
    taken back.
    """
    language = page_language()
    profile = read_profile(actor, debtor_id=debtor_id)
    if profile.debtor.id != debtor_id:
        flash(
            gettext("The debtor that you opened and this one are one company, by a judgement of the network.")
        )
        return redirect(url_for("debtor.show", debtor_id=profile.debtor.id))
    latest = profile.releases[-1] if profile.releases else None
    register = read_register(actor, identifiers=profile.debtor.identifiers)
    card = register.card
    until = profile.latest_epoch
    return render_template(
        "debtor/show.html",
        profile=profile,
        debtor=profile.debtor,
        latest=latest,
        moves=moves(profile.releases),
        charts=draw_charts(profile.releases, until=until, language=language) if until else {},
        turns=[
            (turn.epoch, tell(turn.rule.name, turn.facts, language))
            for turn in read_turns(actor, debtor_id=debtor_id)
        ],
        own=own_standings(_own(actor, debtor_id), against=latest),
        logged=place_in_log(actor, debtor_id=debtor_id, epoch=latest.epoch) if latest else None,
        register=register,
        form=form_name(card.legal_form, scheme=card.scheme, language=language) if card else None,
        sector=division_name(card.activity, language) if card and card.activity else None,
        figures=figures,
        index_key=ANCHORS,
    )


@blueprint.post("/<uuid:debtor_id>/watch")
@page(Permission.WATCH_EDIT)
def watch(actor: Actor, debtor_id: uuid.UUID) -> ResponseReturnValue:
    """Tell the reader from now on what turns about the debtor."""
    read_profile(actor, debtor_id=debtor_id)  # not found, where the reader may not know of it
    watch_debtor(actor, debtor_id=debtor_id, is_own=True)
    return _answer(
        actor, debtor_id, gettext("You are watching this debtor. News about it comes to your inbox.")
    )


@blueprint.post("/<uuid:debtor_id>/unwatch")
@page(Permission.WATCH_EDIT)
def unwatch(actor: Actor, debtor_id: uuid.UUID) -> ResponseReturnValue:
    """End the reader's watch on the debtor."""
    unwatch_debtor(actor, debtor_id=debtor_id)
    return _answer(actor, debtor_id, gettext("You no longer watch this debtor."))


def _answer(actor: Actor, debtor_id: uuid.UUID, sentence: str) -> ResponseReturnValue:
    """Give the script its button back, and everybody else the page."""
    if request.headers.get(FRAGMENT_HEADER):
        return render_template(
            "debtor/_watch.html",
            debtor_id=debtor_id,
            is_watched=is_watched(actor, debtor_id=debtor_id),
            sentence=sentence,
        )
    flash(sentence)
    return redirect(url_for("debtor.show", debtor_id=debtor_id))


def _own(actor: Actor, debtor_id: uuid.UUID) -> tuple[OwnPosition, ...]:
    if actor.member_id is None or not actor.may(Permission.LEDGER_READ):
        return ()
    return own_positions(actor, debtor_id=debtor_id)
