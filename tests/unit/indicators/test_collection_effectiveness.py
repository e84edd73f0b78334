import numpy as np
import pytest

from network.indicators.collection_effectiveness import collection_effectiveness


def test_collected_over_collectable() -> None:
    # Opened with 100, sold 60: 160. Still open 90, of which 50 not yet due: 70 of 110 collected.
    assert collection_effectiveness(100, 60, 90, 50) == pytest.approx(63.636, abs=0.001)


def test_nothing_past_due_is_a_hundred() -> None:
    assert collection_effectiveness([100, 80], [60, 10], [50, 5], [50, 5]).tolist() == [100, 100]


def test_nothing_to_collect_has_no_index() -> None:
    assert np.isnan(collection_effectiveness(0, 60, 60, 60))
