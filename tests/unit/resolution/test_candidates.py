"""The few names that a written one may mean, by sparse vectors."""

import numpy as np
import pytest

from network.resolution.candidates import NameIndex
from network.resolution.normalise import normalise_all

TOWNS = ("Lyon", "Paris", "Nantes", "Lille", "Brest", "Nice", "Metz", "Tours", "Dijon", "Rennes")
TRADES = ("Boulangerie", "Garage", "Transports", "Menuiserie", "Plomberie", "Imprimerie")
NAMES = [f"{trade} {town} {number}" for number, town in enumerate(TOWNS) for trade in TRADES]


@pytest.fixture(scope="module")
def index() -> NameIndex:
    """An index in two parts, as after names were added."""
    index = NameIndex(normalise_all(NAMES[:40]))
    index.add(normalise_all(NAMES[40:]))
    return index


def test_one_name_asked_alone_finds_what_it_finds_among_many(index: NameIndex) -> None:
    asked = normalise_all([f"{trade[:-1]} de {town}" for town in TOWNS for trade in TRADES])
    together = index.nearest(asked, top=7)
    for place, name in enumerate(asked):
        alone, among = index.nearest([name], top=7), together.filter(together["query"] == place)
        assert np.allclose(alone["cosine"], among["cosine"], atol=1e-6)
        above = among["cosine"][-1] + 1e-6  # at the end of the list equals may come in any order
        assert set(alone.filter(alone["cosine"] > above)["row"]) == set(
            among.filter(among["cosine"] > above)["row"]
        )


def test_a_name_with_nothing_in_common_finds_nothing(index: NameIndex) -> None:
    assert index.nearest(normalise_all(["Xyzwq", ""])).is_empty()


def test_the_very_name_comes_first(index: NameIndex) -> None:
    found = index.nearest(normalise_all([NAMES[3], NAMES[50]]), top=1)
    assert found["row"].to_list() == [3, 50]
