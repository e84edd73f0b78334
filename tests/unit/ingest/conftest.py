"""Ledger files written by the test that reads them, and the real ones where they are present."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from network.ingest import INVOICE_COLUMNS, LedgerFile, Mapping, Summary, open_ledger

TODAY = date(2026, 11, 21)


@dataclass(frozen=True)
class Read:
    """A file that was read through."""

    file: LedgerFile
    invoices: pl.DataFrame
    summary: Summary

    def codes(self) -> list[tuple[int, str]]:
        """Return (row, code) of the rejections."""
        return [(problem.row, problem.code) for problem in self.summary.rejections]

    def position(self, customer_id: str, period: str) -> dict[str, int]:
        """Return the amounts of one position."""
        found = self.summary.positions.filter(customer_id=customer_id, period=period)
        return found.drop("customer_id", "period", "currency").row(0, named=True)


def read(path: Path, mapping: Mapping | None = None, *, today: date = TODAY) -> Read:
    """Read a file through and hold it to what every file must keep."""
    file = open_ledger(path, mapping=mapping, today=today)
    batches = list(file.batches())
    summary = file.summary()
    assert summary.accepted + summary.rejected + summary.unprocessed == summary.rows_read
    assert sum(batch.rows_read for batch in batches) == summary.rows_read
    assert sum(batch.bytes_read for batch in batches) == file.size_bytes
    empty = pl.DataFrame(schema=INVOICE_COLUMNS)
    invoices = pl.concat([empty, *(batch.invoices for batch in batches if batch.invoices is not None)])
    return Read(file, invoices, summary)


@pytest.fixture
def ledger(tmp_path: Path) -> Callable[..., Read]:
    """Return a function that writes a text (or bytes) as a file and reads it."""

    def _ledger(
        content: str | bytes, *, name: str = "ledger.csv", written_as: str = "utf-8", **declared: object
    ) -> Read:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(written_as))
        declared = {"currency": "EUR", **declared}
        mapping = Mapping.from_values({key: value for key, value in declared.items() if value is not None})
        return read(path, mapping)

    return _ledger
