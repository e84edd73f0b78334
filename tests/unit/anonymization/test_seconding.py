"""Lateness that one voice alone tells."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anonymization.segments import Segments
from anonymization.steps.distortion import Voices
from anonymization.steps.seconding import seconded


def heard(buckets: list[list[float]], days: list[float] | None = None) -> Voices:
    """What is told of one debtor with these voices; days are means over a base of 100."""
    means = np.zeros(len(buckets)) if days is None else np.array(days)
    base = np.full(len(buckets), 100.0)
    voices = Voices(buckets=np.array(buckets), days=means * base, base=base)
    return seconded(voices, Segments.of(np.zeros(len(buckets), dtype=np.int32), 1))


def test_what_one_alone_says_is_not_told() -> None:
    told = heard([[0.0, 0, 0, 0, 90], [100, 0, 0, 0, 0], [100, 0, 0, 0, 0]])
    assert told.buckets.tolist() == [[90, 0, 0, 0, 0], [100, 0, 0, 0, 0], [100, 0, 0, 0, 0]]


def test_it_is_told_as_late_as_others_bear_it_out() -> None:
    told = heard([[0.0, 0, 0, 0, 90], [100, 0, 30, 0, 0], [100, 20, 0, 0, 0]])
    assert told.buckets[0].tolist() == [40, 20, 30, 0, 0]
    assert told.buckets[1:].tolist() == [[100, 0, 30, 0, 0], [100, 20, 0, 0, 0]]


def test_two_that_say_the_same_are_heard() -> None:
    both = [[0.0, 0, 0, 0, 90], [10.0, 0, 0, 0, 90]]
    assert heard([*both, [100.0, 0, 0, 0, 0]]).buckets[:2].tolist() == both


def test_mean_days_lie_between_the_second_voices() -> None:
    assert heard([[1.0, 0, 0, 0, 0]] * 5, [-20, 0, 4, 10, 200]).days.tolist() == [0, 0, 400, 1000, 1000]


def test_a_voice_without_days_has_none_and_lends_none() -> None:
    voices = Voices(buckets=np.ones((3, 5)), days=np.array([9000.0, 500, 0]), base=np.array([100.0, 100, 0]))
    told = seconded(voices, Segments.of(np.zeros(3, dtype=np.int32), 1))
    assert told.days.tolist() == [9000, 500, 0]


@given(
    st.lists(st.lists(st.floats(0, 1e9), min_size=5, max_size=5), min_size=1, max_size=8),
    st.data(),
)
def test_what_is_owed_in_all_stays_and_no_bucket_is_negative(
    buckets: list[list[float]], data: st.DataObject
) -> None:
    days = data.draw(st.lists(st.floats(-30, 240), min_size=len(buckets), max_size=len(buckets)))
    told = heard(buckets, days)
    assert (told.buckets >= 0).all()
    assert told.buckets.sum(axis=1) == pytest.approx(np.array(buckets).sum(axis=1), rel=1e-9)
    assert told.days.min() >= min(days) * 100 - 1e-6
    assert told.days.max() <= max(days) * 100 + 1e-6
