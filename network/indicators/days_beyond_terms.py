"""Days beyond terms (DBT): how late a debtor pays, each euro counting as one."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

BUCKET_DAYS: tuple[float, ...] = (0.0, 15.0, 45.0, 75.0, 105.0)
"""Days that stand for a bucket of an aged balance: current, 1-30, 31-60, 61-90, 91 and more days past due."""


def days_beyond_terms_of_aging(buckets: ArrayLike) -> NDArray[np.float64]:
    """Return DBT from aged balances: (T1 x 15 + T2 x 45 + T3 x 75 + T4 x 105) / total balance.

    `buckets` has the shape (..., 5): current, 1-30, 31-60, 61-90, 91+ days past due, in any one currency. NaN where
    nothing is owed. Source: the usual method of North American trade credit groups.
    """
    amounts = np.asarray(buckets, dtype=np.float64)
    return _over(amounts @ np.array(BUCKET_DAYS), amounts.sum(axis=-1))


def days_beyond_terms_of_invoices(amounts: ArrayLike, days: ArrayLike) -> NDArray[np.float64]:
    """Return the value-weighted mean of days beyond terms over the last axis; early payments are negative days.

    NaN where the amounts sum to nothing.
    """
    weights = np.asarray(amounts, dtype=np.float64)
    return _over((weights * np.asarray(days, dtype=np.float64)).sum(axis=-1), weights.sum(axis=-1))


def _over(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.divide(part, whole, out=np.full(np.shape(whole), np.nan), where=whole != 0))
