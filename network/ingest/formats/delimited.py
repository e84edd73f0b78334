"""CSV and its kin: any separator, quoted or not, read in parts that end with a record."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from network.errors import UnreadableError
from network.i18n import mark
from network.ingest.formats.tables import LEDGER, LINE_FAULT, Heading, Sought, Table
from network.ingest.mapping import Mapping
from network.ingest.source import PART_BYTES, Look, Source, utf8_parts

SEPARATORS = (";", ",", "\t", "|")
TITLE_ROWS = 30
"""Rows among which the headings are looked for."""
MAX_RECORD = 1 << 26
"""64 MiB without the end of a record: a quotation mark was opened and never closed."""


@dataclass(frozen=True, slots=True)
class Delimited:
    """A delimited file whose headings were found. `quote` is None where quotation marks are plain characters."""

    source: Source
    look: Look
    encoding: str
    separator: str
    quote: str | None
    heading: Heading
    skip_lines: int
    part_bytes: int = PART_BYTES

    def tables(self) -> Iterator[Table]:
        """Yield the rows after the heading in batches of flat size."""
        row = self.heading.row + 1
        for piece, taken, last in records(self, self.skip_lines):
            frame = self._frame(piece)
            if last and not self.look.ends_with_line and len(frame):
                frame = self._cut(frame, piece)
            yield Table(frame.with_row_index("row", offset=row), taken)
            row += len(frame)

    def _frame(self, piece: bytes) -> pl.DataFrame:
        width = len(self.heading.cells)
        names = [str(index) for index in range(width + 1)]
        head = self.separator.join(names).encode() + b"\n"
        try:
            frame = pl.read_csv(
                io.BytesIO(head + piece),
                separator=self.separator,
                quote_char=self.quote,
                infer_schema=False,
                truncate_ragged_lines=True,
            )
        except pl.exceptions.PolarsError:  # a stray quotation mark: the slower reader takes it as it stands
            rows = csv.reader(
                io.StringIO(piece.decode("utf-8", "replace"), newline=""), delimiter=self.separator
            )
            cells = [[cell or None for cell in (*row, *[None] * width)[: width + 1]] for row in rows]
            frame = pl.DataFrame(cells, schema=dict.fromkeys(names, pl.String), orient="row")
        extra = pl.col(str(width)).str.strip_chars().fill_null("") != ""
        fault = pl.when(extra).then(pl.lit("line_malformed")).alias(LINE_FAULT)
        return frame.with_columns(fault).drop(str(width))

    def _cut(self, frame: pl.DataFrame, piece: bytes) -> pl.DataFrame:
        """Mark the last line where it has fewer fields than the heading and no end of line."""
        line = piece[piece.rfind(b"\n") + 1 :].decode("utf-8", "replace")
        cells = (
            next(csv.reader([line], delimiter=self.separator), [])
            if self.quote
            else line.split(self.separator)
        )
        if len(cells) >= len(self.heading.cells):
            return frame
        is_last = pl.int_range(pl.len()) == len(frame) - 1
        return frame.with_columns(
            pl.when(is_last).then(pl.lit("line_cut")).otherwise(LINE_FAULT).alias(LINE_FAULT)
        )


def open_delimited(source: Source, look: Look, mapping: Mapping, sought: Sought = LEDGER) -> Delimited:
    """Find separator and headings; raise UnreadableError with what to do."""
    encoding = mapping.encoding or look.encoding
    if encoding is None:
        raise UnreadableError(
            mark(
                "The file is not text in an encoding that can be told; save it as CSV in UTF-8, or declare its encoding."
            ),
            code="encoding",
        )
    sample = next(utf8_parts(source, look, encoding))[0][: 1 << 18].decode("utf-8", "replace")
    quote = '"' if look.quoted else None
    found: tuple[int, str, Heading, int] | None = None
    for separator in (mapping.delimiter,) if mapping.delimiter else SEPARATORS:
        rows, ends = _first_rows(sample, separator, quote)
        index, score = sought.find(rows, mapping)
        if rows and (found is None or score > found[0]):
            cells = tuple(" ".join(cell.split()) for cell in rows[index])
            found = (score, separator, Heading(cells, index + 1), ends[index])
    if found is None or not found[0]:
        if mapping.delimiter and found is not None and len(found[2].cells) == 1:
            raise UnreadableError(
                mark(
                    "With “%(delimiter)s” between fields the file has a single column; mend delimiter in the mapping or leave it out."
                ),
                code="separator",
                delimiter=mapping.delimiter,
            )
        if not sample.strip():
            raise UnreadableError(mark("The file is empty."), code="empty")
        if found is not None and len(found[2].cells) == 1:
            raise UnreadableError(
                mark(
                    "The file has a single column: no semicolon, comma, tab or bar parts its headings “%(headings)s”. Export it "
                    "as CSV with one of these."
                ),
                code="separator",
                headings=found[2].cells[0][:80],
            )
        raise sought.refuse(found[2].cells if found else ())
    _, separator, heading, skip = found
    return Delimited(source, look, encoding, separator, quote, heading, skip)


def _first_rows(sample: str, separator: str, quote: str | None) -> tuple[list[list[str]], list[int]]:
    """Return the first rows, tidied, and for each the number of lines up to its end."""
    reader = csv.reader(
        io.StringIO(sample, newline=""),
        delimiter=separator,
        quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
    )
    rows: list[list[str]] = []
    ends: list[int] = []
    try:
        for row in reader:
            rows.append([" ".join(cell.split()) for cell in row])
            ends.append(reader.line_num)
            if len(rows) == TITLE_ROWS:
                break
    except csv.Error:
        return rows, ends
    return rows, ends


def records(file: Delimited, skip_lines: int) -> Iterator[tuple[bytes, int, bool]]:
    """Yield (whole records, bytes of the file taken, whether they are the last) after the first `skip_lines` lines."""
    rest, taken, skip = b"", 0, skip_lines
    line = skip_lines + 1
    for part, some in utf8_parts(file.source, file.look, file.encoding, file.part_bytes):
        rest, taken = rest + part, taken + some
        while skip and (end := rest.find(b"\n")) >= 0:
            rest, skip = rest[end + 1 :], skip - 1
        end = _record_end(rest, quoted=file.quote is not None) if not skip else 0
        if end:
            yield rest[:end], taken, False
            line += rest.count(b"\n", 0, end)
            rest, taken = rest[end:], 0
        elif len(rest) > MAX_RECORD:
            raise _unclosed(rest, line)
    if skip or not rest:
        return
    if file.quote and rest.count(b'"') % 2:
        raise _unclosed(rest, line)
    yield rest.decode("utf-8", "ignore").encode(), taken, True


def _record_end(rest: bytes, *, quoted: bool) -> int:
    """Return the end of the last whole record, 0 where there is none; a line feed between quotation marks ends none."""
    end = rest.rfind(b"\n") + 1
    if not quoted or not end:
        return end
    open_marks = rest.count(b'"', 0, end) % 2
    while open_marks and end:
        before = rest.rfind(b"\n", 0, end - 1) + 1
        open_marks = (open_marks + rest.count(b'"', before, end)) % 2
        end = before
    return end


def _unclosed(rest: bytes, line: int) -> UnreadableError:
    stray = re.search(rb'(?<![,;|\t\n\r"])"(?![,;|\t\n\r"])', rest) or re.search(b'"', rest)
    return UnreadableError(
        mark(
            "A quotation mark near line %(line)s is opened and never closed: the file is cut there, or the mark must be doubled."
        ),
        code="quote_unclosed",
        line=line + (rest.count(b"\n", 0, stray.start()) if stray else 0),
    )
