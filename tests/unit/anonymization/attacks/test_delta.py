"""A supplier whose own figures jump: doubling and halving do not show in bands, and all of it shows in exact figures."""

from collections.abc import Mapping

import numpy as np
import pytest

from anonymization.attacks import delta
from anonymization.attacks.judgement import Scores, Trials, auc_gap
from tests.unit.anonymization.attacks.laboratories import NAIVE, SHIPPED, laboratory


@pytest.fixture(scope="module")
def shipped() -> Mapping[str, Trials]:
    """The attack on the pipeline that ships."""
    return delta.attack(laboratory(SHIPPED, debtors=400))


@pytest.fixture(scope="module")
def naive() -> Mapping[str, Trials]:
    """The attack on exact figures."""
    return delta.attack(laboratory(NAIVE, debtors=400))


def _gap(trials: Mapping[str, Trials], name: str) -> tuple[float, float]:
    """Return the ends of the interval of the AUC gap."""
    scores = trials[name]
    assert isinstance(scores, Scores)
    found = auc_gap(scores, 0.10)
    return found.low, found.high


def test_every_claim_has_its_trials(shipped: Mapping[str, Trials]) -> None:
    assert {claim.attack for claim in delta.CLAIMS} == set(shipped)


@pytest.mark.parametrize("target", delta.TARGETS)
@pytest.mark.parametrize("jump", ["doubled", "halved"])
def test_a_balance_that_moves_stays_one_among_many(
    shipped: Mapping[str, Trials], target: str, jump: str
) -> None:
    assert _gap(shipped, f"delta/{target}/{jump}")[0] <= 0.10


@pytest.mark.parametrize("target", delta.TARGETS)
def test_exact_figures_tell_a_doubling(naive: Mapping[str, Trials], target: str) -> None:
    assert _gap(naive, f"delta/{target}/doubled")[0] > 0.10


@pytest.mark.parametrize("target", delta.TARGETS)
def test_exact_figures_tell_a_balance_that_is_all_late(naive: Mapping[str, Trials], target: str) -> None:
    assert _gap(naive, f"delta/{target}/all late")[0] > 0.45


def test_a_late_balance_is_as_large_as_before() -> None:
    position = np.array([100.0, 50.0, 0.0, 0.0, 10.0, 3000.0, 400.0])
    late = delta.jumped(position, "all late")
    assert late[:5].tolist() == [0.0, 0.0, 0.0, 0.0, 160.0]
    assert late[5] / late[6] > 90
