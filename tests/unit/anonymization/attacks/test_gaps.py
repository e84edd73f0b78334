"""A member that misses its uploads: two months are bridged; exact figures have a dent after that."""

from collections.abc import Mapping

import numpy as np
import pytest

from anonymization.attacks import gaps
from anonymization.attacks.judgement import Scores, Trials, auc
from anonymization.attacks.network import SILENT
from anonymization.attacks.watching import one_a_debtor, steady_pairs
from tests.unit.anonymization.attacks.laboratories import NAIVE, SHIPPED, laboratory, simulated


@pytest.fixture(scope="module")
def shipped() -> Mapping[str, Trials]:
    """The attack on the pipeline that ships."""
    return gaps.attack(laboratory(SHIPPED, debtors=500))


def _scores(trials: Mapping[str, Trials], name: str) -> Scores:
    scores = trials[name]
    assert isinstance(scores, Scores)
    return scores


def test_every_claim_has_its_trials(shipped: Mapping[str, Trials]) -> None:
    assert {claim.attack for claim in gaps.CLAIMS} == set(shipped)


@pytest.mark.parametrize("months", [1, 2])
def test_a_gap_that_is_bridged_joins_no_debtors(shipped: Mapping[str, Trials], months: int) -> None:
    assert auc(_scores(shipped, f"gaps/{months} months/shared supplier"), 0.52).low <= 0.52


def test_exact_figures_show_who_misses_the_same_supplier() -> None:
    naive = gaps.attack(laboratory(NAIVE, debtors=500))
    assert auc(_scores(naive, "gaps/4 months/shared supplier"), 0.52).low > 0.8
    assert auc(_scores(naive, "gaps/4 months/list of customers"), 0.55).low > 0.9


def test_a_gap_is_bridged_for_two_months_and_then_silent() -> None:
    network = simulated(1, 500).between(0, 12)
    steady = steady_pairs(network)
    missing = one_a_debtor(network, steady, np.arange(len(steady), dtype=np.float64))
    gone = gaps.with_gap(network, missing, 4, 4, carried_epochs=2)
    fresh = missing[network.age[3, missing] == 0]
    assert [set(gone.age[epoch, fresh].tolist()) for epoch in range(4, 8)] == [{1}, {2}, {SILENT}, {SILENT}]
    assert (gone.amounts[4:6, fresh] == network.amounts[3, fresh]).all()
    assert (gone.age[8:] == network.age[8:]).all()
    others = np.setdiff1d(np.arange(len(network.group)), missing)
    assert (gone.age[:, others] == network.age[:, others]).all()
