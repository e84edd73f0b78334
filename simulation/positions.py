"""Positions at month ends, from invoices: what a member's books show, and what is true.

This is a second, independent way to the figures that intake computes from files; the tests hold the two together.
"""

import numpy as np
import numpy.typing as npt
import polars as pl

from simulation.calendar import Window

COLUMNS = ("current", "late_1_30", "late_31_60", "late_61_90", "late_91", "dbt_days", "dbt_value", "disputed")
AMOUNTS = COLUMNS[:7]
"""What goes into the pool, in the order of its array."""
Cells = npt.NDArray[np.float64]


def account_positions(
    invoices: pl.DataFrame, *, accounts: int, calendar: Window, sees_disputes: bool = True
) -> npt.NDArray[np.int64]:
    """Return the position of each account at each month end, cents, shape (accounts, months, 8) in order of `COLUMNS`.

    An invoice is open at a month end when it was made by then and is not settled by then. Days past due put it into its
    bucket. `dbt_days` sums value x days beyond terms over open invoices (0 while not due) and over those settled in the
    month (floor -30); `dbt_value` is its base. Disputed invoices count in `disputed` alone while open, and nowhere once
    settled; with `sees_disputes` false they are as all others (books that do not know disputes).
    """
    ends = calendar.month_ends
    made = np.maximum(calendar.month_of(invoices["invoice_date"].to_numpy()), 0)
    settled = invoices["settled_date"].to_numpy()
    paid_month = np.where(
        np.isnat(settled), ends.size, calendar.month_of(np.where(np.isnat(settled), ends[-1], settled))
    )
    last_open = np.minimum(paid_month, ends.size)
    spans = np.maximum(last_open - made, 0)
    row = np.repeat(np.arange(invoices.height), spans)
    month = np.arange(row.size) - np.repeat(np.cumsum(spans) - spans, spans) + made[row]
    account, amount = invoices["account"].to_numpy().astype(np.int64), invoices["amount"].to_numpy()
    due, disputed = invoices["due_date"].to_numpy(), invoices["disputed"].to_numpy() & sees_disputes
    result = np.zeros((accounts * ends.size, len(COLUMNS)), dtype=np.int64)

    def add(column: int, cells: npt.NDArray[np.int64], values: npt.NDArray[np.int64]) -> None:
        """Add values to cells; sums of cents times days stay below 2^53, so floats are exact."""
        result[:, column] += np.bincount(
            cells, weights=values.astype(np.float64), minlength=result.shape[0]
        ).astype(np.int64)

    cell = account[row] * ends.size + month
    past_due = (ends[month] - due[row]).astype(np.int64)
    plain = ~disputed[row]
    bucket = np.where(past_due <= 0, 0, 1 + np.minimum((past_due - 1) // 30, 3))
    for column in range(5):
        chosen = plain & (bucket == column)
        add(column, cell[chosen], amount[row[chosen]])
    add(5, cell[plain], amount[row[plain]] * np.maximum(past_due[plain], 0))
    add(6, cell[plain], amount[row[plain]])
    add(7, cell[~plain], amount[row[~plain]])
    closed = np.flatnonzero((paid_month >= 0) & (paid_month < ends.size) & ~disputed)
    cell = account[closed] * ends.size + paid_month[closed]
    late = np.maximum((settled[closed] - due[closed]).astype(np.int64), -30)
    add(5, cell, amount[closed] * late)
    add(6, cell, amount[closed])
    return result.reshape(accounts, ends.size, len(COLUMNS))


def by_pair(positions: npt.NDArray[np.int64], accounts: pl.DataFrame, *, pairs: int) -> npt.NDArray[np.int64]:
    """Return the positions summed over the accounts of each pair, shape (pairs, months, 8)."""
    summed = np.zeros((pairs, *positions.shape[1:]), dtype=np.int64)
    np.add.at(summed, accounts["pair"].to_numpy(), positions)
    return summed
