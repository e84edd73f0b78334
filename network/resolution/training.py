"""Trains and calibrates the reranker: cross-validated by company, so that no company is both learnt from and tried on.

Every pair serves four times: with and without places, with its company in the reference and taken out. Without the last,
a model never meets a company that the network does not know, and is too sure of itself.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.isotonic import IsotonicRegression
from threadpoolctl import threadpool_limits

from network.resolution.features import FEATURES, Matrix, measure
from network.resolution.matching_metrics import Quality, quality
from network.resolution.reranker import LINK_FROM, LINK_MARGIN, ranked
from network.resolution.training_pairs import Pairs
from network.resolution.trees import MatchingModel, Trees
from network.resolution.word_overlap import Floats, Rarity

FOLDS = 5
_LEARNT_FROM = 2_000
"""Most queries of one set that are learnt from; made-up noise can be had by the million and teaches nothing new by then."""
_HARDEST = 12
"""Candidates of such a set that are learnt from, the nearest; of small sets all."""
_SET_WEIGHT = 1_000.0
"""Every set weighs as this many queries, so that the real ones are not drowned in made-up noise."""
_UNKNOWN_WEIGHT = 0.5
"""Weight of a query whose company was taken out, beside the same with it: one name in three means nobody."""
_COMMONEST = 500
"""Words whose rarity ships with the model."""
TREES = 100
_SETTINGS = {
    "learning_rate": 0.08,
    "max_leaf_nodes": 10,
    "max_depth": 6,
    "min_samples_leaf": 60,
    "l2_regularization": 5.0,
    "early_stopping": False,
    "random_state": 1,
}

_REAL = "_real"
"""How the names of sets end that people wrote; the others are made."""
_RANGES = (0.0, 0.05, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.95, 0.98, 1.01)

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Sample:
    """Pairs measured once: with or without places, with the company meant there or taken out.

    `near` has `query`, `row`, `is_right`, rows of one query together; `rows` are their features; `fold` and `weight` go
    with them; `is_learnt` marks those that are learnt from; `is_real` those that people wrote.
    """

    pairs: Pairs
    near: pl.DataFrame
    rows: Matrix
    fold: NDArray[np.int64]
    weight: Floats
    is_learnt: NDArray[np.bool_]
    is_real: NDArray[np.bool_]
    has_places: bool
    is_known: bool


@dataclass(frozen=True, slots=True)
class Trained:
    """A model, what it did on companies that it had not seen, and how much each feature counts (shares of the gain)."""

    model: MatchingModel
    figures: tuple[Quality, ...]
    importance: tuple[tuple[str, float], ...]
    learnt_from: tuple[tuple[str, int], ...]
    reliability: tuple[tuple[float, float, float, int], ...]


def train(
    corpora: Sequence[Pairs], *, trees: int = TREES, progress: Progress = lambda _done, _total: None
) -> Trained:
    """Return the model of so many trees and its figures, which are all out of fold."""
    steps = 4 * len(corpora) + FOLDS + 1
    samples: list[Sample] = []
    for pairs in corpora:
        rarity = Rarity.of(pairs.reference["spelling"])
        for has_places in (False, True):
            placed = pairs if has_places else pairs.nowhere()
            for is_known in (True, False):
                samples.append(_sample(placed, rarity, has_places=has_places, is_known=is_known))
                progress(len(samples), steps)
    scores = [np.zeros(len(sample.rows)) for sample in samples]
    for fold in range(FOLDS):
        partial = Trees.of_classifier(_fit(samples, trees, without=fold))
        for sample, found in zip(samples, scores, strict=True):
            held_out = sample.fold == fold
            found[held_out] = partial.scores(sample.rows[held_out])
        progress(len(samples) + fold + 1, steps)
    corners, chances = _calibrate(samples, scores)
    classifier = _fit(samples, trees, without=None)
    common, unlisted = _common_words(corpora)
    model = MatchingModel(
        features=tuple(feature.name for feature in FEATURES),
        trees=Trees.of_classifier(classifier),
        scores=corners,
        chances=chances,
        words=common,
        unlisted=unlisted,
    )
    progress(steps, steps)
    return Trained(
        model=model,
        figures=tuple(_figures(samples, scores, model.chances_of)),
        importance=_importance(classifier),
        learnt_from=_learnt_from(corpora),
        reliability=_reliability(samples, scores, model.chances_of),
    )


def _sample(pairs: Pairs, rarity: Rarity, *, has_places: bool, is_known: bool) -> Sample:
    near = pairs.known if is_known else pairs.unknown
    query = near["query"].to_numpy()
    sets = np.array(pairs.sets)
    size = pl.Series(sets).to_frame("set").select(pl.len().over("set")).to_series().to_numpy()
    turn = pl.Series(sets).to_frame("set").select(pl.int_range(pl.len()).over("set")).to_series().to_numpy()
    is_large = size > _LEARNT_FROM
    is_chosen = ~is_large | (
        turn * _LEARNT_FROM // size != (turn - 1) * _LEARNT_FROM // size
    )  # evenly spread
    share = np.minimum(size, _LEARNT_FROM)
    place = near.select(pl.int_range(pl.len()).over("query")).to_series().to_numpy()
    weight = _SET_WEIGHT / share * (1.0 if is_known else _UNKNOWN_WEIGHT)
    return Sample(
        pairs=pairs,
        near=near,
        rows=measure(pairs.asked, pairs.reference, near, rarity),
        fold=pairs.fold[query],
        weight=weight[query],
        is_learnt=is_chosen[query] & ((place < _HARDEST) | ~is_large[query]),
        is_real=np.char.endswith(sets, _REAL)[query],
        has_places=has_places,
        is_known=is_known,
    )


def _fit(samples: Sequence[Sample], trees: int, *, without: int | None) -> HistGradientBoostingClassifier:
    chosen = [sample.is_learnt & (sample.fold != without) for sample in samples]
    classifier = HistGradientBoostingClassifier(
        max_iter=trees, monotonic_cst=[feature.trend for feature in FEATURES], **_SETTINGS
    )
    with threadpool_limits(1):  # threads that wait for each other on a busy machine take four times as long
        return classifier.fit(
            np.concatenate([sample.rows[mask] for sample, mask in zip(samples, chosen, strict=True)]),
            np.concatenate([_right(sample)[mask] for sample, mask in zip(samples, chosen, strict=True)]),
            sample_weight=np.concatenate(
                [sample.weight[mask] for sample, mask in zip(samples, chosen, strict=True)]
            ),
        )


def _right(sample: Sample) -> NDArray[np.bool_]:
    return np.asarray(sample.near["is_right"].to_numpy())


def _calibrate(samples: Sequence[Sample], scores: Sequence[Floats]) -> tuple[Floats, Floats]:
    """Return the corners of the line from scores to chances: isotonic on what was held out, names that people wrote only.

    Made-up noise is easier than what people write, so it would make the model too sure; it counts where there is nothing
    else. The corners are the centres of the steps, so that a better score is always a better chance.
    """
    has_real = any(sample.is_real.any() for sample in samples)
    chosen = [sample.is_real if has_real else np.ones(len(sample.rows), dtype=bool) for sample in samples]
    score = np.concatenate([found[mask] for found, mask in zip(scores, chosen, strict=True)])
    right = np.concatenate([_right(sample)[mask] for sample, mask in zip(samples, chosen, strict=True)])
    weight = np.concatenate([sample.weight[mask] for sample, mask in zip(samples, chosen, strict=True)])
    order = np.argsort(score, kind="stable")
    score, right, weight = score[order], right[order].astype(np.float64), weight[order] / weight.mean()
    steps = IsotonicRegression(out_of_bounds="clip").fit_transform(score, right, sample_weight=weight)
    cuts = np.flatnonzero(np.concatenate(([True], steps[1:] != steps[:-1])))
    total = np.add.reduceat(weight, cuts)
    centre = np.add.reduceat(weight * score, cuts) / total
    # a step of few pairs, all right, is not a certainty: each is taken for half a wrong pair more
    chance = np.maximum.accumulate(np.add.reduceat(weight * right, cuts) / (total + 0.5))
    return centre.round(4), chance.round(5)


def _figures(
    samples: Sequence[Sample], scores: Sequence[Floats], chances_of: Callable[[Floats], Floats]
) -> list[Quality]:
    """Return the figures of each set, first without places, where links are those of the name alone, then with them."""
    answers = [_answers(sample, found, chances_of) for sample, found in zip(samples, scores, strict=True)]
    figures = []
    for has_places in (False, True):
        link = (pl.col("probability") >= LINK_FROM) & (pl.col("margin") >= LINK_MARGIN)
        for number, sample in enumerate(samples):
            if sample.has_places != has_places or not sample.is_known:
                continue
            known, unknown = answers[number], answers[number + 1]
            figures += [
                quality(
                    f"{name}, with made-up places" if has_places else name,
                    answered=known.filter(chosen),
                    unknown=unknown.filter(chosen),
                    queries=queries,
                    link=link & pl.col("is_near") if has_places else link,
                )
                for name, chosen, queries in _sets(sample.pairs.sets)
            ]
    return figures


def _sets(sets: Sequence[str]) -> list[tuple[str, pl.Expr, int]]:
    """Return each set, how its rows are found, and its queries; the sets that people wrote also taken together."""
    names = list(dict.fromkeys(sets))
    found = [(name, pl.col("set") == name, sets.count(name)) for name in names]
    real = [name for name in names if name.endswith(_REAL)]
    if len(real) > 1:
        found.append(("all real sets", pl.col("set").is_in(real), sum(map(sets.count, real))))
    return found


def _answers(sample: Sample, scores: Floats, chances_of: Callable[[Floats], Floats]) -> pl.DataFrame:
    found = ranked(sample.near, sample.pairs.reference, scores, chances_of)
    ours = sample.pairs.asked["area"].gather(found["query"])
    theirs = sample.pairs.reference["area"].gather(found["row"])
    sets = pl.Series(sample.pairs.sets, dtype=pl.String)
    return found.with_columns(set=sets.gather(found["query"]), is_near=(ours != "") & (ours == theirs))


def _reliability(
    samples: Sequence[Sample], scores: Sequence[Floats], chances_of: Callable[[Floats], Floats]
) -> tuple[tuple[float, float, float, int], ...]:
    """Return for ranges of the chance of best candidates: from, to, the share that was right, how many (real sets)."""
    chance, right, weight = [], [], []
    for sample, found in zip(samples, scores, strict=True):
        answers = _answers(sample, found, chances_of).filter(pl.col("set").str.ends_with(_REAL))
        best = answers.group_by("query", maintain_order=True).first()
        chance.append(best["probability"].to_numpy())
        right.append(best["is_right"].to_numpy())
        weight.append(np.full(best.height, 1.0 if sample.is_known else _UNKNOWN_WEIGHT))
    every, hits, weights = np.concatenate(chance), np.concatenate(right), np.concatenate(weight)
    rows = []
    for low, high in pairwise(_RANGES):
        inside = (every >= low) & (every < high)
        if inside.any():
            share = float((hits * weights)[inside].sum() / weights[inside].sum())
            rows.append((low, min(high, 1.0), share, int(inside.sum())))
    return tuple(rows)


def _importance(classifier: HistGradientBoostingClassifier) -> tuple[tuple[str, float], ...]:
    """Return the share of all gain that splits on each feature brought, the largest first."""
    gain = np.zeros(len(FEATURES))
    for (predictor,) in classifier._predictors:  # noqa: SLF001  # there is no public way to the trees
        splits = predictor.nodes[predictor.nodes["is_leaf"] == 0]
        np.add.at(gain, splits["feature_idx"], splits["gain"])
    shares = gain / max(gain.sum(), 1e-12)
    named = [(feature.name, float(share)) for feature, share in zip(FEATURES, shares, strict=True)]
    return tuple(sorted(named, key=lambda row: -row[1]))


def _learnt_from(corpora: Sequence[Pairs]) -> tuple[tuple[str, int], ...]:
    return tuple((name, pairs.sets.count(name)) for pairs in corpora for name in dict.fromkeys(pairs.sets))


def _common_words(corpora: Sequence[Pairs]) -> tuple[dict[str, float], float]:
    """Return the commonest words of the largest reference with their rarity, and that of a word in one name."""
    largest = max(corpora, key=lambda pairs: pairs.reference.height)
    rarity = Rarity.of(largest.reference["spelling"])
    common = sorted(rarity.weights.items(), key=lambda row: (row[1], row[0]))[:_COMMONEST]
    return {word: round(weight, 3) for word, weight in common}, round(rarity.unlisted, 3)
