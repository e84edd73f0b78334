"""A list of companies: a table with a name or an identifier a row, and whatever else it may have beside them.

Read by the same machinery as ledgers (encodings, separators, titles above the headings, workbooks), but no row is ever
rejected, for whoever matches a list wants an answer for each of its rows: an identifier whose check digits do not agree
is left out, and `fault` says so.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from network.errors import UnreadableError
from network.i18n import mark
from network.ingest.formats.delimited import open_delimited
from network.ingest.formats.tables import LINE_FAULT, Sought, Table, Tables, listed
from network.ingest.formats.workbook import open_sheet
from network.ingest.mapping import Mapping as Declared
from network.ingest.source import Source
from network.schemas.fields import LedgerField
from network.schemas.headings import plain_heading, recognise
from network.schemas.ledger import LedgerSchema
from network.schemas.readings import Reading

IDENTIFIERS = ("siren", "siret", "vat", "lei", "registration")
PLACES = ("postcode", "city", "country")
COMPANIES = pl.Schema(
    {
        "row": pl.UInt32,
        "id": pl.String,
        "name": pl.String,
        **dict.fromkeys((*IDENTIFIERS, *PLACES, "fault"), pl.String),
    }
)
"""A company as its list has it: `row` as a spreadsheet numbers it, `id` and `name` as they stand there ("" where blank),
identifiers that hold their check digits, and in `fault` a code of :mod:`network.ingest.problems` or null."""

_ZIP, _OLE, _PDF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF"
_FIELDS = {"customer_id": "id", "customer_name": "name"} | {name: name for name in (*IDENTIFIERS, *PLACES)}
_SUFFICIENT = frozenset(("name", *IDENTIFIERS))
_BY_THEMSELVES = ("id", "name")
_LAST_RESORT = ("query", "requete")
"""What benchmarks call the column of names; taken where no column has a better name for them."""


@dataclass(frozen=True, slots=True)
class CompanyBatch:
    """A part of the list, in order (:data:`COMPANIES`), and the bytes of the file that it took."""

    frame: pl.DataFrame
    bytes_read: int


class CompanyList:
    """A list whose headings were found. `columns` are the fields that it has; `batches()` reads it through."""

    def __init__(
        self, tables: Tables, columns: Mapping[str, int], size_bytes: int, country: str | None
    ) -> None:
        self._tables = tables
        self._columns = columns
        self.columns = frozenset(columns)
        self.size_bytes = size_bytes
        self._reading = Reading(today=date.min, country=country)
        self._fields = LedgerSchema(self._reading).ledger_fields

    def batches(self) -> Iterator[CompanyBatch]:
        """Yield the list in batches of flat size; lines that are blank throughout are no rows.

        Raises:
            UnreadableError: the file proves unreadable on the way, or has no rows.
        """
        rows = 0
        for table in self._tables.tables():
            frame = self._read(table)
            rows += frame.height
            yield CompanyBatch(frame, table.bytes_read)
        if not rows:
            raise UnreadableError(mark("The file has headings but no lines."), code="no_rows")

    def frame(self) -> pl.DataFrame:
        """Return the whole list at once."""
        return pl.concat([batch.frame for batch in self.batches()])

    def _read(self, table: Table) -> pl.DataFrame:
        cells = pl.exclude("row", LINE_FAULT)
        said = table.frame.filter(~pl.all_horizontal(cells.str.strip_chars().fill_null("") == ""))
        texts = said.select(
            "row", LINE_FAULT, **{name: pl.col(str(index)) for name, index in self._columns.items()}
        )
        columns: dict[str, pl.Series] = {}
        wrong = pl.Series([False] * texts.height, dtype=pl.Boolean)
        for name in (*IDENTIFIERS, *PLACES):
            if name in texts.columns:
                columns[name], bad = self._values(self._fields[name], texts[name])
                wrong |= bad if name in IDENTIFIERS else False
        read = texts.with_columns(**columns)
        absent = [
            pl.lit(None, pl.String).alias(name) for name in COMPANIES.names() if name not in read.columns
        ]
        invalid = pl.when(wrong).then(pl.lit("identifier_invalid"))
        return (
            read.with_columns(*absent)
            .with_columns(
                pl.col("id").fill_null("").str.strip_chars(),
                pl.col("name").fill_null(""),
                country=pl.coalesce("country", pl.lit(self._reading.country, pl.String)),
                fault=pl.coalesce(LINE_FAULT, invalid),
            )
            .select(COMPANIES.names())
            .cast(COMPANIES)
        )

    def _values(self, field: LedgerField, texts: pl.Series) -> tuple[pl.Series, pl.Series]:
        """Return the values of a column, null where blank or unfit, and which are unfit; each text is read once."""
        known = texts.drop_nulls().unique()
        frame = pl.DataFrame({"text": known})
        plain = field.well_formed(pl.col("text"), self._reading)
        sure = frame.with_columns(value=pl.lit(None, pl.String) if plain is None else plain)["value"]
        read = [
            (value, None) if value is not None else field.verdict(text, self._reading)
            for text, value in zip(known, sure, strict=True)
        ]
        lookup = frame.with_columns(
            value=pl.Series([value for value, _ in read], dtype=pl.String),
            unfit=pl.Series([code is not None for _, code in read], dtype=pl.Boolean),
        )
        found = pl.DataFrame({"text": texts}).join(lookup, on="text", how="left", maintain_order="left")
        return found["value"], found["unfit"].fill_null(value=False)


def open_companies(path: Path, *, mapping: Declared | None = None) -> CompanyList:
    """Say which columns of a table are what; no row is read yet.

    Args:
        path: CSV (any separator and encoding, perhaps gzipped) or XLSX.
        mapping: what its sender declares about it.

    Raises:
        UnreadableError: it is no table, or has neither names nor identifiers; one sentence that says what to do.
    """
    declared = mapping or Declared()
    source = Source(path)
    look = source.look()
    if look.start.startswith((_OLE, _PDF)):
        raise UnreadableError(
            mark("The file is an old Excel workbook or a PDF; save it as .xlsx or CSV and send that."),
            code="format",
        )
    tables: Tables
    if look.start.startswith(_ZIP):
        if source.gzipped:
            raise UnreadableError(mark("A workbook is packed already; send it without gzip."), code="format")
        tables = open_sheet(path, declared, COMPANY_LIST)
    else:
        tables = open_delimited(source, look, declared, COMPANY_LIST)
    columns = company_columns(tables.heading.cells, declared)
    if not columns.keys() & _SUFFICIENT:
        raise _refuse(tables.heading.cells)
    return CompanyList(tables, columns, source.size_bytes, declared.country)


def company_columns(cells: Sequence[str], mapping: Declared) -> dict[str, int]:
    """Return field -> position: the mapping's, "id" and "name" as they are, else what ledgers call them."""
    places = list(cells)
    known = recognise(places, mapping.columns)
    columns = {_FIELDS[name]: places.index(heading) for name, heading in known.items() if name in _FIELDS}
    plain = [plain_heading(cell) for cell in cells]
    for field in _BY_THEMSELVES:
        if f"customer_{field}" not in mapping.columns and plain.count(field) == 1:
            columns[field] = plain.index(field)
    for word in _LAST_RESORT:
        if "name" not in columns and plain.count(word) == 1:
            columns["name"] = plain.index(word)
    return columns


def _find(rows: Sequence[Sequence[str]], mapping: Declared) -> tuple[int, int]:
    """Return the first row with a name or an identifier among its headings, else the one with most; and how many it has."""
    nearest, most = 0, 0
    for index, cells in enumerate(rows):
        columns = company_columns(cells, mapping)
        if columns.keys() & _SUFFICIENT:
            return index, len(columns) + len(rows)
        if len(columns) > most:
            nearest, most = index, len(columns)
    return nearest, most


def _refuse(cells: Sequence[str]) -> UnreadableError:
    return UnreadableError(
        mark(
            "The file has no column of names: none of its headings is “name” (nor “raison sociale”, “customer name”, “query”), "
            "and none an identifier (siren, siret, vat, lei). Its headings: %(found)s."
        ),
        code="heading_missing",
        found=listed(cells),
    )


COMPANY_LIST = Sought(_find, _refuse)
