"""How good a matcher is on pairs whose answer is known: the figures of the model card and of the benchmark alike."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

_Z = 1.96
_FEWEST = 20
"""Answers below which a share of right ones tells nothing, and no coverage is read from it."""


@dataclass(frozen=True, slots=True)
class Share:
    """A share of cases; the interval is Wilson's at 95 %."""

    hits: int
    cases: int

    @property
    def value(self) -> float:
        """The share, NaN of no cases."""
        return self.hits / self.cases if self.cases else float("nan")

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's interval at 95 %."""
        if not self.cases:
            return 0.0, 1.0
        share, count = self.hits / self.cases, self.cases
        middle = (share + _Z**2 / (2 * count)) / (1 + _Z**2 / count)
        reach = _Z / (1 + _Z**2 / count) * np.sqrt(share * (1 - share) / count + (_Z / (2 * count)) ** 2)
        return float(max(0.0, middle - reach)), float(min(1.0, middle + reach))

    def __str__(self) -> str:
        if not self.cases:
            return "none"
        low, high = self.interval
        return f"{100 * self.value:.1f} % ({100 * low:.1f} to {100 * high:.1f})"


@dataclass(frozen=True, slots=True)
class Quality:
    """Figures of one set of pairs.

    `first` and `among_five`: the company meant is the best candidate, or one of the five best. `coverage_90`, `coverage_95`:
    the largest share of queries, taken by falling score, of which 90 or 95 % are right. `links`: right ones among those
    linked. `linked`: queries that are linked. `false_links`: queries linked although their company is not there.
    """

    name: str
    queries: int
    first: Share
    among_five: Share
    coverage_90: float
    coverage_95: float
    links: Share
    linked: Share
    false_links: Share


def quality(
    name: str,
    *,
    answered: pl.DataFrame,
    unknown: pl.DataFrame,
    queries: int,
    link: pl.Expr,
) -> Quality:
    """Return the figures of one set.

    Args:
        name: what the set is called.
        answered: candidates of queries whose company is in the reference, best first in each query: `query`, `is_right`,
            `probability` and what `link` looks at.
        unknown: likewise, the right company taken out (`is_right` is not looked at).
        queries: how many queries were asked; those without candidates have no row.
        link: tells for a best candidate whether it is linked.
    """
    best = answered.group_by("query", maintain_order=True).first()
    right = best["is_right"].to_numpy()
    five = answered.group_by("query", maintain_order=True).head(5)
    linked = best.filter(link)
    strangers = unknown.group_by("query", maintain_order=True).first().filter(link)
    score = best["probability"].to_numpy()
    return Quality(
        name=name,
        queries=queries,
        first=Share(int(right.sum()), queries),
        among_five=Share(int(five["is_right"].sum()), queries),
        coverage_90=coverage(score, right, queries=queries, precision=0.9),
        coverage_95=coverage(score, right, queries=queries, precision=0.95),
        links=Share(int(linked["is_right"].sum()), linked.height),
        linked=Share(linked.height, queries),
        false_links=Share(strangers.height, queries),
    )


def coverage(
    score: NDArray[np.float64], right: NDArray[np.bool_], *, queries: int, precision: float
) -> float:
    """Return the largest share of the queries, by falling score, of which `precision` are right; equal scores go together."""
    order = np.argsort(-score, kind="stable")
    count = np.arange(1, len(order) + 1)
    enough = (np.cumsum(right[order]) / count >= precision) & (count >= min(_FEWEST, queries))
    enough &= np.concatenate((score[order][1:] != score[order][:-1], [True])) if len(order) else True
    return float(count[enough].max() / queries) if enough.any() else 0.0


def table(rows: Sequence[Quality]) -> str:
    """Return the figures as a table in Markdown."""
    lines = [
        "| set | queries | first is right | among five | coverage at 90 % | at 95 % | linked | links right | unknown linked |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {row.name} | {row.queries:,} | {row.first} | {row.among_five} | {100 * row.coverage_90:.1f} % | "
        f"{100 * row.coverage_95:.1f} % | {100 * row.linked.value:.1f} % | {row.links} | {row.false_links} |"
        for row in rows
    ]
    return "\n".join(lines)
