"""Probing: insiders move their own reports month by month and watch what gives.

**Who**: one supplier of a debtor, or three together, who set what they report freely for 24 months; their true business
does not matter. They know the code, so they know what to do. They lay what they report into the oldest three aging buckets, where
nobody else has much, all of it 240 days late: each share of these buckets and the mean days then tell the sum of everybody
in units of their own. While all others stand still they grow from almost nothing to more than all of them, 1.3 times a
month (one alone 1.75 times every third month, to outlast step 9): every half-octave draws new noise, which averages out,
and since what they report lifts the level of step 5, the sum tells where the largest voice stops being lowered. While the
others move they swing up and down through the same range within six months, since only the last months tell of today.
No step is above 3x a month, so no moderator is told.
**Success**: what the target (the largest of the others, or one at random) is owed in the last month, within 10 %.
**Control**: the same play, learned and run, against the network without the target.

The attacker plays the game many times on a network of its own, and learns from what it saw there what the curves mean.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from anonymization.attacks import guessing
from anonymization.attacks.coalitions import insiders, targets
from anonymization.attacks.guessing import AMOUNT, Examples
from anonymization.attacks.judgement import Claim, Guesses, Trials
from anonymization.attacks.laboratory import Laboratory
from anonymization.attacks.network import Flags, Floats, History, Integers, Network
from anonymization.steps import banding
from anonymization.steps.snapshot import BASE, DAYS

_NOTE = "the target's amount within 10 %, by who moves its own reports"


@dataclass(frozen=True, slots=True)
class Situation:
    """Who plays: how many insiders, whether all others stand still, and against whom."""

    name: str
    size: int
    is_still: bool
    is_largest: bool


SITUATIONS = tuple(
    Situation(
        f"probing/{'largest' if is_largest else 'random'}/{size} insider{'s' if size > 1 else ''}"
        + (", all else still" if is_still else ""),
        size,
        is_still,
        is_largest,
    )
    for is_largest, size, is_still in (
        (True, 1, False),
        (True, 1, True),
        (True, 3, False),
        (True, 3, True),
        (False, 3, True),
    )
)
CLAIMS = tuple(Claim(each.name, "residual", 0.05, _NOTE) for each in SITUATIONS)

_GAMES = 5
"""Games that the attacker plays on its own network, with other coalitions and keys, for each one in earnest."""
_ATTACKED = 2
"""One debtor in so many is attacked: enough for an interval, and quick."""
_PATIENCE = 3
"""Months for which one alone keeps still after each move: step 9 holds for two."""
_MIXES = np.array([[0, 0, 0.15, 0.30, 0.55], [0, 0, 0.55, 0.15, 0.30], [0, 0, 0.30, 0.55, 0.15]])
"""How what is reported lies in the buckets, in turn, so that each share crosses its edges in other months."""
_SWING = np.array([0.35, 0.12, 0.35, 1.0, 2.9, 1.0])
"""What three report while the others move, in turn, in shares of the first exposure; below 3x from month to month."""
_OLD = (2, 3, 4)
_REPORTED_DAYS = 240.0
_STRETCHES = 6
_UNKNOWN_SCALE = 10_000.0
_LEAST = 1.0


@dataclass(frozen=True, slots=True)
class Play:
    """What the insiders report in each epoch: the sum, in shares of the first published exposure (t,), and the mix (t, 5)."""

    sums: Floats
    mix: Floats

    @classmethod
    def of(cls, size: int, epochs: int, *, is_still: bool) -> Self:
        """Return the play of `size` insiders over so many epochs."""
        moves = np.arange(epochs) // (_PATIENCE if is_still and size == 1 else 1)
        mix = _MIXES[moves % len(_MIXES)]
        if not is_still:
            swing = _SWING if size > 1 else _SWING / 3
            return cls(sums=swing[(moves - epochs) % len(_SWING)], mix=mix)
        first, last = (0.02, 10.0) if size > 1 else (0.02, 1.0)
        return cls(sums=first * (last / first) ** (moves / max(moves[-1], 1)), mix=mix)

    def stretches(self, *, is_still: bool) -> list[Flags]:
        """Return the epochs (t,) that the attacker takes together: all in order, or each of the last ones apart."""
        epochs = np.arange(len(self.sums))
        if is_still:
            return [epochs * _STRETCHES // len(epochs) == each for each in range(_STRETCHES)]
        return [epochs == len(epochs) - _STRETCHES + each for each in range(_STRETCHES)]


def attack(laboratory: Laboratory) -> Mapping[str, Trials]:
    """Return the guesses of every situation."""
    return {each.name: played(laboratory, each) for each in SITUATIONS}


def played(laboratory: Laboratory, situation: Situation) -> Guesses:
    """Return the guesses of one situation."""
    right: list[Flags] = []
    for with_target in (True, False):
        games = [
            _game(laboratory, laboratory.known, situation, f"known/{turn}", with_target=with_target)
            for turn in range(_GAMES)
        ]
        guesser = guessing.taught(_together(games), AMOUNT, laboratory.seed)
        earnest = _game(laboratory, laboratory.victim, situation, "victim", with_target=with_target)
        right.append(AMOUNT.is_right(guesser(earnest), earnest.truth))
    return Guesses(attack=right[0], control=right[1])


def _game(
    laboratory: Laboratory, network: Network, situation: Situation, purpose: str, *, with_target: bool
) -> Examples:
    """Play once against each attacked debtor, and return what was seen."""
    purpose = f"{situation.name}/{purpose}"
    random, root = laboratory.random(purpose), laboratory.root(purpose)
    middle, epochs = network.epochs // 2, network.epochs
    network = _some(network, laboratory.seed % _ATTACKED)
    first = network.still(middle, 1) if situation.is_still else network.between(0, 1)
    others = network.still(middle, epochs) if situation.is_still else network
    before = laboratory.publish(first, root)
    target = targets(others, epochs - 1, random, largest=situation.is_largest)
    target = target[before.is_published[0, network.debtor[target]]]
    coalition = insiders(others, epochs - 1, target, situation.size, random)
    truth, debtor = others.owing[-1, target], network.debtor[target]
    if not with_target:
        is_target = np.isin(np.arange(len(network.group)), target)
        others = others.silenced(is_target, np.ones(epochs, dtype=np.bool_))
        before = laboratory.publish(first.silenced(is_target, np.ones(1, dtype=np.bool_)), root)
    scale = np.nan_to_num(before.middle[0, :, banding.EXPOSURE], nan=_UNKNOWN_SCALE)
    play = Play.of(situation.size, epochs, is_still=situation.is_still)
    seen = laboratory.publish(_reported(others, coalition, scale, play, situation.size), root)
    return _examples(seen, play, play.stretches(is_still=situation.is_still), debtor, scale[debtor], truth)


def _some(network: Network, part: int) -> Network:
    """Return the network of one debtor in `_ATTACKED`."""
    pairs = network.debtor % _ATTACKED == part
    return replace(
        network,
        group=network.group[pairs],
        debtor=network.debtor[pairs],
        amounts=network.amounts[:, pairs],
        age=network.age[:, pairs],
    )


def _reported(network: Network, coalition: Flags, scale: Floats, play: Play, size: int) -> Network:
    """Return the network with what the insiders report in place of what is true."""
    pairs = np.flatnonzero(coalition)
    sums = np.rint(100 * play.sums[:, None] / size * scale[network.debtor[pairs]])
    amounts, age = network.amounts.copy(), network.age.copy()
    amounts[:, pairs, :5] = np.rint(sums[:, :, None] * play.mix[:, None, :])
    amounts[:, pairs, BASE], amounts[:, pairs, DAYS] = sums, _REPORTED_DAYS * sums
    age[:, pairs] = 0
    return replace(network, amounts=amounts, age=age)


def _examples(
    seen: History, play: Play, stretches: list[Flags], debtor: Integers, scale: Floats, truth: Floats
) -> Examples:
    """Return the curves of the play, by stretches of it, in shares of the first exposure: estimates of the sum of all."""
    low, high, middle = (each[:, debtor] for each in (seen.low, seen.high, seen.middle))
    scale = np.maximum(scale, _LEAST)
    exposure = np.log(np.maximum(middle[:, :, banding.EXPOSURE], _LEAST)) - np.log(scale)
    shares = [
        _sum_of_all(play.sums * play.mix[:, at], low[:, :, 3 + at], high[:, :, 3 + at], 1.0) for at in _OLD
    ]
    days = low[:, :, banding.DAYS_BEYOND_TERMS], high[:, :, banding.DAYS_BEYOND_TERMS]
    base, base_weight = _sum_of_all(play.sums, *days, _REPORTED_DAYS)
    by_shares = np.concatenate([each for each, _ in shares])
    weights = np.concatenate([weight for _, weight in shares])
    columns = [np.log(scale), low[0, :, 0]]
    curve = []
    for here in stretches:
        threefold = np.tile(here, len(_OLD))
        curve.append(_mean(by_shares[threefold], weights[threefold]))
        columns += [_mean(base[here], base_weight[here]), exposure[here].mean(axis=0)]
        columns += [
            middle[here][:, :, at].mean(axis=0) for at in (banding.PAST_DUE, *(3 + old for old in _OLD))
        ]
    others = [np.exp(sums) - play.sums[here].mean() for here, sums in zip(stretches, curve, strict=True)]
    columns += [*curve, *np.diff(curve, axis=0), *others, *(each - others[2] for each in others)]
    known = np.clip(np.nan_to_num(np.column_stack(columns), nan=-9.0), -1e6, 1e6)
    is_owed = truth > 0
    starts = np.column_stack([np.log(scale), np.log(np.maximum(scale * np.abs(others[-2]), _LEAST))])
    return Examples(
        known[is_owed],
        np.nan_to_num(starts[is_owed]),
        np.zeros(int(is_owed.sum()), dtype=np.int64),
        debtor[is_owed],
        truth[is_owed],
    )


def _sum_of_all(own: Floats, low: Floats, high: Floats, whole: float) -> tuple[Floats, Floats]:
    """Return the logarithm of the sum of everybody that makes a band of what `own` (t,) is of it, and its weight, (t, n).

    `whole` is the value of the cell if there were nobody else. A band at either end of the scale weighs little.
    """
    floor = 0.005
    bottom, top = np.maximum(low / whole, floor), np.maximum(high / whole, 1.2 * floor)
    width = np.log(top / bottom)
    inside = (low > 0) & (high < whole)
    weight = inside / (width**2 + 0.01) + 0.05
    sums = np.log(np.maximum(own, 1e-6))[:, None] - (np.log(bottom) + np.log(top)) / 2
    return sums, weight


def _mean(values: Floats, weights: Floats) -> Floats:
    mean: Floats = (values * weights).sum(axis=0) / weights.sum(axis=0)
    return mean


def _together(games: list[Examples]) -> Examples:
    names = ("known", "starts", "kind", "debtor", "truth")
    return Examples(*(np.concatenate([getattr(game, name) for game in games]) for name in names))
