import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from network.indicators.days_sales_outstanding import (
    average_days_delinquent,
    best_possible_dso,
    count_back_dso,
    days_sales_outstanding,
)


def test_dso_is_receivables_in_days_of_sales() -> None:
    assert days_sales_outstanding(300_000, 1_200_000, 360) == pytest.approx(90)
    assert np.isnan(days_sales_outstanding(100, 0, 30))


def test_the_days_that_lateness_costs_are_dso_less_best_possible() -> None:
    best = best_possible_dso(200_000, 1_200_000, 360)
    assert best == pytest.approx(60)
    assert average_days_delinquent(90, best) == pytest.approx(30)


def test_counting_back_uses_the_balance_up_month_by_month() -> None:
    assert count_back_dso(2_500, [1_200, 800, 700], [30, 31, 30]) == pytest.approx(82.43, abs=0.005)


def test_counting_back_over_many_balances_at_once() -> None:
    days = count_back_dso([0, 600, 1_200], [[1_200, 800]] * 3, [30, 31])
    assert days.tolist() == [0, 15, 30]


def test_a_balance_older_than_the_months_given_has_no_figure() -> None:
    assert np.isnan(count_back_dso(5_000, [1_200, 800, 700], [30, 31, 30]))


def test_a_month_without_sales_passes_whole() -> None:
    assert count_back_dso(1_600, [1_200, 0, 800], [30, 31, 30]) == pytest.approx(30 + 31 + 15)
    assert count_back_dso(1_200, [1_200, 0, 800], [30, 31, 30]) == pytest.approx(30)


@given(st.floats(0, 2_700), st.floats(0, 500))
def test_a_larger_balance_never_counts_fewer_days(balance: float, more: float) -> None:
    sales, days = [1_200, 800, 700, 1_000], [30, 31, 30, 31]
    assert count_back_dso(balance + more, sales, days) >= count_back_dso(balance, sales, days)
