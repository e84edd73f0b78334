"""What must hold without exception: counted on what is published and on what was said, never on the pipeline's books.

**Who**: nobody; this is the check that the rules of docs/privacy.md are kept. It knows everything that was said.
**Success**: one movement of a cell behind which a reader could find one group. A movement must have at least two groups
behind it that changed what they said (or that they said anything) in the months whose changes can still be on their
way, or it must have waited as long as the rules allow. Movements are watched in the simulated network as it is, in one
where few things change, and in one where, of each debtor, one group changes one thing and everybody else stands still.
**Control**: none is needed; the promise is that it never happens. The naive pipeline breaks it all the time.

A second count: the releases of a debtor are the same in whatever order the pool is dealt out, and whoever else is in the
network, so that a reader's question cannot change its answer.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from anonymization.attacks.judgement import Claim, Hits, Trials
from anonymization.attacks.laboratory import Laboratory
from anonymization.attacks.network import SILENT, Flags, History, Integers, Network
from anonymization.parameters import Parameters
from anonymization.steps import banding

BACKED = "invariant: two groups behind a movement, or the full wait"
SAME = "invariant: the same release in any order, among any others"
CLAIMS = (
    Claim(BACKED, "violations", 0.0, "movements of a cell behind which one group stands alone"),
    Claim(
        SAME, "violations", 0.0, "debtors whose releases hang on the order of the pool or on other debtors"
    ),
)

_EPOCHS = 16
_QUIET = 0.02
"""Share of the pairs that change something in a month where few things change."""
_LEAST_BACKERS = 2
_POKES = ("joins", "leaves", "grows", "turns late")
_GROWTH = 5


def attack(laboratory: Laboratory) -> Mapping[str, Trials]:
    """Return every movement, and whether it broke a rule."""
    victim, root = laboratory.victim, laboratory.root("victim")
    still = victim.still(victim.epochs // 2, _EPOCHS)
    found = [
        unbacked(network, laboratory.publish(network, root), laboratory.parameters)
        for network in (
            victim,
            stirred(still, laboratory.random("stirred")),
            poked(still, laboratory.random("poked")),
        )
    ]
    return {BACKED: _hits(np.concatenate(found)), SAME: _hits(_dealt_anew(laboratory))}


def _hits(violations: Flags) -> Hits:
    return Hits(attack=violations, prior=np.zeros(len(violations)))


def unbacked(network: Network, history: History, parameters: Parameters) -> Flags:
    """Return for each movement of a cell, in one row, whether fewer than two groups can be behind it before its time.

    A cell that moves back from a gap is left out: what it is compared with lies before the gap.
    """
    flips, changes = _changes(network)
    moved = (history.low[1:] != history.low[:-1]) | (history.high[1:] != history.high[:-1])
    moved &= (history.is_published[1:] & history.is_published[:-1])[:, :, None]
    hollow = network.count()[1:] < min(parameters.gate)
    waits = (parameters.wait_most, parameters.wait_hollow)
    patient, hasty = (_is_alone(network, flips, flips, reach=1, patience=wait) for wait in waits)
    of_set = np.where(hollow, hasty, patient)
    reach = parameters.hold_most + 1
    of_figures = _is_alone(network, flips, changes, reach=reach, patience=parameters.hold_most)
    cells = np.arange(moved.shape[2]) == banding.CONTRIBUTORS
    broken: Flags = np.where(cells, of_set[:, :, None], of_figures[:, :, None])[moved]
    return broken


def _changes(network: Network) -> tuple[Flags, Flags]:
    """Return which pairs came or went from one epoch to the next, and which said anything else, both (t - 1, p)."""
    speaks = network.speaks
    said = np.where(speaks[:, :, None], network.amounts, 0.0)
    flips = speaks[1:] != speaks[:-1]
    return flips, flips | (said[1:] != said[:-1]).any(axis=2)


def _is_alone(network: Network, flips: Flags, changes: Flags, *, reach: int, patience: int) -> Flags:
    """Return where at most one pair of a debtor is behind a movement, and nothing that is `patience` epochs old.

    A pair that came or went may be behind it ever after: it waits for company. One that said something else is for the
    last `reach` epochs.
    """
    alone = np.zeros((len(flips), network.debtors), dtype=np.bool_)
    for epoch in range(len(flips)):
        first, before = max(0, epoch - reach + 1), epoch - patience + 1
        behind = flips[: epoch + 1].any(axis=0) | changes[first : epoch + 1].any(axis=0)
        old = flips[: max(0, before)].any(axis=0) | changes[first : max(first, before)].any(axis=0)
        alone[epoch] = (_count(network, behind) < _LEAST_BACKERS) & (_count(network, old) == 0)
    return alone


def _count(network: Network, pairs: Any) -> Integers:
    """Return how many of these pairs (p,) each debtor has."""
    return np.bincount(network.debtor[np.flatnonzero(pairs)], minlength=network.debtors)


def stirred(still: Network, random: np.random.Generator) -> Network:
    """Return a network in which a few pairs a month come, go, or say something else from then on."""
    shape = (still.epochs, len(still.group))
    factor = np.where(random.random(shape) < _QUIET, np.exp(random.normal(0, 0.8, shape)), 1.0).cumprod(
        axis=0
    )
    turns = np.cumsum(random.random(shape) < _QUIET / 2, axis=0) % 2
    age = np.where(turns == 1, SILENT, still.age).astype(np.int8)
    return replace(still, amounts=np.rint(still.amounts * factor[:, :, None]), age=age)


def poked(still: Network, random: np.random.Generator) -> Network:
    """Return a network that stands still but for one pair of each debtor, which changes one thing once."""
    order = random.permutation(np.flatnonzero(still.speaks[0]))
    debtors, first = np.unique(still.debtor[order], return_index=True)
    pair, kind = order[first], random.integers(0, len(_POKES), len(debtors))
    joins, leaves, grows, turned = (pair[kind == each] for each in range(len(_POKES)))
    later = still.epochs // 2
    amounts, age = still.amounts.copy(), still.age.copy()
    age[:later, joins] = SILENT
    age[later:, leaves] = SILENT
    amounts[later:, grows] *= _GROWTH
    owed = amounts[later:, turned, :5].sum(axis=2)
    amounts[later:, turned, :5] = 0
    amounts[later:, turned, 4] = owed  # all of it is long overdue now
    amounts[later:, turned, 5] = np.maximum(amounts[later:, turned, 5], 105 * owed)
    return replace(still, amounts=amounts, age=age)


def _dealt_anew(laboratory: Laboratory) -> Flags:
    """Return for each debtor whether another order of the pool, or the absence of others, changes its releases."""
    network, root = laboratory.victim, laboratory.root("victim")
    whole = laboratory.publish(network, root)
    order = laboratory.random("order").permutation(len(network.group))
    broken = _differs(whole, laboratory.publish(_chosen(network, order), root))
    for half in (0, 1):
        own = network.debtor % 2 == half
        apart = laboratory.publish(_chosen(network, np.flatnonzero(own)), root)
        mine = np.arange(network.debtors) % 2 == half
        broken[mine] |= _differs(whole, apart)[mine]
    return broken


def _chosen(network: Network, pairs: Integers) -> Network:
    return replace(
        network,
        group=network.group[pairs],
        debtor=network.debtor[pairs],
        amounts=network.amounts[:, pairs],
        age=network.age[:, pairs],
    )


def _differs(one: History, other: History) -> Flags:
    same = (one.low == other.low) | (np.isnan(one.low) & np.isnan(other.low))
    same &= (one.high == other.high) | (np.isnan(one.high) & np.isnan(other.high))
    differs: Flags = ~same.all(axis=(0, 2))
    return differs
