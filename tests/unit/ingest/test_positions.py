"""What a customer owed at the end of each month: by hand, and against the same said one invoice at a time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from network.ingest.positions import NEVER, Items, calendar, positions_of
from tests.unit.ingest.conftest import Read

Ledger = Callable[..., Read]
HEAD = "account,invoice number,invoice date,due date,amount,settled date,disputed\n"


def test_an_invoice_ages_from_month_to_month_and_counts_once_more_when_it_is_paid(ledger: Ledger) -> None:
    read = ledger(HEAD + "C1,1,2026-01-10,2026-02-09,100,2026-05-20,\nC2,2,2026-06-01,2026-06-30,1,,\n")
    assert read.summary.periods == [f"2026-0{month}" for month in range(1, 7)]
    assert read.position("C1", "2026-01")["current"] == 10000
    assert read.position("C1", "2026-02")["late_1_30"] == 10000
    assert read.position("C1", "2026-03")["late_31_60"] == 10000
    april, may = read.position("C1", "2026-04"), read.position("C1", "2026-05")
    assert (april["late_61_90"], april["dbt_days"], april["dbt_value"]) == (10000, 80 * 10000, 10000)
    assert (may["late_91"], may["dbt_days"], may["dbt_value"], may["high_credit"]) == (
        0,
        100 * 10000,
        10000,
        10000,
    )
    assert not len(read.summary.positions.filter(customer_id="C1", period="2026-06"))


def test_paying_early_counts_down_to_thirty_days(ledger: Ledger) -> None:
    read = ledger(HEAD + "C1,1,2026-01-02,2026-03-31,100,2026-01-12,\n")
    assert read.position("C1", "2026-01")["dbt_days"] == -30 * 10000


def test_a_list_without_settled_dates_speaks_for_one_month(ledger: Ledger) -> None:
    rows = "C1,1,2025-03-01,2025-03-31,100,,\nC1,2,2026-10-05,2026-11-04,50,,\n"
    read = ledger(HEAD + rows)
    assert read.summary.periods == ["2026-10"]
    assert (read.position("C1", "2026-10")["current"], read.position("C1", "2026-10")["late_91"]) == (
        5000,
        10000,
    )
    assert ledger(HEAD + rows, report_date="2026-11-15").summary.periods == ["2026-11"]


def test_a_disputed_invoice_is_set_apart(ledger: Ledger) -> None:
    read = ledger(HEAD + "C1,1,2026-01-01,2026-01-31,100,,yes\nC1,2,2026-03-01,2026-03-31,40,2026-03-05,no\n")
    march = read.position("C1", "2026-03")
    assert (march["disputed"], march["late_31_60"], march["dbt_value"]) == (10000, 0, 4000)


def test_a_credit_note_is_set_against_what_is_oldest_and_no_bucket_goes_below_zero(ledger: Ledger) -> None:
    rows = "C1,1,2026-01-01,2026-01-31,100,,\nC1,2,2026-04-01,2026-04-30,50,,\nC1,3,2026-04-10,2026-04-10,-120,,\n"
    april = ledger(HEAD + rows).position("C1", "2026-04")
    assert (april["late_61_90"], april["current"], april["dbt_value"], april["dbt_days"]) == (
        0,
        3000,
        3000,
        0,
    )
    alone = ledger(HEAD + "C1,1,2026-01-01,2026-01-31,-100,,\nC2,2,2026-01-01,2026-01-31,1,,\n")
    assert alone.summary.positions["customer_id"].to_list() == ["C2"]


def test_the_running_month_is_looked_at_today(ledger: Ledger) -> None:
    rows = "C1,1,2026-10-01,2026-10-31,100,2026-11-20,\nC1,2,2026-10-01,2026-10-31,7,,\n"
    assert ledger(HEAD + rows).position("C1", "2026-11")["late_1_30"] == 700


def test_one_old_open_invoice_does_not_make_a_file_speak_for_a_decade(ledger: Ledger) -> None:
    rows = "C1,1,2010-01-01,2010-01-31,100,,\nC1,2,2026-10-01,2026-10-15,7,2026-10-20,\n"
    read = ledger(HEAD + rows)
    assert (len(read.summary.periods), read.summary.periods[-1]) == (36, "2026-10")
    assert [problem.code for problem in read.summary.notices] == ["periods_cut"]


@dataclass(frozen=True)
class Invoice:
    account: int
    issued: date
    due: date
    settled: date | None
    amount: int
    disputed: bool


START = date(2025, 1, 1)
DAYS = st.integers(0, 400).map(lambda days: START + timedelta(days=days))
INVOICES = st.builds(
    lambda account, issued, term, paid, amount, disputed: Invoice(
        account,
        issued,
        issued + timedelta(days=term),
        None if paid is None else issued + timedelta(days=paid),
        amount,
        disputed,
    ),
    st.integers(0, 3),
    DAYS,
    st.integers(0, 90),
    st.none() | st.integers(-20, 200),
    st.integers(-50_000, 100_000),
    st.booleans() | st.just(value=False),
)


def _slowly(invoices: list[Invoice], account: int, look: date, before: date) -> dict[str, int]:
    """Say the position of one account at one day, one invoice at a time."""
    own = [invoice for invoice in invoices if invoice.account == account]
    still = [i for i in own if i.issued <= look and (i.settled is None or i.settled > look)]
    owed, days = [0] * 5, [0] * 5
    for invoice in still:
        if invoice.amount > 0 and not invoice.disputed:
            late = max((look - invoice.due).days, 0)
            bucket = sum(late >= start for start in (1, 31, 61, 91))
            owed[bucket] += invoice.amount
            days[bucket] += invoice.amount * late
    credit = -sum(i.amount for i in still if i.amount < 0 and not i.disputed)
    for bucket in (4, 3, 2, 1, 0):
        used = min(credit, owed[bucket])
        days[bucket] -= round(days[bucket] * (used / max(owed[bucket], 1)))
        owed[bucket] -= used
        credit -= used
    paid = [
        i
        for i in own
        if i.settled is not None
        and i.amount > 0
        and not i.disputed
        and before < max(i.settled, i.issued) <= look
    ]
    early = [(i.amount, max((i.settled - i.due).days, -30)) for i in paid if i.settled]
    return {
        **dict(zip(("current", "late_1_30", "late_31_60", "late_61_90", "late_91"), owed, strict=True)),
        "dbt_days": sum(days) + sum(amount * late for amount, late in early),
        "dbt_value": sum(owed) + sum(amount for amount, _ in early),
        "disputed": max(sum(i.amount for i in still if i.disputed), 0),
    }


@settings(max_examples=100, deadline=None)
@given(
    invoices=st.lists(INVOICES, min_size=1, max_size=30), as_of=st.dates(date(2026, 1, 1), date(2026, 3, 31))
)
def test_all_months_at_once_say_what_one_invoice_at_a_time_says(invoices: list[Invoice], as_of: date) -> None:
    invoices.sort(key=lambda invoice: invoice.account)
    epoch = date(1970, 1, 1)

    def days(values: list[date | None]) -> np.ndarray:  # type: ignore[type-arg]  # a test's shorthand
        return np.array(
            [NEVER if value is None else (value - epoch).days for value in values], dtype=np.int64
        )

    items = Items(
        account=np.array([i.account for i in invoices], dtype=np.int64),
        issued=days([i.issued for i in invoices]),
        due=days([i.due for i in invoices]),
        settled=days([i.settled for i in invoices]),
        amount=np.array([i.amount for i in invoices], dtype=np.int64),
        disputed=np.array([i.disputed for i in invoices]),
    )
    when = calendar(date(2025, 3, 1), as_of, as_of=as_of)
    accounts = pl.DataFrame({"customer_id": ["a", "b", "c", "d"], "currency": ["EUR"] * 4})
    found = positions_of(items, when, accounts)
    looks = [epoch + timedelta(days=int(day)) for day in when.days]
    befores = [date(2025, 2, 28), *looks[:-1]]
    for account, name in enumerate("abcd"):
        for period, look, before in zip(when.periods, looks, befores, strict=True):
            expected = _slowly(invoices, account, look, before)
            rows = found.filter(customer_id=name, period=period)
            if expected["dbt_value"] <= 0 and expected["disputed"] <= 0:
                assert not len(rows)
            else:
                assert rows.select(list(expected)).row(0, named=True) == pytest.approx(expected, abs=1)
