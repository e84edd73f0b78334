from datetime import date

import polars as pl

from simulation.calendar import window
from simulation.positions import COLUMNS, account_positions

CALENDAR = window(months=3, last_month="2026-03", warmup=1)


def position(
    *invoices: tuple[date, date, int, date | None, bool], sees_disputes: bool = True
) -> list[dict[str, int]]:
    frame = pl.DataFrame(
        [(0, *invoice) for invoice in invoices],
        schema={
            "account": pl.Int32,
            "invoice_date": pl.Date,
            "due_date": pl.Date,
            "amount": pl.Int64,
            "settled_date": pl.Date,
            "disputed": pl.Boolean,
        },
        orient="row",
    )
    table = account_positions(frame, accounts=1, calendar=CALENDAR, sees_disputes=sees_disputes)
    return [dict(zip(COLUMNS, row.tolist(), strict=True)) for row in table[0]]


def test_an_invoice_ages_through_the_buckets_until_it_is_settled() -> None:
    january, february, march = position(
        (date(2026, 1, 5), date(2026, 1, 20), 10_000, date(2026, 3, 10), False)
    )
    assert (january["late_1_30"], january["dbt_days"], january["dbt_value"]) == (10_000, 110_000, 10_000)
    assert (february["late_31_60"], february["dbt_days"]) == (10_000, 390_000)
    assert march["late_31_60"] == march["late_61_90"] == 0
    assert (march["dbt_days"], march["dbt_value"]) == (490_000, 10_000)


def test_an_invoice_that_is_not_due_is_current_and_counts_no_days() -> None:
    january, *_ = position((date(2026, 1, 5), date(2026, 3, 20), 5_000, None, False))
    assert (january["current"], january["dbt_days"], january["dbt_value"]) == (5_000, 0, 5_000)


def test_settled_on_the_last_day_is_not_open() -> None:
    january, *_ = position((date(2026, 1, 5), date(2026, 1, 31), 5_000, date(2026, 1, 31), False))
    assert january["current"] == 0
    assert (january["dbt_days"], january["dbt_value"]) == (0, 5_000)


def test_early_payment_counts_at_most_thirty_days() -> None:
    january, *_ = position((date(2026, 1, 5), date(2026, 3, 20), 100, date(2026, 1, 10), False))
    assert january["dbt_days"] == -3_000


def test_invoices_of_the_warm_up_are_still_open_in_the_window() -> None:
    january, *_ = position((date(2025, 12, 5), date(2025, 12, 20), 100, None, False))
    assert january["late_31_60"] == 100


def test_a_disputed_invoice_stands_apart() -> None:
    disputed = (date(2026, 1, 5), date(2026, 1, 20), 100, date(2026, 2, 10), True)
    january, february, _ = position(disputed)
    assert (january["disputed"], january["late_1_30"], january["dbt_value"]) == (100, 0, 0)
    assert february["dbt_value"] == 0
    assert position(disputed, sees_disputes=False)[0]["late_1_30"] == 100


def test_a_credit_note_reduces_what_is_oldest() -> None:
    january, *_ = position(
        (date(2026, 1, 2), date(2026, 1, 21), 1_000, None, False),
        (date(2026, 1, 2), date(2026, 3, 1), 1_000, None, False),
        (date(2026, 1, 9), date(2026, 3, 1), -400, None, False),
    )
    assert (january["late_1_30"], january["current"], january["dbt_days"]) == (600, 1_000, 6_000)
