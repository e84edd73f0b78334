"""Did one supplier's own figures jump this month?

**Who**: a reader with all releases, together with three groups of the debtor who know their own figures, who suspects
that one more group reports the debtor and wonders whether what that group is owed jumped in a month that it suspects.
It knows the group's figures before, and what they would be after.
**Success**: telling the debtor whose target jumped from the same debtor whose target did not. AUC, and the true
positive rate at 1 % false positives.
**Control**: the same attacker where nothing jumped, in both cases: AUC one half, TPR 1 %.

Three jumps, and the new figures stay: the balance doubles, it halves, or all of it is suddenly more than 90 days
late. Two targets: the largest group of the debtor, and one drawn at random.
"""

from collections.abc import Mapping
from itertools import product

import numpy as np

from anonymization.attacks.judgement import Claim, Trials
from anonymization.attacks.laboratory import Laboratory
from anonymization.attacks.network import Floats, Integers, Network
from anonymization.attacks.watching import (
    BEFORE,
    REPEATS,
    Scorer,
    Suspicion,
    Worlds,
    features,
    one_a_debtor,
    steady_pairs,
    window_of,
)
from anonymization.records import BUCKETS

JUMPS = ("doubled", "halved", "all late")
TARGETS = ("largest", "random")
_LATE_DAYS = 120.0
"""Days beyond terms of a balance that is all more than 90 days late."""

CLAIMS = tuple(
    claim
    for target, jump in product(TARGETS, JUMPS)
    for claim in (
        Claim(f"delta/{target}/{jump}", "AUC gap", 0.10, "the target's part in the AUC"),
        Claim(f"delta/{target}/{jump}", "TPR at 1 % FPR", 0.02, "jumps found at 1 % false alarms"),
    )
)


def attack(laboratory: Laboratory) -> Mapping[str, Trials]:
    """Return the scores for each target and jump."""
    trials: dict[str, Trials] = {}
    for target in TARGETS:
        taught = [
            _observed(laboratory, laboratory.known, target, f"delta/{target}/{turn}")
            for turn in range(REPEATS)
        ]
        victim = _observed(laboratory, laboratory.victim, target, f"delta/{target}/victim")
        for jump in JUMPS:
            scorer = Scorer([each[jump] for each in taught])
            trials[f"delta/{target}/{jump}"] = scorer.scores(victim[jump])
    return trials


def jumped(amounts: Floats, jump: str) -> Floats:
    """Return positions, shape (..., 7), after a jump."""
    if jump == "doubled":
        return 2.0 * amounts
    if jump == "halved":
        return amounts / 2.0
    late = amounts.copy()
    owed = amounts[..., :BUCKETS].sum(axis=-1)
    late[..., : BUCKETS - 1] = 0.0
    late[..., BUCKETS - 1] = owed
    late[..., BUCKETS] = _LATE_DAYS * owed
    late[..., BUCKETS + 1] = owed
    return late


def _observed(laboratory: Laboratory, network: Network, target: str, purpose: str) -> dict[str, Worlds]:
    """Publish the network as it is and with each jump, and look at the targets of the published debtors."""
    random = laboratory.random(purpose)
    window = window_of(network, random)
    targets = _targets(window, target, random)
    root = laboratory.root(purpose)
    quiet = laboratory.publish(window, root)
    targets = targets[quiet.is_published[BEFORE - 1, window.debtor[targets]]]
    was = window.amounts[BEFORE - 1, targets]
    insiders = laboratory.root(f"{purpose}/insiders")
    worlds = {}
    for jump in JUMPS:
        suspicion = Suspicion(targets, was, jumped(was, jump))
        amounts = window.amounts.copy()
        amounts[BEFORE:, targets] = jumped(amounts[BEFORE:, targets], jump)
        changed = window.spoken(amounts)
        seen = [
            features(history, window, suspicion, np.random.default_rng(list(insiders)))
            for history in (laboratory.publish(changed, root), quiet)
        ]
        worlds[jump] = Worlds(*seen)
    return worlds


def _targets(window: Network, target: str, random: np.random.Generator) -> Integers:
    steady = steady_pairs(window)
    rank = window.owing[BEFORE - 1, steady] if target == "largest" else random.random(len(steady))
    return one_a_debtor(window, steady, rank)
