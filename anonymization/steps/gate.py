"""Step 4: too few groups, no release.

Against small sets and gate probing: the threshold of a debtor is a keyed draw from `gate`, secret, and the same for
ever and for every reader (the sticky threshold of pg_diffix). Withheld looks the same whatever the reason.
"""

import numpy as np
from numpy.typing import NDArray

from anonymization.parameters import Parameters
from anonymization.pseudonyms import Blocks, ReleaseKeys, tags


def thresholds(debtors: Blocks, keys: ReleaseKeys, parameters: Parameters) -> NDArray[np.int64]:
    """Return how many groups each debtor needs, shape (d,)."""
    choices = np.array(parameters.gate, dtype=np.int64)
    drawn = tags(keys.gate, debtors)[:, 0] % np.uint64(len(choices))
    return choices[drawn.astype(np.int64)]
