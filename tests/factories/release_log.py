"""A release log of several months and more than one tile."""

import uuid
from datetime import timedelta

from tests.factories.releases import DAY, close_month, months, new_debtors, released

EPOCHS = months("2026-06", 4)
PER_MONTH = 300
"""More than one tile holds."""


def fill_log(epochs: tuple[str, ...] = EPOCHS, count: int = PER_MONTH) -> list[uuid.UUID]:
    """Close some months over the same debtors, a day after each other; return the debtors in the log's order."""
    debtors = sorted(uuid.uuid4() for _ in range(count))
    new_debtors(debtors)
    for place, epoch in enumerate(epochs):
        values = [released(epoch, debtor=debtor, days=1 + place % 3) for debtor in debtors]
        close_month(epoch, *values, day=DAY + timedelta(days=place))
    return debtors
