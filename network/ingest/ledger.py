"""What reading a ledger file gives: batches while it is read, a summary when it has been read."""

from collections.abc import Mapping as Values
from dataclasses import dataclass, field
from enum import StrEnum

import polars as pl

LATE_BUCKETS = ("late_1_30", "late_31_60", "late_61_90", "late_91")
BUCKETS = ("current", *LATE_BUCKETS)

INVOICE_COLUMNS: dict[str, type[pl.DataType]] = {
    "customer_id": pl.String,
    "invoice_id": pl.String,
    "invoice_date": pl.Date,
    "due_date": pl.Date,
    "amount": pl.Int64,
    "currency": pl.String,
    "settled_date": pl.Date,
    "disputed": pl.Boolean,
}
CUSTOMER_COLUMNS: dict[str, type[pl.DataType]] = dict.fromkeys(
    (
        "customer_id",
        "customer_name",
        "siren",
        "siret",
        "vat",
        "lei",
        "registration",
        "street",
        "postcode",
        "city",
        "country",
        "email_domain",
    ),
    pl.String,
)
POSITION_COLUMNS: dict[str, type[pl.DataType]] = {
    "customer_id": pl.String,
    "period": pl.String,
    "currency": pl.String,
    **dict.fromkeys((*BUCKETS, "dbt_days", "dbt_value", "disputed", "high_credit"), pl.Int64),
}


class LedgerKind(StrEnum):
    """What the lines of a file are: one balance a customer, or one invoice each."""

    AGED_BALANCE = "aged_balance"
    INVOICES = "invoices"


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Why one row was rejected or left unprocessed.

    `row` is the row as a spreadsheet or an editor numbers it: the heading is row 1 where it is the first line. In SAF-T,
    which has no rows, it is the ordinal of the ledger line; 0 in a notice, which is about the whole file. `values` (texts and
    numbers) fills the sentence of `code`.
    """

    row: int
    code: str
    values: Values[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Batch:
    """A part of the file, in order. `rows_read` and `bytes_read` count this batch alone.

    `invoices` has the columns of INVOICE_COLUMNS, amounts in minor units; None where the file holds balances or where
    nothing can be said before its end.
    """

    invoices: pl.DataFrame | None
    rows_read: int
    bytes_read: int


@dataclass(frozen=True, slots=True)
class Summary:
    """The outcome of a file: accepted + rejected + unprocessed = rows_read.

    `periods` are the months ("YYYY-MM", ascending, without gaps inside a file of invoices) that the file speaks for;
    `rejections` and `unprocessed_rows` hold the first 10,000 each, `rejected_by_code` and `unprocessed_by_code` count
    all. The frames have the columns of CUSTOMER_COLUMNS and POSITION_COLUMNS.
    """

    rows_read: int
    accepted: int
    rejected: int
    unprocessed: int
    periods: list[str]
    rejections: list[RowProblem]
    unprocessed_rows: list[RowProblem]
    rejected_by_code: dict[str, int]
    unprocessed_by_code: dict[str, int]
    customers: pl.DataFrame
    positions: pl.DataFrame
    notices: list[RowProblem]
