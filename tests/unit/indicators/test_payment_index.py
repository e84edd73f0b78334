import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anonymization.parameters import DEFAULT
from network.indicators.payment_index import index_of_band, payment_index


@pytest.mark.parametrize(
    ("days", "index"),
    [(-30, 100), (-20, 90), (0, 80), (15, 70), (22, 60), (30, 50), (60, 40), (90, 30), (120, 20), (240, 0)],
)
def test_the_index_passes_through_every_anchor_of_the_published_key(days: float, index: float) -> None:
    assert payment_index(days) == index


@pytest.mark.parametrize(("days", "index"), [(-25, 95), (-10, 85), (7.5, 75), (45, 45), (105, 25), (180, 10)])
def test_between_anchors_the_index_is_linear(days: float, index: float) -> None:
    assert payment_index(days) == pytest.approx(index)


def test_beyond_both_ends_the_index_stays_at_its_ends() -> None:
    assert payment_index([-400, 1000]).tolist() == [100, 0]


def test_an_unknown_number_of_days_has_no_index() -> None:
    assert np.isnan(payment_index([[np.nan]])).all()


@given(st.floats(-60, 300), st.floats(0, 60))
def test_paying_later_never_raises_the_index(days: float, more: float) -> None:
    assert payment_index(days + more) <= payment_index(days)


def test_a_band_is_rounded_outwards_and_its_value_half_up() -> None:
    assert index_of_band(15, 18.5, 22) == (60, 65, 70)
    assert index_of_band(3, 5.5, 8) == (74, 76, 78)
    assert index_of_band(0, 0.75, 1.5) == (79, 80, 80)  # 79.5 rounds up


def test_a_band_upside_down_is_refused() -> None:
    with pytest.raises(ValueError, match="ascend"):
        index_of_band(22, 18, 15)


def test_the_released_bands_of_days_are_steps_of_the_index() -> None:
    bands = [DEFAULT.days.ends(each) for each in range(DEFAULT.days.bands)]
    told = [
        index_of_band(float(low), typical, float(high))
        for (low, high), typical in zip(bands, DEFAULT.days_typical, strict=True)
        if high is not None
    ]
    assert told == [
        (78, 80, 100), (74, 76, 78), (70, 72, 75), (60, 65, 70), (50, 55, 60), (40, 45, 50), (30, 35, 40), (0, 20, 30),
    ]  # fmt: skip
