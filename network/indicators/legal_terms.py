"""Legal payment terms in France: the latest day on which an invoice between companies may fall due.

Source: Code de commerce, L441-10 I (ceilings of 60 days and of 45 days end of month, 45 days for periodic invoices,
30 days where nothing was agreed) and L441-11 (special trades, not covered). All dates are datetime64[D].
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

CEILING_DAYS = 60
END_OF_MONTH_DAYS = 45
PERIODIC_DAYS = 45
DEFAULT_DAYS = 30

Days = NDArray[np.datetime64]


def _days(dates: ArrayLike) -> Days:
    return np.asarray(dates, dtype="datetime64[D]")


def _end_of_month(dates: Days) -> Days:
    return np.asarray((dates.astype("datetime64[M]") + 1).astype("datetime64[D]") - 1)


def due_after_days(invoice: ArrayLike, days: ArrayLike = CEILING_DAYS) -> Days:
    """Return the invoice date and so many days."""
    return np.asarray(_days(invoice) + np.asarray(days, dtype="timedelta64[D]"))


def due_days_then_end_of_month(invoice: ArrayLike, days: ArrayLike = END_OF_MONTH_DAYS) -> Days:
    """Return the end of the month in which the invoice date and so many days falls: the first way of counting."""
    return _end_of_month(due_after_days(invoice, days))


def due_end_of_month_then_days(invoice: ArrayLike, days: ArrayLike = END_OF_MONTH_DAYS) -> Days:
    """Return the end of the month of the invoice and so many days: the second way of counting."""
    return due_after_days(_end_of_month(_days(invoice)), days)


def latest_legal_due(invoice: ArrayLike, *, end_of_month: bool = False, is_periodic: bool = False) -> Days:
    """Return the latest legal due date: 60 days, or 45 days end of month where that was agreed, 45 if periodic.

    With 45 days end of month both ways of counting are valid, so the later of the two is the ceiling.
    """
    if is_periodic:
        return due_after_days(invoice, PERIODIC_DAYS)
    if not end_of_month:
        return due_after_days(invoice)
    return np.asarray(np.maximum(due_days_then_end_of_month(invoice), due_end_of_month_then_days(invoice)))


def default_due(receipt: ArrayLike) -> Days:
    """Return the due date where nothing was agreed: 30 days after the goods or the service were received."""
    return due_after_days(receipt, DEFAULT_DAYS)
