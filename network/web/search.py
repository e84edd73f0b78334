"""Search: a page with results, and suggestions under the box in the bar. Both follow what is typed."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from network.permissions import Actor, Permission
from network.services.search import find_debtors, search_debtors
from network.web.narrowing import chips, examples, groups
from network.web.pages import page

blueprint = Blueprint("search", __name__, url_prefix="/search")

HITS = 20
SUGGESTIONS = 8


def _words() -> str:
    return request.args.get("q", "").strip()


@blueprint.get("")
@page(Permission.DEBTOR_SEARCH)
def show(actor: Actor) -> ResponseReturnValue:
    """Show who answers to the words; the module that follows the typing asks for the results alone."""
    words = _words()
    found = find_debtors(actor, words=words, limit=HITS)
    template = "search/_results.html" if request.headers.get("X-Vigie-Fragment") else "search/show.html"
    return render_template(
        template,
        words=words,
        found=found,
        chips=chips(found, words),
        groups=groups(found, words),
        examples=examples,
    )


@blueprint.get("/suggestions")
@page(Permission.DEBTOR_SEARCH)
def suggest(actor: Actor) -> ResponseReturnValue:
    """Show the first few who answer, as options of a list."""
    return render_template(
        "search/suggestions.html", hits=search_debtors(actor, words=_words(), limit=SUGGESTIONS)
    )
