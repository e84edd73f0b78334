"""The count of broken rules: it finds none in the pipeline that ships, and every rule that is taken away."""

from dataclasses import replace

import numpy as np
import pytest

from anonymization.attacks import invariants
from anonymization.attacks.judgement import Hits
from anonymization.attacks.laboratory import Laboratory
from anonymization.attacks.naive import publish_exactly
from anonymization.attacks.network import Network, Publisher, shipped
from anonymization.parameters import DEFAULT, TRADE, Parameters
from network.promise.networks import simulated_network
from simulation import Churn


@pytest.fixture(scope="module")
def victim() -> Network:
    return simulated_network(5, Churn.LOW, debtors=250)


def broken(victim: Network, publish: Publisher, parameters: Parameters = DEFAULT) -> dict[str, int]:
    found = invariants.attack(
        Laboratory(known=victim, victim=victim, publish=publish, seed=1, parameters=parameters)
    )
    counts = {}
    for name, trials in found.items():
        assert isinstance(trials, Hits)
        assert len(trials.attack) > 200
        counts[name] = int(trials.attack.sum())
    return counts


@pytest.mark.parametrize("parameters", [DEFAULT, TRADE])
def test_the_pipeline_breaks_no_rule(victim: Network, parameters: Parameters) -> None:
    assert set(broken(victim, shipped(parameters), parameters).values()) == {0}


@pytest.mark.parametrize(
    "weaker",
    [
        replace(DEFAULT, hold_most=0),
        replace(DEFAULT, wait_most=1, changed_groups=2),
        replace(DEFAULT, changed_groups=1),
    ],
)
def test_a_rule_that_is_not_kept_is_noticed(victim: Network, weaker: Parameters) -> None:
    assert broken(victim, shipped(weaker))[invariants.BACKED] > 0


def test_the_naive_pipeline_breaks_it_all_the_time(victim: Network) -> None:
    assert broken(victim, publish_exactly)[invariants.BACKED] > 1000


def test_one_group_a_debtor_changes_one_thing_once(victim: Network) -> None:
    still = victim.still(12, 10)
    poked = invariants.poked(still, np.random.default_rng(1))
    changed = (poked.amounts != still.amounts).any(axis=(0, 2)) | (poked.age != still.age).any(axis=0)
    assert np.bincount(poked.debtor[changed]).max() == 1
    assert changed.sum() > 200
