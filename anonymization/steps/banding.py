"""Step 7: bands, not figures. What is published of a value is the range in which it lies.

The twelve cells of a debtor stand side by side: contributors, exposure, past-due share, five aging shares, days
beyond terms, three paid shares.
"""

import numpy as np
from numpy.typing import NDArray

from anonymization.parameters import Parameters
from anonymization.steps.cell_key import Values

CONTRIBUTORS, EXPOSURE, PAST_DUE = 0, 1, 2
AGING = slice(3, 8)
DAYS_BEYOND_TERMS = 8
PAID = slice(9, 12)
CELLS_OF_GAUGE = (slice(1, 2), slice(2, 8), slice(8, 9), slice(9, 12))
"""Cells of each gauge of step 9: exposure; past-due share and aging; days beyond terms; paid shares."""


def band(values: Values, parameters: Parameters) -> NDArray[np.int8]:
    """Return the bands of each debtor, shape (d, 12)."""
    return np.column_stack(
        [
            parameters.contributors.place(values.contributors),
            parameters.exposure.place(values.exposure),
            parameters.share.place(values.past_due_share),
            parameters.share.place(values.aging),
            parameters.days.place(values.days),
            parameters.share.place(values.paid),
        ]
    )
