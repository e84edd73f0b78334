"""Keyed tags by scope: one root key, one derived key a purpose, and tags for millions of pairs at once.

Two families, both keyed pseudorandom functions:

- :func:`tag`, HMAC-SHA-256 cut to 16 bytes, for a single fact of any length (owner and slot of a ledger page).
- :func:`tags`, AES-256-CMAC (NIST SP 800-38B, RFC 4493) over arrays of whole blocks, for the pipeline. HMAC costs
  1.8 microseconds a pair in this language, CMAC over arrays 0.03 (docs/decisions/0020).
"""

import hashlib
import hmac
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from numpy.typing import NDArray

Ids = NDArray[np.void]
"""Identities of 16 bytes, dtype V16, shape (n,)."""
Blocks = NDArray[np.uint64]
"""Blocks of 16 bytes as two words in the order of the machine, shape (n, 2)."""

ID = np.dtype("V16")
SCOPES = (
    "pair/v1",
    "distortion/v1",
    "gate/v1",
    "cell/v1",
    "delay/v1",
    "owner/v1",
    "slot/v1",
    "log/v1",
    "check/v1",
)
_BLOCK = 16


def derive(root: bytes, scope: str) -> bytes:
    """Return the 32-byte key of a scope (HKDF-SHA-256, RFC 5869, info = the scope).

    Raises:
        ValueError: the root is shorter than 32 bytes, or the scope is unknown.
    """
    if len(root) < hashlib.sha256().digest_size:
        raise ValueError("the root key needs at least 32 bytes")
    if scope not in SCOPES:
        raise ValueError(f"unknown scope {scope!r}; known are {', '.join(SCOPES)}")
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=scope.encode()).derive(root)


def tag(key: bytes, *parts: bytes) -> bytes:
    """Return the 16-byte HMAC-SHA-256 tag of the parts; each part is preceded by its length, so none can run over."""
    message = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    return hmac.digest(key, message, "sha256")[:_BLOCK]


def _double(block: bytes) -> bytes:
    """Return the block times x in GF(2^128), as RFC 4493 makes its subkeys."""
    number = int.from_bytes(block, "big") << 1
    if number >> 128:
        number = (number ^ 0x87) & ((1 << 128) - 1)
    return number.to_bytes(_BLOCK, "big")


def tags(key: bytes, *columns: Blocks) -> Blocks:
    """Return the AES-256-CMAC of each row, whose message is its blocks in the order of the columns.

    Every column has the shape (n, 2). One key may tag messages of different lengths: CMAC is safe for that.
    """
    # RFC 4493 is CBC-MAC with a subkey on the last block; single blocks are enciphered side by side.
    cipher = Cipher(algorithms.AES(key), modes.ECB()).encryptor()  # noqa: S305 - the block function inside CMAC
    subkey = np.frombuffer(_double(cipher.update(bytes(_BLOCK))), dtype=np.uint64)
    chained = np.zeros_like(columns[0])
    for place, column in enumerate(columns, start=1):
        mixed = chained ^ column if place > 1 else column.copy()
        if place == len(columns):
            mixed ^= subkey
        chained = np.frombuffer(
            cipher.update(mixed.reshape(-1).view(np.uint8).data), dtype=np.uint64
        ).reshape(-1, 2)
    return chained


def blocks(ids: Ids) -> Blocks:
    """Return identities as blocks, shape (n, 2)."""
    return np.ascontiguousarray(ids).view(np.uint64).reshape(-1, 2)


def ids_of(uuids: Iterable[uuid.UUID]) -> Ids:
    """Return identities of uuids, shape (n,)."""
    return np.frombuffer(b"".join(each.bytes for each in uuids), dtype=ID)


def uuids_of(ids: Ids) -> list[uuid.UUID]:
    """Return the uuids of identities."""
    return [uuid.UUID(bytes=each.tobytes()) for each in ids]


def ids_of_text(texts: Iterable[str] | NDArray[np.bytes_]) -> Ids:
    """Return identities of uuids written as 36 characters with hyphens; fast for millions.

    Raises:
        ValueError: a text is no uuid in that form.
    """
    written = texts if isinstance(texts, np.ndarray) else np.array(list(texts), dtype="S36")
    if written.size == 0:
        return np.empty(0, dtype=ID)
    letters = np.ascontiguousarray(written.astype("S36")).view(np.uint8).reshape(-1, 36)
    digits = _DIGIT[np.delete(letters, _HYPHENS, axis=1)]
    if (letters[:, _HYPHENS] != ord("-")).any() or (digits == _NO_DIGIT).any():
        raise ValueError("an identity is not a uuid of 36 characters")
    return np.ascontiguousarray(digits[:, ::2] << 4 | digits[:, 1::2]).view(ID).reshape(-1)


_HYPHENS = [8, 13, 18, 23]
_NO_DIGIT = 255
_DIGIT = np.full(256, _NO_DIGIT, dtype=np.uint8)
for _value, _letter in enumerate("0123456789abcdef"):
    _DIGIT[ord(_letter)] = _DIGIT[ord(_letter.upper())] = _value


@dataclass(frozen=True, slots=True)
class ReleaseKeys:
    """The derived keys that the release pipeline needs, 32 bytes each. They never show in a repr."""

    pair: bytes = field(repr=False)
    distortion: bytes = field(repr=False)
    gate: bytes = field(repr=False)
    cell: bytes = field(repr=False)
    delay: bytes = field(repr=False)

    @classmethod
    def derived(cls, root: bytes) -> Self:
        """Return the keys of a root key of at least 32 bytes.

        The root must stay the same for the life of the network: new keys would draw new distortions, and the
        average of both would tell more than either.
        """
        names = ("pair", "distortion", "gate", "cell", "delay")
        return cls(**{name: derive(root, f"{name}/v1") for name in names})
