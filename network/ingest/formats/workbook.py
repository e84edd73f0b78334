"""XLSX: measured before it is unpacked, then read as text columns like any other table."""

import logging
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import fastexcel
import polars as pl

from network.errors import UnreadableError
from network.i18n import mark
from network.ingest.formats.tables import (
    LEDGER,
    LINE_FAULT,
    Heading,
    Layout,
    Sought,
    Table,
    lay_out,
)
from network.ingest.mapping import Mapping
from network.schemas.ledger import AMOUNT_FIELDS

MAX_MEMBERS = 2_000
MAX_UNPACKED = 768 << 20
"""768 MiB: the largest sheet that Excel can hold, a million rows of ten columns, unpacks to about half of it."""
MAX_EXPANSION = 250
TITLE_ROWS = 30

# It warns that a column of two kinds is read as text, which is what we ask for.
logging.getLogger("fastexcel").setLevel(logging.ERROR)
BATCH_ROWS = 131_072


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a workbook whose headings were found; `columns` are its rows below them, as text."""

    path: Path
    sheet: str
    heading: Heading
    columns: tuple[pl.Series, ...]

    def tables(self) -> Iterator[Table]:
        """Yield the rows after the heading in batches."""
        frame = pl.DataFrame(self.columns)
        size = self.path.stat().st_size
        height = max(len(frame), 1)
        read = 0
        for start in range(0, len(frame), BATCH_ROWS):
            part = frame.slice(start, BATCH_ROWS).with_columns(
                pl.lit(None, dtype=pl.String).alias(LINE_FAULT)
            )
            share = size * (start + len(part)) // height - read
            read += share
            yield Table(part.with_row_index("row", offset=self.heading.row + 1 + start), share)


@dataclass(frozen=True, slots=True)
class Workbook(Sheet):
    """A sheet whose rows are a ledger's.

    `decimals` overrides the declared decimal sign: cells that are numbers have a point, whatever the sheet shows.
    """

    layout: Layout
    decimals: dict[str, str | None]


def open_workbook(path: Path, mapping: Mapping) -> Workbook:
    """Find the sheet of a ledger; raise UnreadableError for a bomb, a cut file, or no headings."""
    book, name, heading = _open(path, mapping, LEDGER)
    layout = lay_out(heading, mapping)
    typed = _load(book, name, heading.row)
    decimals: dict[str, str | None] = {}
    for field, index in layout.columns.items():
        if field in AMOUNT_FIELDS and index < typed.width:
            if typed.to_series(index).dtype.is_numeric():
                decimals[field] = "."
            elif mapping.decimal == "," and _mixed(book, name, heading.row, index):
                decimals[field] = None
    return Workbook(path, name, heading, _texts(typed), layout, decimals)


def open_sheet(path: Path, mapping: Mapping, sought: Sought) -> Sheet:
    """Find the sheet that has the headings sought; raise UnreadableError for a bomb, a cut file, or no headings."""
    book, name, heading = _open(path, mapping, sought)
    return Sheet(path, name, heading, _texts(_load(book, name, heading.row)))


def _open(path: Path, mapping: Mapping, sought: Sought) -> tuple[fastexcel.ExcelReader, str, Heading]:
    _measure(path)
    try:
        book = fastexcel.read_excel(path)
    except fastexcel.FastExcelError as error:
        raise _damaged() from error
    if mapping.sheet is not None and mapping.sheet not in book.sheet_names:
        raise UnreadableError(
            mark("The workbook has no sheet “%(sheet)s”; its sheets: %(found)s."),
            code="sheet_missing",
            sheet=mapping.sheet,
            found=", ".join(book.sheet_names),
        )
    names = [mapping.sheet] if mapping.sheet else book.sheet_names
    name, heading = _find_heading(book, names, mapping, sought)
    return book, name, heading


def _measure(path: Path) -> None:
    """Refuse what unpacks to more than a workbook does, and what is cut or lies about its size (its CRC then fails)."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            unpacked = sum(member.file_size for member in members)
            packed = sum(member.compress_size for member in members)
            if (
                len(members) > MAX_MEMBERS
                or unpacked > MAX_UNPACKED
                or unpacked > MAX_EXPANSION * packed + (1 << 20)
            ):
                raise UnreadableError(
                    mark(
                        "The workbook unpacks to far more than a ledger would; save the sheet as CSV and send that."
                    ),
                    code="bomb",
                )
            broken = archive.testzip()
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise _damaged() from error
    if broken is not None:
        raise _damaged()


def _damaged() -> UnreadableError:
    return UnreadableError(
        mark(
            "The workbook is cut, damaged or protected by a password; open it, save it again as .xlsx and send it whole."
        ),
        code="truncated",
    )


def _find_heading(
    book: fastexcel.ExcelReader, names: list[str], mapping: Mapping, sought: Sought
) -> tuple[str, Heading]:
    best: tuple[int, str, Heading] | None = None
    for name in names:
        top = book.load_sheet(
            name, header_row=None, skip_rows=0, n_rows=TITLE_ROWS, dtypes="string"
        ).to_polars()
        rows = [[" ".join((cell or "").split()) for cell in row] for row in top.iter_rows()]
        index, score = sought.find(rows, mapping)
        if rows and (best is None or score > best[0]):
            best = (score, name, Heading(tuple(rows[index]), index + 1))
    if best is None or not best[0]:
        raise sought.refuse(best[2].cells if best else ())
    return best[1], best[2]


def _load(book: fastexcel.ExcelReader, name: str, heading_row: int) -> pl.DataFrame:
    sheet = book.load_sheet(name, header_row=None, skip_rows=heading_row, schema_sample_rows=None)
    return sheet.to_polars()


def _texts(typed: pl.DataFrame) -> tuple[pl.Series, ...]:
    return tuple(_as_text(typed.to_series(index)).alias(str(index)) for index in range(typed.width))


def _as_text(cells: pl.Series) -> pl.Series:
    """Return cells as text: whole numbers without a point (an account 1001.0 is 1001), days as ISO dates."""
    if cells.dtype.is_float():
        whole = (cells == cells.floor()) & (cells.abs() < 1e15)  # noqa: PLR2004 - exact in a float
        return cells.cast(pl.Int64, strict=False).cast(pl.String).zip_with(whole, cells.cast(pl.String))
    if cells.dtype.is_temporal() and cells.dtype != pl.Duration:
        return cells.dt.strftime("%Y-%m-%d")
    return cells.cast(pl.String)


def _mixed(book: fastexcel.ExcelReader, name: str, heading_row: int, index: int) -> bool:
    """Return whether a column holds numbers and texts: 1.234 may then be either, so nothing declared applies to it."""
    try:
        book.load_sheet(
            name,
            header_row=None,
            skip_rows=heading_row,
            schema_sample_rows=None,
            use_columns=[index],
            dtype_coercion="strict",
        )
    except fastexcel.UnsupportedColumnTypeCombinationError:
        return True
    return False
