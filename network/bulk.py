"""Many rows at once into PostgreSQL, through COPY, inside the running unit of work.

COPY does not write into tables with row security, so the rows go to a temporary table first (docs/decisions/0086).
"""

import io
import struct
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

import polars as pl
from sqlalchemy.orm import Session

_SIGNATURE = b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0)
_TRAILER = struct.pack(">h", -1)
_LENGTH = struct.Struct(">i")
_CSV = "FORMAT csv, NULL '\\N'"
_TYPES: dict[type[pl.DataType], str] = {
    pl.String: "text",
    pl.Boolean: "boolean",
    pl.Date: "date",
    pl.Int64: "bigint",
}


def _field(value: bytes | str | uuid.UUID) -> bytes:
    raw = value.bytes if isinstance(value, uuid.UUID) else value.encode() if isinstance(value, str) else value
    return _LENGTH.pack(len(raw)) + raw


def copy_rows(
    session: Session, *, table: str, columns: Sequence[str], rows: Iterable[Sequence[bytes | str | uuid.UUID]]
) -> int:
    """Copy rows of uuids, texts and byte strings in PostgreSQL's binary form; return how many.

    `table` and `columns` are names of our own models, never input.
    """
    head = struct.pack(">h", len(columns))
    buffer = io.BytesIO()
    buffer.write(_SIGNATURE)
    count = 0
    for row in rows:
        buffer.write(head + b"".join(map(_field, row)))
        count += 1
    buffer.write(_TRAILER)
    _copy(session, table, ", ".join(columns), "FORMAT binary", buffer)
    return count


def copy_frame(session: Session, *, table: str, frame: pl.DataFrame) -> None:
    """Copy a frame whose columns are named as the table's; nulls stay nulls, and an empty text is not a null."""
    _copy(session, table, ", ".join(frame.columns), _CSV, _csv(frame))


def stage_frame(session: Session, frame: pl.DataFrame) -> None:
    """Copy a frame of texts, numbers, days and yes or no into the new temporary table `pg_temp.arriving`.

    For statements that do more with it than to add its rows. Whoever stages twice in one transaction drops it between.
    """
    columns = ", ".join(f"{name} {_TYPES[type(dtype)]}" for name, dtype in frame.schema.items())
    session.connection().exec_driver_sql(f"CREATE TEMPORARY TABLE arriving ({columns}) ON COMMIT DROP")
    with _driver(session).cursor() as cursor:
        cursor.copy_expert(
            f"COPY pg_temp.arriving ({', '.join(frame.columns)}) FROM STDIN ({_CSV})", _csv(frame), 1 << 18
        )


def _csv(frame: pl.DataFrame) -> io.BytesIO:
    buffer = io.BytesIO()
    frame.write_csv(buffer, include_header=False, null_value="\\N", quote_style="non_numeric")
    buffer.seek(0)
    return buffer


def _driver(session: Session) -> Any:
    driver = session.connection().connection.driver_connection
    if driver is None:
        raise RuntimeError("the session has lost its connection")
    return driver


def _copy(session: Session, table: str, names: str, form: str, buffer: io.BytesIO) -> None:
    buffer.seek(0)
    with _driver(session).cursor() as cursor:
        cursor.execute(
            f"CREATE TEMPORARY TABLE arriving ON COMMIT DROP AS SELECT {names} FROM {table} WITH NO DATA"  # noqa: S608  # our own names
        )
        cursor.copy_expert(f"COPY pg_temp.arriving ({names}) FROM STDIN ({form})", buffer, 1 << 18)
        cursor.execute(
            f"INSERT INTO {table} ({names}) SELECT {names} FROM pg_temp.arriving; DROP TABLE pg_temp.arriving"  # noqa: S608  # as above
        )
