"""Positions at month ends, from invoices: what a member's books show, and what is true.

This is a second, independent way to the figures that intake computes from files; the tests hold the two together.
"""

import numpy as np
import numpy.typing as npt
import polars as pl

from simulation.calendar import Days, Window

COLUMNS = ("current", "late_1_30", "late_31_60", "late_61_90", "late_91", "dbt_days", "dbt_value", "disputed")
AMOUNTS = COLUMNS[:7]
"""What goes into the pool, in the order of its array."""
BUCKETS = 5
Integers = npt.NDArray[np.int64]


def account_positions(
    invoices: pl.DataFrame, *, accounts: int, calendar: Window, sees_disputes: bool = True
) -> Integers:
    """Return the position of each account at each month end, cents, shape (accounts, months, 8) in order of `COLUMNS`.

    An invoice is open at a month end when it was made by then and is not settled by then; days past due put it into its
    bucket, and open credit notes reduce the oldest bucket first. `dbt_days` sums value x days beyond terms over open
    invoices (0 while not due) and over those settled in the month (floor -30); `dbt_value` is its base. Disputed
    invoices count in `disputed` alone while open, and nowhere once settled; with `sees_disputes` false they are as all
    others (books that do not know disputes).
    """
    disputed = invoices["disputed"].to_numpy() & sees_disputes
    row, month = _open(invoices, calendar)
    ends, amount = calendar.month_ends, invoices["amount"].to_numpy()
    months = ends.size
    cell = invoices["account"].to_numpy().astype(np.int64)[row] * months + month
    past_due = np.maximum((ends[month] - invoices["due_date"].to_numpy()[row]).astype(np.int64), 0)
    bucket = np.minimum((past_due + 29) // 30, 4)
    plain, positive = ~disputed[row], amount[row] > 0
    cells = accounts * months
    owed, days = np.zeros((cells, BUCKETS), dtype=np.int64), np.zeros((cells, BUCKETS), dtype=np.int64)
    for place in range(BUCKETS):
        chosen = plain & positive & (bucket == place)
        owed[:, place] = _sums(cell[chosen], amount[row[chosen]], cells)
        days[:, place] = _sums(cell[chosen], amount[row[chosen]] * past_due[chosen], cells)
    noted = plain & ~positive
    _take_credit(owed, days, _sums(cell[noted], -amount[row[noted]], cells))
    value, value_days = _settled(invoices, disputed, calendar, cells)
    contested = _sums(cell[~plain], amount[row[~plain]], cells)
    table = np.column_stack([owed, days.sum(axis=1) + value_days, owed.sum(axis=1) + value, contested])
    return table.reshape(accounts, months, len(COLUMNS))


def _settled_month(invoices: pl.DataFrame, calendar: Window) -> Integers:
    """Return the month in which each invoice is settled; the number of months where that is never or later."""
    settled: Days = invoices["settled_date"].to_numpy()
    never = np.isnat(settled)
    months = calendar.month_of(np.where(never, calendar.last_day, settled))
    return np.where(never, calendar.month_ends.size, np.minimum(months, calendar.month_ends.size))


def _open(invoices: pl.DataFrame, calendar: Window) -> tuple[Integers, Integers]:
    """Return (invoice row, month) for each month end at which an invoice is open."""
    made = np.maximum(calendar.month_of(invoices["invoice_date"].to_numpy()), 0)
    spans = np.maximum(_settled_month(invoices, calendar) - made, 0)
    row = np.repeat(np.arange(invoices.height), spans)
    month = np.arange(row.size) - np.repeat(np.cumsum(spans) - spans, spans) + made[row]
    return row, month


def _settled(
    invoices: pl.DataFrame, disputed: npt.NDArray[np.bool_], calendar: Window, cells: int
) -> tuple[Integers, Integers]:
    """Return (value, value x days beyond terms) of what is settled in each month, by cell."""
    month, amount = _settled_month(invoices, calendar), invoices["amount"].to_numpy()
    months = calendar.month_ends.size
    chosen = np.flatnonzero((month >= 0) & (month < months) & (amount > 0) & ~disputed)
    late = (invoices["settled_date"].to_numpy() - invoices["due_date"].to_numpy())[chosen].astype(np.int64)
    cell = invoices["account"].to_numpy().astype(np.int64)[chosen] * months + month[chosen]
    value = _sums(cell, amount[chosen], cells)
    return value, _sums(cell, amount[chosen] * np.maximum(late, -30), cells)


def _sums(cell: Integers, values: Integers, cells: int) -> Integers:
    """Return sums by cell; cents times days stay below 2^53, so that sums of floats are exact."""
    return np.bincount(cell, weights=values.astype(np.float64), minlength=cells).astype(np.int64)


def _take_credit(owed: Integers, days: Integers, credit: Integers) -> None:
    """Let open credit notes reduce the oldest bucket first, and its days in proportion, in place."""
    rows = np.flatnonzero(credit)
    rest = credit[rows]
    for place in range(BUCKETS - 1, -1, -1):
        there = owed[rows, place]
        used = np.minimum(rest, there)
        share = used / np.maximum(there, 1)
        days[rows, place] -= np.rint(days[rows, place] * share).astype(np.int64)
        owed[rows, place] = there - used
        rest = rest - used


def by_pair(positions: Integers, accounts: pl.DataFrame) -> Integers:
    """Return the positions summed over the accounts of each pair, shape (pairs, months, 8); accounts lie pair by pair."""
    starts = np.searchsorted(accounts["pair"].to_numpy(), np.arange(int(accounts["pair"][-1]) + 1))
    summed: Integers = np.add.reduceat(positions, starts, axis=0)
    return summed
