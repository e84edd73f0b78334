"""Subtraction: take away what one knows oneself, and what is left is the other.

**Who**: 0, 1 or 3 suppliers of a debtor, or all but one of them, who put their own figures of every month together, with
all releases up to the month, and who know that the target supplies the debtor. Two targets: the largest contributor (and
the attacker knows that it is the largest), and one at random.
**Success**: the target's amount within 10 %; its own mean days beyond terms within three days; its past-due amount within
10 % (that there is none counts as an amount).
**Control**: the same attacker, trained and run on releases from which the target is missing in all months.

The attacker subtracts (what is published, less what its own weigh; for all but one also the amount that step 5 would have
to see so that the rest comes out), corrects the result by what it learned on a network of its own, and places its guess
where it is right most often (`guessing`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from anonymization.attacks import guessing
from anonymization.attacks.coalitions import ALL_BUT_ONE, Known, insiders, known_to, targets
from anonymization.attacks.guessing import Examples, Yardstick
from anonymization.attacks.judgement import Claim, Guesses, Trials
from anonymization.attacks.laboratory import Laboratory
from anonymization.attacks.network import Flags, Floats, History, Integers, Network
from anonymization.parameters import DEFAULT
from anonymization.segments import Segments
from anonymization.steps import banding
from anonymization.steps.dominance import levels, protected
from anonymization.steps.snapshot import BASE, DAYS

_SIZES = {"0": 0, "1": 1, "3": 3, "all but one": ALL_BUT_ONE}
_TARGETS = ("largest", "random")
_FIGURES: Mapping[str, tuple[Yardstick, str]] = {
    "subtraction": (guessing.AMOUNT, "the target's amount within 10 %"),
    "days subtraction": (guessing.DAYS, "the target's mean days beyond terms within 3 days"),
    "aging subtraction": (guessing.AMOUNT, "the target's past-due amount within 10 %"),
}
CLAIMS = tuple(
    Claim(f"{figure}/{target}/{size} insiders", "residual", 0.05, note)
    for figure, (_, note) in _FIGURES.items()
    for target in _TARGETS
    for size in _SIZES
)

_LOOKS_BACK = 3
_GRID = np.geomspace(0.003, 30.0, 60)
_LEAST = 1.0
"""Euros. Logarithms begin here."""


@dataclass(frozen=True, slots=True)
class _Case:
    """One coalition and one target for each debtor: the questions, what it knows, and the truths, by figure."""

    debtor: Integers
    kind: int
    mine: Known
    shares: Floats
    truth: Mapping[str, Floats]


@dataclass(frozen=True, slots=True)
class _Observed:
    """What an attacker has of one network: questions with the target in the releases, and without."""

    seen: Mapping[str, Examples]
    unseen: Mapping[str, Examples]


def attack(laboratory: Laboratory) -> Mapping[str, Trials]:
    """Return the guesses for every figure, target and size of the coalition."""
    taught = _observed(laboratory, laboratory.known, "known")
    victim = _observed(laboratory, laboratory.victim, "victim")
    trials: dict[str, Trials] = {}
    for figure, (yardstick, _) in _FIGURES.items():
        right = []
        for known, asked in ((taught.seen, victim.seen), (taught.unseen, victim.unseen)):
            guesser = guessing.taught(known[figure], yardstick, laboratory.seed)
            right.append(yardstick.is_right(guesser(asked[figure]), asked[figure].truth))
        kinds = victim.seen[figure].kind
        for kind, (target, size) in enumerate(_kinds()):
            chosen = kinds == kind
            trials[f"{figure}/{target}/{size} insiders"] = Guesses(
                attack=right[0][chosen], control=right[1][chosen]
            )
    return trials


def _kinds() -> list[tuple[str, str]]:
    return [(target, size) for target in _TARGETS for size in _SIZES]


def _observed(laboratory: Laboratory, network: Network, purpose: str) -> _Observed:
    """Publish with and without the targets up to the middle of the window, and look at every debtor that is published."""
    network = network.between(0, network.epochs // 2 + 1)
    epoch, root = network.epochs - 1, laboratory.root(purpose)
    whole = laboratory.publish(network, root)
    seen: list[dict[str, Examples]] = []
    unseen: list[dict[str, Examples]] = []
    for at, target_name in enumerate(_TARGETS):
        random = laboratory.random(f"{purpose}/{target_name}")
        target = targets(network, epoch, random, largest=target_name == "largest")
        target = target[whole.is_published[epoch, network.debtor[target]]]
        is_target = np.zeros(len(network.group), dtype=np.bool_)
        is_target[target] = True
        without = laboratory.publish(
            network.silenced(is_target, np.ones(network.epochs, dtype=np.bool_)), root
        )
        for turn, size in enumerate(_SIZES.values()):
            coalition = insiders(network, epoch, target, size, random)
            case = _case(network, epoch, target, coalition, kind=at * len(_SIZES) + turn)
            seen.append(_questions(case, whole))
            unseen.append(_questions(case, without))
    return _Observed(_joined(seen), _joined(unseen))


def _case(network: Network, epoch: int, target: Integers, coalition: Flags, kind: int) -> _Case:
    amounts = network.amounts[epoch, target] / 100
    base = amounts[:, BASE]
    truth = {
        "subtraction": amounts[:, :5].sum(axis=1),
        "days subtraction": np.where(base > 0, amounts[:, DAYS] / np.where(base > 0, base, 1.0), np.nan),
        "aging subtraction": amounts[:, 1:5].sum(axis=1),
    }
    debtor = network.debtor[target]
    return _Case(
        debtor, kind, known_to(network, coalition), _responses(network, epoch, debtor, coalition), truth
    )


def _responses(network: Network, epoch: int, debtor: Integers, coalition: Flags) -> Floats:
    """Return what the exposure would be if the target were owed so many times what the coalition is, (n, grid).

    In shares of what the coalition is owed: step 5's cap over known voices, each step of `_GRID` tried.
    """
    pairs = np.flatnonzero(coalition & network.speaks[epoch])
    pairs = pairs[np.argsort(network.debtor[pairs], kind="stable")]
    owing = network.owing[epoch, pairs]
    mine = np.bincount(network.debtor[pairs], weights=owing, minlength=network.debtors)
    place = np.searchsorted(debtor, network.debtor[pairs])
    owner = np.concatenate([place, np.arange(len(debtor))])
    order = np.argsort(owner, kind="stable")
    segments = Segments.of(owner[order].astype(np.int32), len(debtor))
    responses = np.zeros((len(debtor), len(_GRID)))
    for at, step in enumerate(_GRID):
        weights = np.concatenate([owing, step * mine[debtor]])[order]
        level = protected(weights, levels(weights, segments, DEFAULT.weight_cap), segments, DEFAULT)
        responses[:, at] = segments.sum(np.minimum(weights, level[segments.owner]))
    return responses / np.maximum(mine[debtor], _LEAST)[:, None]


def _questions(case: _Case, history: History) -> dict[str, Examples]:
    """Return what the attacker looks at, by figure: releases of the last months, its own, and first estimates."""
    low, high, middle = (each[:, case.debtor] for each in (history.low, history.high, history.middle))
    last = len(low) - 1
    mine = case.mine
    own, late, days, base = (
        each[last, case.debtor] for each in (mine.owing, mine.past_due, mine.days, mine.amounts[:, :, BASE])
    )
    scale, *ends = (
        np.maximum(_last_known(each[:, :, banding.EXPOSURE], own), _LEAST) for each in (middle, low, high)
    )
    share, mean = (
        _last_known(middle[:, :, at], 0 * own) for at in (banding.PAST_DUE, banding.DAYS_BEYOND_TERMS)
    )
    plain = np.log(np.maximum([scale - own, ends[0] - own, ends[1] - own], 0.01 * scale))
    solved = np.log([_solved(case.shares, own, each) for each in (scale, *ends)])
    line = np.log(scale)
    columns = [
        *(np.log(np.maximum(middle[last - back, :, banding.EXPOSURE], _LEAST)) - line for back in range(_LOOKS_BACK)),
        *(plain - line), *(solved - line), line, ends[1] / ends[0],
        *middle[last].T[[at for at in range(middle.shape[2]) if at != banding.EXPOSURE]],
        *middle[last - 1].T[[banding.PAST_DUE, banding.DAYS_BEYOND_TERMS]],
        np.log(np.maximum(own, _LEAST)) - line, mine.speaking[last, case.debtor],
        *(mine.largest[last, case.debtor] / scale[:, None]).T, late / np.maximum(own, _LEAST), days,
        base / np.maximum(own, _LEAST), late / scale, (middle[:, :, banding.EXPOSURE] > 0).sum(axis=0),
    ]  # fmt: skip
    remaining = np.exp(solved[0])
    weight = remaining * np.where(own > 0, base / np.maximum(own, _LEAST), 1.0)
    days_left = np.clip((mean * (base + weight) - days * base) / np.maximum(weight, _LEAST), -30.0, 240.0)
    late_left = np.log(np.maximum(share * scale - late, 0.002 * scale))
    late_solved = np.log(np.maximum(share * (own + remaining) - late, 0.002 * scale))
    known = np.nan_to_num(
        np.column_stack([*columns, days_left, late_left - line, late_solved - line]), nan=-1.0
    )
    starts = {
        "subtraction": [line, solved[0], plain[0]],
        "days subtraction": [0 * mean, days_left, mean],
        "aging subtraction": [line, late_left, late_solved],
    }
    rows = {figure: np.flatnonzero(~np.isnan(truth)) for figure, truth in case.truth.items()}
    return {
        figure: Examples(
            known=known[rows[figure]],
            starts=np.column_stack(each)[rows[figure]],
            kind=np.full(len(rows[figure]), case.kind),
            debtor=case.debtor[rows[figure]],
            truth=case.truth[figure][rows[figure]],
        )
        for figure, each in starts.items()
    }


def _last_known(values: Floats, instead: Floats) -> Floats:
    """Return the value of the last epoch, or the last that was published, or what is known instead."""
    last = values[-1].copy()
    for earlier in values[::-1]:
        last = np.where(np.isnan(last), earlier, last)
    return np.where(np.isnan(last), instead, last)


def _solved(responses: Floats, own: Floats, total: Floats) -> Floats:
    """Return the target's amount with which step 5 gives this total: the largest of the grid where none does."""
    wanted = total / np.maximum(own, _LEAST)
    over = responses >= wanted[:, None]
    at = np.where(over.any(axis=1), over.argmax(axis=1), len(_GRID) - 1)
    rows, before = np.arange(len(at)), np.maximum(at - 1, 0)
    one, two = responses[rows, before], responses[rows, at]
    part = np.where(two > one, np.clip((wanted - one) / np.where(two > one, two - one, 1.0), 0.0, 1.0), 1.0)
    between = np.exp(np.log(_GRID[before]) + part * (np.log(_GRID[at]) - np.log(_GRID[before])))
    solved = between * np.maximum(own, _LEAST)
    return np.where(own > 0, np.clip(solved, 0.003 * total, 30.0 * total), total)


def _joined(parts: list[dict[str, Examples]]) -> dict[str, Examples]:
    return {
        figure: Examples(
            *(
                np.concatenate([getattr(part[figure], name) for part in parts])
                for name in ("known", "starts", "kind", "debtor", "truth")
            )
        )
        for figure in parts[0]
    }
