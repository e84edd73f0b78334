import numpy as np
import pytest

from network.indicators.aged_balance import aged_balance, bucket_of, past_due_share


@pytest.mark.parametrize(
    ("past_due", "bucket"),
    [(-40, 0), (0, 0), (1, 1), (30, 1), (31, 2), (60, 2), (61, 3), (90, 3), (91, 4), (900, 4)],
)
def test_the_bucket_follows_the_days_past_due(past_due: int, bucket: int) -> None:
    as_of = np.datetime64("2026-10-31")
    assert bucket_of(as_of - past_due, as_of) == bucket


def test_open_amounts_are_summed_by_bucket() -> None:
    due = np.array(["2026-11-15", "2026-10-30", "2026-10-01", "2026-01-01"], dtype="datetime64[D]")
    assert aged_balance([100, 20, 30, 4], due, "2026-10-31").tolist() == [100, 50, 0, 0, 4]


def test_the_past_due_share_is_all_but_current() -> None:
    assert past_due_share([75, 10, 5, 5, 5]) == pytest.approx(0.25)
    assert np.isnan(past_due_share([0, 0, 0, 0, 0]))
