"""Which months are to be closed by the calendar, for a network whose operator does not want to do it by hand."""

import calendar
from datetime import date

from network.permissions import Actor, Permission, require
from network.services.epochs import OnReleased, close_epoch, next_epoch


def close_epochs_due(
    actor: Actor,
    *,
    today: date,
    close_day: int,
    profile: str = "default",
    on_released: OnReleased | None = None,
) -> list[str]:
    """Close, oldest first, every month whose following `close_day` has come; return those closed now.

    The days between a month's end and `close_day` are the time in which members send what they have of it.
    """
    require(actor, Permission.RELEASE_CLOSE)
    closed: list[str] = []
    while (epoch := next_epoch()) is not None and due_day(epoch, close_day=close_day) <= today:
        close_epoch(actor, epoch=epoch, today=today, profile=profile, on_released=on_released)
        closed.append(epoch)
    return closed


def due_day(epoch: str, *, close_day: int) -> date:
    """Return the day on which a month (YYYY-MM) is closed: `close_day` of the month after it."""
    year, month = divmod(int(epoch[:4]) * 12 + int(epoch[5:]), 12)
    return date(year, month + 1, min(close_day, calendar.monthrange(year, month + 1)[1]))
