from decimal import Decimal

import pytest

from network.figures import count_range, days_range, index_range, money_range, month_name, share_range
from network.schemas.release import Band


def band(low: str, high: str | None) -> Band:
    return Band(low=Decimal(low), high=None if high is None else Decimal(high))


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        ("-30", "3", "on time, or at most 3 days late"),
        ("-30", "-10", "10 to 30 days early"),
        ("-5", "0", "0 to 5 days early"),
        ("0", "8", "0 to 8 days late"),
        ("15", "22", "15 to 22 days late"),
        ("90", "240", "more than 90 days late"),
        ("120", None, "more than 120 days late"),
    ],
)
def test_days_are_told_as_a_credit_manager_would(low: str, high: str | None, words: str) -> None:
    assert days_range(band(low, high), "en") == words


@pytest.mark.parametrize(
    ("low", "high", "english", "french"),
    [
        ("0", "1000", "under €1K", "moins de 1 k €"),
        ("200000", "500000", "€200K to €500K", "200 k € à 500 k €"),
        ("1000000000", None, "€1B or more", "1 Md € ou plus"),
    ],
)
def test_money_is_short(low: str, high: str | None, english: str, french: str) -> None:
    assert money_range(band(low, high), "en") == english
    assert money_range(band(low, high), "fr").replace("\xa0", " ") == french


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [("0", "0.02", "under 2%"), ("0.10", "0.20", "10% to 20%"), ("0.75", "1", "75% or more")],
)
def test_shares_are_per_cent(low: str, high: str, words: str) -> None:
    assert share_range(band(low, high), "en") == words


def test_counts_and_indices_and_months() -> None:
    assert count_range(band("5", "9"), "en") == "5 to 9"
    assert count_range(band("20", None), "en") == "20 or more"
    assert index_range(60, 70, "en") == "60 to 70"
    assert index_range(50, 50, "en") == "50"
    assert month_name("2026-08", "fr") == "août 2026"
    assert month_name("2026-08", "en", short=True) == "Aug 2026"
