"""How it is done: promise, formulas, rules in force, what attackers reach, what readers learn. Anybody may read it.

Whoever considers joining, and whoever is named here as a debtor, has a right to know before there is an account for them;
the page holds nothing of members (docs/decisions/0095). It reads one small file and one query.
"""

from pathlib import Path

from flask import Blueprint, Response, current_app, render_template
from flask.typing import ResponseReturnValue

from anonymization.parameters import DEFAULT, PROFILES
from network.errors import NotFoundError
from network.i18n import mark
from network.promise.measured import NAME
from network.services.method import rules_in_use
from network.web.language import page_language
from network.web.method import prose
from network.web.method.attacks import attacks_of
from network.web.method.choice import Choice, choose
from network.web.method.index_key import index_key
from network.web.method.limits import limits
from network.web.method.rules import numbers_of
from network.web.method.usefulness import moved, useful
from network.web.pages import public_page

blueprint = Blueprint("method", __name__, url_prefix="/method")

PROFILE_KEY, FOLDER_KEY = "VIGIE_PROFILE", "VIGIE_ATTACKS"
"""Where the configuration of the application keeps the profile in force and the folder of the operator's own report."""


@blueprint.get("")
@public_page
def show() -> ResponseReturnValue:
    """Show the method."""
    language = page_language()
    rules = PROFILES[current_app.config[PROFILE_KEY]]
    choice = _chosen()
    measured = choice.measured
    return render_template(
        "method/show.html",
        rules=rules,
        default=DEFAULT,
        is_default=rules.profile == DEFAULT.profile,
        digest=rules.digest(),
        in_use=rules_in_use(),
        protected=prose.sentences(prose.PROTECTED, rules, language),
        against=prose.holds_against(rules, language),
        not_against=prose.sentences(prose.HOLDS_NOT_AGAINST, rules, language),
        no_formula=prose.NO_FORMULA,
        order=prose.ORDER,
        key=index_key(language),
        making=prose.making(rules, language),
        steps=list(zip(prose.steps(rules, language), numbers_of(rules, language), strict=True)),
        choice=choice,
        measured=measured,
        attacks=None if measured is None else attacks_of(measured, rules.profile, DEFAULT.profile, language),
        not_run=() if measured is None else choice.not_run(language),
        useful=[] if measured is None else useful(measured, rules.profile, DEFAULT.profile, language),
        moved=[] if measured is None else moved(measured, language),
        limits=limits(rules, language),
    )


@blueprint.get("/figures.json")
@public_page
def figures() -> ResponseReturnValue:
    """Give the figures that the page shows, every row of them."""
    measured = _chosen().measured
    if measured is None:
        raise NotFoundError(mark("No figures are there."))
    headers = {"Content-Disposition": f'attachment; filename="vigie-{NAME}"'}
    return Response(measured.written(), content_type="application/json", headers=headers)


def _chosen() -> Choice:
    rules = PROFILES[current_app.config[PROFILE_KEY]]
    return choose(Path(current_app.config[FOLDER_KEY]) / NAME, rules.profile, rules.digest())
