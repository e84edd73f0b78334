"""What everybody else would do: exact figures of every debtor that three groups report. The suite must break it.

If it did not, the attackers would be too weak to say anything about the pipeline that ships.
"""

import numpy as np

from anonymization.attacks.network import Floats, History, Network
from anonymization.parameters import DEFAULT
from anonymization.records import BUCKETS, PAID_CLASSES
from anonymization.segments import Segments
from anonymization.state import CELLS
from anonymization.steps.figures import paid_classes, ratio

GROUPS_NEEDED = 3


def publish_exactly(network: Network, _root: bytes) -> History:
    """Return exact figures: count, euros, shares and mean days of what is said in each epoch, as it is said."""
    figures = np.full((network.epochs, network.debtors, CELLS), np.nan)
    for epoch in range(network.epochs):
        figures[epoch] = _figures(network, epoch)
    return History(low=figures, high=figures)


def _figures(network: Network, epoch: int) -> Floats:
    chosen = np.flatnonzero(network.speaks[epoch])
    chosen = chosen[np.argsort(network.debtor[chosen], kind="stable")]
    amounts = np.maximum(network.amounts[epoch, chosen], [0.0] * BUCKETS + [-np.inf, 0.0])
    segments = Segments.of(network.debtor[chosen].astype(np.int32), network.debtors)
    classes = paid_classes(amounts[:, 5], amounts[:, 6], DEFAULT)
    sums, groups = segments.sum(amounts), segments.count()
    paid = np.column_stack([segments.count(classes == each) for each in range(PAID_CLASSES)])
    whole = sums[:, :BUCKETS].sum(axis=1)
    aging = ratio(sums[:, :BUCKETS], whole[:, None])
    aging[whole <= 0, 0] = 1.0
    figures = np.column_stack(
        [
            groups,
            whole / 100,
            1.0 - aging[:, 0],
            aging,
            ratio(sums[:, 5], sums[:, 6]),
            ratio(paid.astype(np.float64), paid.sum(axis=1)[:, None].astype(np.float64)),
        ]
    )
    figures[groups < GROUPS_NEEDED] = np.nan
    return figures
