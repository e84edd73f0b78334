"""Step 1: the monthly snapshot, with missing uploads carried forward for a while.

Against timing and synchronised gaps: a member that uploads late, or pauses, must not show as a dent in every debtor
that it knows. The ledger carries the last position and says how old it is; here what is too old is let go, and the
group behind it becomes a leaver of step 8.
"""

import numpy as np

from anonymization.parameters import Parameters
from anonymization.records import BUCKETS, Contributions

DAYS, BASE = 5, 6


def snapshot(contributions: Contributions, parameters: Parameters) -> Contributions:
    """Return the rows that speak in this epoch, in whole cents.

    Left out: positions carried longer than `carried_epochs`, and rows without any amount. A negative bucket (a credit
    that exceeds what is due) counts as nothing due. Days beyond terms are kept within `days_floor` and `days_ceiling`.
    """
    amounts = np.rint(contributions.amounts)
    others = [*range(BUCKETS), BASE]
    amounts[:, others] = np.maximum(amounts[:, others], 0.0)
    base = amounts[:, BASE]
    amounts[:, DAYS] = np.clip(amounts[:, DAYS], parameters.days_floor * base, parameters.days_ceiling * base)
    speaks = (contributions.age <= parameters.carried_epochs) & (amounts[:, others] > 0).any(axis=1)
    if speaks.all():
        return Contributions(contributions.group, contributions.debtor, amounts, contributions.age)
    return Contributions(
        contributions.group[speaks], contributions.debtor[speaks], amounts[speaks], contributions.age[speaks]
    )
