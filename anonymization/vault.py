"""Envelope encryption of the private ledger: pages of one size, each under a data key of its own.

A blob (any bytes) is cut into pages. Each page is padded to :data:`PAGE_BYTES`, sealed with AES-256-GCM under a fresh
data key, and that key is wrapped with AES-256-GCM under a key-encryption key. Table and row are bound into the page, and
the key id besides into the wrapped key, as additional data: a page moved to another row does not open, and rotation
rewraps data keys without touching pages.

Not Fernet: its tokens carry the time of creation in clear text.
"""

import os
import struct
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

PAGE_BYTES = 7936
"""Plain bytes of a page, header included: with its tags and keys a row just fills one 8 KiB block of PostgreSQL. Small
enough that a month of 50 customers wastes little, large enough that a million invoices are a few thousand rows."""

_HEADER = struct.Struct(
    ">16sIII"
)  # blob, place of the page in it, number of its pages, bytes used in this one
ROOM = PAGE_BYTES - _HEADER.size
"""Bytes of a blob that one page takes."""
_NONCE = 12
KEY_BYTES = 32


class SealBrokenError(Exception):
    """A page does not open: wrong key, changed bytes, or moved to another row."""


class KeyMissingError(Exception):
    """The key-encryption key that a page names is not in the key ring."""


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The secrets of an installation.

    `root` (32 bytes) is the source of every keyed tag; `wrapping` holds the key-encryption keys by id, of which
    `current` seals what is new.
    """

    root: bytes
    wrapping: Mapping[str, bytes]
    current: str

    def __post_init__(self) -> None:
        """Refuse keys of a wrong size, before anything is sealed with them."""
        if len(self.root) != KEY_BYTES or any(len(key) != KEY_BYTES for key in self.wrapping.values()):
            raise ValueError("keys must have 32 bytes")
        if self.current not in self.wrapping:
            raise ValueError("the current key is not in the ring")

    @classmethod
    def generate(cls) -> "KeyRing":
        """Return a new ring of random keys."""
        return cls(root=os.urandom(KEY_BYTES), wrapping={"k1": os.urandom(KEY_BYTES)}, current="k1")

    def wrapping_key(self, key_id: str) -> bytes:
        """Return a key-encryption key.

        Raises:
            KeyMissingError: the ring does not hold it.
        """
        try:
            return self.wrapping[key_id]
        except KeyError:
            raise KeyMissingError(key_id) from None


@dataclass(frozen=True, slots=True)
class SealedPage:
    """One page as it is stored: nonce and ciphertext together in `sealed`, the same for `wrapped_key`."""

    id: uuid.UUID
    key_id: str
    wrapped_key: bytes
    sealed: bytes


def _place(table: str, page_id: uuid.UUID) -> bytes:
    return table.encode() + b"|" + page_id.bytes


def _wrap(data_key: bytes, *, ring: KeyRing, place: bytes) -> bytes:
    nonce = os.urandom(_NONCE)
    bound = place + b"|" + ring.current.encode()
    return nonce + AESGCM(ring.wrapping_key(ring.current)).encrypt(nonce, data_key, bound)


def _unwrap(wrapped_key: bytes, *, key_id: str, ring: KeyRing, place: bytes) -> bytes:
    wrapping = AESGCM(ring.wrapping_key(key_id))
    try:
        return wrapping.decrypt(wrapped_key[:_NONCE], wrapped_key[_NONCE:], place + b"|" + key_id.encode())
    except InvalidTag:
        raise SealBrokenError(f"a data key does not open under {key_id}") from None


def seal_blob(blob: bytes, *, ring: KeyRing, table: str) -> list[SealedPage]:
    """Return the sealed pages of a blob, for rows of `table`. An empty blob has one page."""
    blob_id = uuid.uuid4().bytes
    count = max(1, -(-len(blob) // ROOM))
    return [
        _seal(
            _HEADER.pack(blob_id, number, count, len(part)) + part,
            page_id=uuid.uuid4(),
            ring=ring,
            table=table,
        )
        for number in range(count)
        for part in [blob[number * ROOM : (number + 1) * ROOM]]
    ]


def seal_in_one_page(blob: bytes, *, page_id: uuid.UUID, ring: KeyRing, table: str) -> SealedPage:
    """Return a blob as the one page of a row whose random id is known already.

    Raises:
        ValueError: the blob is longer than :data:`ROOM`.
    """
    if len(blob) > ROOM:
        raise ValueError("the blob does not fit into one page")
    return _seal(
        _HEADER.pack(uuid.uuid4().bytes, 0, 1, len(blob)) + blob, page_id=page_id, ring=ring, table=table
    )


def _seal(plain: bytes, *, page_id: uuid.UUID, ring: KeyRing, table: str) -> SealedPage:
    place = _place(table, page_id)
    data_key, nonce = os.urandom(KEY_BYTES), os.urandom(_NONCE)
    padded = plain.ljust(PAGE_BYTES, b"\0")
    return SealedPage(
        id=page_id,
        key_id=ring.current,
        wrapped_key=_wrap(data_key, ring=ring, place=place),
        sealed=nonce + AESGCM(data_key).encrypt(nonce, padded, place),
    )


def _open_page(page: SealedPage, *, ring: KeyRing, table: str) -> bytes:
    place = _place(table, page.id)
    try:
        data_key = _unwrap(page.wrapped_key, key_id=page.key_id, ring=ring, place=place)
        return AESGCM(data_key).decrypt(page.sealed[:_NONCE], page.sealed[_NONCE:], place)
    except InvalidTag:
        raise SealBrokenError(f"{table} {page.id} does not open") from None


def open_blobs(pages: Iterable[SealedPage], *, ring: KeyRing, table: str) -> list[bytes]:
    """Return the blobs whose pages these are, in no particular order; pages may come in any order.

    Raises:
        SealBrokenError: a page does not open, or a blob lacks one of its pages.
        KeyMissingError: the ring lacks a key.
    """
    parts: dict[bytes, dict[int, bytes]] = defaultdict(dict)
    counts: dict[bytes, int] = {}
    for page in pages:
        plain = _open_page(page, ring=ring, table=table)
        blob_id, place, count, used = _HEADER.unpack_from(plain)
        parts[blob_id][place] = plain[_HEADER.size : _HEADER.size + used]
        counts[blob_id] = count
    for blob_id, found in parts.items():
        if len(found) != counts[blob_id]:
            raise SealBrokenError(f"{table}: {counts[blob_id] - len(found)} pages of a blob are missing")
    return [b"".join(found[place] for place in range(counts[blob_id])) for blob_id, found in parts.items()]


def rewrap_key(wrapped_key: bytes, *, page_id: uuid.UUID, key_id: str, ring: KeyRing, table: str) -> bytes:
    """Return a page's data key wrapped under the ring's current key. The page itself is neither read nor changed.

    Raises:
        SealBrokenError: the data key does not open under `key_id`.
        KeyMissingError: the ring lacks `key_id`.
    """
    place = _place(table, page_id)
    return _wrap(_unwrap(wrapped_key, key_id=key_id, ring=ring, place=place), ring=ring, place=place)
