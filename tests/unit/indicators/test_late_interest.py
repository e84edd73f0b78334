import pytest

from network.indicators.late_interest import french_rate, late_interest, union_rate


def test_france_adds_ten_points_to_the_refinancing_rate() -> None:
    assert french_rate(2.15, 2.76) == pytest.approx(12.15)


def test_an_agreed_rate_is_never_under_three_times_the_legal_rate() -> None:
    assert french_rate(2.15, 2.76, agreed_rate=5) == pytest.approx(8.28)
    assert french_rate(2.15, 2.76, agreed_rate=9) == 9


def test_the_union_asks_for_eight_points() -> None:
    assert union_rate(2.15) == pytest.approx(10.15)


def test_interest_runs_by_the_day_and_each_late_invoice_adds_forty_euros() -> None:
    asked = late_interest([10_000, 10_000, 500], [30, 0, -5], 12.15)
    assert asked.tolist() == [pytest.approx(139.863, abs=0.001), 0, 0]
