"""Which words two names share, and how much those words tell: for many pairs of names at once, on arrays.

A word tells the more the rarer it is: "Services" stands in one name of fifty, "Lagarde" in one of fifty thousand.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import polars as pl
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import JaroWinkler, LCSseq

Floats = NDArray[np.float64]
Places = NDArray[np.int64]
Flags = NDArray[np.bool_]

_AS_IF = 10_000
"""Words are counted as in a network of at least this many names; see `candidates`."""

_SLIP_FROM = 0.9
"""Jaro-Winkler likeness from which two words count as one with a slip; an abbreviation counts whatever its likeness."""
_LETTERS = 1 << 21
"""More than the highest code point."""


@dataclass(frozen=True, slots=True)
class Rarity:
    """How much each word tells, from 0 (in every name) to 1 (in none); a word that is not listed stands in one name at most."""

    weights: Mapping[str, float]
    unlisted: float = 1.0

    @classmethod
    def of(cls, spellings: pl.Series) -> Self:
        """Count the words of all names of a network or reference: half a second for a million names."""
        words = spellings.str.split(" ").list.unique().explode(empty_as_null=False).drop_nulls()
        counted = words.value_counts(name="names").filter((pl.col("names") > 1) & (pl.col(words.name) != ""))
        ceiling = np.log1p(max(len(spellings), _AS_IF))
        weights = 1 - np.log1p(counted["names"].to_numpy()) / ceiling
        return cls(
            dict(zip(counted[words.name].to_list(), weights.tolist(), strict=True)),
            unlisted=float(1 - np.log(2) / ceiling),
        )

    def of_words(self, words: Sequence[str]) -> Floats:
        """Return the weight of each word."""
        known, unlisted = self.weights.get, self.unlisted
        return np.array([known(word, unlisted) for word in words], dtype=np.float64)


@dataclass(frozen=True, slots=True)
class WordLists:
    """The words of names, end to end: name `i` has `ids[starts[i] : starts[i] + counts[i]]`."""

    starts: Places
    counts: Places
    ids: Places

    def expanded(self, names: Places) -> tuple[Places, Places]:
        """Return for a list of names, word by word, the place in that list and the place in `ids`."""
        counts = self.counts[names]
        pair = np.repeat(np.arange(len(names)), counts)
        within = np.arange(len(pair)) - np.repeat(np.cumsum(counts) - counts, counts)
        return pair, np.repeat(self.starts[names], counts) + within


def list_words(spellings: Sequence[str], vocabulary: dict[str, int]) -> WordLists:
    """Return the words of names, each once a name; new words get the next number of `vocabulary`."""
    split = [list(dict.fromkeys(spelling.split())) for spelling in spellings]
    counts = np.array([len(words) for words in split], dtype=np.int64)
    ids = [vocabulary.setdefault(word, len(vocabulary)) for words in split for word in words]
    return WordLists(
        starts=np.cumsum(counts) - counts, counts=counts, ids=np.array(ids, dtype=np.int64).reshape(-1)
    )


@dataclass(frozen=True, slots=True)
class Side:
    """The words of one side of all pairs, word by word.

    `pair` is the pair that a word is in (ascending), `word` its number in the vocabulary, `is_first` marks the first of
    a name, `is_shared` those that the other name has too, `is_alike` those that it has with a slip or abbreviated.
    """

    pair: Places
    word: Places
    is_first: Flags
    is_shared: Flags
    is_alike: Flags


def compare_words(
    ours: WordLists, theirs: WordLists, our_names: Places, their_names: Places, vocabulary: Sequence[str]
) -> tuple[Side, Side]:
    """Return both sides of pairs: pair `i` is name `our_names[i]` of ours and `their_names[i]` of theirs."""
    our_pair, our_place = ours.expanded(our_names)
    their_pair, their_place = theirs.expanded(their_names)
    our_word, their_word = ours.ids[our_place], theirs.ids[their_place]
    size = max(1, len(vocabulary))
    our_shared = _is_among(our_pair * size + our_word, their_pair * size + their_word)
    their_shared = _is_among(their_pair * size + their_word, our_pair * size + our_word)
    our_alike, their_alike = np.zeros_like(our_shared), np.zeros_like(their_shared)
    our_rest, their_rest = np.flatnonzero(~our_shared), np.flatnonzero(~their_shared)
    left, right = _meet(
        our_pair[our_rest], our_word[our_rest], their_pair[their_rest], their_word[their_rest], vocabulary
    )
    our_alike[our_rest[left]] = True
    their_alike[their_rest[right]] = True
    return (
        Side(our_pair, our_word, our_place == ours.starts[our_names][our_pair], our_shared, our_alike),
        Side(
            their_pair,
            their_word,
            their_place == theirs.starts[their_names][their_pair],
            their_shared,
            their_alike,
        ),
    )


def _is_among(keys: Places, others: Places) -> Flags:
    if not len(others):
        return np.zeros(len(keys), dtype=bool)
    ordered = np.sort(others)
    at = np.searchsorted(ordered, keys)
    at[at == len(ordered)] = 0
    return np.asarray(ordered[at] == keys)


def _meet(
    our_pair: Places, our_word: Places, their_pair: Places, their_word: Places, vocabulary: Sequence[str]
) -> tuple[Places, Places]:
    """Return the places of words of one pair that begin with the same letter and are one word, slips and abbreviations aside."""
    nothing = np.empty(0, dtype=np.int64)
    if not len(our_pair) or not len(their_pair):
        return nothing, nothing
    initial = np.array([ord(word[0]) for word in vocabulary], dtype=np.int64)
    our_key, their_key = our_pair * _LETTERS + initial[our_word], their_pair * _LETTERS + initial[their_word]
    order = np.argsort(their_key, kind="stable")
    begin = np.searchsorted(their_key[order], our_key, side="left")
    count = np.searchsorted(their_key[order], our_key, side="right") - begin
    left = np.repeat(np.arange(len(our_key)), count)
    if not len(left):
        return nothing, nothing
    within = np.arange(len(left)) - np.repeat(np.cumsum(count) - count, count)
    right = order[np.repeat(begin, count) + within]
    size = len(vocabulary)
    kinds, kind = np.unique(our_word[left] * size + their_word[right], return_inverse=True)
    is_one = _are_one(
        [vocabulary[word] for word in (kinds // size).tolist()],
        [vocabulary[word] for word in (kinds % size).tolist()],
    )[kind]
    return left[is_one], right[is_one]


def _are_one(ours: list[str], theirs: list[str]) -> Flags:
    """Tell which words are one with a slip, or one the other abbreviated: its first letter and more of them in their order."""
    shorter = np.minimum([len(word) for word in ours], [len(word) for word in theirs])
    kept = process.cpdist(ours, theirs, scorer=LCSseq.similarity, dtype=np.int32)
    likeness = process.cpdist(ours, theirs, scorer=JaroWinkler.normalized_similarity, dtype=np.float32)
    return np.asarray(((kept == shorter) & (shorter > 1)) | (likeness >= _SLIP_FROM))
