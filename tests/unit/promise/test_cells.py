"""What is kept of a run, and when it is no longer good."""

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from anonymization.attacks.judgement import Distances, Errors, Guesses, Hits, Scores, Trials, Widths
from anonymization.parameters import DEFAULT
from network.promise.cells import KINDS, Cell, keep, kept
from network.promise.sources import digest_of, reached
from simulation import Churn

CELL = Cell("invariants", Churn.LOW, 1, DEFAULT, 100, 12)


def test_trials_of_every_kind_come_back_as_they_were(tmp_path: Path) -> None:
    yes, half = np.array([True, False]), np.array([0.5, 0.25])
    trials: dict[str, Trials] = {
        "a": Guesses(yes, ~yes),
        "b/2": Hits(yes, half),
        "c": Scores(half, half[:1]),
        "d": Errors(half, 2 * half),
        "e": Widths(half),
        "f, g": Distances(half, half[:1]),
    }
    keep(trials, tmp_path / "of" / "a.npz")
    back = kept(tmp_path / "of" / "a.npz")
    assert list(back) == list(trials)
    assert {type(each).__name__ for each in trials.values()} == set(KINDS)
    for name, each in trials.items():
        assert type(back[name]) is type(each)
        for part in fields(each):
            assert np.array_equal(getattr(back[name], part.name), getattr(each, part.name))
    assert [path.name for path in (tmp_path / "of").iterdir()] == ["a.npz"]


@pytest.mark.parametrize(
    "other",
    [
        replace(CELL, seed=2),
        replace(CELL, churn=Churn.HIGH),
        replace(CELL, debtors=101),
        replace(CELL, parameters=replace(DEFAULT, hold_most=3)),
        replace(CELL, parameters=None),
    ],
)
def test_what_was_found_under_other_rules_is_not_taken_for_this(other: Cell, tmp_path: Path) -> None:
    assert other.path(tmp_path) != CELL.path(tmp_path)


def test_the_digest_covers_pipeline_simulation_and_attack_but_not_the_judges() -> None:
    files = reached(["anonymization.attacks.invariants", "network.promise.cells"])
    assert {
        "anonymization.attacks.invariants",
        "anonymization.attacks.network",
        "anonymization.steps.holding",
        "simulation.relations",
    } <= set(files)
    assert not {"anonymization.attacks.judgement", "network"} & set(files)


def test_another_attack_has_another_digest() -> None:
    digests = {digest_of([f"anonymization.attacks.{name}"]) for name in ("invariants", "naive", "invariants")}
    assert len(digests) == 2
