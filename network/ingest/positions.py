"""From invoices to positions: what each customer owed at the end of each month, by days past due.

All month ends of a few thousand customers are computed at once, as sums over (account, month, bucket) cells; an account is
one customer in one currency. Memory is bounded by the cells, time by the invoices and the months that each stayed open.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from network.ingest.ledger import BUCKETS, POSITION_COLUMNS

MAX_PERIODS = 36
"""A file speaks for at most three years before its last event: one old open invoice does not make it speak for a decade."""
EARLY_FLOOR = -30
"""Days: paying earlier than that says nothing more (the key of the Payment Index ends there)."""
HIGH_CREDIT_MONTHS = 12
ACCOUNTS_AT_ONCE = 8_192
BUCKET_STARTS = (1, 31, 61, 91)
MIDDLE_DAYS = (0, 15, 45, 75, 105)
"""Days past due that stand for a bucket of an aged balance (domain formula of days beyond terms)."""

Int = NDArray[np.int64]
NEVER = np.iinfo(np.int32).max
"""The settled day of an open invoice."""


@dataclass(frozen=True, slots=True)
class Items:
    """Invoices as arrays of one length: account, days since 1970 (`settled` is NEVER where open), minor units, flag."""

    account: Int
    issued: Int
    due: Int
    settled: Int
    amount: Int
    disputed: NDArray[np.bool_]

    def between(self, low: int, high: int) -> "Items":
        """Return the items of accounts low to high - 1, renumbered from 0; the items must be sorted by account."""
        start, end = np.searchsorted(self.account, (low, high))
        part = slice(start, end)
        return Items(
            self.account[part] - low,
            self.issued[part],
            self.due[part],
            self.settled[part],
            self.amount[part],
            self.disputed[part],
        )


@dataclass(frozen=True, slots=True)
class Calendar:
    """The months that a file speaks for: `first` (months since 1970) and the day at which each is looked at."""

    first: int
    days: Int

    @property
    def periods(self) -> list[str]:
        """Return the months as "YYYY-MM"."""
        months = np.arange(self.first, self.first + len(self.days)).astype("datetime64[M]")
        return [str(month) for month in months]


def calendar(first: date, last: date, *, as_of: date) -> Calendar:
    """Return the months from `first` to `last`, looked at on their last day, none later than `as_of`."""
    end = _month(last)
    start = max(_month(first), end - MAX_PERIODS + 1)
    ends = (
        np.arange(start + 1, end + 2).astype("datetime64[M]").astype("datetime64[D]") - np.timedelta64(1, "D")
    ).astype(np.int64)
    return Calendar(start, np.minimum(ends, np.datetime64(as_of, "D").astype(np.int64)))


def _month(day: date) -> int:
    return int(np.datetime64(day, "M").astype(np.int64))


def positions_of(items: Items, when: Calendar, accounts: pl.DataFrame) -> pl.DataFrame:
    """Return the positions (POSITION_COLUMNS) of all accounts at all months of the calendar.

    Args:
        items: sorted by account.
        when: the months.
        accounts: "customer_id" and "currency", by account number.
    """
    parts = list(_parts(items, when, len(accounts)))
    table = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    named = accounts.select("customer_id", "currency")[table.pop("account")]
    periods = pl.Series(when.periods, dtype=pl.String).gather(table.pop("month"))
    return named.with_columns(
        period=periods, **{name: pl.Series(values) for name, values in table.items()}
    ).select(list(POSITION_COLUMNS))


def _parts(items: Items, when: Calendar, accounts: int) -> Iterator[dict[str, Int]]:
    for low in range(0, max(accounts, 1), ACCOUNTS_AT_ONCE):
        count = min(ACCOUNTS_AT_ONCE, accounts - low)
        yield _cells(items.between(low, low + count), when, count, low)


def _cells(items: Items, when: Calendar, accounts: int, low: int) -> dict[str, Int]:
    """Return the columns of the positions of accounts 0 to `accounts` - 1, as flat arrays of the cells that say anything."""
    owed, owed_days, credit, disputed = _open(items, when, accounts)
    _apply_credit(owed, owed_days, credit)
    settled, settled_days = _settled(items, when, accounts)
    balance = owed.sum(axis=2) + disputed
    columns = {
        **{name: owed[:, :, index] for index, name in enumerate(BUCKETS)},
        "dbt_days": owed_days.sum(axis=2) + settled_days,
        "dbt_value": owed.sum(axis=2) + settled,
        "disputed": disputed,
        "high_credit": _recent_high(balance),
    }
    account, month = np.nonzero((columns["dbt_value"] > 0) | (disputed > 0))
    return {
        "account": account + low,
        "month": month,
        **{name: cells[account, month] for name, cells in columns.items()},
    }


def _open(items: Items, when: Calendar, accounts: int) -> tuple[Int, Int, Int, Int]:
    """Return (owed, owed x days past due) by (account, month, bucket), and (open credit, disputed) by (account, month)."""
    months = len(when.days)
    start = np.maximum(_look_at(items.issued, when), 0)
    end = np.where(items.settled == NEVER, months, np.minimum(_look_at(items.settled, when), months))
    stays = np.maximum(end - start, 0)
    which = np.repeat(np.arange(len(stays)), stays)
    month = np.arange(stays.sum()) - np.repeat(np.cumsum(stays) - stays, stays) + start[which]
    amount = items.amount[which]
    cell = items.account[which] * months + month
    past_due = np.maximum(when.days[month] - items.due[which], 0)
    owing = (amount > 0) & ~items.disputed[which]
    bucket = cell * len(BUCKETS) + np.digitize(past_due, BUCKET_STARTS)
    shape = (accounts, months, len(BUCKETS))
    owed = _sums(bucket[owing], amount[owing], shape)
    owed_days = _sums(bucket[owing], amount[owing] * past_due[owing], shape)
    unapplied = (amount < 0) & ~items.disputed[which]
    credit = _sums(cell[unapplied], -amount[unapplied], shape[:2])
    contested = items.disputed[which]
    return owed, owed_days, credit, np.maximum(_sums(cell[contested], amount[contested], shape[:2]), 0)


def _look_at(days: Int, when: Calendar) -> Int:
    """Return for each day the first month (0, 1, ...) at whose look it has come to pass; may lie outside the calendar."""
    month = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) - when.first
    looked = when.days[np.clip(month, 0, len(when.days) - 1)]
    return month + ((days > looked) & (month >= 0) & (month < len(when.days)))


def _settled(items: Items, when: Calendar, accounts: int) -> tuple[Int, Int]:
    """Return (value, value x days beyond terms) settled during each month, by (account, month); never a disputed invoice."""
    months = len(when.days)
    known = (items.settled != NEVER) & (items.amount > 0) & ~items.disputed
    month = _look_at(np.maximum(items.settled, items.issued)[known], when)
    inside = (month >= 0) & (month < months)
    amount = items.amount[known][inside]
    cell = items.account[known][inside] * months + month[inside]
    days = np.maximum(items.settled - items.due, EARLY_FLOOR)[known][inside]
    shape = (accounts, months)
    return _sums(cell, amount, shape), _sums(cell, amount * days, shape)


def _sums(cell: Int, weight: Int, shape: tuple[int, ...]) -> Int:
    """Return the sums by cell. Sums of cents are exact in a float up to 2**53, 90 million million euros."""
    sums = np.bincount(cell, weights=weight, minlength=int(np.prod(shape)))
    return np.rint(sums).astype(np.int64).reshape(shape)


def _apply_credit(owed: Int, owed_days: Int, credit: Int) -> None:
    """Net open credit notes and payments against what is oldest, in place; what is left over is not owed to anyone here."""
    left = credit.copy()
    for bucket in reversed(range(len(BUCKETS))):
        used = np.minimum(left, owed[:, :, bucket])
        before = np.maximum(owed[:, :, bucket], 1)
        owed_days[:, :, bucket] -= np.rint(owed_days[:, :, bucket] * (used / before)).astype(np.int64)
        owed[:, :, bucket] -= used
        left -= used


def _recent_high(balance: Int) -> Int:
    """Return the largest balance of the last twelve months that the file speaks for, each month included."""
    high = balance.copy()
    for back in range(1, min(HIGH_CREDIT_MONTHS, balance.shape[1])):
        high[:, back:] = np.maximum(high[:, back:], balance[:, :-back])
    return high


def positions_of_trade_lines(lines: pl.DataFrame) -> pl.DataFrame:
    """Return the positions of trade lines: days beyond terms from the middle days of the buckets.

    Args:
        lines: accepted rows of TradeLineSchema.
    """
    total = pl.sum_horizontal(BUCKETS)
    days = pl.sum_horizontal(pl.col(name) * middle for name, middle in zip(BUCKETS, MIDDLE_DAYS, strict=True))
    return lines.with_columns(
        period=pl.col("report_date").dt.strftime("%Y-%m"),
        dbt_days=days,
        dbt_value=total,
        high_credit=pl.max_horizontal("high_credit", total),
    ).select(list(POSITION_COLUMNS))
