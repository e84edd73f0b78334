"""How alike two names are: plain scores, without a trained model.

A first version of the ranking: a logistic mix of the cosine of the name vectors and three rapidfuzz scores. It ranks
candidates and says from where on a person should look; it never links by itself.
"""

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

Scores = NDArray[np.float64]

REVIEW_FROM = 0.5
"""Score from which a candidate is worth a person's look. Seen on the development pairs: 45 % of the known names reach
it with their best candidate, and 14 % of the names whose company is not there."""

_BIAS = -13.0
_COSINE = 5.6
_SAME_WORDS = 3.2
_SHARED_WORDS = 2.3
_CONTAINED = 3.6
_FORMS_CONFLICT = -1.3
"""Coefficients fitted once by logistic regression on half of the development pairs, rounded; real sets weigh ten times
the made-up noise (docs/resolution.md)."""

_SAME_AREA = 2.0
_OTHER_AREA = -1.5
"""Not fitted, for the sets hold no places: of a hundred departments a wrong candidate shares ours in about 3 cases of
100, a right one in 80, which would be +3.3 and -1.6; taken with care, for head offices and sites differ."""

ABSURD_BELOW = 0.55
ABSURD_BELOW_NEAR = 0.45
"""Plausibility under which a name contradicts its identifier; the lower one where the area agrees. Seen on French
spellings: two unrelated companies fall under .55 in 90 % of cases, two spellings of one SIREN in 16 %; under .45 in
67 % and 9 %."""


def similarity(
    *,
    ours: Sequence[str],
    theirs: Sequence[str],
    ours_joined: Sequence[str],
    theirs_joined: Sequence[str],
    cosine: Scores,
    forms_conflict: NDArray[np.bool_],
    same_area: NDArray[np.bool_],
    other_area: NDArray[np.bool_],
) -> Scores:
    """Return for each pair of names a score from 0 to 1 that they mean one company. All arguments have one length."""
    same_words = process.cpdist(ours, theirs, scorer=fuzz.token_sort_ratio) / 100
    shared_words = process.cpdist(ours, theirs, scorer=fuzz.token_set_ratio) / 100
    contained = process.cpdist(ours_joined, theirs_joined, scorer=fuzz.partial_ratio) / 100
    odds = (
        _BIAS
        + _COSINE * cosine
        + _SAME_WORDS * same_words
        + _SHARED_WORDS * shared_words
        + _CONTAINED * contained
        + _FORMS_CONFLICT * forms_conflict
        + _SAME_AREA * same_area
        + _OTHER_AREA * other_area
    )
    return np.asarray(1 / (1 + np.exp(-odds)), dtype=np.float64)


def plausibility(*, ours: Sequence[str], theirs: Sequence[str]) -> Scores:
    """Return from 0 to 1 how well a written name goes with a known spelling, pair by pair.

    Generous on purpose: it asks whether an identifier may be a slip, not whether the names are the same.
    """
    ours_joined = [text.replace(" ", "") for text in ours]
    theirs_joined = [text.replace(" ", "") for text in theirs]
    shared_words = process.cpdist(ours, theirs, scorer=fuzz.token_set_ratio)
    contained = process.cpdist(ours_joined, theirs_joined, scorer=fuzz.partial_ratio)
    initials = np.array(
        [_is_initials(left, right) for left, right in zip(ours, theirs, strict=True)], dtype=bool
    )
    likeness = np.maximum(shared_words, contained) / 100
    return np.where(initials, 1.0, likeness)


def _is_initials(left: str, right: str) -> bool:
    """Tell whether one name is made of the first letters of the other's words, as "bnp" of "banque nationale paris"."""
    short, long = sorted((left, right), key=len)
    words = long.split()
    return " " not in short and len(words) > 1 and short == "".join(word[0] for word in words)


def is_absurd(score: pl.Expr, same_area: pl.Expr) -> pl.Expr:
    """Tell for each line whether its best plausibility contradicts its identifier."""
    return score < pl.when(same_area).then(ABSURD_BELOW_NEAR).otherwise(ABSURD_BELOW)
