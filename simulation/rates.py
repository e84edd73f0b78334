"""Exchange rates: a made-up walk around levels that are usual, on weekdays, units of a currency for one euro."""

import numpy as np
import numpy.typing as npt
import polars as pl

from simulation.calendar import Window
from simulation.randomness import stream
from simulation.trading import UNITS_A_EURO


def daily_rates(seed: int, calendar: Window) -> pl.DataFrame:
    """Return currency, day, rate: each weekday from two weeks before the warm-up to the end of the window."""
    days = np.arange(calendar.first_days[0] - np.timedelta64(14, "D"), calendar.first_days[-1])
    days = days[np.is_busday(days)]
    frames = []
    for currency, level in UNITS_A_EURO.items():
        steps = 0.003 * stream(seed, "rates", currency).standard_normal(days.size)
        rates = np.round(level * np.exp(0.98 * np.cumsum(steps) / np.sqrt(1 + np.arange(days.size) / 120)), 4)
        frames.append(pl.DataFrame({"currency": [currency] * days.size, "day": days, "rate": rates}))
    return pl.concat(frames)


def euro_factors(seed: int, calendar: Window, currencies: list[str]) -> npt.NDArray[np.float64]:
    """Return what one unit of each member's currency is worth in euros at each month end, shape (members, months).

    The last rate on or before the month end is taken, as the close of an epoch does.
    """
    rates = daily_rates(seed, calendar)
    table = {"EUR": np.ones(calendar.month_ends.size)}
    for currency in UNITS_A_EURO:
        series = rates.filter(pl.col("currency") == currency)
        place = np.searchsorted(series["day"].to_numpy(), calendar.month_ends, side="right") - 1
        table[currency] = 1 / series["rate"].to_numpy()[place]
    return np.stack([table[currency] for currency in currencies])
