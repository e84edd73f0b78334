"""Which of the names that are alike is the company meant, and how sure that is.

For every pair of a written name and a candidate: the chance that both are one company, calibrated, and the margin to the
best candidate that is another company. Matching, the review page and the search box all rank by this.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from network.i18n import mark
from network.resolution.legal_forms import forms_conflict
from network.resolution.normalise import CompanyName
from network.resolution.outcome import MatchReason
from network.resolution.score import similarity

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
REVIEW_FROM = 0.5


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


def rerank(asked: pl.DataFrame, reference: pl.DataFrame, near: pl.DataFrame) -> pl.DataFrame:
    """Return `near` with `probability` and `margin`, best first within each query.

    Args:
        asked: names that were written, columns of :data:`NAMES`.
        reference: names that they may mean, columns of :data:`NAMES` and perhaps `owner`.
        near: `query` and `row` (UInt32 places in the two frames) and `cosine`, as `NameIndex.nearest` gives them.

    Returns:
        The rows of `near` with `probability` (Float64: the chance that this row's company is the one meant) and `margin`
        (Float64: how far that lies above the best candidate with another owner, or below it).
    """
    ours = asked.select(NAMES.names())[near["query"]]
    theirs = reference.select(NAMES.names())[near["row"]]
    both = (ours["area"].fill_null("") != "") & (theirs["area"].fill_null("") != "")
    same = (both & (ours["area"] == theirs["area"]).fill_null(value=False)).to_numpy()
    score = similarity(
        ours=ours["spelling"].to_list(),
        theirs=theirs["spelling"].to_list(),
        ours_joined=ours["joined"].to_list(),
        theirs_joined=theirs["joined"].to_list(),
        cosine=near["cosine"].to_numpy().astype(np.float64),
        forms_conflict=np.array(
            list(map(forms_conflict, ours["legal_form"], theirs["legal_form"])), dtype=bool
        ),
        same_area=same,
        other_area=both.to_numpy() & ~same,
    )
    found = near.with_columns(probability=pl.Series(score, dtype=pl.Float64)).with_columns(
        owner=reference["owner"][near["row"]] if "owner" in reference.columns else pl.col("row")
    )
    found = found.sort("query", "probability", descending=[False, True], maintain_order=True)
    best = found.group_by("query", "owner", maintain_order=True).agg(
        pl.col("probability").max().alias("best")
    )
    best = best.group_by("query", maintain_order=True).agg(
        first_owner=pl.col("owner").first(),
        first=pl.col("best").first(),
        second=pl.col("best").get(1, null_on_oob=True),
    )
    found = found.join(best, on="query", how="left", maintain_order="left")
    other = (
        pl.when(pl.col("owner") == pl.col("first_owner"))
        .then(pl.col("second").fill_null(0.0))
        .otherwise("first")
    )
    return found.with_columns(margin=pl.col("probability") - other).select(
        *near.columns, "probability", "margin"
    )


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
    words, other = set(ours.split()), set(shown.split())
    if ours == shown:
        reason = MatchReason(mark("The names are the same, legal forms aside."))
    elif same_joined or ours.replace(" ", "") == shown.replace(" ", ""):
        reason = MatchReason(mark("The names differ only in blanks."))
    elif words == other:
        reason = MatchReason(mark("The same words in another order."))
    elif words < other or other < words:
        reason = MatchReason(
            mark("One name has more words: %(words)s."), {"words": ", ".join(sorted(words ^ other))}
        )
    else:
        reason = MatchReason(mark("The name is written like %(name)s."), {"name": shown})
    return (reason,)
