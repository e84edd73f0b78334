"""Months of the window as numpy dates."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Days = npt.NDArray[np.datetime64]


@dataclass(frozen=True, slots=True)
class Window:
    """The months of an economy. Month 0 is the first of the window; the warm-up lies at negative months.

    `first_days` (warmup + months + 1,) are first days of each month, warm-up included, and of the one after.
    """

    warmup: int
    months: tuple[str, ...]
    first_days: Days

    @property
    def last_day(self) -> np.datetime64:
        """Return the last day of the window: what the members' books know."""
        return np.datetime64(self.first_days[-1] - np.timedelta64(1, "D"))

    @property
    def month_ends(self) -> Days:
        """Return the last day of each month of the window, shape (months,)."""
        ends: Days = self.first_days[self.warmup + 1 :] - np.timedelta64(1, "D")
        return ends

    def month_of(self, days: Days) -> npt.NDArray[np.int64]:
        """Return the month of each day, counted from the first of the window (the warm-up is negative)."""
        start = np.datetime64(self.months[0], "M").astype(np.int64)
        month: npt.NDArray[np.int64] = days.astype("datetime64[M]").astype(np.int64) - start
        return month


def window(*, months: int, last_month: str, warmup: int) -> Window:
    """Return the window of so many months that ends with `last_month` (YYYY-MM)."""
    last = np.datetime64(last_month, "M")
    all_months = np.arange(last - (months + warmup - 1), last + 2)
    return Window(
        warmup=warmup,
        months=tuple(str(month) for month in all_months[warmup:-1]),
        first_days=all_months.astype("datetime64[D]"),
    )
