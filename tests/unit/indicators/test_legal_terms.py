import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from network.indicators.legal_terms import (
    default_due,
    due_days_then_end_of_month,
    due_end_of_month_then_days,
    latest_legal_due,
)


def test_sixty_days_from_the_invoice() -> None:
    assert latest_legal_due("2026-01-15") == np.datetime64("2026-03-16")


@pytest.mark.parametrize(
    ("invoice", "first_way", "second_way"),
    [
        ("2026-01-10", "2026-02-28", "2026-03-17"),
        ("2026-01-31", "2026-03-31", "2026-03-17"),
        ("2026-06-20", "2026-08-31", "2026-08-14"),
    ],
)
def test_45_days_end_of_month_is_counted_both_ways(invoice: str, first_way: str, second_way: str) -> None:
    assert due_days_then_end_of_month(invoice) == np.datetime64(first_way)
    assert due_end_of_month_then_days(invoice) == np.datetime64(second_way)
    later = max(np.datetime64(first_way), np.datetime64(second_way))
    assert latest_legal_due(invoice, end_of_month=True) == later


def test_periodic_invoices_have_45_days_and_silence_30() -> None:
    assert latest_legal_due(["2026-01-01"], is_periodic=True).tolist() == [np.datetime64("2026-02-15").item()]
    assert default_due("2026-01-01") == np.datetime64("2026-01-31")


@given(st.dates())
def test_days_then_end_of_month_is_always_the_last_day_of_a_month(day: object) -> None:
    due = due_days_then_end_of_month(np.datetime64(day))
    assert (due + 1).astype("datetime64[M]") != due.astype("datetime64[M]")
