"""Opening a ledger file: what it is, said before any row is read."""

import hashlib
import re
from codecs import BOM_UTF8
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Protocol

import polars as pl

from network.errors import UnreadableError
from network.i18n import mark
from network.ingest.formats.delimited import open_delimited
from network.ingest.formats.fec import FecReader, fec_heading
from network.ingest.formats.ndjson import open_ndjson
from network.ingest.formats.saft import SaftReader, saft_header
from network.ingest.formats.tables import Layout, Tables, lay_out
from network.ingest.formats.tabular import TabularReader
from network.ingest.formats.workbook import open_workbook
from network.ingest.ledger import Batch, LedgerKind, Summary
from network.ingest.mapping import Mapping
from network.ingest.source import Look, Source
from network.ingest.tally import Tally
from network.schemas.headings import HEADINGS
from network.schemas.ledger import AMOUNT_FIELDS
from network.schemas.readings import Persons, Reading

_ZIP, _OLE, _PDF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF"
_JSON_LIST = re.compile(rb"\[\s*[\[{]")


class Reader(Protocol):
    """One format at work on one file."""

    def batches(self) -> Iterator[Batch]:
        """Read the file through, once."""

    def customers(self) -> pl.DataFrame:
        """Return the customers (CUSTOMER_COLUMNS)."""

    def outcome(self) -> tuple[list[str], pl.DataFrame]:
        """Return the months that the file speaks for and the positions (POSITION_COLUMNS)."""


class LedgerFile:
    """A file whose format is known. Read `batches()` to the end, then ask for the `summary()`.

    `digest` is the same for the same bytes read under the same mapping.
    """

    def __init__(
        self,
        *,
        format_name: str,
        kind: LedgerKind,
        digest: bytes,
        size_bytes: int,
        reader: Reader,
        tally: Tally,
    ) -> None:
        self.format = format_name
        self.kind = kind
        self.digest = digest
        self.size_bytes = size_bytes
        self._reader = reader
        self._tally = tally
        self._finished = False

    def batches(self) -> Iterator[Batch]:
        """Yield the file in batches of flat size; raise UnreadableError where it proves unreadable on the way."""
        yield from self._reader.batches()
        if not self._tally.rows_read:
            raise UnreadableError(mark("The file has headings but no lines."), code="no_rows")
        self._finished = True

    def summary(self) -> Summary:
        """Return the outcome of a file that has been read."""
        if not self._finished:
            for _ in self.batches():
                pass
        periods, positions = self._reader.outcome()
        tally = self._tally
        return Summary(
            rows_read=tally.rows_read,
            accepted=tally.accepted,
            rejected=tally.rejected_by_code.total(),
            unprocessed=tally.unprocessed_by_code.total(),
            periods=periods,
            rejections=sorted(tally.rejections, key=lambda problem: problem.row),
            unprocessed_rows=tally.unprocessed_rows,
            rejected_by_code=dict(tally.rejected_by_code),
            unprocessed_by_code=dict(tally.unprocessed_by_code),
            customers=self._reader.customers(),
            positions=positions,
            notices=tally.notices,
        )


def open_ledger(
    path: Path,
    *,
    mapping: Mapping | None = None,
    today: date,
    original_name: str | None = None,
    persons: Persons | None = None,
) -> LedgerFile:
    """Say what a file is; no row is judged yet.

    Args:
        path: the file, plain or gzipped.
        mapping: what its sender declares about it; nothing that is not declared is guessed.
        today: dates after it are errors.
        original_name: its name at the sender, where `path` is a copy.
        persons: tells which numbers are those of natural persons; asked once a batch of tables (FEC and SAF-T name
            their customers by no such number).

    Raises:
        UnreadableError: in one sentence, why it cannot be read and what to do.
    """
    declared = mapping or Mapping()
    source = Source(path)
    look = source.look()
    opened = _Opened(source, look, declared, today, original_name or path.name, persons)
    start = look.start
    if start.startswith(_ZIP):
        return opened.workbook()
    if start.startswith((_OLE, _PDF)):
        raise UnreadableError(
            mark("The file is an old Excel workbook or a PDF; save it as .xlsx or CSV and send that."),
            code="format",
        )
    text = start.removeprefix(BOM_UTF8).lstrip()
    if text.startswith(b"<"):
        return opened.saft()
    if text.startswith(b"{"):
        return opened.ndjson()
    if _JSON_LIST.match(text):
        raise UnreadableError(
            mark("The JSON has no lines that are objects: write one object a line."), code="format"
        )
    return opened.fec() or opened.delimited()


class _Opened:
    """A file that was looked at, on its way to the reader of its format."""

    def __init__(
        self, source: Source, look: Look, mapping: Mapping, today: date, name: str, persons: Persons | None
    ) -> None:
        self._source = source
        self._look = look
        self._mapping = mapping
        self._today = today
        self._name = name
        self._persons = persons
        self._tally = Tally()

    def workbook(self) -> LedgerFile:
        """Return an XLSX ledger."""
        if self._source.gzipped:
            raise UnreadableError(mark("A workbook is packed already; send it without gzip."), code="format")
        book = open_workbook(self._source.path, self._mapping)
        return self._tabular(book, book.layout, "xlsx", decimals=book.decimals)

    def saft(self) -> LedgerFile:
        """Return a SAF-T file."""
        header = saft_header(self._source)
        if header.currency is None and self._mapping.currency is None:
            raise _no_currency()
        reader = SaftReader(self._source, header, self._mapping, self._today, self._tally)
        return self._ledger("saft", LedgerKind.INVOICES, reader)

    def ndjson(self) -> LedgerFile:
        """Return records of one line each."""
        records = open_ndjson(self._source, self._look)
        layout = lay_out(records.heading, self._mapping)
        return self._ledger(
            "ndjson", layout.kind, self._reader(records, layout, decimals=dict.fromkeys(AMOUNT_FIELDS, "."))
        )

    def fec(self) -> LedgerFile | None:
        """Return a FEC, or None where the first line is not that of one."""
        table = fec_heading(self._source, self._look, self._mapping)
        if table is None:
            return None
        reader = FecReader(table, self._mapping, self._today, self._tally, self._name)
        return self._ledger("fec", LedgerKind.INVOICES, reader)

    def delimited(self) -> LedgerFile:
        """Return a CSV ledger."""
        table = open_delimited(self._source, self._look, self._mapping)
        if self._look.assumed and self._mapping.encoding is None:
            self._tally.notice("encoding_assumed", encoding=table.encoding)
        return self._tabular(table, lay_out(table.heading, self._mapping), "csv", decimals={})

    def _tabular(
        self, tables: Tables, layout: Layout, suffix: str, *, decimals: dict[str, str | None]
    ) -> LedgerFile:
        return self._ledger(
            f"{layout.kind}_{suffix}", layout.kind, self._reader(tables, layout, decimals=decimals)
        )

    def _reader(self, tables: Tables, layout: Layout, *, decimals: dict[str, str | None]) -> TabularReader:
        """Return the reader of a table, once it is sure that its lines can have a date and a currency."""
        reading = self._reading(layout, decimals)
        if (
            layout.kind is LedgerKind.AGED_BALANCE
            and reading.report_date is None
            and "report_date" in reading.absent
        ):
            raise UnreadableError(
                mark(
                    "The aged balance does not say its date. Give it: --as-of YYYY-MM-DD at the command line, the report date "
                    "on the page, report_date in the mapping, or a column “Report date” in the file."
                ),
                code="report_date_missing",
            )
        if reading.currency is None and "currency" in reading.absent:
            raise _no_currency()
        return TabularReader(tables, layout, reading, self._tally)

    def _reading(self, layout: Layout, decimals: dict[str, str | None]) -> Reading:
        declared = self._mapping
        return Reading(
            today=self._today,
            date_format=declared.date_format,
            decimal=declared.decimal,
            currency=declared.currency,
            terms_days=declared.terms_days,
            report_date=declared.report_date,
            country=declared.country,
            decimals=decimals,
            absent=frozenset(HEADINGS.keys() - layout.columns.keys()),
            persons=self._persons,
        )

    def _ledger(self, format_name: str, kind: LedgerKind, reader: Reader) -> LedgerFile:
        digest = hashlib.sha256(self._look.digest + self._mapping.canonical()).digest()
        return LedgerFile(
            format_name=format_name,
            kind=kind,
            digest=digest,
            size_bytes=self._source.size_bytes,
            reader=reader,
            tally=self._tally,
        )


def _no_currency() -> UnreadableError:
    return UnreadableError(
        mark(
            'The file does not say its currency: add currency = "EUR" (or another) to the mapping, or a column.'
        ),
        code="currency_missing",
    )
