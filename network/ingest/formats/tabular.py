"""Tables of any format to judged rows: what is no line about a customer is told apart before anything is judged."""

from collections.abc import Iterator
from typing import Protocol

import polars as pl

from network.ingest.formats.aged_balance import AgedBalanceIntake
from network.ingest.formats.invoices import InvoiceIntake
from network.ingest.formats.tables import LINE_FAULT, Layout, Tables
from network.ingest.ledger import Batch, LedgerKind
from network.ingest.tally import Tally
from network.schemas.readings import Reading

_TOTAL = r"(?i)^\s*(?:grand |sous[- ]|sub[- ]?)?(?:total|totaux|totals)(?: g[ée]n[ée]ral| clients)?\s*:?\s*$"


class Intake(Protocol):
    """Judges text rows of one kind."""

    def feed(self, frame: pl.DataFrame) -> pl.DataFrame | None:
        """Judge a batch of "row" and text columns; return its accepted invoices, if it holds invoices."""

    def customers(self) -> pl.DataFrame:
        """Return the customers (CUSTOMER_COLUMNS)."""

    def outcome(self) -> tuple[list[str], pl.DataFrame]:
        """Return the months that the file speaks for and the positions (POSITION_COLUMNS)."""


class TabularReader:
    """Reads the tables of a file whose columns are known."""

    def __init__(self, tables: Tables, layout: Layout, reading: Reading, tally: Tally) -> None:
        self._tables = tables
        self._layout = layout
        self._tally = tally
        intake = InvoiceIntake if layout.kind is LedgerKind.INVOICES else AgedBalanceIntake
        self._intake: Intake = intake(reading, dict(layout.headings), tally)

    def batches(self) -> Iterator[Batch]:
        """Read the file through, once."""
        for table in self._tables.tables():
            before = self._tally.rows_read
            frame = self._concerned(table.frame)
            invoices = self._intake.feed(frame) if len(frame) else None
            yield Batch(invoices, self._tally.rows_read - before, table.bytes_read)

    def customers(self) -> pl.DataFrame:
        """Return the customers (CUSTOMER_COLUMNS)."""
        return self._intake.customers()

    def outcome(self) -> tuple[list[str], pl.DataFrame]:
        """Return the months that the file speaks for and the positions (POSITION_COLUMNS)."""
        return self._intake.outcome()

    def _concerned(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return "row" and our fields of the rows to judge; blank lines are no rows, others are passed over by name."""
        broken = frame[LINE_FAULT].is_not_null()
        if broken.any():
            told = frame.filter(broken).select("row", code=LINE_FAULT, field=pl.lit(""), text=pl.lit(""))
            self._tally.reject(told, {})
            frame = frame.filter(~broken)
        columns = {name: str(index) for name, index in self._layout.columns.items()}
        key = "invoice_id" if "invoice_id" in columns else next(iter(columns))
        odd = _blank(pl.col(columns[key]))
        if self._layout.kind is LedgerKind.AGED_BALANCE:
            named = [columns[name] for name in ("customer_id", "customer_name") if name in columns]
            odd = odd | pl.any_horizontal(pl.col(named).str.contains(_TOTAL))
        frame = self._without_odd(frame, frame.select(odd.fill_null(value=False)).to_series(), columns)
        for index, value in self._layout.only.items():
            frame = self._without(
                frame, pl.col(str(index)).str.strip_chars().fill_null("") != value, "not_asked"
            )
        return frame.select("row", **columns)

    def _without_odd(self, frame: pl.DataFrame, odd: pl.Series, columns: dict[str, str]) -> pl.DataFrame:
        """Return the frame without the rows among the odd ones that are blank, foreign to every column of ours, or totals."""
        if not odd.any():
            return frame
        some = frame.filter(odd)
        blank = pl.all_horizontal(_blank(pl.exclude("row", LINE_FAULT)))
        some = some.filter(~blank)
        some = self._without(some, pl.all_horizontal(_blank(pl.col(list(columns.values())))), "no_field")
        named = [columns[name] for name in ("customer_id", "customer_name") if name in columns]
        total = pl.any_horizontal(pl.col(named).str.contains(_TOTAL)).fill_null(value=False)
        some = self._without(some, total, "total_line")
        return pl.concat([frame.filter(~odd), some]).sort("row")

    def _without(self, frame: pl.DataFrame, passed: pl.Expr, code: str) -> pl.DataFrame:
        """Return the frame without the rows that `passed` names, counted as unprocessed for `code`."""
        which = frame.select(passed).to_series()
        if not which.any():
            return frame
        self._tally.pass_over(frame["row"].filter(which), code)
        return frame.filter(~which)


def _blank(cell: pl.Expr) -> pl.Expr:
    return cell.is_null() | (cell.str.strip_chars() == "")
