"""Who joined, who left: releases before and after are laid side by side.

**Who**: a reader with all releases, who suspects one group of beginning (or ceasing) to report one debtor in one month,
because it saw a new member announced, a contract signed or lost. It knows the suspect's amounts exactly.
**Success**: telling a debtor that the suspect joined in that month from the same debtor without it. AUC, and the true
positive rate at 1 % false positives.
**Control**: the same attacker where the suspect's data is not there, in both cases: AUC one half, TPR 1 %.

A joiner and a leaver are looked at in a network that moves as it does, and in one that stands still, where nothing else
can explain a movement; there also a joiner beside an insider that leaves on purpose in the same month, so that two changes
wait together. "Pooled" is a new member whose list of customers is known: the evidence of all of them added up.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from anonymization.attacks.judgement import Claim, Scores, Trials, auc
from anonymization.attacks.laboratory import Laboratory
from anonymization.attacks.network import Floats, History, Integers, Network
from anonymization.steps import banding

_GAP = "the suspect's part in the AUC"
_RATE = "suspects found at 1 % false alarms"
MOVING = ("joiner", "leaver")
STILL = (
    "lone joiner, all else still",
    "lone leaver, all else still",
    "joiner with an insider's cover, all else still",
)
POOLED = "joiner, pooled over its customers"
CLAIMS = tuple(
    Claim(name, measure, threshold, note)
    for name in (*MOVING, *STILL, POOLED)
    for measure, threshold, note in (("AUC gap", 0.10, _GAP), ("TPR at 1 % FPR", 0.02, _RATE))
)

BEFORE, AFTER, AFTER_STILL = 6, 12, 15
"""Epochs that the attacker looks at before and from the month of the change on; a still network longer than a change may
wait."""
_REPEATS = 3
"""Publications of its own network, under keys of its own, from which the attacker learns."""


@dataclass(frozen=True, slots=True)
class _Worlds:
    """Features of the same debtors where the change happened and where it did not, (n, f), and the suspects, (n,)."""

    changed: Floats
    same: Floats
    suspect: Integers


def attack(laboratory: Laboratory) -> Mapping[str, Trials]:
    """Return the scores of each situation."""
    scores: dict[str, Trials] = {}
    for situation in (*MOVING, *STILL):
        found, suspects = told(laboratory, situation)
        scores[situation] = found
        if situation == MOVING[0]:
            scores[POOLED] = _pooled(found, suspects)
    return scores


def told(laboratory: Laboratory, situation: str) -> tuple[Scores, Integers]:
    """Return the scores of one situation, and the suspect of each, (n,)."""
    taught = [
        _observed(laboratory, laboratory.known, situation, f"{situation}/known/{turn}")
        for turn in range(_REPEATS)
    ]
    victim = _observed(laboratory, laboratory.victim, situation, f"{situation}/victim")
    score = _Scorer(taught)
    return Scores(positive=score(victim.changed), negative=score(victim.same)), victim.suspect


def _observed(laboratory: Laboratory, network: Network, situation: str, purpose: str) -> _Worlds:
    """Publish the network with and without the change of one suspect a debtor, and look."""
    window = _window(network, situation)
    suspect, insider = _chosen(window, laboratory.random(purpose))
    root = laboratory.root(purpose)
    seen = [laboratory.publish(each, root) for each in _two_worlds(window, situation, suspect, insider)]
    suspect = suspect[seen[1].is_published[BEFORE - 1, window.debtor[suspect]]]
    return _Worlds(
        changed=features(seen[0], window, suspect, BEFORE),
        same=features(seen[1], window, suspect, BEFORE),
        suspect=window.group[suspect],
    )


def _window(network: Network, situation: str) -> Network:
    moment = network.epochs // 2
    if situation in STILL:
        return network.still(moment, BEFORE + AFTER_STILL)
    return network.between(moment - BEFORE, moment + AFTER)


def _two_worlds(
    window: Network, situation: str, suspect: Integers, insider: Integers
) -> tuple[Network, Network]:
    """Return the network in which the suspects' change happens, and that in which it does not."""
    later = np.arange(window.epochs) >= BEFORE
    everywhere = np.ones(window.epochs, dtype=np.bool_)
    is_suspect = np.isin(np.arange(len(window.group)), suspect)
    if "leaver" in situation:
        return window.silenced(is_suspect, later), window
    if "cover" in situation:
        window = window.silenced(np.isin(np.arange(len(window.group)), insider), later)
    return window.silenced(is_suspect, ~later), window.silenced(is_suspect, everywhere)


def _chosen(window: Network, random: np.random.Generator) -> tuple[Integers, Integers]:
    """Return two pairs a debtor, among those that speak in all of the window: the suspect and an insider."""
    steady = random.permutation(np.flatnonzero(window.speaks.all(axis=0)))
    _, first = np.unique(window.debtor[steady], return_index=True)
    rest = np.delete(steady, first)
    _, second = np.unique(window.debtor[rest], return_index=True)
    return steady[first], rest[second]


def features(history: History, network: Network, suspect: Integers, moment: int) -> Floats:
    """Return what an attacker looks at for each suspect, shape (n, f).

    Movements of all cells from before `moment` to each later epoch, in the direction in which the suspect would pull
    them; how many cells moved; withholding; and how restless the debtor was before.
    """
    debtor = network.debtor[suspect]
    middle = history.middle[:, debtor]
    middle[:, :, banding.EXPOSURE] = np.log(np.maximum(middle[:, :, banding.EXPOSURE], 1.0))
    before = middle[moment - 1]
    expected = _expected(network, suspect, before, moment)
    steps = np.abs(np.diff(middle, axis=0))
    restless = np.nan_to_num(steps[: moment - 1])
    blocks = [before, expected, restless.sum(axis=0), (restless > 0).sum(axis=0)]
    for epoch in range(moment, network.epochs):
        withheld = ~history.is_published[epoch, debtor][:, None]
        crossed = (np.nan_to_num(steps[epoch - 1]) > 0).sum(axis=1)[:, None]
        blocks += [(middle[epoch] - before) * np.sign(expected), crossed, withheld]
    return np.concatenate([np.asarray(block, dtype=np.float64) for block in blocks], axis=1)


def _expected(network: Network, suspect: Integers, before: Floats, moment: int) -> Floats:
    """Return the direction and rough size in which the suspect's own figures pull each cell, shape (n, 12)."""
    amounts = network.amounts[moment, suspect]
    owing = np.maximum(amounts[:, :5].sum(axis=1), 1.0)
    mix = amounts[:, :5] / owing[:, None]
    days = amounts[:, 5] / np.maximum(amounts[:, 6], 1.0)
    size = owing / 100 / np.exp(before[:, banding.EXPOSURE])
    weight = np.minimum(size / (1 + size), 1.0)[:, None]
    own = np.column_stack([1 - mix[:, 0], mix, days, days < 30, (days >= 30) & (days <= 90), days > 90])  # noqa: PLR2004  # the classes of the paid shares
    return np.column_stack([np.ones(len(suspect)), np.log1p(size), weight * (own - before[:, 2:])])


class _Scorer:
    """The stronger of two classifiers, by their AUC on publications that neither learned from."""

    def __init__(self, taught: list[_Worlds]) -> None:
        inputs = [np.concatenate([each.changed, each.same]) for each in taught]
        answers = [np.repeat([1, 0], [len(each.changed), len(each.same)]) for each in taught]
        tries = [
            HistGradientBoostingClassifier(
                max_iter=80, learning_rate=0.1, max_leaf_nodes=12, l2_regularization=1.0, random_state=0
            ),
            make_pipeline(StandardScaler(), LogisticRegression(C=0.05, max_iter=300)),
        ]
        held_inputs, held = np.nan_to_num(inputs[-1]), answers[-1]
        best = -1.0
        for model in tries:
            model.fit(np.nan_to_num(np.concatenate(inputs[:-1])), np.concatenate(answers[:-1]))
            score = model.predict_proba(held_inputs)[:, 1]
            reached = auc(Scores(positive=score[held == 1], negative=score[held == 0]), 0.5).figure
            if reached > best:
                best, self._model = reached, model

    def __call__(self, inputs: Floats) -> Floats:
        """Return the log odds of each row, shape (n,)."""
        sure: NDArray[np.float64] = np.clip(
            self._model.predict_proba(np.nan_to_num(inputs))[:, 1], 1e-6, 1 - 1e-6
        )
        return np.log(sure / (1 - sure))


def _pooled(scores: Scores, suspect: Integers) -> Scores:
    """Return the sum of the evidence over all debtors of each suspect."""
    _, code = np.unique(suspect, return_inverse=True)
    sums = [np.bincount(code, weights=each).astype(np.float64) for each in (scores.positive, scores.negative)]
    return Scores(positive=sums[0], negative=sums[1])
