"""Insiders that move their own reports: one learns little; three learn the largest other while all else stands still."""

import pytest

from anonymization.attacks import probing
from anonymization.attacks.judgement import Guesses, residual
from anonymization.attacks.network import Publisher
from tests.unit.anonymization.attacks.laboratories import NAIVE, SHIPPED, laboratory

ONE_STILL = "probing/largest/1 insider, all else still"
THREE_STILL = "probing/largest/3 insiders, all else still"


def _played(publish: Publisher, name: str, *, seeds: tuple[int, ...] = (1,)) -> Guesses:
    (situation,) = (each for each in probing.SITUATIONS if each.name == name)
    return Guesses.joined(
        [probing.played(laboratory(publish, seed=seed, debtors=500), situation) for seed in seeds]
    )


def test_one_prober_learns_little() -> None:
    """Not above the promise by more than what so few trials can tell."""
    assert residual(_played(SHIPPED, ONE_STILL, seeds=(1, 2)), 0.05).low <= 0.05


def test_three_probers_of_exact_figures_learn_the_largest() -> None:
    assert residual(_played(NAIVE, THREE_STILL), 0.05).low > 0.15


def test_a_play_never_shows_to_a_moderator() -> None:
    for situation in probing.SITUATIONS:
        sums = probing.Play.of(situation.size, 24, is_still=situation.is_still).sums
        assert (sums[1:] / sums[:-1]).max() < 3
        assert (sums[:-1] / sums[1:]).max() < 3


@pytest.mark.parametrize("situation", probing.SITUATIONS, ids=lambda each: each.name)
def test_every_situation_is_claimed(situation: probing.Situation) -> None:
    assert situation.name in {claim.attack for claim in probing.CLAIMS}
