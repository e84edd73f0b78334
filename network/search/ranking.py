"""In which order candidates are shown, and which are none. Pure: the same for every backend, whatever its scores.

Identifier before exact name, before names that begin as typed, before names that hold the words, before names that are
like it, by the chance that the resolver's model gives them (network/resolution/reranker.py): what the resolver finds, a
person finds. Equals are ordered by released exposure, then by name, then by id; so are all where only filters were given.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import lru_cache

import polars as pl
from rapidfuzz import fuzz

from network.resolution.legal_forms import forms_conflict
from network.resolution.normalise import CompanyName, normalise
from network.resolution.reranker import name_rows, rerank
from network.search.documents import DebtorDocument
from network.search.queries import SearchQuery

ALIKE_FROM = 0.65
"""Likeness under which a name is not shown: of 925 names as people wrote them, 95 % of the right ones that were among the
candidates reach it, and half of the queries show at most 15 debtors."""

CHANCE_FROM = 0.15
"""Chance from which a name is shown however little alike it looks. Seen on 2,250 queries: from .10 on the right one is among
the first ten for 1 % more of them than from .20 on, but "durand" then shows "Dupont" in an otherwise empty network (.108)."""

_WORTH_A_CHANCE = 0.4
"""Likeness under which the model is not asked: it costs 30 microseconds a name."""

_SAME_WORDS, _SHARED_WORDS, _CONTAINED = 0.35, 0.25, 0.40
"""Parts of the likeness, in the proportions that the resolver's fit gave them (resolution/score.py)."""


class Match(IntEnum):
    """How a debtor was found, best first."""

    IDENTIFIER = 0
    EXACT = 1
    BEGINNING = 2
    WORDS = 3
    ALIKE = 4
    FILTER = 5


@dataclass(frozen=True, slots=True)
class Ranked:
    """A debtor with how it was found; `likeness` and `chance`, both 0 to 1, are 1 but for :attr:`Match.ALIKE`.

    Likeness looks at letters alone, while one types too; chance is the model's that this company is the one meant.
    """

    document: DebtorDocument
    match: Match
    likeness: float
    chance: float = 1.0


def rank(query: SearchQuery, documents: Iterable[DebtorDocument]) -> list[Ranked]:
    """Return those documents that answer the query, best first."""
    found = [ranked for document in documents if (ranked := _ranked(query, document)) is not None]
    sure = sorted(
        (ranked for ranked in found if ranked.match is not Match.ALIKE),
        key=lambda ranked: _order(query, ranked),
    )
    alike = _weighed(query, [ranked for ranked in found if ranked.match is Match.ALIKE], sure[:1])
    return [*sure, *sorted(alike, key=lambda ranked: _order(query, ranked))]


def _weighed(query: SearchQuery, alike: Sequence[Ranked], best: Sequence[Ranked]) -> list[Ranked]:
    """Return those of the names that are alike which are worth showing, each with its chance by its best name.

    `best` is who answers best for sure, if any: the model looks at how far the others are from the best there is.
    """
    if not alike:
        return []
    names = [
        (place, name)
        for place, ranked in enumerate([*alike, *best])
        for name in analysed(ranked.document.name, *ranked.document.aliases)
    ]
    near = pl.DataFrame(
        {"query": [0] * len(names), "row": range(len(names))}, schema={"query": pl.UInt32, "row": pl.UInt32}
    )
    asked = name_rows(
        [CompanyName(spelling=query.spelling, legal_form=query.legal_form, joined=query.joined)]
    )
    scored = rerank(asked, name_rows([name for _, name in names]), near)
    chances = [0.0] * (len(alike) + len(best))
    for row, probability in zip(scored["row"], scored["probability"], strict=True):
        place = names[row][0]
        chances[place] = max(chances[place], round(probability, 3))
    return [
        replace(ranked, chance=chance)
        for ranked, chance in zip(alike, chances[: len(alike)], strict=True)
        if ranked.likeness >= ALIKE_FROM or chance >= CHANCE_FROM
    ]


def _order(query: SearchQuery, ranked: Ranked) -> tuple[int, float, float, bool, int, str, str]:
    document = ranked.document
    return (
        ranked.match,
        -ranked.chance,
        -ranked.likeness,
        forms_conflict(query.legal_form, document.legal_form),
        -document.exposure,
        document.name.casefold(),
        str(document.id),
    )


def _ranked(query: SearchQuery, document: DebtorDocument) -> Ranked | None:
    if query.is_empty or not query.filters.accepts(document):
        return None
    if query.identifier is not None and str(query.identifier) in document.identifiers:
        return Ranked(document, Match.IDENTIFIER, 1.0)
    if not query.joined:
        return None if query.is_named else Ranked(document, Match.FILTER, 1.0)
    names = analysed(document.name, *document.aliases)
    city = analysed(document.city or "")[0].words
    best = min(_by_name(query, name, city) for name in names)
    match, distance = best
    likeness = round(1 - distance, 2)
    if match is Match.ALIKE and likeness < _WORTH_A_CHANCE:
        return None
    return Ranked(document, match, likeness)


def analysed(*texts: str) -> list[CompanyName]:
    """Return analysed names. Who types meets the same candidates at each key, so the last ones are remembered."""
    return [_analysed(text) for text in texts]


_analysed = lru_cache(maxsize=20_000)(normalise)


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
    """Return how alike what was typed is to a name: as the resolver sees it, or word by word while one is typing."""
    if not query.spelling or not name.spelling:
        return 0.0
    whole = (
        _SAME_WORDS * fuzz.token_sort_ratio(query.spelling, name.spelling)
        + _SHARED_WORDS * fuzz.token_set_ratio(query.spelling, name.spelling)
        + _CONTAINED * fuzz.partial_ratio(query.joined, name.joined)
    )
    if query.prefix is None:
        return whole / 100
    beginning = fuzz.ratio(query.joined, name.joined[: len(query.joined) + 1])
    return max(whole, beginning, _word_by_word(query, [*name.words, *city])) / 100


def _word_by_word(query: SearchQuery, words: Sequence[str]) -> float:
    """Return the mean likeness of each typed word to its best word, by length; of the last one, to a beginning."""
    typed = query.spelling.split()
    scores = [
        max(fuzz.ratio(word, other[: len(word) + 1] if place == len(typed) - 1 else other) for other in words)
        for place, word in enumerate(typed)
    ]
    lengths = [len(word) for word in typed]
    return sum(score * length for score, length in zip(scores, lengths, strict=True)) / sum(lengths)
