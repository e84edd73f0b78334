"""Two years of the same tell no more than one month, unless the noise is drawn again."""

from collections.abc import Mapping

import pytest

from anonymization.attacks import averaging
from anonymization.attacks.judgement import Claim, Errors, Trials, error_ratio
from tests.unit.anonymization.attacks.laboratories import SHIPPED, laboratory


@pytest.fixture(scope="module")
def shipped() -> Mapping[str, Trials]:
    """The attack on the pipeline that ships."""
    return averaging.attack(laboratory(SHIPPED, debtors=500))


@pytest.mark.parametrize("claim", averaging.CLAIMS, ids=lambda claim: claim.attack)
def test_a_still_network_keeps_its_noise(shipped: Mapping[str, Trials], claim: Claim) -> None:
    trials = shipped[claim.attack]
    assert isinstance(trials, Errors)
    assert error_ratio(trials, claim.threshold).low >= claim.threshold


def test_noise_that_is_drawn_every_month_averages_out() -> None:
    found = averaging.attack(laboratory(averaging.redrawn(SHIPPED), debtors=500))["averaging/exposure"]
    assert isinstance(found, Errors)
    assert error_ratio(found, 0.95).high < 0.8
