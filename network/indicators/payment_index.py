"""Payment Index: days beyond terms on a scale from 0 (worst) to 100 (paid a month early).

The anchors up to 120 days are those of the published key of D&B's PAYDEX; from 120 to 240 days the line down to 0 is
ours. Between anchors the index is linear.
"""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

ANCHORS: tuple[tuple[float, float], ...] = (
    (-30, 100),
    (-20, 90),
    (0, 80),
    (15, 70),
    (22, 60),
    (30, 50),
    (60, 40),
    (90, 30),
    (120, 20),
    (240, 0),
)
"""Days beyond terms and index, days ascending; negative days are early."""


def payment_index(days_beyond_terms: ArrayLike) -> NDArray[np.float64]:
    """Return the index of each value-weighted number of days beyond terms; any shape, NaN stays NaN."""
    days, index = zip(*ANCHORS, strict=True)
    return np.asarray(
        np.interp(np.asarray(days_beyond_terms, dtype=np.float64), days, index), dtype=np.float64
    )


def index_of_band(low_days: float, typical_days: float, high_days: float) -> tuple[int, int, int]:
    """Return (low, value, high) of the index for a band of days beyond terms, as whole points.

    More days are a lower index, so the low end comes from `high_days`. The ends are rounded outwards, so that the
    band never claims more than is known; the value is rounded half up.

    Raises:
        ValueError: the days do not ascend.
    """
    if not low_days <= typical_days <= high_days:
        raise ValueError("the days of a band must ascend")
    low, value, high = payment_index([high_days, typical_days, low_days]).tolist()
    return math.floor(low), math.floor(value + 0.5), math.ceil(high)
