"""Invoice ledgers: one invoice a row, with or without the day on which it was settled."""

from datetime import date

import numpy as np
import polars as pl

from network.ingest.columns import ColumnReader
from network.ingest.customers import CustomerBook
from network.ingest.duplicates import DuplicateWatch
from network.ingest.ledger import INVOICE_COLUMNS, POSITION_COLUMNS
from network.ingest.positions import MAX_PERIODS, NEVER, Calendar, Items, calendar, positions_of
from network.ingest.tally import Tally
from network.schemas.ledger import InvoiceSchema
from network.schemas.readings import Reading

_SAID = ["invoice_date", "due_date", "amount", "currency", "settled_date", "disputed"]


class InvoiceBook:
    """Accepted invoices in 29 bytes each, from which positions are computed at the end.

    A file without any settled date is a list of open invoices: it speaks for one month. Otherwise it is a ledger and speaks
    for all months from its first invoice to its last event.
    """

    def __init__(self, reading: Reading, tally: Tally) -> None:
        self._reading = reading
        self._tally = tally
        self.customers = CustomerBook()
        self._currencies: list[str] = []
        self._items: list[pl.DataFrame] = []
        self.span: tuple[date, date] | None = None

    def add(self, invoices: pl.DataFrame, numbers: pl.Series) -> None:
        """Take accepted invoices (INVOICE_COLUMNS) and the numbers of their customers."""
        if not len(invoices):
            return
        for currency in invoices["currency"].unique().to_list():
            if currency not in self._currencies:
                self._currencies.append(currency)
        currency = pl.col("currency").replace_strict(
            self._currencies, range(len(self._currencies)), return_dtype=pl.UInt8
        )
        self._items.append(
            invoices.select(
                numbers.alias("customer"),
                currency,
                pl.col("invoice_date", "due_date", "settled_date").to_physical(),
                "amount",
                "disputed",
            )
        )

    def _calendar(self, items: pl.DataFrame) -> Calendar:
        issued, settled = items["invoice_date"].to_numpy(), items["settled_date"].drop_nulls().to_numpy()
        today, declared = self._reading.today, self._reading.report_date
        if not len(settled):
            listed = declared or _day(issued.max())
            return calendar(listed, listed, as_of=declared or today)
        start, end = self.span or (_day(issued.min()), _day(max(issued.max(), settled.max())))
        start, end = min(start, declared or start), declared or end
        when = calendar(start, end, as_of=declared or today)
        if when.periods[0] > f"{start:%Y-%m}":
            self._tally.notice("periods_cut", first=start.isoformat(), months=MAX_PERIODS)
        return when

    def outcome(self) -> tuple[list[str], pl.DataFrame]:
        """Return the months that the file speaks for, and the positions at their ends."""
        if not self._items:
            covered = calendar(*self.span, as_of=self._reading.today).periods if self.span else []
            return covered, pl.DataFrame(schema=POSITION_COLUMNS)
        items = pl.concat(self._items)
        when = self._calendar(items)
        accounts = (
            items.select("customer", "currency")
            .unique()
            .sort("customer", "currency")
            .with_row_index("account")
        )
        items = items.join(accounts, on=["customer", "currency"], how="left").sort("account")
        arrays = Items(
            account=items["account"].cast(pl.Int64).to_numpy(),
            issued=items["invoice_date"].cast(pl.Int64).to_numpy(),
            due=items["due_date"].cast(pl.Int64).to_numpy(),
            settled=items["settled_date"].cast(pl.Int64).fill_null(NEVER).to_numpy(),
            amount=items["amount"].to_numpy(),
            disputed=items["disputed"].to_numpy(),
        )
        named = accounts.select(
            customer_id=self.customers.ids.gather(accounts["customer"]),
            currency=pl.Series(self._currencies, dtype=pl.String).gather(accounts["currency"]),
        )
        return when.periods, positions_of(arrays, when, named)


def _day(number: np.int32) -> date:
    return date.fromordinal(date(1970, 1, 1).toordinal() + int(number))


class InvoiceIntake:
    """Reads batches of text columns as invoices."""

    def __init__(self, reading: Reading, headings: dict[str, str], tally: Tally) -> None:
        self._reader = ColumnReader(InvoiceSchema(reading))
        self._headings = headings
        self._tally = tally
        self._duplicates = DuplicateWatch()
        self.book = InvoiceBook(reading, tally)

    def feed(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Judge a batch; return its accepted invoices (INVOICE_COLUMNS)."""
        judged = self._reader.judge(frame)
        self._tally.reject(judged.rejected, self._headings)
        kept, repeated = self._duplicates.split(
            judged.accepted, key=["customer_id", "invoice_id"], said=_SAID
        )
        told = repeated.select("row", "code", "first", field=pl.lit("invoice_id"), text="invoice_id")
        self._tally.reject(told, self._headings)
        self._tally.accepted += len(kept)
        named = kept.rename({"email": "email_domain"})
        numbers = self.book.customers.number(named["customer_id"])
        self.book.customers.describe(named, numbers)
        self.book.add(named, numbers)
        return named.select(list(INVOICE_COLUMNS))

    def customers(self) -> pl.DataFrame:
        """Return the customers (CUSTOMER_COLUMNS)."""
        return self.book.customers.frame()

    def outcome(self) -> tuple[list[str], pl.DataFrame]:
        """Return the months that the file speaks for, and the positions at their ends."""
        return self.book.outcome()
