"""Linear programs over all that is known: they prove nothing narrow of what ships, and everything of exact figures."""

import numpy as np

from anonymization.attacks import reconstruction
from anonymization.attacks.judgement import Widths, judge
from tests.unit.anonymization.attacks.laboratories import NAIVE, SHIPPED, laboratory


def test_no_narrow_interval_can_be_proved() -> None:
    found = reconstruction.attack(laboratory(SHIPPED, debtors=400))
    for claim in reconstruction.CLAIMS:
        trials = found[claim.attack]
        if isinstance(trials, Widths):
            assert judge(claim, trials, churn="normal", profile="default").passed
            assert np.isfinite(trials.half).mean() > 0.5, (
                "most programs prove something, though nothing narrow"
            )


def test_exact_figures_are_solved() -> None:
    for trials in reconstruction.attack(laboratory(NAIVE, debtors=400)).values():
        if isinstance(trials, Widths):
            assert np.quantile(trials.half, 0.25) < 0.01
