"""A network as the laboratory sees it: who says what about whom, month by month; and what readers see of it.

The laboratory changes it (a group more, a balance doubled), has it published again, and asks an attacker who sees only
what was published to tell the difference. Debtors do not touch each other in the pipeline, so that one network of
thousands of debtors gives thousands of trials at once.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from anonymization.parameters import Parameters, Scale
from anonymization.pseudonyms import ID, Ids, ReleaseKeys
from anonymization.records import Contributions, Releases
from anonymization.release import State, close
from anonymization.state import CELLS
from anonymization.steps import banding

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

SILENT = -1
"""Age of a pair that says nothing in an epoch."""
OPEN_END = 2.0
"""An open band is read as reaching so many times its low end."""


@dataclass(frozen=True, slots=True)
class Network:
    """What every group says about every debtor: p pairs over t epochs.

    `group` and `debtor` (p,) are numbers from 0, a pair stands once. `amounts` (t, p, 7) are EUR cents in the columns of
    `anonymization.records.AMOUNTS`; `age` (t, p) int8 says for how many epochs they were carried, `SILENT` where the
    pair says nothing.
    """

    groups: int
    debtors: int
    group: Integers
    debtor: Integers
    amounts: Floats
    age: NDArray[np.int8]

    @property
    def epochs(self) -> int:
        """Return how many epochs there are."""
        return len(self.age)

    @property
    def speaks(self) -> Flags:
        """Return which pairs say something in which epoch, shape (t, p)."""
        says: Flags = (self.age != SILENT) & (self.amounts != 0).any(axis=2)
        return says

    @property
    def owing(self) -> Floats:
        """Return what each pair is owed at each epoch, euros, shape (t, p); 0 while it is silent."""
        return np.where(self.speaks, self.amounts[:, :, :5].sum(axis=2), 0.0) / 100

    def count(self) -> Integers:
        """Return how many groups speak of each debtor, shape (t, debtors)."""
        return np.stack([np.bincount(self.debtor[row], minlength=self.debtors) for row in self.speaks])

    def silenced(self, pairs: Flags, epochs: Flags) -> Self:
        """Return the network in which `pairs` (p,) say nothing in `epochs` (t,)."""
        age = self.age.copy()
        age[np.ix_(epochs, pairs)] = SILENT
        return replace(self, age=age)

    def spoken(self, amounts: Floats) -> Self:
        """Return the network with other amounts, shape (t, p, 7)."""
        return replace(self, amounts=amounts)

    def between(self, first: int, last: int) -> Self:
        """Return the network from epoch `first` to before `last`."""
        return replace(self, amounts=self.amounts[first:last], age=self.age[first:last])

    def still(self, epoch: int, epochs: int) -> Self:
        """Return a network that stands still: what is said in `epoch` is said again in so many epochs."""
        return replace(
            self,
            amounts=np.repeat(self.amounts[epoch : epoch + 1], epochs, axis=0),
            age=np.repeat(np.where(self.age[epoch : epoch + 1] == SILENT, SILENT, 0), epochs, axis=0).astype(
                np.int8
            ),
        )

    def contributions(self, epoch: int) -> Contributions:
        """Return the pool of one epoch."""
        chosen = np.flatnonzero(self.speaks[epoch])
        return Contributions(
            group=_identities(self.group[chosen]),
            debtor=_identities(self.debtor[chosen]),
            amounts=self.amounts[epoch, chosen],
            age=self.age[epoch, chosen],
        )


@dataclass(frozen=True, slots=True)
class History:
    """What readers have: the low and high end of each cell in each epoch, shapes (t, debtors, 12), NaN if withheld.

    The cells are those of `anonymization.steps.banding`. A pipeline that publishes exact figures has low = high.
    """

    low: Floats
    high: Floats

    @property
    def is_published(self) -> Flags:
        """Return which debtors are published in which epoch, shape (t, debtors)."""
        return ~np.isnan(self.low[:, :, 0])

    @property
    def middle(self) -> Floats:
        """Return the middle of each cell; of the exposure, the geometric one of what it covers."""
        middle = (self.low + self.high) / 2
        exposure = np.sqrt(
            np.maximum(self.low[:, :, banding.EXPOSURE], 1.0) * self.high[:, :, banding.EXPOSURE]
        )
        middle[:, :, banding.EXPOSURE] = exposure
        return middle


Publisher = Callable[[Network, bytes], History]
"""Publishes a network under a root key: the pipeline that ships (:func:`shipped`), or one to compare with."""


def shipped(parameters: Parameters) -> Publisher:
    """Return the pipeline of the product under these parameters, epoch after epoch from an empty state."""
    low, high = _ends(parameters)

    def publish(network: Network, root: bytes) -> History:
        keys, state = ReleaseKeys.derived(root), State.empty()
        bands = np.full((network.epochs, network.debtors, CELLS), -1, dtype=np.int64)
        for epoch in range(network.epochs):
            closed = close(network.contributions(epoch), state, keys, parameters)
            bands[epoch, _numbers(closed.releases.debtor)] = cells(closed.releases)
            state = closed.state
        place = (np.arange(CELLS), bands)
        return History(low=low[place], high=high[place])

    return publish


def cells(releases: Releases) -> NDArray[np.int8]:
    """Return the twelve cells of each release side by side, as `anonymization.steps.banding` has them."""
    return np.column_stack(
        [
            releases.contributors,
            releases.exposure,
            releases.past_due_share,
            releases.aging,
            releases.days_beyond_terms,
            releases.paid,
        ]
    )


def _ends(parameters: Parameters) -> tuple[Floats, Floats]:
    """Return the low and high end of each band of each cell, shapes (12, bands); the last column is NaN: withheld."""
    scales = [parameters.contributors, parameters.exposure, *[parameters.share] * 6, parameters.days]
    scales += [parameters.share] * 3
    most = max(scale.bands for scale in scales)
    low, high = np.full((CELLS, most + 1), np.nan), np.full((CELLS, most + 1), np.nan)
    for cell, scale in enumerate(scales):
        for band in range(scale.bands):
            low[cell, band], high[cell, band] = _two_ends(scale, band)
    return low, high


def _two_ends(scale: Scale, band: int) -> tuple[float, float]:
    low, high = scale.ends(band)
    return float(low), OPEN_END * float(low) if high is None else float(high)


def _identities(numbers: Integers) -> Ids:
    """Return numbers as identities of 16 bytes."""
    words = np.zeros((len(numbers), 2), dtype=np.uint64)
    words[:, 0] = numbers
    return words.view(ID).reshape(-1)


def _numbers(identities: Ids) -> Integers:
    """Return the numbers of identities."""
    return np.ascontiguousarray(identities).view(np.uint64).reshape(-1, 2)[:, 0].astype(np.int64)
