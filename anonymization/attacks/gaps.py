"""Do two debtors share a supplier? A member that misses its uploads is missed in all its debtors at once.

**Who**: a reader with all releases who knows in which months some member sent nothing (it was hacked, it changed its
software, it said so), but not which.
**Success**: telling two debtors that the member supplies from two of which it supplies one, by what moved, and what did
not, while it was silent and when it came back. AUC.
**Control**: the second debtor of a pair where nothing was missing, all else being the same. AUC one half. (Not a debtor
of others: customers of one member are alike in more than its silence, and that alone told them with .51 and .62.)

Gaps of 1, 2 and 4 months, bridged as the pool does: the last positions for two months, then nothing. A second row pools:
the attacker knows `LIST` customers of the member and asks whether they are missing something, all together.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from anonymization.attacks.judgement import Claim, Scores, Trials
from anonymization.attacks.laboratory import Laboratory
from anonymization.attacks.network import SILENT, Floats, Integers, Network
from anonymization.attacks.watching import (
    BEFORE,
    Scorer,
    Worlds,
    logarithmic,
    one_a_debtor,
    steady_pairs,
    window_of,
)

LENGTHS = (1, 2, 4)
LIST = 10
_AFTER = 8
"""Epochs that are looked at from the gap on: the longest gap, and the longest wait of step 8."""
_TURNS = 4
"""Publications of its own network: the first half teaches what a gap looks like in one debtor, the second in two."""

CLAIMS = tuple(
    claim
    for length in LENGTHS
    for claim in (
        Claim(
            f"gaps/{length} months/shared supplier",
            "AUC",
            0.52,
            "pairs of debtors that miss the same supplier",
        ),
        Claim(
            f"gaps/{length} months/list of customers",
            "AUC",
            0.55,
            f"{LIST} known customers of a silent member, pooled",
        ),
    )
)


@dataclass(frozen=True, slots=True)
class _Gaps:
    """What is seen of the same debtors with the gap and without, (n, f), and which member was silent, (n,)."""

    worlds: Worlds
    member: Integers

    def pairs(self) -> tuple[Integers, Integers]:
        """Return rows in disjoint pairs of debtors that miss the same member."""
        rows = np.concatenate([*self._lists(2), np.empty((0, 2), np.int64)]).astype(np.int64)
        return rows[:, 0], rows[:, 1]

    def lists(self) -> list[Integers]:
        """Return rows in disjoint lists of `LIST` debtors that miss the same member."""
        return [row for part in self._lists(LIST) for row in part]

    def _lists(self, size: int) -> Iterator[Integers]:
        for member in np.unique(self.member):
            rows = np.flatnonzero(self.member == member)
            yield rows[: len(rows) // size * size].reshape(-1, size)


def attack(laboratory: Laboratory) -> Mapping[str, Trials]:
    """Return the scores for each length of a gap."""
    trials: dict[str, Trials] = {}
    for length in LENGTHS:
        taught = [
            _observed(laboratory, laboratory.known, length, f"gaps/{length}/{turn}") for turn in range(_TURNS)
        ]
        victim = _observed(laboratory, laboratory.victim, length, f"gaps/{length}/victim")
        single = Scorer([each.worlds for each in taught[: _TURNS // 2]])
        pairs = Scorer([_pairs(each, single) for each in taught[_TURNS // 2 :]])
        trials[f"gaps/{length} months/shared supplier"] = pairs.scores(_pairs(victim, single))
        trials[f"gaps/{length} months/list of customers"] = _pooled(victim, single)
    return trials


def with_gap(network: Network, pairs: Integers, first: int, length: int, carried_epochs: int) -> Network:
    """Return the network in which the members of `pairs` send nothing about them for `length` epochs from `first` on.

    Their last words are carried for `carried_epochs`; then the pairs are silent, and afterwards as ever.
    """
    amounts, age = network.amounts.copy(), network.age.copy()
    for late in range(1, length + 1):
        carried = age[first - 1, pairs].astype(np.int64) + late
        is_carried = (age[first - 1, pairs] != SILENT) & (carried <= carried_epochs)
        amounts[first + late - 1, pairs] = amounts[first - 1, pairs]
        age[first + late - 1, pairs] = np.where(is_carried, carried, SILENT)
    return replace(network, amounts=amounts, age=age)


def _observed(laboratory: Laboratory, network: Network, length: int, purpose: str) -> _Gaps:
    """Publish the network with one silent supplier a debtor and without, and look.

    Debtors do not touch each other in the pipeline: that of one debtor one member is missing and of the next another
    makes every debtor a trial, and those that miss the same member are its customers.
    """
    random = laboratory.random(purpose)
    window = window_of(network, random, after=_AFTER)
    steady = steady_pairs(window)
    missing = one_a_debtor(window, steady, random.random(len(steady)))
    root = laboratory.root(purpose)
    quiet = laboratory.publish(window, root)
    missing = missing[quiet.is_published[BEFORE - 1, window.debtor[missing]]]
    gone = laboratory.publish(
        with_gap(window, missing, BEFORE, length, laboratory.parameters.carried_epochs), root
    )
    seen = [_seen(logarithmic(history.middle[:, window.debtor[missing]])) for history in (gone, quiet)]
    return _Gaps(worlds=Worlds(*seen), member=window.group[missing])


def _seen(cells: Floats) -> Floats:
    """Return how each debtor moved, month by month, before the gap and from it on; `cells` (t, n, 12)."""
    steps = np.diff(cells, axis=0)
    moved = np.nan_to_num(np.abs(np.sign(steps)))
    before, after = slice(0, BEFORE - 1), slice(BEFORE - 1, None)
    usual = moved[before].mean(axis=0)
    since = cells[BEFORE:] - cells[BEFORE - 1]
    blocks = [cells[BEFORE - 1], usual, moved[after].sum(axis=2).T, moved[after].mean(axis=0) - usual]
    by_epoch = (steps[after], moved[after], since, np.isnan(cells[BEFORE:, :, :1]))
    blocks += [each.transpose(1, 0, 2).reshape(cells.shape[1], -1).astype(np.float64) for each in by_epoch]
    return np.concatenate(blocks, axis=1)


def _pairs(seen: _Gaps, single: Scorer) -> Worlds:
    """Return features of pairs that miss the same member, and of the same pairs where the second misses nothing."""
    one, other = seen.pairs()
    gone, quiet = single(seen.worlds.there), single(seen.worlds.absent)
    first = seen.worlds.there[one]
    return Worlds(
        _together(first, seen.worlds.there[other], gone[one], gone[other]),
        _together(first, seen.worlds.absent[other], gone[one], quiet[other]),
    )


def _together(one: Floats, other: Floats, sure: Floats, doubt: Floats) -> Floats:
    """Return features of pairs of debtors, the same whichever of the two stands first."""
    both = np.nan_to_num(np.stack([one, other]))
    ends = np.column_stack([np.minimum(sure, doubt), np.maximum(sure, doubt), sure + doubt])
    return np.concatenate([ends, both.prod(axis=0), np.abs(both[0] - both[1])], axis=1)


def _pooled(seen: _Gaps, single: Scorer) -> Scores:
    """Return the mean certainty over lists of customers, with the gap and without."""
    gone, quiet, lists = single(seen.worlds.there), single(seen.worlds.absent), seen.lists()
    return Scores(
        positive=np.array([gone[rows].mean() for rows in lists]),
        negative=np.array([quiet[rows].mean() for rows in lists]),
    )
