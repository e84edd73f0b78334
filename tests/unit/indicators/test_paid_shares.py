import numpy as np
import pytest

from network.indicators.paid_shares import paid_shares


def test_suppliers_are_counted_not_weighed() -> None:
    assert paid_shares([0, 29.9, 30, 90, 90.1]).tolist() == [0.4, 0.4, 0.2]


def test_a_supplier_without_a_figure_is_left_out() -> None:
    assert paid_shares([[10, np.nan, 100], [5, 5, 5]]).tolist() == [[0.5, 0, 0.5], [1, 0, 0]]


def test_nobody_gives_no_shares() -> None:
    assert np.isnan(paid_shares([np.nan])).all()


def test_one_large_unpaid_supplier_is_told_from_everybody_paid_late() -> None:
    one_large = paid_shares([0, 0, 0, 0, 120])
    everybody = paid_shares([45, 50, 40, 60, 45])
    assert one_large == pytest.approx([0.8, 0, 0.2])
    assert everybody == pytest.approx([0, 1, 0])
