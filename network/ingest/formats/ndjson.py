"""NDJSON: one trade line or one invoice a line, under our own field names; decimals have a point, days are ISO."""

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from network.errors import UnreadableError
from network.i18n import mark
from network.ingest.formats.delimited import MAX_RECORD
from network.ingest.formats.tables import LINE_FAULT, Heading, Table
from network.ingest.source import Look, Source, utf8_parts

SAMPLE_LINES = 1_000
"""Lines whose keys make the headings; a key that first comes later is not read."""


@dataclass(frozen=True, slots=True)
class Records:
    """A file of JSON objects; its headings are their keys."""

    source: Source
    look: Look
    heading: Heading

    def tables(self) -> Iterator[Table]:
        """Yield the records in batches of flat size."""
        row, rest, taken = 1, b"", 0
        for part, some in utf8_parts(self.source, self.look, "utf-8"):
            rest, taken = rest + part, taken + some
            end = rest.rfind(b"\n") + 1
            if not end:
                if len(rest) > MAX_RECORD:
                    raise UnreadableError(
                        mark("The JSON has no lines: write one object a line."), code="format"
                    )
                continue
            frame = self._frame(rest[:end])
            yield Table(frame.with_row_index("row", offset=row), taken)
            row, rest, taken = row + len(frame), rest[end:], 0
        if rest.strip():
            yield Table(self._frame(rest, whole=False).with_row_index("row", offset=row), taken)

    def _frame(self, lines: bytes, *, whole: bool = True) -> pl.DataFrame:
        """Return the records as columns of text; a batch with a broken line is read line by line."""
        keys = self.heading.cells
        names = {key: str(index) for index, key in enumerate(keys)}
        nothing = pl.lit(None, dtype=pl.String).alias(LINE_FAULT)
        if b"\n\n" not in lines and b"\r" not in lines:
            try:
                found = pl.read_ndjson(io.BytesIO(lines), schema=dict.fromkeys(keys, pl.String))
                if len(found) == lines.count(b"\n") + (not lines.endswith(b"\n")):
                    return found.rename(names).with_columns(nothing)
            except pl.exceptions.PolarsError:
                pass
        texts = lines.decode("utf-8", "replace").split("\n")
        read = [_record(text, keys) for text in (texts[:-1] if texts[-1] == "" else texts)]
        schema = dict.fromkeys((*names.values(), LINE_FAULT), pl.String)
        frame = pl.DataFrame(read, schema=schema, orient="row")
        if whole:
            return frame
        last = pl.int_range(pl.len()) == len(frame) - 1
        cut = last & (pl.col(LINE_FAULT) == "json_invalid")
        return frame.with_columns(
            pl.when(cut).then(pl.lit("line_cut")).otherwise(LINE_FAULT).alias(LINE_FAULT)
        )


def _record(line: str, keys: tuple[str, ...]) -> list[str | None]:
    """Return the texts of a line by key and its fault, if any; a blank line is a blank row."""
    nothing: list[str | None] = [None] * len(keys)
    if not line.strip():
        return [*nothing, None]
    try:
        values = json.loads(line, parse_float=str, parse_int=str)
    except (json.JSONDecodeError, RecursionError):
        return [*nothing, "json_invalid"]
    if not isinstance(values, dict) or any(isinstance(value, dict | list) for value in values.values()):
        return [*nothing, "json_invalid"]
    texts = [values.get(key) for key in keys]
    return [*(text if text is None or isinstance(text, str) else json.dumps(text) for text in texts), None]


def open_ndjson(source: Source, look: Look) -> Records:
    """Return the records of a file; raise UnreadableError where its first lines are no objects."""
    if look.encoding is None or look.encoding.startswith("utf-16"):
        raise UnreadableError(mark("NDJSON is written in UTF-8; save it so."), code="encoding")
    sample = next(utf8_parts(source, look, look.encoding))[0][: 1 << 20].split(b"\n")[:SAMPLE_LINES]
    keys: dict[str, None] = {}
    for line in sample:
        try:
            values = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(values, dict):
            keys |= dict.fromkeys(values)
    if not keys:
        raise UnreadableError(
            mark("The JSON has no lines that are objects: write one object a line."), code="format"
        )
    return Records(source, look, Heading(tuple(keys), 0))
