import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from network.indicators.days_beyond_terms import days_beyond_terms_of_aging, days_beyond_terms_of_invoices


def test_an_aged_balance_counts_15_45_75_and_105_days() -> None:
    assert days_beyond_terms_of_aging([600, 100, 100, 100, 100]) == pytest.approx(24.0)


def test_each_row_of_many_balances_has_its_own_figure() -> None:
    days = days_beyond_terms_of_aging([[100, 0, 0, 0, 0], [0, 0, 0, 0, 5], [1, 1, 0, 0, 0]])
    assert days.tolist() == [0.0, 105.0, 7.5]


def test_nothing_owed_has_no_days() -> None:
    assert np.isnan(days_beyond_terms_of_aging([0, 0, 0, 0, 0]))


def test_each_euro_counts_as_one_and_early_payment_counts_back() -> None:
    assert days_beyond_terms_of_invoices([1000, 3000], [30, -10]) == pytest.approx(0.0)


@given(arrays(np.float64, (4, 5), elements=st.floats(0.01, 1e9)))
def test_the_days_lie_between_the_buckets(buckets: np.ndarray) -> None:
    days = days_beyond_terms_of_aging(buckets)
    assert ((days >= 0) & (days <= 105 + 1e-9)).all()


@given(arrays(np.float64, 5, elements=st.floats(0.01, 1e6)), st.floats(0.01, 100))
def test_the_size_of_the_balance_does_not_matter(buckets: np.ndarray, factor: float) -> None:
    assert days_beyond_terms_of_aging(buckets * factor) == pytest.approx(days_beyond_terms_of_aging(buckets))
