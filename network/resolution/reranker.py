"""Which of the names that are alike is the company meant, and how sure that is.

For every pair of a written name and a candidate: the chance that both are one company, calibrated, and the margin to the
best candidate that is another company. Matching, the review page and the search box all rank by this.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl

from network.i18n import mark
from network.resolution.features import Groups, is_acronym, measure
from network.resolution.normalise import CompanyName
from network.resolution.outcome import MatchReason
from network.resolution.trees import MatchingModel
from network.resolution.word_overlap import Floats, Rarity

MODEL = Path(__file__).parent / "matching_model.json"
"""The shipped model, made by `vigie train-matcher` (docs/matching_model.md)."""

_ENOUGH_TO_COUNT = 2_000
"""Names in a reference from which its own words tell how rare they are."""

NAMES = pl.Schema(
    {
        "spelling": pl.String,
        "joined": pl.String,
        "legal_form": pl.String,
        "area": pl.String,
        "postcode": pl.String,
        "city": pl.String,
    }
)
"""An analysed name and its place, "" or null where unknown; a frame of references may carry `owner` too: whose spelling
each row is, where one company has several."""

LINK_FROM = 0.95
LINK_MARGIN = 0.2
"""Chance and margin from which a name may be linked where a second signal agrees. Seen out of fold on the two real sets, in
the same area (places made up): 46 % of 925 names reach both, all of them right, and none whose company was taken out; by
name alone 13 % would, 97.6 % of them right, and 0.3 % of the unknown."""

REVIEW_FROM = 0.5
"""Chance from which a candidate is worth a person's look."""


def name_rows(
    names: Sequence[CompanyName],
    *,
    area: Sequence[str | None] | pl.Series | None = None,
    postcode: Sequence[str | None] | pl.Series | None = None,
    city: Sequence[str | None] | pl.Series | None = None,
) -> pl.DataFrame:
    """Return analysed names as rows of :data:`NAMES`; a place that is not given is unknown for all."""
    nowhere = [""] * len(names)
    return pl.DataFrame(
        {
            "spelling": [name.spelling for name in names],
            "joined": [name.joined for name in names],
            "legal_form": [name.legal_form for name in names],
            "area": nowhere if area is None else area,
            "postcode": nowhere if postcode is None else postcode,
            "city": nowhere if city is None else city,
        },
        schema=NAMES,
    )


def rerank(
    asked: pl.DataFrame, reference: pl.DataFrame, near: pl.DataFrame, *, rarity: Rarity | None = None
) -> pl.DataFrame:
    """Return `near` with `probability` and `margin`, best first within each query.

    Args:
        asked: names that were written, columns of :data:`NAMES`.
        reference: names that they may mean, columns of :data:`NAMES` and perhaps `owner`.
        near: `query` and `row` (UInt32 places in the two frames), and what else is to be kept, as `NameIndex.nearest` gives
            them. How they were found does not count.
        rarity: how rare words are in the whole reference. Whoever asks more than once counts them once
            (`Rarity.of(reference["spelling"])`). Without it they are counted here, or, where `reference` is but a few
            candidates, taken from the model.

    Returns:
        The rows of `near` with `probability` (Float64: the chance that this row's company is the one meant) and `margin`
        (Float64: how far that lies above the best candidate with another owner, or below it).
    """
    found = near if near["query"].is_sorted() else near.sort("query", maintain_order=True)
    model = shipped_model()
    if rarity is None:
        rarity = Rarity.of(reference["spelling"]) if reference.height >= _ENOUGH_TO_COUNT else model.rarity
    measured = measure(asked, reference, found, rarity)
    return ranked(found, reference, model.trees.scores(measured), model.chances_of)


def ranked(
    near: pl.DataFrame, reference: pl.DataFrame, scores: Floats, chances_of: Callable[[Floats], Floats]
) -> pl.DataFrame:
    """Return `near`, whose rows of one query stand together, with `probability` and `margin`, by descending score."""
    if not near.height:
        return near.with_columns(probability=pl.lit(None, pl.Float64), margin=pl.lit(None, pl.Float64))
    probability = chances_of(scores)
    query, row = near["query"].to_numpy(), near["row"].to_numpy().astype(np.int64)
    owner = row
    if "owner" in reference.columns:
        owner = reference["owner"][near["row"]].rank("dense").to_numpy().astype(np.int64)
    groups = Groups.of(query, owner)
    order = np.lexsort((row, -scores, query))
    return near.with_columns(
        probability=pl.Series(probability), margin=pl.Series(probability - groups.best_other(probability))
    )[order]


@cache
def shipped_model() -> MatchingModel:
    """Return the model that `vigie train-matcher` made."""
    return MatchingModel.read(MODEL)


def explain(asked_row: Mapping[str, object], reference_row: Mapping[str, object]) -> tuple[MatchReason, ...]:
    """Return why two names are held to be alike or not, most telling first.

    Args:
        asked_row: fields of :data:`NAMES`.
        reference_row: likewise. Where it has `shown`, only that is quoted, never its own spelling: what one member alone
            has written is nobody else's to read.
    """
    ours, theirs = str(asked_row.get("spelling") or ""), str(reference_row.get("spelling") or "")
    shown = str(reference_row.get("shown") or theirs)
    same_joined = asked_row.get("joined") == reference_row.get("joined") and shown == theirs
    words, other = ours.split(), shown.split()
    if ours == shown:
        return (MatchReason(mark("The names are the same, legal forms aside.")),)
    if same_joined or "".join(words) == "".join(other):
        return (MatchReason(mark("The names differ only in blanks.")),)
    if set(words) == set(other):
        return (MatchReason(mark("The same words in another order.")),)
    if is_acronym(ours, shown) or is_acronym(shown, ours):
        return (MatchReason(mark("One name is made of the first letters of the other’s words.")),)
    numbers = _numbers_apart(words, other)
    if set(words) < set(other) or set(other) < set(words):
        more = {"words": ", ".join(sorted(set(words) ^ set(other)))}
        return (MatchReason(mark("One name has more words: %(words)s."), more), *numbers)
    shared = [word for word in words if word in other]
    reasons = [MatchReason(mark("The name is written like %(name)s."), {"name": shown})]
    if shared:
        reasons.append(MatchReason(mark("Both names have: %(words)s."), {"words": ", ".join(shared)}))
    return (*reasons, *numbers)


def _numbers_apart(ours: Sequence[str], theirs: Sequence[str]) -> tuple[MatchReason, ...]:
    left, right = (
        [word for word in words if any(map(str.isdigit, word)) and word not in other]
        for words, other in ((ours, theirs), (theirs, ours))
    )
    if not left or not right:
        return ()
    values = {"ours": ", ".join(left), "theirs": ", ".join(right)}
    return (MatchReason(mark("Their numbers differ: %(ours)s and %(theirs)s."), values),)
