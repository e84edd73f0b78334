"""How much of the truth is left in what is published. Pure: a network, its truth and its history in, figures out."""

from collections.abc import Iterator

import numpy as np

from anonymization.attacks.network import Flags, Floats, History, Integers
from anonymization.parameters import Parameters
from anonymization.state import CELLS
from anonymization.steps import banding
from network.indicators.payment_index import payment_index

SUPPLIERS = (3, 5, 8)
INDEX_60 = 22.0
LATENESS = (15.0, INDEX_60, 30.0)
"""Days beyond terms whose crossing is timed: Payment Index 70, 60 and 50."""
PATIENCE = 6
"""Months for which a crossing is followed."""
_LASTING = 3
"""Months for which the truth has to stay over the line, or a single bad month would count."""
_POINTS = 100.0
_CLOSE = 1e-6

Figure = tuple[str, float]


def figures(history: History, truth: Floats, days: Floats, parameters: Parameters | None) -> Iterator[Figure]:
    """Yield the figures of one history by name; NaN where there was nothing to measure.

    `truth` (t, debtors, 12) is what was sent, `days` (t, debtors) the economy's own. `parameters` are None where
    figures are exact.
    """
    yield from coverage(history.is_published, truth[:, :, 0])
    yield from _exposure(history, truth)
    yield from _shares(history, truth)
    shown = typical_days(history, parameters)
    yield from _days(history, shown, truth[:, :, banding.DAYS_BEYOND_TERMS], days)
    for threshold in LATENESS:
        sent = truth[:, :, banding.DAYS_BEYOND_TERMS]
        yield from lag(history, sent, threshold, name=f"sent days beyond {threshold:.0f}")
    yield from lag(history, days, INDEX_60, name=f"true days beyond {INDEX_60:.0f}")


def coverage(is_published: Flags, groups: Floats) -> Iterator[Figure]:
    """Yield the shares of debtor-months published, and how often a published debtor is withheld a month later."""
    for least in SUPPLIERS:
        yield (
            f"published, of those with {least} suppliers or more",
            _mean(is_published, groups >= least),
        )
    gone = is_published[:-1] & ~is_published[1:]
    yield (
        "withdrawals per 100 published debtor-months",
        100 * float(gone.sum() / max(is_published[:-1].sum(), 1)),
    )


def typical_days(history: History, parameters: Parameters | None) -> Floats:
    """Return the days at which the index of a release is told, shape (t, debtors); NaN where withheld."""
    low = history.low[:, :, banding.DAYS_BEYOND_TERMS]
    if parameters is None:
        return low
    edges = np.array([float(edge) for edge in parameters.days.edges[: parameters.days.bands]])
    band = np.searchsorted(edges, np.nan_to_num(low, nan=edges[0]), side="right") - 1
    return np.where(np.isnan(low), np.nan, np.array(parameters.days_typical)[band])


def _exposure(history: History, truth: Floats) -> Iterator[Figure]:
    true = np.maximum(truth[:, :, banding.EXPOSURE], 1.0)
    ratio = np.log(np.maximum(history.middle[:, :, banding.EXPOSURE], 1.0) / true)
    yield "exposure, median error as a log ratio", _median(np.abs(ratio))
    yield "exposure, median of the log ratio", _median(ratio)
    yield "exposure, share of bands that hold the truth", _held(history, truth, np.array([banding.EXPOSURE]))


def _shares(history: History, truth: Floats) -> Iterator[Figure]:
    for name, cells in (
        ("past-due share", np.array([banding.PAST_DUE])),
        ("aging mix", np.arange(CELLS)[banding.AGING]),
        ("paid shares", np.arange(CELLS)[banding.PAID]),
    ):
        error = np.abs(history.middle[:, :, cells] - truth[:, :, cells])
        yield f"{name}, mean error in points", _POINTS * float(np.nanmean(error))
        yield f"{name}, share of bands that hold the truth", _held(history, truth, cells)


def _days(history: History, shown: Floats, sent: Floats, true: Floats) -> Iterator[Figure]:
    for name, line in (("sent", sent), ("true", true)):
        yield f"days beyond terms, median error against the {name} days", _median(np.abs(shown - line))
        error = np.abs(payment_index(shown) - payment_index(line))
        yield f"Payment Index, mean error in points against the {name} days", float(np.nanmean(error))
    cell = banding.DAYS_BEYOND_TERMS
    low, high = history.low[:, :, cell], history.high[:, :, cell]
    told = np.clip(
        sent, low.min(initial=0.0, where=~np.isnan(low)), high.max(initial=0.0, where=~np.isnan(high))
    )
    inside = (low - _CLOSE <= told) & (told <= high + _CLOSE)
    yield "days beyond terms, share of bands that hold the truth", _mean(inside, ~np.isnan(low + sent))


def _held(history: History, truth: Floats, cells: Integers) -> float:
    low, high, true = history.low[:, :, cells], history.high[:, :, cells], truth[:, :, cells]
    slack = _CLOSE * (1 + np.abs(true))
    return _mean((low - slack <= true) & (true <= high + slack), ~np.isnan(low + true))


def lag(history: History, truth: Floats, threshold: float, *, name: str) -> Iterator[Figure]:
    """Yield how fast a debtor that gets worse is shown: mean lag in months, cut at PATIENCE, and the share shown by then.

    Counted are debtors published in the month before, whose true days cross the threshold from below, after two months
    below, and stay over it for three. A release shows it when its whole band lies over the threshold.
    """
    month, debtor = crossings(truth, threshold)
    known = history.is_published[month - 1, debtor]
    month, debtor = month[known], debtor[known]
    low = history.low[:, :, banding.DAYS_BEYOND_TERMS]
    over = np.stack([low[month + later, debtor] >= threshold for later in range(PATIENCE + 1)], axis=1)
    shown: Flags = np.asarray(over.any(axis=1))
    months = np.where(shown, over.argmax(axis=1), PATIENCE)
    yield f"lag in months, {name}", float(months.mean()) if len(months) else np.nan
    yield f"shown within {PATIENCE} months, {name}", float(shown.mean()) if len(shown) else np.nan


def crossings(truth: Floats, threshold: float) -> tuple[Integers, Integers]:
    """Return (month, debtor) of each lasting crossing from below that can be followed for PATIENCE months."""
    over = truth >= threshold  # False where it is not known
    last = len(truth) - PATIENCE
    begins = over[2:last] & ~over[1 : last - 1] & ~over[: last - 2]
    for later in range(1, _LASTING):
        begins &= over[2 + later : last + later]
    month, debtor = np.nonzero(begins)
    return month + 2, debtor


def staleness(is_stale: Flags, is_published: Flags) -> Figure:
    """Return the share of published debtor-months in which the set that counts is not the set that speaks."""
    return "stale set of contributors, share of debtor-months", _mean(is_stale, is_published)


def _median(values: Floats) -> float:
    return float(np.nanmedian(values)) if np.isfinite(values).any() else np.nan


def _mean(values: Flags, where: Flags) -> float:
    return float(values[where].mean()) if where.any() else np.nan
