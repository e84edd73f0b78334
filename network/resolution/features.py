"""What is measured of a written name and a candidate: one column a feature, one row a pair, on arrays.

A feature is a number with a meaning in words; the reranker weighs them, the review page says them. None of them depends on
how a candidate was found, so that files and the search box rank alike.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from rapidfuzz import fuzz, process
from rapidfuzz.distance import Prefix

from network.resolution.legal_forms import FAMILIES
from network.resolution.word_overlap import Flags, Floats, Places, Rarity, Side, compare_words, list_words

Matrix = NDArray[np.float32]

_FAMILIES = sorted({*FAMILIES.values()} - {""})
_FORMS = {form: _FAMILIES.index(family) + 1 for form, family in FAMILIES.items() if family}
"""A number for the family of each form that has one; 0 is none."""

_SHORTEST_ACRONYM = 3
_ALL = 100  # rapidfuzz reckons in hundredths
_SHARED_BY_MANY = 1000
"""Pairs from which two threads compare letters; below, starting them costs more than they save."""


@dataclass(frozen=True, slots=True)
class Feature:
    """A column. `trend` is 1 where more of it never makes a match less likely, -1 for the reverse, 0 where it may do either."""

    name: str
    meaning: str
    trend: int = 0


FEATURES: tuple[Feature, ...] = (
    Feature("letters", "How alike both names are letter by letter, written in one word.", 1),
    Feature("sorted_words", "The same with the words in the order of the alphabet.", 1),
    Feature("common_words", "The same after words that both have are set against the rest.", 1),
    Feature("contained", "How much of the shorter name stands in the longer one, in one piece.", 1),
    Feature("same_beginning", "How much of the shorter name both begin with.", 1),
    Feature("same_joined", "Both are the same in one word, articles included.", 1),
    Feature("our_words_found", "Part of the written name's words that the candidate has, rare words counting more.", 1),
    Feature("their_words_found", "Part of the candidate's words that the written name has, rare words counting more.", 1),
    Feature("our_words_alike", "The same, words with a slip or abbreviated counting too.", 1),
    Feature("their_words_alike", "The same from the candidate's side.", 1),
    Feature("rarest_shared", "How rare the rarest word is that both have.", 1),
    Feature("rarest_ours_missing", "How rare the rarest written word is that the candidate lacks.", -1),
    Feature("rarest_theirs_missing", "How rare the candidate's rarest word is that was not written."),
    Feature("first_word_shared", "The candidate has the first written word.", 1),
    Feature("their_first_word_shared", "The candidate's first word was written.", 1),
    Feature("their_words_more", "How many words the candidate has that were not written."),
    Feature("our_words", "How many words were written."),
    Feature("our_rarity", "How much the written words tell, all in all."),
    Feature("their_rarity", "How much the candidate's words tell, all in all."),
    Feature("our_length", "How many letters were written."),
    Feature("longer", "By how many letters the candidate is longer."),
    Feature("numbers_differ", "How many numbers only one of them has.", -1),
    Feature("acronym", "One is made of the first letters of the other's words.", 1),
    Feature("forms", "The legal forms are of one kind (1), contradict each other (-1) or one is not written (0).", 1),
    Feature("our_form", "A legal form was written."),
    Feature("their_form", "The candidate has a legal form."),
    Feature("others_same", "How many other companies have the written name, in one word.", -1),
    Feature("letters_lead", "How far it is ahead of the best other company: letters.", 1),
    Feature("sorted_words_lead", "... words in the order of the alphabet.", 1),
    Feature("common_words_lead", "... words in common set against the rest.", 1),
    Feature("contained_lead", "... one piece of the other.", 1),
    Feature("our_words_lead", "... written words found.", 1),
    Feature("their_words_lead", "... candidate's words written.", 1),
    Feature("our_alike_lead", "... written words found, slips and abbreviations included.", 1),
    Feature("their_alike_lead", "... candidate's words written, slips and abbreviations included.", 1),
    Feature("postcode", "The postcode is the same (1), differs (-1) or is not known (0).", 1),
    Feature("area", "The area is the same (1), differs (-1) or is not known (0).", 1),
    Feature("city", "The city is the same (1), differs (-1) or is not known (0).", 1),
    Feature("others_in_area", "How many other candidates are in the area of the written name.", -1),
)  # fmt: skip
"""All that is measured, in the order of the columns."""

NAMED = {feature.name: place for place, feature in enumerate(FEATURES)}


def measure(asked: pl.DataFrame, reference: pl.DataFrame, near: pl.DataFrame, rarity: Rarity) -> Matrix:
    """Return the features of pairs: (pairs, features) float32.

    Args:
        asked: the written names, columns of `reranker.NAMES`.
        reference: the candidates, likewise; `owner` tells apart whose names they are where one company has several.
        near: `query` and `row`, places in both, rows of one query together.
        rarity: how much words tell.
    """
    if not near.height:
        return np.empty((0, len(FEATURES)), dtype=np.float32)
    query, row = near["query"].to_numpy().astype(np.int64), near["row"].to_numpy().astype(np.int64)
    ours, our_place = np.unique(query, return_inverse=True)
    theirs, their_place = np.unique(row, return_inverse=True)
    our_rows, their_rows = asked[ours], reference[theirs]
    groups = Groups.of(query, _owners(their_rows, theirs)[their_place])
    columns = _letters(our_rows, their_rows, our_place, their_place)
    columns |= _words(our_rows, their_rows, our_place, their_place, rarity)
    columns |= _forms(our_rows, their_rows, our_place, their_place)
    columns |= _places(our_rows, their_rows, our_place, their_place)
    columns["others_same"] = groups.others(columns["same_joined"])
    columns["others_in_area"] = groups.others(columns["area"] == 1)
    for name, of in _LEADS.items():
        columns[name] = columns[of] - groups.best_other(columns[of])
    return np.column_stack([columns[feature.name] for feature in FEATURES]).astype(np.float32)


_LEADS = {
    "letters_lead": "letters",
    "sorted_words_lead": "sorted_words",
    "common_words_lead": "common_words",
    "contained_lead": "contained",
    "our_words_lead": "our_words_found",
    "their_words_lead": "their_words_found",
    "our_alike_lead": "our_words_alike",
    "their_alike_lead": "their_words_alike",
}


def _owners(rows: pl.DataFrame, places: Places) -> Places:
    """Return a number for whose name each row is; without `owner` each row is somebody of its own."""
    if "owner" not in rows.columns:
        return places
    return rows["owner"].rank("dense").to_numpy().astype(np.int64)


@dataclass(frozen=True, slots=True)
class Groups:
    """The candidates of each query, next to each other."""

    starts: Places
    group: Places
    owner: Places

    @classmethod
    def of(cls, query: Places, owner: Places) -> "Groups":
        """Cut the rows where the query changes."""
        starts = np.flatnonzero(np.concatenate(([True], query[1:] != query[:-1])))
        sizes = np.diff(np.concatenate((starts, [len(query)])))
        return cls(starts, np.repeat(np.arange(len(starts)), sizes), owner)

    def best_other(self, values: Floats) -> Floats:
        """Return for each row the highest value among the rows of other owners in its query; 0 where there are none."""
        first = np.maximum.reduceat(values, self.starts)
        is_first = values == first[self.group]
        leader = np.maximum.reduceat(np.where(is_first, self.owner, -1), self.starts)[self.group]
        rest = np.maximum.reduceat(np.where(self.owner == leader, -np.inf, values), self.starts)
        rest = np.where(np.isneginf(rest), 0.0, rest)
        return np.asarray(np.where(self.owner == leader, rest[self.group], first[self.group]))

    def others(self, flags: Floats | Flags) -> Floats:
        """Return for each row how many owners other than its own have a marked row in its query."""
        marked = np.flatnonzero(flags)
        keys = self.group * (int(self.owner.max()) + 1) + self.owner
        having = np.unique(keys[marked])
        each = np.bincount(having // (int(self.owner.max()) + 1), minlength=len(self.starts))
        return (each[self.group] - np.isin(keys, having)).astype(np.float64)


def _letters(
    ours: pl.DataFrame, theirs: pl.DataFrame, our_place: Places, their_place: Places
) -> dict[str, Floats]:
    left, right = _pick(ours["spelling"], our_place), _pick(theirs["spelling"], their_place)
    our_joined, their_joined = _pick(ours["joined"], our_place), _pick(theirs["joined"], their_place)
    our_length = np.array([len(text) for text in our_joined], dtype=np.float64)
    their_length = np.array([len(text) for text in their_joined], dtype=np.float64)
    workers = 2 if len(left) >= _SHARED_BY_MANY else 1

    def scored(scorer: Callable[..., float], one: list[str], other: list[str]) -> Floats:
        found = process.cpdist(one, other, scorer=scorer, workers=workers, dtype=np.float32)
        return found.astype(np.float64)

    letters = scored(fuzz.ratio, our_joined, their_joined)
    beginning = scored(Prefix.similarity, our_joined, their_joined)
    return {
        "letters": letters,
        "sorted_words": scored(fuzz.token_sort_ratio, left, right),
        "common_words": scored(fuzz.token_set_ratio, left, right),
        "contained": scored(fuzz.partial_ratio, our_joined, their_joined),
        "same_beginning": beginning / np.maximum(1, np.minimum(our_length, their_length)),
        "same_joined": (letters >= _ALL).astype(np.float64) * (our_length > 0),
        "our_length": our_length,
        "longer": their_length - our_length,
        "acronym": _acronyms(ours, theirs, our_place, their_place),
    }


def _pick(texts: pl.Series, places: Places) -> list[str]:
    column = _texts(texts)
    return [column[place] for place in places.tolist()]


def _texts(texts: pl.Series) -> list[str]:
    return [text or "" for text in texts.to_list()]


def is_acronym(short: str, long: str) -> bool:
    """Tell whether one word is the first letters of the other name's words: "bnp" of "banque nationale paris"."""
    return short == _initials(long)


def _acronyms(ours: pl.DataFrame, theirs: pl.DataFrame, our_place: Places, their_place: Places) -> Floats:
    """Tell for each pair whether one joined name is the other's first letters; reckoned name by name, not pair by pair."""
    codes: dict[str, int] = {}
    our_name, their_name = (
        np.array([codes.setdefault(text, len(codes)) for text in _texts(side["joined"])], dtype=np.int64)
        for side in (ours, theirs)
    )
    our_initials, their_initials = (
        np.array([codes.get(_initials(text), -1) for text in _texts(side["spelling"])], dtype=np.int64)
        for side in (ours, theirs)
    )
    found = their_initials[their_place] == our_name[our_place]
    found |= our_initials[our_place] == their_name[their_place]
    return np.asarray(found, dtype=np.float64)


def _initials(spelling: str) -> str:
    """Return the first letters of a name of enough words; a blank, which no joined name is, of a shorter one."""
    words = spelling.split()
    return "".join([word[0] for word in words]) if len(words) >= _SHORTEST_ACRONYM else " "


def _words(
    ours: pl.DataFrame, theirs: pl.DataFrame, our_place: Places, their_place: Places, rarity: Rarity
) -> dict[str, Floats]:
    known: dict[str, int] = {}
    our_lists = list_words(_texts(ours["spelling"]), known)
    their_lists = list_words(_texts(theirs["spelling"]), known)
    vocabulary = list(known)
    weights = rarity.of_words(vocabulary)
    is_number = np.array([any(map(str.isdigit, word)) for word in vocabulary], dtype=bool)
    left, right = compare_words(our_lists, their_lists, our_place, their_place, vocabulary)
    pairs = len(our_place)
    our_total, our_shared, our_alike = _weighed(left, weights, pairs)
    their_total, their_shared, their_alike = _weighed(right, weights, pairs)
    more = _sums(right.pair, ~right.is_shared, pairs)
    return {
        "our_words_found": our_shared / np.maximum(our_total, 1e-9),
        "their_words_found": their_shared / np.maximum(their_total, 1e-9),
        "our_words_alike": (our_shared + our_alike) / np.maximum(our_total, 1e-9),
        "their_words_alike": (their_shared + their_alike) / np.maximum(their_total, 1e-9),
        "rarest_shared": _highest(left, weights, left.is_shared, pairs),
        "rarest_ours_missing": _highest(left, weights, ~left.is_shared & ~left.is_alike, pairs),
        "rarest_theirs_missing": _highest(right, weights, ~right.is_shared & ~right.is_alike, pairs),
        "first_word_shared": _sums(left.pair, left.is_first & left.is_shared, pairs),
        "their_first_word_shared": _sums(right.pair, right.is_first & right.is_shared, pairs),
        "their_words_more": more,
        "our_words": our_lists.counts[our_place].astype(np.float64),
        "our_rarity": our_total,
        "their_rarity": their_total,
        "numbers_differ": _sums(
            np.concatenate((left.pair, right.pair)),
            np.concatenate(
                (is_number[left.word] & ~left.is_shared, is_number[right.word] & ~right.is_shared)
            ),
            pairs,
        ),
    }


def _sums(pair: Places, weights: Floats | Flags, pairs: int) -> Floats:
    """Return for each pair the sum of the weights of its words."""
    return np.bincount(pair, weights=weights, minlength=pairs).astype(np.float64)


def _weighed(side: Side, weights: Floats, pairs: int) -> tuple[Floats, Floats, Floats]:
    """Return what the words of each pair tell: all, those shared, those alike."""
    weight = weights[side.word]
    return (
        _sums(side.pair, weight, pairs),
        _sums(side.pair, weight * side.is_shared, pairs),
        _sums(side.pair, weight * side.is_alike, pairs),
    )


def _highest(side: Side, weights: Floats, chosen: Flags, pairs: int) -> Floats:
    """Return for each pair the weight of its rarest chosen word; 0 where there is none."""
    found = np.zeros(pairs)
    if len(side.pair):
        starts = np.flatnonzero(np.concatenate(([True], side.pair[1:] != side.pair[:-1])))
        found[side.pair[starts]] = np.maximum.reduceat(weights[side.word] * chosen, starts)
    return found


def _forms(
    ours: pl.DataFrame, theirs: pl.DataFrame, our_place: Places, their_place: Places
) -> dict[str, Floats]:
    def families(forms: Sequence[str | None]) -> Places:
        return np.array([_FORMS.get(form or "", 0) for form in forms], dtype=np.int64)

    left = families(ours["legal_form"].to_list())[our_place]
    right = families(theirs["legal_form"].to_list())[their_place]
    return {
        "forms": _agreement(left, right),
        "our_form": (left > 0).astype(np.float64),
        "their_form": (right > 0).astype(np.float64),
    }


def _places(
    ours: pl.DataFrame, theirs: pl.DataFrame, our_place: Places, their_place: Places
) -> dict[str, Floats]:
    found = {}
    for name in ("postcode", "area", "city"):
        known: dict[str, int] = {"": 0}
        left, right = (
            np.array([known.setdefault(text, len(known)) for text in _texts(side[name])], dtype=np.int64)
            for side in (ours, theirs)
        )
        found[name] = _agreement(left[our_place], right[their_place])
    return found


def _agreement(left: Places, right: Places) -> Floats:
    """Return 1 where two numbers agree, -1 where they differ, 0 where one is 0, which is unknown."""
    return np.where((left == 0) | (right == 0), 0.0, np.where(left == right, 1.0, -1.0))
