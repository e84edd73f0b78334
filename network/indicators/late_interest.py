"""Late interest: what the law lets a supplier ask for late payment, between companies.

Sources: France, Code de commerce, L441-10 II and D441-5; European Union, Directive 2011/7/EU, articles 2(6), 3 and 6.
Rates are percentages a year, to be looked up for the half-year in question; amounts are in euros.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

RECOVERY_FEE = 40.0
"""Euros an invoice: the fixed compensation for recovery costs, in France and the least in the Union."""
FRENCH_POINTS = 10.0
FRENCH_FLOOR = 3.0
UNION_POINTS = 8.0
_YEAR = 365.0


def french_rate(
    refinancing_rate: ArrayLike, legal_rate: ArrayLike, agreed_rate: ArrayLike | None = None
) -> NDArray[np.float64]:
    """Return the yearly rate in France: the agreed one, else refinancing rate + 10 points; never under 3x the legal rate."""
    asked = (
        np.asarray(refinancing_rate, dtype=np.float64) + FRENCH_POINTS if agreed_rate is None else agreed_rate
    )
    return np.asarray(np.maximum(np.asarray(asked, dtype=np.float64), FRENCH_FLOOR * np.asarray(legal_rate)))


def union_rate(reference_rate: ArrayLike) -> NDArray[np.float64]:
    """Return the least yearly rate in the European Union: reference rate + 8 points."""
    return np.asarray(np.asarray(reference_rate, dtype=np.float64) + UNION_POINTS)


def late_interest(amounts: ArrayLike, days_late: ArrayLike, rate: ArrayLike) -> NDArray[np.float64]:
    """Return what may be asked for each invoice: simple interest for the days late, and the recovery fee.

    Nothing for an invoice that is not late. `rate` in per cent a year of 365 days.
    """
    late = np.maximum(np.asarray(days_late, dtype=np.float64), 0.0)
    interest = (
        np.asarray(amounts, dtype=np.float64) * np.asarray(rate, dtype=np.float64) / 100.0 * late / _YEAR
    )
    return np.asarray(np.where(late > 0, interest + RECOVERY_FEE, 0.0))
