"""The measures of utility, on histories whose answer is known."""

from collections.abc import Iterator

import numpy as np
import pytest

from anonymization.attacks.naive import publish_exactly
from anonymization.attacks.network import History, Network, shipped
from anonymization.parameters import DEFAULT
from anonymization.state import CELLS
from anonymization.steps import banding
from network.promise import usefulness
from network.promise.networks import simulated_network
from network.promise.truth import sent_truth
from network.promise.utility import stale_sets
from simulation import Churn


@pytest.fixture(scope="module")
def network() -> Network:
    return simulated_network(3, Churn.NORMAL, debtors=120)


def figures_of(history: History, network: Network, days: np.ndarray | None = None) -> dict[str, float]:
    truth = sent_truth(network)
    days = truth[:, :, banding.DAYS_BEYOND_TERMS] if days is None else days
    return dict(usefulness.figures(history, truth, days, None))


def history_of(days: list[list[float]]) -> tuple[History, np.ndarray]:
    """A debtor a row, months as columns: exact histories, and the same figures as the truth."""
    figures = np.zeros((len(days[0]), len(days), CELLS))
    figures[:, :, banding.DAYS_BEYOND_TERMS] = np.array(days).T
    return History(low=figures, high=figures), figures


def test_exact_figures_have_no_error(network: Network) -> None:
    found = figures_of(publish_exactly(network, b""), network)
    assert found["published, of those with 3 suppliers or more"] == 1.0
    for name, value in found.items():
        if "error" in name:
            assert value == pytest.approx(0, abs=1e-9)
        elif "hold the truth" in name:
            assert value == 1.0


def test_bands_cost_something_and_not_all(network: Network) -> None:
    history = shipped(DEFAULT)(network, bytes(32))
    truth = sent_truth(network)
    days = truth[:, :, banding.DAYS_BEYOND_TERMS]
    found = dict(usefulness.figures(history, truth, days, DEFAULT))
    assert 0.2 < found["published, of those with 5 suppliers or more"] < 1.0
    assert 0.05 < found["exposure, median error as a log ratio"] < 1.0
    assert 0.5 < found["Payment Index, mean error in points against the sent days"] < 6.0
    assert 0.3 < found["exposure, share of bands that hold the truth"] < 1.0


def lines() -> Iterator[list[float]]:
    yield [10.0] * 6 + [25.0] * 10  # gets worse in month 6
    yield [10.0] * 6 + [25.0] + [10.0] * 9  # one bad month is no crossing
    yield [10.0] * 16


def test_a_lag_is_counted_from_the_month_in_which_the_truth_crosses() -> None:
    history, truth = history_of(list(lines()))
    late = history.low.copy()
    late[6:9, 0, banding.DAYS_BEYOND_TERMS] = 15.0  # shown three months late
    days = truth[:, :, banding.DAYS_BEYOND_TERMS]
    exact = dict(usefulness.lag(history, days, 22.0, name="x"))
    slow = dict(usefulness.lag(History(late, late), days, 22.0, name="x"))
    never = dict(usefulness.lag(history_of([[10.0] * 16] * 3)[0], days, 22.0, name="x"))
    assert list(exact.values()) == [0.0, 1.0]
    assert list(slow.values()) == [3.0, 1.0]
    assert list(never.values()) == [usefulness.PATIENCE, 0.0]


def test_withdrawals_are_counted_for_debtors_that_were_published() -> None:
    published = np.array([[True, False], [False, False], [True, True], [True, False]])
    found = dict(usefulness.coverage(published, np.full((4, 2), 6.0)))
    assert found["withdrawals per 100 published debtor-months"] == pytest.approx(200 / 3)
    assert found["published, of those with 5 suppliers or more"] == 0.5


def test_a_set_is_stale_where_the_pipeline_waits(network: Network) -> None:
    still = network.still(10, 5)
    assert not stale_sets(still, bytes(32), DEFAULT).any()
    assert stale_sets(network, bytes(32), DEFAULT)[5:].any()
