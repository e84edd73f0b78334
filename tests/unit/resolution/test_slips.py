"""By how little two spellings may differ and still be linked without a person."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from network.resolution.likeness import differs_by_a_slip

NAMES = st.lists(st.text("abc1", min_size=1, max_size=6), min_size=1, max_size=4).map(" ".join)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("boulangerie dupont", "boulangerie dupont"),
        ("boulangerie dupond", "boulangerie dupont"),
        ("dupont boulangerie", "boulangerie dupont"),
        ("boulangerie dupnot", "boulangerie dupont"),
        ("boulangerie duponts", "boulangerie dupont"),
        ("bati sol", "batisol"),
        ("menuiserei", "menuiserie"),
    ],
)
def test_a_slip_of_the_pen(ours: str, theirs: str) -> None:
    assert differs_by_a_slip(ours, theirs)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("dupont holding", "dupont"),
        ("dupont transports", "dupont participations"),
        ("residence lilas 12", "residence lilas 13"),
        ("garage roux", "garage doux"),
        ("meyer", "mayer"),
        ("boulangerie gupont", "boulangerie dupont"),
        ("boulanjerie dupond", "boulangerie dupont"),
        ("residence 1 23", "residence 12 3"),
        ("", ""),
    ],
)
def test_what_may_be_another_company(ours: str, theirs: str) -> None:
    assert not differs_by_a_slip(ours, theirs)


@given(NAMES, NAMES)
def test_it_does_not_matter_which_is_which(ours: str, theirs: str) -> None:
    assert differs_by_a_slip(ours, theirs) == differs_by_a_slip(theirs, ours)
    assert differs_by_a_slip(ours, ours)
