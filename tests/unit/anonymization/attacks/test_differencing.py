"""Who joined, who left: what a reader can tell by laying releases side by side."""

from dataclasses import replace

import pytest

from anonymization.attacks import differencing
from anonymization.attacks.judgement import Scores, auc_gap, detection
from anonymization.attacks.network import Publisher, shipped
from anonymization.parameters import DEFAULT
from tests.unit.anonymization.attacks.laboratories import NAIVE, SHIPPED, laboratory

JOINER, LEAVER = differencing.MOVING
LONE_JOINER, LONE_LEAVER, COVERED = differencing.STILL


def told(publish: Publisher, situation: str) -> Scores:
    return differencing.told(laboratory(publish, debtors=300), situation)[0]


def test_a_lone_joiner_in_a_network_that_stands_still_is_not_seen_at_all() -> None:
    assert auc_gap(told(SHIPPED, LONE_JOINER), 0.10).high < 0.01


def test_it_would_be_seen_if_joiners_did_not_wait_for_company() -> None:
    alone = shipped(replace(DEFAULT, changed_groups=1))
    assert auc_gap(told(alone, LONE_JOINER), 0.10).low > 0.3


def test_a_joiner_among_others_is_seen_less_than_in_exact_figures() -> None:
    ours, naive = (auc_gap(told(publish, JOINER), 0.10) for publish in (SHIPPED, NAIVE))
    assert ours.high < naive.low
    assert ours.low < 0.10


@pytest.mark.parametrize("situation", [LONE_JOINER, COVERED])
def test_exact_figures_tell_every_joiner_where_all_else_stands_still(situation: str) -> None:
    assert detection(told(NAIVE, situation), 0.02).figure > 0.9


def test_a_lone_leaver_is_seen_after_a_year_and_we_say_so() -> None:
    """A limit that is published; where it ceases to hold, the method page is wrong."""
    assert detection(told(SHIPPED, LONE_LEAVER), 0.02).low > 0.02


def test_the_evidence_of_all_customers_adds_up() -> None:
    found = differencing.attack(laboratory(NAIVE, debtors=150))
    assert set(found) == {claim.attack for claim in differencing.CLAIMS}
    joiner, pooled = found[JOINER], found[differencing.POOLED]
    assert isinstance(joiner, Scores)
    assert isinstance(pooled, Scores)
    assert len(pooled.positive) < len(joiner.positive)
    assert auc_gap(pooled, 0.10).figure > auc_gap(joiner, 0.10).figure
