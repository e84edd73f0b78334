"""Averaging: read the same thing for two years, and hope that the noise averages out.

**Who**: a reader with all releases of 24 months in which nothing changes.
**Success**: to come nearer than with a single release to what the releases would say without noise, distortion and bands:
the exposure (its logarithm), the mean days beyond terms, the past-due share, each after step 5's cap.
**Control**: the same reader with the last release alone. The figure is the ratio of both errors, at most 5 % under one.

Each reader learns on a network of its own which estimate is best, from the middle, the lowest and the highest end, and the
mean over time of every cell. On exact figures both errors are none, and the ratio is one: this attack breaks not those who
publish exactly but those who draw their noise again every month, which :func:`redrawn` does to any publisher.
"""

from collections.abc import Mapping

import numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor
from threadpoolctl import threadpool_limits

from anonymization.attacks.judgement import Claim, Errors, Trials
from anonymization.attacks.laboratory import Laboratory
from anonymization.attacks.network import Floats, History, Integers, Network, Publisher
from anonymization.parameters import DEFAULT
from anonymization.records import BUCKETS
from anonymization.segments import Segments
from anonymization.steps import banding
from anonymization.steps.dominance import levels, lower, protected
from anonymization.steps.snapshot import BASE, DAYS

_FIGURES = {
    "exposure": "error in the logarithm of the exposure, of 24 still months over that of one",
    "days": "error in the mean days beyond terms, of 24 still months over that of one",
    "past due": "error in the past-due share, of 24 still months over that of one",
}
CLAIMS = tuple(Claim(f"averaging/{name}", "error ratio", 0.95, note) for name, note in _FIGURES.items())

_GAMES = 2
_CENT = 100.0
_MOST_DAYS = 120.0
"""Later is all the same to the index, and a few debtors that pay never would drown all others."""


def redrawn(publish: Publisher) -> Publisher:
    """Return a publisher that forgets everything after each epoch and draws all that is secret anew: what not to do."""

    def forgetful(network: Network, root: bytes) -> History:
        parts = [
            publish(network.between(epoch, epoch + 1), epoch.to_bytes(2, "big") + root[2:])
            for epoch in range(network.epochs)
        ]
        return History(
            low=np.concatenate([each.low for each in parts]),
            high=np.concatenate([each.high for each in parts]),
        )

    return forgetful


def attack(laboratory: Laboratory) -> Mapping[str, Trials]:
    """Return the errors in each figure."""
    games = [_game(laboratory, laboratory.known, f"known/{turn}") for turn in range(_GAMES)]
    taught = [np.concatenate(each) for each in zip(*games, strict=True)]
    asked = _game(laboratory, laboratory.victim, "victim")
    trials: dict[str, Trials] = {}
    for at, name in enumerate(_FIGURES):
        errors: list[Floats] = []
        for known, questions in ((taught[0], asked[0]), (taught[1], asked[1])):
            model = HistGradientBoostingRegressor(
                max_iter=100, learning_rate=0.08, max_leaf_nodes=12, min_samples_leaf=15, random_state=0
            )
            with threadpool_limits(1):
                model.fit(known, taught[2][:, at])
            errors.append(model.predict(questions) - asked[2][:, at])
        trials[f"averaging/{name}"] = Errors(attack=errors[0], control=errors[1])
    return trials


def _game(laboratory: Laboratory, network: Network, purpose: str) -> tuple[Floats, Floats, Floats]:
    """Return what is seen in all months, what in the last one, and the truths, of every debtor that is always published."""
    still = network.still(network.epochs // 2, network.epochs)
    seen = laboratory.publish(still, laboratory.root(purpose))
    truth = _truth(still)
    debtor = np.flatnonzero(seen.is_published.all(axis=0) & np.isfinite(truth).all(axis=1))
    alone = _columns(seen, debtor, slice(-1, None))
    return np.hstack([alone, _columns(seen, debtor, slice(None))]), alone, truth[debtor]


def _columns(seen: History, debtor: Integers, epochs: slice) -> Floats:
    low, high, middle = (each[epochs][:, debtor].copy() for each in (seen.low, seen.high, seen.middle))
    for ends in (low, high, middle):
        ends[:, :, banding.EXPOSURE] = np.log(np.maximum(ends[:, :, banding.EXPOSURE], 1.0))
    return np.hstack([middle.mean(axis=0), low.max(axis=0), high.min(axis=0)])


def _truth(network: Network) -> Floats:
    """Return what there is to learn, (d, 3): the last epoch's figures of true amounts, lowered as step 5 does."""
    pairs = np.flatnonzero(network.speaks[-1])
    pairs = pairs[np.argsort(network.debtor[pairs], kind="stable")]
    segments = Segments.of(network.debtor[pairs].astype(np.int32), network.debtors)
    amounts = network.amounts[-1, pairs] / _CENT
    sums = []
    for weights, columns in (
        (amounts[:, :BUCKETS].sum(axis=1), slice(0, BUCKETS)),
        (amounts[:, BASE], slice(DAYS, BASE + 1)),
    ):
        level = protected(weights, levels(weights, segments, DEFAULT.weight_cap), segments, DEFAULT)
        sums.append(segments.sum(amounts[:, columns] * lower(weights, level[segments.owner])[:, None]))
    with np.errstate(divide="ignore", invalid="ignore"):
        owing, base = sums[0].sum(axis=1), sums[1][:, 1]
        return np.column_stack(
            [np.log(owing), np.minimum(sums[1][:, 0] / base, _MOST_DAYS), 1.0 - sums[0][:, 0] / owing]
        )
