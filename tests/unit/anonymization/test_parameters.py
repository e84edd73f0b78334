from dataclasses import fields, replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anonymization.parameters import DEFAULT, PROFILES, TRADE, Parameters, Scale

SCALES = [
    scale
    for profile in PROFILES.values()
    for scale in (profile.contributors, profile.exposure, profile.share, profile.days)
]


def test_every_number_has_its_reason() -> None:
    reasons = DEFAULT.reasons()
    assert list(reasons) == [each.name for each in fields(Parameters)]
    assert all(len(reason) > 30 for reason in reasons.values())


def test_the_digest_names_the_rules_in_force() -> None:
    assert DEFAULT.digest() == replace(DEFAULT).digest()
    looser = replace(DEFAULT, wait_most=4)
    narrower = replace(DEFAULT, share=replace(DEFAULT.share, edges=(Decimal(0), Decimal(1))))
    assert len({DEFAULT.digest(), TRADE.digest(), looser.digest(), narrower.digest()}) == 4


def test_the_trade_profile_only_loosens() -> None:
    assert min(TRADE.gate) < min(DEFAULT.gate)
    assert TRADE.weight_cap > DEFAULT.weight_cap
    assert TRADE.insiders < DEFAULT.insiders


def test_a_gate_lets_no_count_through_that_has_no_band() -> None:
    for profile in PROFILES.values():
        assert min(profile.gate) >= profile.contributors.edges[0]
        assert min(profile.gate) > profile.insiders + 1
        assert min(profile.gate) * profile.weight_cap > 1


@given(st.sampled_from(SCALES), st.floats(-1e3, 1e12), st.floats(0, 1e12))
def test_a_larger_value_is_never_in_a_lower_band(scale: Scale, value: float, more: float) -> None:
    low, high = scale.place(np.array([value, value + more]))
    assert 0 <= low <= high < scale.bands


@given(st.sampled_from(SCALES), st.floats(0, 1e12))
def test_a_value_lies_within_the_ends_of_its_band(scale: Scale, value: float) -> None:
    low, high = scale.ends(int(scale.place(np.array([value]))[0]))
    assert float(low) <= value or value < float(scale.edges[0])
    if high is not None and value < float(scale.edges[-1]):
        assert value < float(high) + scale.counts


def test_the_bands_are_those_that_are_published() -> None:
    contributors = DEFAULT.contributors
    assert [contributors.ends(band) for band in range(contributors.bands)] == [(5, 9), (10, 19), (20, None)]
    assert TRADE.contributors.ends(0) == (3, 4)
    assert [float(edge) for edge in DEFAULT.share.edges] == [0, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1]
    assert DEFAULT.days.bands == len(DEFAULT.days_typical) == 8
    assert DEFAULT.exposure.ends(0) == (0, 1000)
    assert DEFAULT.exposure.ends(3) == (5000, 10_000)
    assert DEFAULT.exposure.ends(DEFAULT.exposure.bands - 1) == (1_000_000_000, None)


def test_the_point_at_which_a_band_is_told_lies_in_it() -> None:
    assert DEFAULT.days.place(np.array(DEFAULT.days_typical)).tolist() == list(range(8))


def test_a_scale_that_does_not_ascend_is_refused() -> None:
    with pytest.raises(ValueError, match="ascend"):
        Scale((Decimal(1), Decimal(1)))
    with pytest.raises(ValueError, match="ascend"):
        Scale((Decimal(1),))
    with pytest.raises(ValueError, match="127"):
        Scale(tuple(map(Decimal, range(129))))
    with pytest.raises(IndexError):
        DEFAULT.share.ends(8)
