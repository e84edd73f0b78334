"""Whether a name can be that of an identifier's owner: a plain likeness, generous on purpose."""

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

Scores = NDArray[np.float64]

ABSURD_BELOW = 0.55
ABSURD_BELOW_NEAR = 0.45
"""Plausibility under which a name contradicts its identifier; the lower one where the area agrees. Seen on French
spellings: two unrelated companies fall under .55 in 90 % of cases, two spellings of one SIREN in 16 %; under .45 in
67 % and 9 %."""


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
