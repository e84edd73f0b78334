"""What a thief of the database holds: the tables with all that PostgreSQL keeps on a row, a dump, and the files themselves."""

import re
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np
from sqlalchemy import Engine, text

from anonymization.attacks.dump import Rows
from network.embedded.places import Places
from network.embedded.postgres import DATABASE, SUPERUSER, programs

_KEYS = {  # what identifies a row in a copy, as text
    "ledger_page": "id",
    "debtor": "id",
    "debtor_identifier": "md5(scheme || value)",
    "debtor_spelling": "md5(spelling || area || debtor_id)",
}
_DEBTOR = {
    "ledger_page": "id",
    "debtor": "id",
    "debtor_identifier": "debtor_id",
    "debtor_spelling": "debtor_id",
}


def rows_of(engine: Engine, table: str, came_with: Mapping[str, int]) -> Rows:
    """Return the rows of a table in the order in which they lie.

    `came_with` is the truth of the experiment: by page id or debtor id as text, the number of the file; other rows are
    left out.
    """
    statement = text(
        f"SELECT {_DEBTOR[table]}::text AS known_by, xmin::text::bigint AS transaction, "  # noqa: S608  # our own names
        "(ctid::text::point)[0]::bigint * 1000 + (ctid::text::point)[1]::bigint AS place, "
        f"pg_column_size({table}.*) AS size, ('x' || left(replace({_KEYS[table]}::text, '-', ''), 12))::bit(48)::bigint AS id "
        f"FROM {table} ORDER BY ctid"
    )
    with engine.connect() as connection:
        found = [row for row in connection.execute(statement) if row.known_by in came_with]
    return Rows(
        transaction=np.array([row.transaction for row in found], dtype=np.int64),
        place=np.array([row.place for row in found], dtype=np.int64),
        size=np.array([row.size for row in found], dtype=np.int64),
        id=np.array([row.id for row in found], dtype=np.float64) / 2**48,
        came_with=np.array([came_with[row.known_by] for row in found], dtype=np.int64),
    )


def logical_dump(places: Places) -> Iterator[tuple[str, str]]:
    """Yield (table, line) of what `pg_dump` writes, the rows of each table in the order in which they lie."""
    command = [
        str(programs() / "pg_dump"),
        "-h",
        str(places.postgres_socket),
        "-U",
        SUPERUSER,
        "--data-only",
        DATABASE,
    ]
    written = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603  # our own words
    table = ""
    for line in written.splitlines():
        if line.startswith("COPY public."):
            table = line.split()[1].removeprefix("public.").strip('"')
        elif line == "\\.":
            table = ""
        elif table:
            yield table, line


def transactions_in_log(places: Places) -> set[int]:
    """Return the transactions of which the write-ahead log still has a record."""
    segments = sorted(path for path in (places.postgres / "pg_wal").iterdir() if path.is_file())
    command = [str(programs() / "pg_waldump"), str(segments[0]), str(segments[-1])]
    # it ends with an error where the log ends, which is in the middle of a segment
    written = subprocess.run(command, check=False, capture_output=True, text=True).stdout  # noqa: S603  # our own words
    return {int(number) for number in re.findall(r"\btx:\s+(\d+)", written)} - {0}


def files_that_hold(
    folder: Path, words: Iterable[bytes], *, but: Callable[[Path], bool] = lambda _: False
) -> dict[bytes, list[str]]:
    """Return in which files below `folder` each of the words stands as it is; those in none are left out."""
    found: dict[bytes, list[str]] = {}
    sought = list(words)
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not but(path):
            content = path.read_bytes()
            for word in sought:
                if word in content:
                    found.setdefault(word, []).append(str(path.relative_to(folder)))
    return found
