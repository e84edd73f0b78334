"""Who attacks whom: a target for each debtor, and the insiders who put their own figures together."""

from dataclasses import dataclass

import numpy as np

from anonymization.attacks.network import Flags, Floats, Integers, Network
from anonymization.records import AMOUNTS
from anonymization.steps.snapshot import BASE, DAYS

ALL_BUT_ONE = -1
"""A size of a coalition: everybody but the target."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a coalition knows of its own, by debtor.

    `amounts` (t, d, 7) in euros (days: euros times days) are sums; `speaking` (t, d) says how many of them speak, and
    `largest` (t, d, 3) what is owed to the three who are owed the most.
    """

    amounts: Floats
    speaking: Floats
    largest: Floats

    @property
    def owing(self) -> Floats:
        """Return what they are owed together, (t, d)."""
        whole: Floats = self.amounts[:, :, :5].sum(axis=2)
        return whole

    @property
    def past_due(self) -> Floats:
        """Return what of it is past due, (t, d)."""
        whole: Floats = self.amounts[:, :, 1:5].sum(axis=2)
        return whole

    @property
    def days(self) -> Floats:
        """Return their mean days beyond terms, (t, d); 0 without a base."""
        return self.amounts[:, :, DAYS] / np.maximum(self.amounts[:, :, BASE], 1.0)


def targets(network: Network, epoch: int, random: np.random.Generator, *, largest: bool) -> Integers:
    """Return one pair for each debtor that somebody is owed by in `epoch`: the largest, or one at random; by debtor."""
    owing = network.owing[epoch]
    candidates = np.flatnonzero(owing > 0)
    order = random.permutation(len(candidates))
    if largest:
        order = order[np.argsort(-owing[candidates[order]], kind="stable")]
    shuffled = candidates[order]
    _, first = np.unique(network.debtor[shuffled], return_index=True)
    chosen: Integers = shuffled[first]
    return chosen


def insiders(network: Network, epoch: int, target: Integers, size: int, random: np.random.Generator) -> Flags:
    """Return which pairs (p,) belong to the coalitions: up to `size` of each target's debtor that speak in `epoch`.

    :data:`ALL_BUT_ONE` takes every other pair that ever speaks of the debtor.
    """
    is_target = np.zeros(len(network.group), dtype=np.bool_)
    is_target[target] = True
    is_attacked = np.isin(network.debtor, network.debtor[target])
    if size == ALL_BUT_ONE:
        everybody: Flags = is_attacked & ~is_target
        return everybody
    candidates = random.permutation(np.flatnonzero(network.speaks[epoch] & is_attacked & ~is_target))
    order = candidates[np.argsort(network.debtor[candidates], kind="stable")]
    debtor = network.debtor[order]
    rank = np.arange(len(order)) - np.searchsorted(debtor, debtor)
    chosen = np.zeros(len(network.group), dtype=np.bool_)
    chosen[order[rank < size]] = True
    return chosen


def known_to(network: Network, coalition: Flags) -> Known:
    """Return what the coalitions know, by debtor."""
    pairs = np.flatnonzero(coalition)
    debtor = network.debtor[pairs]
    amounts = np.where(network.speaks[:, pairs, None], network.amounts[:, pairs], 0.0) / 100
    shape = (network.epochs, network.debtors)
    sums = np.zeros((*shape, len(AMOUNTS)))
    speaking, largest = np.zeros(shape), np.zeros((*shape, 3))
    for epoch in range(network.epochs):
        for column in range(len(AMOUNTS)):
            sums[epoch, :, column] = np.bincount(
                debtor, weights=amounts[epoch, :, column], minlength=network.debtors
            )
        speaking[epoch] = np.bincount(debtor, weights=network.speaks[epoch, pairs], minlength=network.debtors)
        owing = amounts[epoch, :, :5].sum(axis=1)
        order = np.lexsort((-owing, debtor))
        sorted_debtor = debtor[order]
        rank = np.arange(len(order)) - np.searchsorted(sorted_debtor, sorted_debtor)
        for place in range(3):
            here = order[rank == place]
            largest[epoch, debtor[here], place] = owing[here]
    return Known(amounts=sums, speaking=speaking, largest=largest)
