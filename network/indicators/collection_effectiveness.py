"""Collection effectiveness index (CEI): how much of what could be collected was collected.

Source: Credit Research Foundation. 100 means that nothing is past due at the end of the period.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def collection_effectiveness(
    opening: ArrayLike, sales: ArrayLike, closing: ArrayLike, closing_current: ArrayLike
) -> NDArray[np.float64]:
    """Return (opening + sales - closing) / (opening + sales - closing current) x 100.

    Receivables at the opening and the closing of the period, credit sales of that very period, and that part of the
    closing receivables which is not yet due. NaN where there was nothing to collect.
    """
    start = np.asarray(opening, dtype=np.float64) + np.asarray(sales, dtype=np.float64)
    collected = start - np.asarray(closing, dtype=np.float64)
    collectable = start - np.asarray(closing_current, dtype=np.float64)
    return np.asarray(
        np.divide(
            collected * 100.0, collectable, out=np.full(collectable.shape, np.nan), where=collectable != 0
        )
    )
