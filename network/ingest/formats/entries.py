"""Lines of customer accounts (FEC, SAF-T): judged as they come, cleared into invoices when all have been read."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from network.ingest.clearing import clear
from network.ingest.columns import ColumnReader
from network.ingest.formats.invoices import InvoiceBook
from network.ingest.ledger import INVOICE_COLUMNS, Batch
from network.ingest.tally import Tally
from network.schemas.ledger import EntrySchema
from network.schemas.readings import Reading

BATCH_ROWS = 131_072

_LINES = {
    "row": pl.UInt32,
    "customer_id": pl.String,
    "entry": pl.UInt64,
    "role": pl.String,
    "entry_date": pl.Date,
    "document_date": pl.Date,
    "due_date": pl.Date,
    "reference": pl.String,
    "group": pl.String,
    "amount": pl.Int64,
    "currency": pl.String,
}


@dataclass(frozen=True, slots=True)
class Terms:
    """How a line without a due date gets one: days from the document, by customer, else for all; None rejects it."""

    days: int | None
    by_customer: Callable[[pl.DataFrame], pl.Series] | None = None


class EntryIntake:
    """Reads batches of text lines of customer accounts.

    Feed it frames of "row", the fields of EntrySchema as texts, "entry" (a hash of the entry's identity) and, where the format
    knows it, "role"; name the entries that move money and those that book sales; then `finish`.
    """

    def __init__(self, reading: Reading, headings: dict[str, str], tally: Tally, terms: Terms) -> None:
        self._reader = ColumnReader(EntrySchema(reading))
        self._headings = headings
        self._tally = tally
        self._terms = terms
        self._lines: list[pl.DataFrame] = []
        self._money: list[pl.Series] = []
        self._sales: list[pl.Series] = []
        self.book = InvoiceBook(reading, tally)

    def feed(self, frame: pl.DataFrame) -> None:
        """Judge a batch of lines and keep those that move an amount."""
        judged = self._reader.judge(frame)
        self._tally.reject(judged.rejected, self._headings)
        lines = judged.accepted.with_columns(amount=pl.col("debit") - pl.col("credit"))
        extra = [name for name in ("entry", "role") if name in frame.columns]
        lines = lines.join(frame.select("row", *extra), on="row", how="left", maintain_order="left")
        still = lines["amount"] == 0
        self._tally.pass_over(lines["row"].filter(still), "no_amount")
        lines = self._due(lines.filter(~still))
        self._tally.accepted += len(lines)
        self.book.customers.describe(
            lines.rename({"email": "email_domain"}), self.book.customers.number(lines["customer_id"])
        )
        if "role" not in lines.columns:
            lines = lines.with_columns(role=pl.lit(None, dtype=pl.String))
        self._lines.append(lines.select([pl.col(name).cast(dtype) for name, dtype in _LINES.items()]))

    def _due(self, lines: pl.DataFrame) -> pl.DataFrame:
        """Give every line a due date by the terms; reject those that get none."""
        if lines["due_date"].null_count() == 0:
            return lines
        by_customer = self._terms.by_customer(lines) if self._terms.by_customer else None
        counted = [pl.col("due_date"), *([] if by_customer is None else [pl.lit(by_customer)])]
        if self._terms.days is not None:
            counted.append(pl.col("document_date") + timedelta(days=self._terms.days))
        credit = pl.when(pl.col("amount") < 0).then("document_date")
        lines = lines.with_columns(due_date=pl.coalesce(*counted, credit))
        undue = lines.filter(pl.col("due_date").is_null())
        told = undue.select("row", code=pl.lit("due_date_missing"), field=pl.lit("due_date"), text=pl.lit(""))
        self._tally.reject(told, self._headings)
        return lines.filter(pl.col("due_date").is_not_null())

    def name_entries(self, *, money: pl.Series, sales: pl.Series) -> None:
        """Name the entries (by hash) that have a line on a bank or cash account, and on a sales account."""
        self._money.append(money.unique())
        self._sales.append(sales.unique())

    def finish(self) -> Iterator[pl.DataFrame]:
        """Clear the accounts; yield the invoices (INVOICE_COLUMNS)."""
        if not self._lines:
            return
        lines = self._with_roles(pl.concat(self._lines)).with_columns(
            invoice_id=pl.coalesce("reference", pl.concat_str(pl.lit("#"), "row"))
        )
        self._lines = []
        invoices = clear(lines).with_columns(disputed=pl.lit(value=False)).select(list(INVOICE_COLUMNS))
        self.book.add(invoices, self.book.customers.number(invoices["customer_id"]))
        for start in range(0, len(invoices), BATCH_ROWS):
            yield invoices.slice(start, BATCH_ROWS)

    def _with_roles(self, lines: pl.DataFrame) -> pl.DataFrame:
        """Tell invoices, credit notes and payments apart; what returns a payment is owed at once."""
        empty = pl.Series(dtype=pl.UInt64)
        money = pl.col("entry").is_in(pl.concat([empty, *self._money]).unique().implode())
        sales = pl.col("entry").is_in(pl.concat([empty, *self._sales]).unique().implode())
        owed = pl.col("amount") > 0
        role = (
            pl.when(owed)
            .then(pl.lit("invoice"))
            .when(~money & sales)
            .then(pl.lit("credit_note"))
            .otherwise(pl.lit("payment"))
        )
        returned = owed & money
        return lines.with_columns(
            role=pl.coalesce("role", role),
            document_date=pl.when(returned).then("entry_date").otherwise("document_date"),
            due_date=pl.when(returned).then("entry_date").otherwise("due_date"),
        )


class EntryReader:
    """What FEC and SAF-T share once their lines are out: batches, customers, outcome."""

    def __init__(self, intake: EntryIntake, tally: Tally) -> None:
        self._intake = intake
        self._tally = tally

    def _cleared(self) -> Iterator[Batch]:
        for invoices in self._intake.finish():
            yield Batch(invoices, 0, 0)

    def customers(self) -> pl.DataFrame:
        """Return the customers (CUSTOMER_COLUMNS)."""
        return self._intake.book.customers.frame()

    def outcome(self) -> tuple[list[str], pl.DataFrame]:
        """Return the months that the file speaks for and the positions (POSITION_COLUMNS)."""
        return self._intake.book.outcome()

    def _span(self, first: date, last: date) -> None:
        self._intake.book.span = (first, last)
