"""In which order candidates are shown, and which are none. Pure: the same for every backend, whatever its scores.

Identifier before exact name, before names that begin as typed, before names that hold the words, before names that are
like it. Equals are ordered by released exposure, then by name, then by id.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

from rapidfuzz import fuzz

from network.resolution.legal_forms import forms_conflict
from network.resolution.normalise import CompanyName, normalise
from network.search.documents import DebtorDocument
from network.search.queries import SearchQuery

ALIKE_FROM = 0.72
"""Likeness under which a name is not shown: "dupond" and "dupont" have .83, two random names of six letters .3."""

_UNSAID = 0.1
"""What a name loses at most for letters that a finished query does not have: "dupond " is more like "Dupont" than like
"Dupont Paris"."""


class Match(IntEnum):
    """How a debtor was found, best first."""

    IDENTIFIER = 0
    EXACT = 1
    BEGINNING = 2
    WORDS = 3
    ALIKE = 4


@dataclass(frozen=True, slots=True)
class Ranked:
    """A debtor with how it was found; `likeness` is 1 but for :attr:`Match.ALIKE`."""

    document: DebtorDocument
    match: Match
    likeness: float


def rank(query: SearchQuery, documents: Iterable[DebtorDocument]) -> list[Ranked]:
    """Return those documents that answer the query, best first."""
    found = [ranked for document in documents if (ranked := _ranked(query, document)) is not None]
    return sorted(found, key=lambda ranked: _order(query, ranked))


def _order(query: SearchQuery, ranked: Ranked) -> tuple[int, float, bool, int, str, str]:
    document = ranked.document
    return (
        ranked.match,
        -ranked.likeness,
        forms_conflict(query.legal_form, document.legal_form),
        -document.exposure,
        document.name.casefold(),
        str(document.id),
    )


def _ranked(query: SearchQuery, document: DebtorDocument) -> Ranked | None:
    if query.identifier is not None and str(query.identifier) in document.identifiers:
        return Ranked(document, Match.IDENTIFIER, 1.0)
    if not query.joined:
        return None
    names = [normalise(document.name), *map(normalise, document.aliases)]
    city = normalise(document.city).words
    best = min(_by_name(query, name, city) for name in names)
    match, distance = best
    likeness = round(1 - distance, 2)
    if match is Match.ALIKE and likeness < ALIKE_FROM:
        return None
    return Ranked(document, match, likeness)


def _by_name(query: SearchQuery, name: CompanyName, city: Sequence[str]) -> tuple[Match, float]:
    """Return how one name answers, and how far it is from what was typed, 0 to 1."""
    if query.spelling == name.spelling or query.joined == name.joined:
        return Match.EXACT, 0.0
    if query.prefix is not None:
        if name.spelling.startswith(query.spelling) or name.joined.startswith(query.joined):
            return Match.BEGINNING, 0.0
        if _holds(query, [*name.words, *city]):
            return Match.WORDS, 0.0
    elif query.words and set(query.words) <= {*name.words, *city}:
        return Match.WORDS, 0.0
    return Match.ALIKE, 1 - _likeness(query, name, city)


def _holds(query: SearchQuery, words: Sequence[str]) -> bool:
    """Tell whether the finished words are among these, and another one begins like the unfinished one.

    An unfinished word may also be the beginning of a legal form, which no name holds: then nothing begins like it.
    """
    rest = list(words)
    for word in query.words:
        if word not in rest:
            return False
        rest.remove(word)
    return any(word.startswith(query.prefix or "") for word in rest)


def _likeness(query: SearchQuery, name: CompanyName, city: Sequence[str]) -> float:
    """Return how alike what was typed is to a name: word by word, or blanks aside, whichever is more."""
    typed = query.spelling.split()
    open_word = len(typed) - 1 if query.prefix is not None else -1
    words = [*name.words, *city]
    if not typed or not words:
        return 0.0
    each = [
        max(fuzz.ratio(word, other[: len(word) + 1] if place == open_word else other) for other in words)
        for place, word in enumerate(typed)
    ]
    weights = [len(word) for word in typed]
    by_word = sum(score * weight for score, weight in zip(each, weights, strict=True)) / sum(weights)
    if query.prefix is not None:
        return float(max(by_word, fuzz.ratio(query.joined, name.joined[: len(query.joined) + 1]))) / 100
    said = min(1.0, len(query.joined) / len(name.joined)) if name.joined else 0.0
    return float(max(by_word * (1 - _UNSAID * (1 - said)), fuzz.ratio(query.joined, name.joined))) / 100
