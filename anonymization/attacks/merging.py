"""Two suppliers become one company, and the date is in the newspaper. Did both report the debtor, and how much?

**Who**: a reader with all releases, together with three groups of the debtor who know their own figures. It knows the
month of the merger and that one of the two reports the debtor, with what figures; the other one it suspects.
**Success**: (1) telling the debtor that both reported from the same debtor that only the first did, the suspect being a
decoy. AUC, and the rate at 1 % false positives. Here the attacker knows what the suspect would be owed. (2) Guessing
what the suspect is owed within 10 %, which it does not know.
**Control**: of (1) the AUC one half and the rate 1 %; of (2) the same attacker where the suspect never reported.

From the month of the merger on the merged group says the sum of both, under the identity of the first ("kept") or under a
new one ("new"), as an operator may do it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor
from threadpoolctl import threadpool_limits

from anonymization.attacks.judgement import Claim, Guesses, Trials
from anonymization.attacks.laboratory import Laboratory
from anonymization.attacks.network import SILENT, Flags, Floats, Integers, Network
from anonymization.attacks.watching import (
    BEFORE,
    REPEATS,
    YEAR,
    Scorer,
    Suspicion,
    Worlds,
    features,
    is_flagged,
    one_a_debtor,
    steady_pairs,
    window_of,
)
from anonymization.records import BUCKETS

IDENTITIES = ("kept", "new")
_WITHIN = 0.10

CLAIMS = tuple(
    claim
    for identity in IDENTITIES
    for claim in (
        Claim(f"merging/{identity} identity", "AUC gap", 0.10, "the suspect's part in the AUC"),
        Claim(f"merging/{identity} identity", "TPR at 1 % FPR", 0.02, "suspects found at 1 % false alarms"),
        Claim(
            f"merging/{identity} identity, amount", "residual", 0.05, "what the suspect is owed, within 10 %"
        ),
    )
)


@dataclass(frozen=True, slots=True)
class _Merger:
    """What is seen where both reported and where only the first did.

    `knowing` where the attacker knows what the suspect is owed, `guessing` where it takes it for as large as the first
    group; `relative` (n,) and (m,) is the logarithm of what it is owed over the released exposure, `is_both` flags of
    the trials that are published in both worlds, in each.
    """

    knowing: Worlds
    guessing: Worlds
    relative: tuple[Floats, Floats]
    is_both: tuple[Flags, Flags]


def attack(laboratory: Laboratory) -> Mapping[str, Trials]:
    """Return scores and guesses for each identity of the merged group."""
    trials: dict[str, Trials] = {}
    for identity in IDENTITIES:
        purpose = f"merging/{identity}"
        taught = [
            _observed(laboratory, laboratory.known, identity, f"{purpose}/{turn}") for turn in range(REPEATS)
        ]
        victim = _observed(laboratory, laboratory.victim, identity, f"{purpose}/victim")
        name = f"merging/{identity} identity"
        trials[name] = Scorer([each.knowing for each in taught]).scores(victim.knowing)
        with threadpool_limits(1):
            trials[f"{name}, amount"] = _guessed(taught, victim)
    return trials


def merged(window: Network, first: Integers, second: Integers, identity: str) -> Network:
    """Return the network in which, from epoch `BEFORE` on, the pairs `first` say the sum of both and `second` nothing.

    With the identity "new" the pairs `first` fall silent too, and pairs of a group that was never heard of speak.
    """
    together, age = window.amounts.copy(), window.age.copy()
    said = np.where(window.speaks[:, :, None], window.amounts, 0.0)
    together[BEFORE:, first] = said[BEFORE:, first] + said[BEFORE:, second]
    age[BEFORE:, second] = SILENT
    if identity == "kept":
        return replace(window, amounts=together, age=age)
    fresh = age[:, first].copy()
    fresh[:BEFORE] = SILENT
    age[BEFORE:, first] = SILENT
    return Network(
        groups=window.groups + len(first),
        debtors=window.debtors,
        group=np.concatenate([window.group, window.groups + np.arange(len(first))]),
        debtor=np.concatenate([window.debtor, window.debtor[first]]),
        amounts=np.concatenate([together, together[:, first]], axis=1),
        age=np.concatenate([age, fresh], axis=1),
    )


def _observed(laboratory: Laboratory, network: Network, identity: str, purpose: str) -> _Merger:
    """Publish the merger of two reporters of each debtor, and that of one reporter with a decoy, and look."""
    random = laboratory.random(purpose)
    window = window_of(network, random, after=YEAR)
    first, second = _couples(window, random)
    root = laboratory.root(purpose)
    never = np.ones(window.epochs, dtype=np.bool_)
    alone = window.silenced(is_flagged(window, second), never)
    histories = [laboratory.publish(merged(each, first, second, identity), root) for each in (window, alone)]
    published = [history.is_published[BEFORE - 1, window.debtor[first]] for history in histories]
    parts: dict[str, list[Floats]] = {"knowing": [], "guessing": []}
    relative = []
    for history, is_seen in zip(histories, published, strict=True):
        one, other = first[is_seen], second[is_seen]
        own, suspect = window.amounts[BEFORE - 1, one], window.amounts[BEFORE - 1, other]
        suspicions = {"knowing": Suspicion(one, own, own + suspect), "guessing": Suspicion(one, own, 2 * own)}
        for name, suspicion in suspicions.items():
            seen = features(history, window, suspicion, laboratory.random(f"{purpose}/insiders"))
            parts[name].append(seen)
        exposure = history.middle[BEFORE - 1, window.debtor[one], 1]
        relative.append(
            np.log(np.maximum(suspect[:, :BUCKETS].sum(axis=1) / 100, 1.0) / np.maximum(exposure, 1.0))
        )
    return _Merger(
        knowing=Worlds(*parts["knowing"]),
        guessing=Worlds(*parts["guessing"]),
        relative=(relative[0], relative[1]),
        is_both=(published[1][published[0]], published[0][published[1]]),
    )


def _couples(window: Network, random: np.random.Generator) -> tuple[Integers, Integers]:
    """Return two steady pairs of each debtor that has them."""
    steady = steady_pairs(window)
    first = one_a_debtor(window, steady, random.random(len(steady)))
    rest = np.setdiff1d(steady, first)
    second = one_a_debtor(window, rest, random.random(len(rest)))
    has_two = np.isin(window.debtor[first], window.debtor[second])
    return first[has_two], second


def _guessed(taught: list[_Merger], victim: _Merger) -> Guesses:
    """Return whether what the suspect is owed is guessed, from releases with it and without it."""
    right = []
    for world, part in enumerate(("there", "absent")):
        model = HistGradientBoostingRegressor(
            loss="absolute_error",
            max_iter=80,
            learning_rate=0.08,
            max_leaf_nodes=10,
            min_samples_leaf=20,
            random_state=0,
        )
        inputs = np.concatenate([getattr(each.guessing, part) for each in taught])
        model.fit(np.nan_to_num(inputs), np.concatenate([each.relative[world] for each in taught]))
        found = model.predict(np.nan_to_num(getattr(victim.guessing, part)[victim.is_both[world]]))
        right.append(np.abs(np.expm1(found - victim.relative[world][victim.is_both[world]])) <= _WITHIN)
    return Guesses(attack=right[0], control=right[1])
