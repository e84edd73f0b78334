"""The picture of what a member sent: stacked columns by month, laid out here and drawn by the template.

Plain rectangles that take their colours from the page's tokens, so that day, night and print need no second picture.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from network.services.ledgers import PeriodTotals

BUCKETS = ("current", "late_1_30", "late_31_60", "late_61_90", "late_91")
WIDTH, HEIGHT = 720, 180
"""Units of the drawing."""
MONTHS = 24
_WIDEST = 44


@dataclass(frozen=True, slots=True)
class Slice:
    """One bucket of one month: a rectangle."""

    bucket: str
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Column:
    """One month: its place, and its slices from the bottom up."""

    period: str
    x: float
    width: float
    slices: tuple[Slice, ...]


@dataclass(frozen=True, slots=True)
class Amounts:
    """All months of one currency, oldest first. `top` is the value (minor units) of the upper edge of the drawing."""

    currency: str
    months: tuple[PeriodTotals, ...]
    columns: tuple[Column, ...]
    top: int


def owed(month: PeriodTotals) -> int:
    """Return all that was owed at the month's end, in minor units; credits count against it."""
    return sum(getattr(month, bucket) for bucket in BUCKETS)


def overdue(month: PeriodTotals) -> int:
    """Return what of it was past due."""
    return owed(month) - month.current


def amounts_by_currency(totals: Iterable[PeriodTotals]) -> tuple[Amounts, ...]:
    """Return a picture for each currency, the largest first; the last 24 months are drawn."""
    by_currency: dict[str, list[PeriodTotals]] = {}
    for month in totals:
        by_currency.setdefault(month.currency, []).append(month)
    pictures = [_picture(currency, months) for currency, months in by_currency.items()]
    return tuple(sorted(pictures, key=lambda picture: -picture.top))


def _picture(currency: str, months: Sequence[PeriodTotals]) -> Amounts:
    drawn = months[-MONTHS:]
    top = max(1, *(sum(max(0, getattr(month, bucket)) for bucket in BUCKETS) for month in drawn))
    step = WIDTH / max(len(drawn), 6)
    width = min(step * 0.72, _WIDEST)
    return Amounts(
        currency=currency,
        months=tuple(months),
        columns=tuple(
            _column(month, x=(place + 0.5) * step - width / 2, width=width, top=top)
            for place, month in enumerate(drawn)
        ),
        top=top,
    )


def _column(month: PeriodTotals, *, x: float, width: float, top: int) -> Column:
    slices = []
    y = float(HEIGHT)
    for bucket in BUCKETS:
        height = max(0, getattr(month, bucket)) / top * HEIGHT
        y -= height
        slices.append(Slice(bucket=bucket, y=round(y, 2), height=round(height, 2)))
    return Column(period=month.period, x=round(x, 2), width=round(width, 2), slices=tuple(slices))
