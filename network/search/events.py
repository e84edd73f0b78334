"""What `event:` may ask for: the rules by which the releases of a debtor are news (alerts/rules.py), as one types them.

A test holds that every rule has its words here. A document holds the names of the rules that held in the last closed
months, whether or not anybody watched: they follow from the releases alone.
"""

from collections.abc import Mapping
from types import MappingProxyType

from network.resolution.normalise import fold

EVENTS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "index_below_50": ("below-50", "sous-50"),
        "index_below_60": ("below-60", "sous-60"),
        "index_fell": ("fell", "baisse"),
        "index_recovered": ("recovered", "remontee"),
        "long_unpaid_rose": ("unpaid-90", "impayes-90"),
        "past_due_rose": ("past-due", "retards"),
        "exposure_rose": ("exposure-up", "encours-hausse"),
        "exposure_fell": ("exposure-down", "encours-baisse"),
        "no_longer_published": ("no-longer-published", "plus-publie"),
        "first_published": ("first-published", "premiere-publication"),
        "published_again": ("published-again", "republie"),
    }
)
"""Rule -> (English word, French word)."""

MONTHS = 3
"""Closed months of which a document tells the events: the window within which the rules themselves compare."""

MONTHS_AFTER = 2 * MONTHS
"""Months after its last release in which a debtor's document still changes: what is told of its silence within the first
three is told for three more."""

_BY_WORD = {word: rule for rule, words in EVENTS.items() for word in (*words, rule.replace("_", "-"))}


def read_event(text: str) -> str | None:
    """Return the rule that a word names, in either language; None where it names none."""
    return _BY_WORD.get(fold(text).replace("_", "-"))


def event_word(rule: str, language: str) -> str:
    """Return the word for a rule in "en" or "fr"."""
    return EVENTS[rule][language == "fr"]
