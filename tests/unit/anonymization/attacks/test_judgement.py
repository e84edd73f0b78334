"""Figures, intervals and verdicts, against values that can be reckoned by hand."""

import json
from dataclasses import asdict

import numpy as np
import pytest

from anonymization.attacks.judgement import Claim, Guesses, Hits, Scores, Trials, Verdict, corrected, judge


def verdict(measure: str, threshold: float, trials: Trials) -> Verdict:
    return judge(Claim("an attack", measure, threshold, ""), trials, churn="low", profile="default")


def test_a_residual_is_what_the_target_adds_to_the_control() -> None:
    attack = np.array([True] * 40 + [False] * 60)
    control = np.array([True] * 20 + [False] * 80)
    found = verdict("residual", 0.05, Guesses(attack=attack, control=control))
    assert found.figure == pytest.approx(0.25)
    assert found.low < 0.25 < found.high
    assert not found.passed


def test_scores_that_part_two_worlds_have_an_auc_of_one() -> None:
    found = verdict("AUC gap", 0.10, Scores(positive=np.arange(100.0) + 100, negative=np.arange(100.0)))
    assert found.figure == 0.5
    same = verdict("AUC gap", 0.10, Scores(positive=np.zeros(400), negative=np.zeros(400)))
    assert same.figure == 0
    assert same.passed


def test_at_one_false_alarm_in_a_hundred_ties_count_as_the_rate_allows() -> None:
    same = Scores(positive=np.zeros(1000), negative=np.zeros(1000))
    assert verdict("TPR at 1 % FPR", 0.02, same).figure == pytest.approx(0.0, abs=1e-9)


def test_too_few_trials_fail_whatever_they_say() -> None:
    few, many = (Hits(attack=np.zeros(count, dtype=np.bool_), prior=np.ones(count)) for count in (20, 2000))
    assert not verdict("share", 0.05, few).passed
    assert verdict("share", 0.05, many).passed


def test_a_row_that_passes_alone_may_fail_among_many() -> None:
    """One hit in 150 passes at 5 %; a hundred such rows at once are one chance too many."""
    hits = Hits(attack=np.arange(150) < 2, prior=np.ones(150))
    alone = verdict("share", 0.05, hits)
    assert corrected([alone])[0].passed
    assert not any(each.passed for each in corrected([alone] * 100))


def test_a_verdict_is_plain_numbers() -> None:
    drawn = np.random.default_rng(1).random((2, 300))
    for measure in ("AUC", "AUC gap", "TPR at 1 % FPR", "advantage"):
        found = verdict(measure, 0.6, Scores(positive=drawn[0], negative=drawn[1]))
        assert json.loads(json.dumps(asdict(found)))["measure"] == measure
