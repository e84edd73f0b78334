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

import numpy as np

from anonymization.attacks.judgement import Claim, Scores, Trials
from anonymization.attacks.laboratory import Laboratory
from anonymization.attacks.network import Integers, Network
from anonymization.attacks.watching import (
    BEFORE,
    REPEATS,
    YEAR,
    Scorer,
    Suspicion,
    Worlds,
    features,
    is_flagged,
)

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
        _observed(laboratory, laboratory.known, situation, f"{situation}/known/{turn}")[0]
        for turn in range(REPEATS)
    ]
    victim, suspects = _observed(laboratory, laboratory.victim, situation, f"{situation}/victim")
    return Scorer(taught).scores(victim), suspects


def _observed(
    laboratory: Laboratory, network: Network, situation: str, purpose: str
) -> tuple[Worlds, Integers]:
    """Publish the network with and without the change of one suspect a debtor, and look; return the suspects too."""
    window = _window(network, situation)
    suspect, insider = _chosen(window, laboratory.random(purpose))
    root = laboratory.root(purpose)
    seen = [laboratory.publish(each, root) for each in _two_worlds(window, situation, suspect, insider)]
    suspect = suspect[seen[1].is_published[BEFORE - 1, window.debtor[suspect]]]
    own = window.amounts[BEFORE, suspect]
    suspicion = Suspicion(suspect, *((own, 0 * own) if "leaver" in situation else (0 * own, own)))
    there, absent = (
        features(each, window, suspicion, laboratory.random(f"{purpose}/insiders")) for each in seen
    )
    return Worlds(there=there, absent=absent), window.group[suspect]


def _window(network: Network, situation: str) -> Network:
    moment = network.epochs // 2
    if situation in STILL:
        return network.still(moment, BEFORE + YEAR + 1)
    return network.between(moment - BEFORE, moment + network.epochs // 2)


def _two_worlds(
    window: Network, situation: str, suspect: Integers, insider: Integers
) -> tuple[Network, Network]:
    """Return the network in which the suspects' change happens, and that in which it does not."""
    later = np.arange(window.epochs) >= BEFORE
    everywhere = np.ones(window.epochs, dtype=np.bool_)
    is_suspect = is_flagged(window, suspect)
    if "leaver" in situation:
        return window.silenced(is_suspect, later), window
    if "cover" in situation:
        window = window.silenced(is_flagged(window, insider), later)
    return window.silenced(is_suspect, ~later), window.silenced(is_suspect, everywhere)


def _chosen(window: Network, random: np.random.Generator) -> tuple[Integers, Integers]:
    """Return two pairs a debtor, among those that speak in all of the window: the suspect and an insider."""
    steady = random.permutation(np.flatnonzero(window.speaks.all(axis=0)))
    _, first = np.unique(window.debtor[steady], return_index=True)
    rest = np.delete(steady, first)
    _, second = np.unique(window.debtor[rest], return_index=True)
    return steady[first], rest[second]


def _pooled(scores: Scores, suspect: Integers) -> Scores:
    """Return the sum of the evidence over all debtors of each suspect."""
    _, code = np.unique(suspect, return_inverse=True)
    sums = [np.bincount(code, weights=each).astype(np.float64) for each in (scores.positive, scores.negative)]
    return Scores(positive=sums[0], negative=sums[1])
