"""Unweighted paid shares: of all who supply this debtor, how many are paid how late.

Beside the value-weighted index they tell one large unpaid supplier from everybody being paid late. Source: the
classes of the Altares FPI (fréquence des paiements en retard): under 30, 30 to 90, over 90 days late.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

LIMITS: tuple[float, float] = (30.0, 90.0)


def paid_shares(days_beyond_terms: ArrayLike) -> NDArray[np.float64]:
    """Return the three shares over the last axis, one value for each supplier; shape (..., 3), they sum to 1.

    30 and 90 days belong to the middle class. A supplier without a figure (NaN) is left out; all NaN gives NaN.
    """
    days = np.asarray(days_beyond_terms, dtype=np.float64)
    first, second = LIMITS
    classes = np.stack([days < first, (days >= first) & (days <= second), days > second], axis=-1)
    counted = (~np.isnan(days)).sum(axis=-1)[..., None]
    counts = classes.sum(axis=-2)
    return np.asarray(np.divide(counts, counted, out=np.full(counts.shape, np.nan), where=counted > 0))
