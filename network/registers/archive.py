"""The bytes of a register's file, plain, zipped or gzipped, as whole records and in flat memory.

A place in the file is a number of unpacked bytes: a load that was cut passes over them without reading what they say.
"""

import gzip
import hashlib
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO

from network.errors import UnreadableError
from network.i18n import mark

PART_BYTES = 1 << 24
"""16 MiB: 110,000 lines of SIRENE, at most 200 MB of memory while they are judged and written."""

MAX_RECORD = 1 << 26
"""64 MiB without the end of a record: a quotation mark was opened and never closed."""

MAX_EXPANSION = 200
"""SIRENE and GLEIF shrink 8 to 15 times; what grows 200 times when unpacked is neither."""

_ZIP, _GZIP, _BOM = b"PK\x03\x04", b"\x1f\x8b", b"\xef\xbb\xbf"
_SAMPLES, _SAMPLE_BYTES = 64, 1 << 16
_HEAD_BYTES = 1 << 16


@dataclass(frozen=True, slots=True)
class Archive:
    """A file that holds one table of text.

    `size` is that of the text, unpacked; of a gzipped file, which does not say it reliably, that of the file.
    `fingerprint` tells it from every other file (SHA-256 of its size and of 64 samples); `day` is when its table was written.
    """

    path: Path
    kind: str
    member: str
    size: int
    fingerprint: str
    day: date

    def heading(self) -> bytes:
        """Return the first line."""
        with _opened(self) as text:
            head = text.read(_HEAD_BYTES).removeprefix(_BOM)
        if not head.strip():
            raise UnreadableError(mark("%(path)s is empty."), code="empty", path=self.path.name)
        return head.partition(b"\n")[0].rstrip(b"\r")

    def records(self, start: int = 0, part: int = PART_BYTES) -> Iterator[tuple[bytes, int]]:
        """Yield (whole records, the place after them) from `start`, a place given before; 0 is after the heading."""
        with _opened(self) as text:
            if start:
                _pass_over(text, start)
                at, rest = start, b""
            else:
                line = text.readline()
                at, rest = len(line), b""
            while piece := text.read(part):
                rest += piece
                end = _record_end(rest)
                if end:
                    at += end
                    yield rest[:end], at
                    rest = rest[end:]
                elif len(rest) > MAX_RECORD:
                    raise self._unclosed()
            if rest:
                if rest.count(b'"') % 2:
                    raise self._unclosed()
                yield rest, at + len(rest)

    def _unclosed(self) -> UnreadableError:
        return UnreadableError(
            mark("%(path)s ends inside a quoted field: the file is cut. Fetch it again."),
            code="truncated",
            path=self.path.name,
        )


def open_archive(path: Path) -> Archive:
    """Look at a file; raise UnreadableError where it is missing, damaged, or holds several tables."""
    try:
        with path.open("rb") as file:
            start = file.read(4)
            stat = path.stat()
            fingerprint = _fingerprint(file, stat.st_size)
    except OSError as error:
        raise UnreadableError(
            mark("%(path)s cannot be opened: %(reason)s."),
            code="not_found",
            path=path.name,
            reason=error.strerror,
        ) from error
    written = datetime.fromtimestamp(stat.st_mtime, tz=UTC).date()
    if start.startswith(_ZIP):
        table = _table_in_zip(path)
        if table.file_size > MAX_EXPANSION * max(table.compress_size, 1 << 16):
            raise UnreadableError(
                mark("%(path)s unpacks to far more than a register would."), code="bomb", path=path.name
            )
        return Archive(path, "zip", table.filename, table.file_size, fingerprint, date(*table.date_time[:3]))
    kind = "gzip" if start.startswith(_GZIP) else "plain"
    return Archive(path, kind, "", stat.st_size, fingerprint, written)


def _table_in_zip(path: Path) -> zipfile.ZipInfo:
    try:
        with zipfile.ZipFile(path) as packed:
            tables = [held for held in packed.infolist() if held.filename.lower().endswith(".csv")]
    except (zipfile.BadZipFile, OSError) as error:
        raise _damaged(path) from error
    if len(tables) != 1:
        raise UnreadableError(
            mark("%(path)s holds %(number)s CSV files; it must hold one."),
            code="format",
            path=path.name,
            number=len(tables),
        )
    return tables[0]


@contextmanager
def _opened(archive: Archive) -> Iterator[IO[bytes]]:
    """Open the text; what proves damaged on the way becomes one clear error."""
    try:
        with archive.path.open("rb") as file:
            if archive.kind == "zip":
                with zipfile.ZipFile(file) as packed, packed.open(archive.member) as text:
                    yield text
            elif archive.kind == "gzip":
                with gzip.GzipFile(fileobj=file) as text:
                    yield text  # type: ignore[misc]  # a GzipFile reads like any other file
            else:
                yield file
    except (EOFError, zlib.error, zipfile.BadZipFile, gzip.BadGzipFile) as error:
        raise _damaged(archive.path) from error


def _damaged(path: Path) -> UnreadableError:
    return UnreadableError(
        mark("%(path)s is cut or damaged: it does not unpack. Fetch it again."),
        code="truncated",
        path=path.name,
    )


def _pass_over(text: IO[bytes], size: int) -> None:
    if text.seekable() and not isinstance(text, zipfile.ZipExtFile | gzip.GzipFile):
        text.seek(size)
        return
    while size and (piece := text.read(min(size, PART_BYTES))):
        size -= len(piece)


def _record_end(rest: bytes) -> int:
    """Return the end of the last whole record, 0 where there is none; a line feed between quotation marks ends none."""
    end = rest.rfind(b"\n") + 1
    is_open = rest.count(b'"', 0, end) % 2
    while is_open and end:
        before = rest.rfind(b"\n", 0, end - 1) + 1
        is_open = (is_open + rest.count(b'"', before, end)) % 2
        end = before
    return end


def _fingerprint(file: IO[bytes], size: int) -> str:
    digest = hashlib.sha256(str(size).encode())
    step = max(1, (size - _SAMPLE_BYTES) // (_SAMPLES - 1))
    for place in range(0, max(size, 1), step):
        file.seek(place)
        digest.update(file.read(_SAMPLE_BYTES))
    return digest.hexdigest()
