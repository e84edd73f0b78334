"""Aged balance: what is owed on a day, by days past due."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

BUCKETS: tuple[str, ...] = ("current", "late_1_30", "late_31_60", "late_61_90", "late_91")
_FIRST_DAYS = np.array([1, 31, 61, 91])


def bucket_of(due: ArrayLike, as_of: ArrayLike) -> NDArray[np.int64]:
    """Return the bucket (0 to 4) of amounts by due date on the day `as_of`; both datetime64[D]. Due today is current."""
    past = np.asarray(as_of, dtype="datetime64[D]") - np.asarray(due, dtype="datetime64[D]")
    return np.asarray(np.searchsorted(_FIRST_DAYS, past.astype(np.int64), side="right"), dtype=np.int64)


def aged_balance(amounts: ArrayLike, due: ArrayLike, as_of: ArrayLike) -> NDArray[np.float64]:
    """Return the sum of the open amounts in each bucket, shape (5,)."""
    values = np.asarray(amounts, dtype=np.float64)
    sums = np.bincount(bucket_of(due, as_of), weights=values, minlength=len(BUCKETS))
    return np.asarray(sums, dtype=np.float64)


def past_due_share(buckets: ArrayLike) -> NDArray[np.float64]:
    """Return the share of the balance that is past due, over the last axis of five buckets; NaN where nothing is owed."""
    owed = np.asarray(buckets, dtype=np.float64)
    whole = owed.sum(axis=-1)
    late = owed[..., 1:].sum(axis=-1)
    return np.asarray(np.divide(late, whole, out=np.full(np.shape(whole), np.nan), where=whole != 0))
