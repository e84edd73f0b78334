"""Taking away one's own figures: it says nothing of the other where the pipeline stands, all of it where figures are exact."""

from collections.abc import Mapping

import pytest

from anonymization.attacks import subtraction
from anonymization.attacks.judgement import Guesses, Trials, residual
from tests.unit.anonymization.attacks.laboratories import NAIVE, SHIPPED, laboratory


@pytest.fixture(scope="module")
def shipped() -> Mapping[str, Trials]:
    """The attack on the pipeline that ships."""
    return subtraction.attack(laboratory(SHIPPED))


@pytest.fixture(scope="module")
def naive() -> Mapping[str, Trials]:
    """The attack on exact figures."""
    return subtraction.attack(laboratory(NAIVE))


def _together(trials: Mapping[str, Trials], figure: str) -> Guesses:
    """Return the guesses of one figure, all targets and coalitions."""
    parts = [
        each for name, each in trials.items() if name.startswith(f"{figure}/") and isinstance(each, Guesses)
    ]
    return Guesses.joined(parts)


def test_every_claim_has_its_trials(shipped: Mapping[str, Trials]) -> None:
    assert {claim.attack for claim in subtraction.CLAIMS} == set(shipped)


@pytest.mark.parametrize("figure", ["subtraction", "aging subtraction"])
def test_amounts_of_another_are_not_found(shipped: Mapping[str, Trials], figure: str) -> None:
    assert residual(_together(shipped, figure), 0.05).high <= 0.05


def test_the_days_of_another_show_a_little(shipped: Mapping[str, Trials]) -> None:
    """A known limit: the largest supplier weighs a quarter of a mean that is told within a week."""
    assert residual(_together(shipped, "days subtraction"), 0.05).high <= 0.15


@pytest.mark.parametrize("target", ["largest", "random"])
def test_exact_figures_give_the_last_supplier_away(naive: Mapping[str, Trials], target: str) -> None:
    amounts, late, days = (
        naive[f"{figure}/{target}/all but one insiders"]
        for figure in ("subtraction", "aging subtraction", "days subtraction")
    )
    assert residual(_guesses(amounts), 0.05).low >= 0.9
    assert residual(_guesses(late), 0.05).low >= 0.9
    assert residual(_guesses(days), 0.05).low >= 0.3


def _guesses(trials: Trials) -> Guesses:
    assert isinstance(trials, Guesses)
    return trials
