"""Two suppliers become one: how much the second was owed is not found out; exact counts tell that it was there."""

from collections.abc import Mapping

import numpy as np
import pytest

from anonymization.attacks import merging
from anonymization.attacks.judgement import Guesses, Scores, Trials, auc_gap, residual
from anonymization.attacks.watching import BEFORE
from tests.unit.anonymization.attacks.laboratories import NAIVE, SHIPPED, laboratory, simulated


@pytest.fixture(scope="module")
def shipped() -> Mapping[str, Trials]:
    """The attack on the pipeline that ships."""
    return merging.attack(laboratory(SHIPPED, debtors=400))


def test_every_claim_has_its_trials(shipped: Mapping[str, Trials]) -> None:
    assert {claim.attack for claim in merging.CLAIMS} == set(shipped)


@pytest.mark.parametrize("identity", merging.IDENTITIES)
def test_the_amount_of_the_second_is_not_found(shipped: Mapping[str, Trials], identity: str) -> None:
    guesses = shipped[f"merging/{identity} identity, amount"]
    assert isinstance(guesses, Guesses)
    assert residual(guesses, 0.05).low <= 0.05


def test_exact_counts_tell_that_both_reported() -> None:
    naive = merging.attack(laboratory(NAIVE, debtors=400))
    for identity in merging.IDENTITIES:
        scores = naive[f"merging/{identity} identity"]
        assert isinstance(scores, Scores)
        assert auc_gap(scores, 0.10).low > 0.3


@pytest.mark.parametrize("identity", merging.IDENTITIES)
def test_a_merger_moves_no_money(identity: str) -> None:
    window = simulated(1, 500).between(0, 12)
    pairs = np.flatnonzero(window.speaks.all(axis=0))
    _, at = np.unique(window.debtor[pairs], return_index=True)
    first = pairs[at]
    second = pairs[(at + 1) % len(pairs)]
    is_same = window.debtor[first] == window.debtor[second]
    first, second = first[is_same], second[is_same]
    after = merging.merged(window, first, second, identity)
    assert np.allclose(after.owing.sum(axis=1), window.owing.sum(axis=1))
    assert (after.count()[BEFORE:].sum(axis=1) == window.count()[BEFORE:].sum(axis=1) - len(first)).all()
    assert (after.count()[:BEFORE] == window.count()[:BEFORE]).all()
    assert len(set(zip(after.group, after.debtor, strict=True))) == len(after.group)
