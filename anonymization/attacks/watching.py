"""What an attacker who suspects a date looks at: the releases around it, laid beside what the suspect would explain.

Shared by the attacks on one relation at a known time. The features follow from public knowledge, from what the attack
says that its attacker knows of the suspect, and from the own figures of `INSIDERS` groups of the same debtor.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from anonymization.attacks.judgement import Scores, auc
from anonymization.attacks.network import Flags, Floats, History, Integers, Network
from anonymization.parameters import DEFAULT
from anonymization.records import BUCKETS, PAID_CLASSES
from anonymization.steps import banding
from anonymization.steps.figures import paid_classes

BEFORE, AFTER = 6, 6
"""Epochs that are looked at before the month of the event, and from it on: longer than the pipeline holds a figure."""
YEAR = 14
"""Epochs from the event on where it changes the set of contributors: longer than the pipeline waits with that."""
INSIDERS = 3
REPEATS = 3
"""Publications of its own network, under keys of its own, from which the attacker learns."""
_DAYS, _BASE = BUCKETS, BUCKETS + 1


@dataclass(frozen=True, slots=True)
class Suspicion:
    """What is suspected: the pairs, shape (n,), what the attacker takes for their amounts before and after, (n, 7)."""

    pair: Integers
    was: Floats
    now: Floats

    def only(self, chosen: Flags) -> "Suspicion":
        """Return those that are chosen."""
        return Suspicion(self.pair[chosen], self.was[chosen], self.now[chosen])


@dataclass(frozen=True, slots=True)
class Worlds:
    """Features of the same trials where it happened and where it did not, both (n, f)."""

    there: Floats
    absent: Floats


def window_of(network: Network, random: np.random.Generator, after: int = AFTER) -> Network:
    """Return the network around a month drawn at random; the event falls into its epoch `BEFORE`."""
    first = int(random.integers(0, network.epochs - BEFORE - after + 1))
    return network.between(first, first + BEFORE + after)


def steady_pairs(window: Network) -> Integers:
    """Return the pairs that say something in all of the window, and owe something just before the event."""
    owes = window.amounts[BEFORE - 1, :, :BUCKETS].sum(axis=1) > 0
    return np.flatnonzero(window.speaks.all(axis=0) & owes)


def one_a_debtor(network: Network, pairs: Integers, rank: Floats) -> Integers:
    """Return of each debtor the pair of the highest rank; `rank` is aligned with `pairs`."""
    order = pairs[np.lexsort((-rank, network.debtor[pairs]))]
    _, first = np.unique(network.debtor[order], return_index=True)
    chosen: Integers = order[first]
    return chosen


def is_flagged(network: Network, pairs: Integers) -> Flags:
    """Return `pairs` as flags over all pairs."""
    flags = np.zeros(len(network.group), dtype=np.bool_)
    flags[pairs] = True
    return flags


def features(
    history: History,
    network: Network,
    suspicion: Suspicion,
    random: np.random.Generator,
    moment: int = BEFORE,
) -> Floats:
    """Return what the attacker looks at, one row a suspicion.

    The release before, its restlessness until then, the movement that the suspect would explain; and for each epoch
    of the network from the event on the movement of all cells, the same in the expected direction, how far it agrees with what is
    expected, what insiders know of their own part in it, and whether anything is published at all.
    """
    debtor = network.debtor[suspicion.pair]
    middle = logarithmic(history.middle[:, debtor])
    before = middle[moment - 1]
    expected = pull(before, suspicion)
    direction = np.sign(expected)
    steps = np.nan_to_num(np.abs(np.diff(middle[:moment], axis=0)))
    size = np.log1p(np.stack([suspicion.was, suspicion.now])[:, :, :BUCKETS].sum(axis=2) / 100)
    blocks = [before, expected, steps.sum(axis=0), (steps > 0).sum(axis=0), size.T, size.T - before[:, [1]]]
    own = _insiders(network, suspicion.pair, random)
    for epoch in range(moment, network.epochs):
        moved = middle[epoch] - before
        known = (own[epoch] - own[moment - 1]) / np.exp(before[:, [banding.EXPOSURE]])
        agrees = np.nan_to_num(moved * expected)
        blocks += [moved, moved * direction, known, agrees]
        blocks.append(history.is_published[epoch, debtor][:, None])
    return np.concatenate([np.asarray(block, dtype=np.float64) for block in blocks], axis=1)


def logarithmic(cells: Floats) -> Floats:
    """Return cells with the exposure as a logarithm, in which its bands are of one size; any shape (..., 12)."""
    scaled = cells.copy()
    scaled[..., banding.EXPOSURE] = np.log(np.maximum(scaled[..., banding.EXPOSURE], 500.0))
    return scaled


def pull(before: Floats, suspicion: Suspicion) -> Floats:
    """Return how far each released cell would move, were all else still; `before` as of :func:`logarithmic`, (n, 12)."""
    exposure = np.exp(before[:, banding.EXPOSURE])
    change = (suspicion.now - suspicion.was) / 100
    grown = change[:, :BUCKETS].sum(axis=1)
    after = np.maximum(exposure + grown, 0.05 * exposure)
    mix = before[:, banding.AGING]
    moved = np.clip((mix * exposure[:, None] + change[:, :BUCKETS]) / after[:, None], 0, 1) - mix
    days = before[:, banding.DAYS_BEYOND_TERMS]
    base = np.maximum(exposure + change[:, _BASE], 0.05 * exposure)
    moved_days = (days * exposure + change[:, _DAYS]) / base - days
    classes = [
        paid_classes(each[:, _DAYS], each[:, _BASE], DEFAULT) for each in (suspicion.was, suspicion.now)
    ]
    voices = np.maximum(before[:, [banding.CONTRIBUTORS]], 1.0)
    paid = (
        np.column_stack([(classes[1] == at) * 1.0 - (classes[0] == at) for at in range(PAID_CLASSES)])
        / voices
    )
    joined = (classes[1] >= 0) * 1.0 - (classes[0] >= 0)
    return np.column_stack(
        [joined, np.log(after / exposure), moved[:, 1:].sum(axis=1), moved, moved_days, paid]
    )


def _insiders(network: Network, suspects: Integers, random: np.random.Generator) -> Floats:
    """Return what is owed to the insiders of each debtor, in all and late, euros, shape (t, n, 2)."""
    others = np.setdiff1d(np.arange(len(network.group)), suspects)
    others = random.permutation(others)
    others = others[np.argsort(network.debtor[others], kind="stable")]
    debtors, first = np.unique(network.debtor[others], return_index=True)
    rank = np.arange(len(others)) - first[np.searchsorted(debtors, network.debtor[others])]
    chosen = others[rank < INSIDERS]
    said = np.where(network.speaks[:, chosen, None], network.amounts[:, chosen, :BUCKETS], 0.0) / 100
    sums = np.zeros((network.epochs, network.debtors, 2))
    for epoch in range(network.epochs):
        np.add.at(
            sums[epoch],
            network.debtor[chosen],
            np.column_stack([said[epoch].sum(axis=1), said[epoch, :, 1:].sum(axis=1)]),
        )
    own: Floats = sums[:, network.debtor[suspects]]
    return own


class Scorer:
    """The stronger of boosted trees and a logistic regression, by their AUC on a publication that neither learned from."""

    def __init__(self, taught: Sequence[Worlds]) -> None:
        """Learn from worlds of which the truth is known; the last of them decides which learner is used."""
        with threadpool_limits(1):
            self._learn(taught)

    def _learn(self, taught: Sequence[Worlds]) -> None:
        rest, last = taught[:-1], taught[-1]
        inputs, answers = _stacked(rest)
        best = -1.0
        for model in (
            HistGradientBoostingClassifier(
                max_iter=60,
                learning_rate=0.1,
                max_leaf_nodes=10,
                max_bins=63,
                min_samples_leaf=30,
                l2_regularization=3.0,
                random_state=0,
            ),
            make_pipeline(StandardScaler(), LogisticRegression(C=0.02, max_iter=100)),
        ):
            model.fit(inputs, answers)
            there, absent = (
                model.predict_proba(np.nan_to_num(each))[:, 1] for each in (last.there, last.absent)
            )
            reached = auc(Scores(positive=there, negative=absent), 0.5).figure
            if reached > best:
                best, self._model = reached, model
        self._model.fit(*_stacked(taught))

    def __call__(self, inputs: Floats) -> Floats:
        """Return the log odds of each row, shape (n,)."""
        with threadpool_limits(1):
            sure = np.clip(self._model.predict_proba(np.nan_to_num(inputs))[:, 1], 1e-6, 1 - 1e-6)
        odds: Floats = np.log(sure / (1 - sure))
        return odds

    def scores(self, victim: Worlds) -> Scores:
        """Return the verdict on trials that nothing was learned from."""
        return Scores(positive=self(victim.there), negative=self(victim.absent))


def _stacked(worlds: Sequence[Worlds]) -> tuple[Floats, Integers]:
    inputs = np.concatenate([part for each in worlds for part in (each.there, each.absent)])
    answers = np.concatenate([np.repeat([1, 0], [len(each.there), len(each.absent)]) for each in worlds])
    return np.nan_to_num(inputs), answers
