"""What is true of each debtor, beside what is published: from what members sent, and from the economy itself."""

import numpy as np

from anonymization.attacks.network import Floats, Network
from anonymization.parameters import DEFAULT
from anonymization.records import BUCKETS, PAID_CLASSES
from anonymization.state import CELLS
from anonymization.steps.figures import paid_classes
from simulation import Economy


def sent_truth(network: Network) -> Floats:
    """Return what all groups that speak say together, undistorted and uncapped, shape (t, debtors, 12).

    The cells are those of `anonymization.steps.banding`: number, euros, shares, mean days. NaN where nobody speaks, and
    of the days and paid shares where nothing is there to weigh them with.
    """
    return np.stack([_figures(network, epoch) for epoch in range(network.epochs)])


def _figures(network: Network, epoch: int) -> Floats:
    chosen = np.flatnonzero(network.speaks[epoch])
    debtor, count = network.debtor[chosen], network.debtors
    amounts = np.maximum(network.amounts[epoch, chosen], [0.0] * BUCKETS + [-np.inf, 0.0])
    sums: Floats = np.column_stack(
        [np.bincount(debtor, weights=column, minlength=count) for column in amounts.T]
    ).astype(np.float64)
    classes = paid_classes(amounts[:, BUCKETS], amounts[:, BUCKETS + 1], DEFAULT)
    paid: Floats = np.column_stack(
        [np.bincount(debtor[classes == each], minlength=count) for each in range(PAID_CLASSES)]
    ).astype(np.float64)
    owed = sums[:, :BUCKETS].sum(axis=1)
    aging = _shares(sums[:, :BUCKETS], owed)
    aging[owed <= 0] = [1.0] + [0.0] * (BUCKETS - 1)
    figures = np.full((count, CELLS), np.nan)
    groups = np.bincount(debtor, minlength=count)
    figures[:, 0], figures[:, 1], figures[:, 2] = groups, owed / 100, 1 - aging[:, 0]
    figures[:, 3 : 3 + BUCKETS] = aging
    figures[:, 3 + BUCKETS] = _shares(sums[:, [BUCKETS]], sums[:, BUCKETS + 1])[:, 0]
    figures[:, 4 + BUCKETS :] = _shares(paid, paid.sum(axis=1))
    figures[groups == 0] = np.nan
    return figures


def _shares(part: Floats, whole: Floats) -> Floats:
    """Return part over whole by row, NaN where the whole is 0."""
    whole = np.where(whole > 0, whole, np.nan)
    shares: Floats = part / whole[:, None]
    return shares


def true_days(economy: Economy) -> Floats:
    """Return the days beyond terms at which each debtor pays by itself, shape (t, debtors), whoever sees it."""
    first = economy.parameters.warmup_months
    days: Floats = economy.behaviour.days_late[:, first : first + len(economy.months)].T
    return days
