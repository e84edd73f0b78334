"""Days sales outstanding (DSO): for how many days of sales the customers owe.

Sources: the definitions of the Credit Research Foundation; in France receivables and sales both include VAT.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def days_sales_outstanding(
    receivables: ArrayLike, credit_sales: ArrayLike, days: ArrayLike
) -> NDArray[np.float64]:
    """Return receivables x days / credit sales of those days; NaN where nothing was sold."""
    sales = np.asarray(credit_sales, dtype=np.float64)
    owed_days = np.asarray(receivables, dtype=np.float64) * np.asarray(days, dtype=np.float64)
    shape = np.broadcast_shapes(owed_days.shape, sales.shape)
    return np.asarray(np.divide(owed_days, sales, out=np.full(shape, np.nan), where=sales != 0))


def best_possible_dso(current: ArrayLike, credit_sales: ArrayLike, days: ArrayLike) -> NDArray[np.float64]:
    """Return the DSO if nobody were past due: current receivables x days / credit sales."""
    return days_sales_outstanding(current, credit_sales, days)


def average_days_delinquent(dso: ArrayLike, best_possible: ArrayLike) -> NDArray[np.float64]:
    """Return DSO - best possible DSO: the days that lateness alone costs."""
    return np.asarray(np.asarray(dso, dtype=np.float64) - np.asarray(best_possible, dtype=np.float64))


def count_back_dso(balance: ArrayLike, sales: ArrayLike, days: ArrayLike) -> NDArray[np.float64]:
    """Return the DSO by counting back: month sales are subtracted, the latest first, until the balance is used up.

    `balance` (...,); `sales` (..., m), the latest month first; `days` (m,), the days of these months. A month that
    is used up counts all its days, the last one the part of it that is needed; a month without sales that must be
    crossed counts all its days. NaN where the m months do not use the balance up.
    """
    owed = np.asarray(balance, dtype=np.float64)[..., None]
    sold = np.asarray(sales, dtype=np.float64)
    left = owed - (np.cumsum(sold, axis=-1) - sold)
    whole = np.where(left > 0, 1.0, 0.0)
    part = np.clip(np.divide(left, sold, out=whole, where=sold != 0), 0.0, 1.0)
    counted = (part * np.asarray(days, dtype=np.float64)).sum(axis=-1)
    is_used_up = owed[..., 0] <= sold.sum(axis=-1)
    return np.asarray(np.where(is_used_up, counted, np.nan))
