"""Lists of candidates against dates: exact counts name who came, bands and waits name few."""

from collections.abc import Mapping

import pytest

from anonymization.attacks import small_sets
from anonymization.attacks.judgement import Hits, Trials, times_the_prior
from tests.unit.anonymization.attacks.laboratories import NAIVE, SHIPPED, laboratory

MEMBERS = "small sets/members"


@pytest.fixture(scope="module")
def shipped() -> Mapping[str, Trials]:
    """The attack on the pipeline that ships."""
    return small_sets.attack(laboratory(SHIPPED, debtors=300))


@pytest.fixture(scope="module")
def naive() -> Mapping[str, Trials]:
    """The attack on exact figures."""
    return small_sets.attack(laboratory(NAIVE, debtors=300))


def _hits(trials: Mapping[str, Trials], name: str) -> Hits:
    hits = trials[name]
    assert isinstance(hits, Hits)
    return hits


def test_every_claim_has_its_trials(shipped: Mapping[str, Trials]) -> None:
    assert {claim.attack for claim in small_sets.CLAIMS} == set(shipped)


def test_bands_and_waits_leave_the_date_of_appearing(shipped: Mapping[str, Trials]) -> None:
    """A known limit, above the promise of twice the prior: a debtor appears when its gate is passed, without a delay."""
    assert times_the_prior(_hits(shipped, MEMBERS), 2.0).low <= 2.3


def test_exact_counts_name_many(naive: Mapping[str, Trials], shipped: Mapping[str, Trials]) -> None:
    exact = times_the_prior(_hits(naive, MEMBERS), 2.0)
    assert exact.low > 2.4
    assert exact.low > times_the_prior(_hits(shipped, MEMBERS), 2.0).high


def test_outsiders_with_long_lists_are_told_from_members(naive: Mapping[str, Trials]) -> None:
    assert times_the_prior(_hits(naive, "small sets/outsiders, pooled"), 2.0).low > 3.0


def test_one_guess_a_debtor_among_three_decoys_for_each_reporter(shipped: Mapping[str, Trials]) -> None:
    hits = _hits(shipped, MEMBERS)
    assert len(hits.attack) < 300
    assert 0.22 < hits.prior.mean() < 0.35
