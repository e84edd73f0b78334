"""The bytes of a file: looked at once in full, then streamed again in parts of flat size.

One look tells the digest, the encoding and whether the file is text at all; nothing is kept of it but that.
"""

import codecs
import gzip
import hashlib
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from network.errors import UnreadableError
from network.i18n import mark

PART_BYTES = 1 << 24
"""16 MiB: about 150,000 lines, enough to be fast by column and little enough to be forgotten."""
LOOK_BYTES = 1 << 22
MAX_BYTES = 8 << 30
"""8 GiB of text: beyond any ledger; what a gzip bomb would reach first."""
MAX_EXPANSION = 200
"""Ledgers shrink 5 to 30 times; a file that grows 200 times when unpacked is not one."""

_GZIP = b"\x1f\x8b"
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_OPENING_QUOTE = re.compile(rb'(?:^|[\n\r,;|\t])"')
_NOT_CP1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
_C1 = re.compile(rb"[\x80-\x9f]")


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at all bytes told. `encoding` is None where the bytes fit none that we may assume."""

    digest: bytes
    size: int
    start: bytes
    encoding: str | None
    assumed: bool
    quoted: bool
    old_lines: bool
    ends_with_line: bool


class Source:
    """A file, plain or gzipped, that can be read more than once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self.size_bytes = path.stat().st_size
            with path.open("rb") as file:
                self.gzipped = file.read(2) == _GZIP
        except OSError as error:
            raise UnreadableError(
                mark("%(path)s cannot be opened: %(reason)s."),
                code="not_found",
                path=path.name,
                reason=error.strerror,
            ) from error

    def parts(self, size: int = PART_BYTES) -> Iterator[tuple[bytes, int]]:
        """Yield (bytes, bytes of the file that they took), unpacked; raise UnreadableError where gzip is cut or a bomb."""
        with self.path.open("rb") as file:
            if not self.gzipped:
                while part := file.read(size):
                    yield part, len(part)
                return
            yield from self._unpacked(file, size)

    def _unpacked(self, file: BinaryIO, size: int) -> Iterator[tuple[bytes, int]]:
        total = before = 0
        try:
            with gzip.GzipFile(fileobj=file) as unpacked:
                while part := unpacked.read(size):
                    total += len(part)
                    if total > min(MAX_BYTES, max(MAX_EXPANSION * self.size_bytes, 1 << 20)):
                        raise UnreadableError(
                            mark("The file unpacks to far more than a ledger would; send it unpacked."),
                            code="bomb",
                        )
                    here = min(file.tell(), self.size_bytes)
                    yield part, here - before
                    before = here
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise UnreadableError(
                mark("The compressed file is cut or damaged; compress it again and send it whole."),
                code="truncated",
            ) from error

    def look(self) -> Look:
        """Read everything once and return what it tells; raise UnreadableError for an empty file."""
        digest, size, start, last = hashlib.sha256(), 0, b"", b""
        text = _Encodings()
        quoted = line_feeds = nulls = False
        for part, _ in self.parts(LOOK_BYTES):
            digest.update(part)
            start, size, last = start or part, size + len(part), part[-1:]
            quoted = quoted or (b'"' in part and _OPENING_QUOTE.search(part) is not None)
            line_feeds, nulls = line_feeds or b"\n" in part, nulls or b"\0" in part
            text.weigh(part)
        if not size:
            raise UnreadableError(mark("The file is empty."), code="empty")
        bom = next((name for sign, name in _BOMS if start.startswith(sign)), None)
        return Look(
            digest=digest.digest(),
            size=size,
            start=start,
            encoding=bom or (None if nulls else text.plain),
            assumed=bom is None and text.plain != "utf-8",
            quoted=quoted or bom == "utf-16",
            old_lines=not line_feeds,
            ends_with_line=last in {b"\n", b"\r"} or bom == "utf-16",
        )


class _Encodings:
    """Which encodings all the bytes so far would fit."""

    def __init__(self) -> None:
        self._utf8: codecs.IncrementalDecoder | None = codecs.getincrementaldecoder("utf-8")()
        self._c1 = False
        self._cp1252 = True

    def weigh(self, part: bytes) -> None:
        """Take the next bytes into account."""
        if part.isascii():
            return
        self._utf8 = _still_fits(self._utf8, part)
        if self._utf8 is None:
            self._c1 = self._c1 or _C1.search(part) is not None
            self._cp1252 = self._cp1252 and _NOT_CP1252.search(part) is None

    @property
    def plain(self) -> str | None:
        """UTF-8 where it fits; else CP1252 where bytes say so; else ISO-8859-15; None where none fits."""
        if self._utf8 is not None:
            return "utf-8"
        if self._c1:
            return "cp1252" if self._cp1252 else None
        return "iso-8859-15"


def _still_fits(decoder: codecs.IncrementalDecoder | None, part: bytes) -> codecs.IncrementalDecoder | None:
    if decoder is None:
        return None
    try:
        decoder.decode(part)
    except UnicodeDecodeError:
        return None
    return decoder


def utf8_parts(
    source: Source, look: Look, encoding: str, size: int = PART_BYTES
) -> Iterator[tuple[bytes, int]]:
    """Yield the parts of a text as UTF-8 with line feeds; raise UnreadableError where it is not in `encoding`.

    A character cut at the very end of the file is left as it is: its line is judged as cut.
    """
    name = codecs.lookup(encoding).name
    if name in {"utf-8", "utf-8-sig"} and look.encoding not in {"utf-8", "utf-8-sig"}:
        raise _not_in(encoding)
    decoder = None if name in {"utf-8", "utf-8-sig"} else codecs.getincrementaldecoder(encoding)()
    first = True
    for part, taken in source.parts(size):
        plain = part
        if decoder is not None:
            try:
                plain = decoder.decode(part).encode()
            except UnicodeDecodeError as error:
                raise _not_in(encoding) from error
        if first:
            plain, first = plain.removeprefix(codecs.BOM_UTF8), False
        yield plain.replace(b"\r", b"\n") if look.old_lines else plain, taken


def _not_in(encoding: str) -> UnreadableError:
    return UnreadableError(
        mark(
            "The file is not in %(encoding)s; declare its encoding in the mapping (utf-8, cp1252 and iso-8859-15 are usual), or "
            "save it as UTF-8."
        ),
        code="encoding",
        encoding=encoding,
    )
