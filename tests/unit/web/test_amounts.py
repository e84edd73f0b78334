"""The picture of what a member sent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from network.services.ledgers import PeriodTotals
from network.web.amounts import BUCKETS, HEIGHT, WIDTH, amounts_by_currency, owed
from tests.factories.releases import months


def totals(period: str, *buckets: int, currency: str = "EUR") -> PeriodTotals:
    return PeriodTotals(period, currency, 3, *buckets)


def test_the_tallest_month_fills_the_picture_and_halves_are_half() -> None:
    (picture,) = amounts_by_currency([totals("2026-09", 50, 0, 0, 0, 0), totals("2026-10", 60, 20, 10, 5, 5)])
    september, october = picture.columns
    assert sum(piece.height for piece in october.slices) == pytest.approx(HEIGHT)
    assert sum(piece.height for piece in september.slices) == pytest.approx(HEIGHT / 2)
    assert picture.top == 100


def test_each_currency_has_its_picture_the_largest_first() -> None:
    pictures = amounts_by_currency(
        [totals("2026-10", 10, 0, 0, 0, 0, currency="NOK"), totals("2026-10", 90, 0, 0, 0, 0)]
    )
    assert [picture.currency for picture in pictures] == ["EUR", "NOK"]


def test_a_credit_counts_against_what_is_owed_and_is_no_rectangle() -> None:
    month = totals("2026-10", 100, -40, 0, 0, 0)
    assert owed(month) == 60
    (picture,) = amounts_by_currency([month])
    assert [piece.height for piece in picture.columns[0].slices] == [HEIGHT, 0, 0, 0, 0]


def test_only_two_years_are_drawn_but_all_are_listed() -> None:
    (picture,) = amounts_by_currency([totals(period, 1, 1, 1, 1, 1) for period in months("2024-01", 30)])
    assert (len(picture.columns), len(picture.months)) == (24, 30)
    assert picture.columns[0].period == "2024-07"


amount = st.integers(-(10**12), 10**12)


@given(st.lists(st.tuples(*[amount] * len(BUCKETS)), min_size=1, max_size=40))
def test_nothing_is_drawn_outside_of_the_picture(rows: list[tuple[int, ...]]) -> None:
    periods = months("2023-01", len(rows))
    (picture,) = amounts_by_currency(totals(period, *row) for period, row in zip(periods, rows, strict=True))
    for column in picture.columns:
        assert column.x >= 0
        assert column.x + column.width <= WIDTH
        for piece in column.slices:
            assert piece.height >= 0
            assert -0.1 <= piece.y <= HEIGHT
