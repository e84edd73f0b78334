"""Training: the same data give the same model, whose file gives what the library gives; figures mean what they say."""

from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier

from network.errors import UnreadableError
from network.resolution.features import FEATURES
from network.resolution.matching_metrics import Share, coverage
from network.resolution.model_card import write_card
from network.resolution.training import FOLDS, Trained, train
from network.resolution.training_pairs import Pairs, read_pairs
from network.resolution.trees import MatchingModel, Trees
from simulation.spelling_pairs import make_spelling_pairs
from simulation.vocabulary import places

TOWNS = places.french_towns()


def made(companies: int = 120, queries: int = 60) -> Pairs:
    reference, written = make_spelling_pairs(3, companies=companies, queries=queries)
    return read_pairs(reference, written, towns=TOWNS, folds=FOLDS, name="made")


@cache
def trained() -> Trained:
    return train([made()], trees=8)


def test_the_same_pairs_give_the_same_model() -> None:
    assert train([made()], trees=8).model.as_text == trained().model.as_text


def test_a_model_that_is_written_and_read_answers_alike(tmp_path: Path) -> None:
    model = trained().model
    (tmp_path / "model.json").write_text(model.as_text, encoding="utf-8")
    again = MatchingModel.read(tmp_path / "model.json")
    rows = np.random.default_rng(1).random((50, len(FEATURES))).astype(np.float32)
    assert (again.trees.scores(rows) == model.trees.scores(rows)).all()
    assert again.as_text == model.as_text


def test_the_trees_give_what_the_library_gives() -> None:
    random = np.random.default_rng(2)
    rows = random.normal(size=(3_000, 6)).astype(np.float32)
    rows[:, 3] = rows[:, 3].round()  # ties at the thresholds
    right = rows[:, 0] * rows[:, 1] + rows[:, 3] > random.normal(size=len(rows))
    classifier = HistGradientBoostingClassifier(max_iter=20, max_leaf_nodes=9, early_stopping=False)
    classifier.fit(rows, right)
    fresh = random.normal(size=(1_100, 6)).astype(np.float32).round(1)
    assert Trees.of_classifier(classifier).scores(fresh) == pytest.approx(classifier.decision_function(fresh))


def test_figures_are_of_every_set_with_and_without_places() -> None:
    names = [row.name for row in trained().figures]
    assert names == ["made", "made, with made-up places"]
    bare, placed = trained().figures
    assert bare.queries == placed.queries == 60
    assert placed.first.value >= bare.first.value > 0.5
    assert bare.among_five.value >= bare.first.value


def test_the_card_says_what_it_was_trained_on_and_which_command_makes_it() -> None:
    card = write_card(trained(), command="vigie train-matcher --out x.json", sources=("Some names.",))
    assert "vigie train-matcher --out x.json" in card
    assert "Some names." in card
    assert all(feature.meaning in card for feature in FEATURES)


def test_companies_of_one_part_are_in_no_other() -> None:
    pairs = made()
    parts: dict[int, set[int]] = {}
    for company, fold in zip(pairs.truth.tolist(), pairs.fold.tolist(), strict=True):
        parts.setdefault(company, set()).add(fold)
    assert all(len(folds) == 1 for folds in parts.values())


def test_a_company_that_is_taken_out_is_no_candidate() -> None:
    pairs = made()
    assert pairs.known["is_right"].any()
    assert not pairs.unknown["is_right"].any()
    assert pairs.nowhere().asked["area"].unique().to_list() == [""]


def test_pairs_that_cannot_be_are_refused() -> None:
    reference = pl.DataFrame({"id": ["a"], "name": ["Dupont"]})
    with pytest.raises(UnreadableError, match="b"):
        read_pairs(reference, pl.DataFrame({"query": ["x"], "gt": ["b"]}), towns=TOWNS, folds=5, name="x")
    with pytest.raises(UnreadableError, match="gt"):
        read_pairs(reference, pl.DataFrame({"query": ["x"]}), towns=TOWNS, folds=5, name="x")


def test_made_pairs_depend_on_their_seed_alone() -> None:
    once, again = (make_spelling_pairs(7, companies=50, queries=20) for _ in range(2))
    assert once[0].equals(again[0])
    assert once[1].equals(again[1])
    assert not make_spelling_pairs(8, companies=50, queries=20)[1].equals(once[1])


def test_an_interval_holds_its_share() -> None:
    low, high = Share(9, 10).interval
    assert low == pytest.approx(0.596, abs=1e-3)
    assert high == pytest.approx(0.982, abs=1e-3)
    assert str(Share(0, 0)) == "none"


def test_coverage_is_the_largest_share_that_is_precise_enough() -> None:
    score = np.linspace(1, 0, 100)
    right = np.ones(100, dtype=bool)
    right[60:] = False
    assert coverage(score, right, queries=100, precision=0.9) == pytest.approx(0.66)
    assert coverage(score, right, queries=200, precision=0.9) == pytest.approx(0.33)
    assert coverage(score, ~right, queries=100, precision=0.9) == 0
    assert coverage(np.zeros(100), right, queries=100, precision=0.9) == 0
