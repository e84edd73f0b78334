"""The calendar closes a month some days after its end, each month once."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from network.models import ReleaseEpoch
from network.permissions import operator_at_console
from network.services.due_epochs import close_epochs_due, due_day
from network.services.epochs import close_epoch


@pytest.mark.parametrize(
    ("epoch", "day"),
    [("2026-09", date(2026, 10, 10)), ("2026-12", date(2027, 1, 10)), ("2024-01", date(2024, 2, 10))],
)
def test_a_month_is_due_in_the_month_after_it(epoch: str, day: date) -> None:
    assert due_day(epoch, close_day=10) == day


def test_months_are_closed_when_their_day_has_come_and_never_twice(session: Session) -> None:
    actor = operator_at_console()
    assert close_epochs_due(actor, today=date(2026, 11, 21), close_day=10) == []  # nobody has sent anything
    close_epoch(actor, epoch="2026-07", today=date(2026, 8, 1))
    assert close_epochs_due(actor, today=date(2026, 10, 9), close_day=10) == ["2026-08"]
    assert close_epochs_due(actor, today=date(2026, 10, 10), close_day=10) == ["2026-09"]
    assert close_epochs_due(actor, today=date(2026, 10, 31), close_day=10) == []
    assert session.scalars(select(ReleaseEpoch.epoch).order_by(ReleaseEpoch.epoch)).all() == [
        "2026-07",
        "2026-08",
        "2026-09",
    ]
