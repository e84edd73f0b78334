"""Signed heads of the release log: what a reader keeps to find out later whether the past was changed.

A head is a C2SP checkpoint (c2sp.org/tlog-checkpoint), that is a signed note: origin, size and root, a line each, and
one more for the day; a blank line; a line with the signature. Ed25519 (RFC 8032) over the lines above the blank one.
A public key is written as `name+id+base64`, the form of Go's sumdb, which carries the name under which it signs.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass, field
from datetime import date
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from anonymization.ledger_log import HASH_SIZE
from anonymization.pseudonyms import derive

_ED25519 = b"\x01"
_ID_SIZE = 4
_NAME_DIGITS = 16
_HEAD_LINES = 4
_DAY = "day "
_SIGNATURE = "— "


@dataclass(frozen=True, slots=True)
class Head:
    """A state of the log: all of its `size` leaves have this root. `day` is that of the signature."""

    origin: str
    size: int
    root: bytes
    day: date

    def text(self) -> str:
        """Return the lines that are signed."""
        root = base64.b64encode(self.root).decode()
        return f"{self.origin}\n{self.size}\n{root}\n{_DAY}{self.day.isoformat()}\n"

    @classmethod
    def read(cls, text: str) -> Self:
        """Return the head that :meth:`text` wrote.

        Raises:
            ValueError: the lines are no head of ours.
        """
        lines = text.split("\n")
        if len(lines) != _HEAD_LINES + 1 or lines[-1] or not lines[3].startswith(_DAY):
            raise ValueError("not the four lines of a head")
        head = cls(lines[0], int(lines[1]), _decoded(lines[2]), date.fromisoformat(lines[3][len(_DAY) :]))
        if head.text() != text or len(head.root) != HASH_SIZE:
            raise ValueError("not a head as it is written")
        return head


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """The public half: a name, and 32 bytes."""

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        """The first four bytes of a hash over name and key, which lead a signature."""
        return hashlib.sha256(self.name.encode() + b"\n" + _ED25519 + self.public).digest()[:_ID_SIZE]

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the 32 bytes, hexadecimal: what people compare."""
        return hashlib.sha256(self.public).hexdigest()

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(_ED25519 + self.public).decode()}"

    @classmethod
    def read(cls, text: str) -> Self:
        """Return the key that `str` wrote.

        Raises:
            ValueError: it is none.
        """
        name, _, rest = text.strip().partition("+")
        digits, _, body = rest.partition("+")
        raw = _decoded(body)
        key = cls(name, raw[1:])
        if raw[:1] != _ED25519 or len(key.public) != HASH_SIZE or key.id.hex() != digits:
            raise ValueError("not a key that verifies heads")
        return key

    def open(self, note: str) -> Head:
        """Return the head in a note that this key signed.

        Raises:
            ValueError: the note has no signature of this key, it does not hold, or what it signs is no head.
        """
        text, _, signatures = note.rpartition("\n\n")
        text += "\n"
        for line in signatures.splitlines():
            name, _, encoded = line.removeprefix(_SIGNATURE).partition(" ")
            raw = _decoded(encoded)
            if line.startswith(_SIGNATURE) and name == self.name and raw[:_ID_SIZE] == self.id:
                try:
                    Ed25519PublicKey.from_public_bytes(self.public).verify(raw[_ID_SIZE:], text.encode())
                except InvalidSignature as fault:
                    raise ValueError("the signature does not hold") from fault
                return Head.read(text)
        raise ValueError("no signature of this key")


@dataclass(frozen=True, slots=True)
class LogKey:
    """The key that signs heads. Its secret half never shows in a repr."""

    seed: bytes = field(repr=False)
    origin: str

    @classmethod
    def derived(cls, root: bytes) -> Self:
        """Return the key of a network's root key; the origin is made of its public half, so it is the log's alone."""
        seed = derive(root, "log/v1")
        fingerprint = hashlib.sha256(_public(seed)).hexdigest()
        return cls(seed, f"vigie/releases/{fingerprint[:_NAME_DIGITS]}")

    @property
    def verifier(self) -> VerifierKey:
        """The public half."""
        return VerifierKey(self.origin, _public(self.seed))

    def sign(self, *, size: int, root: bytes, day: date) -> str:
        """Return the signed note of a head; the same head always gives the same bytes."""
        text = Head(self.origin, size, root, day).text()
        signature = Ed25519PrivateKey.from_private_bytes(self.seed).sign(text.encode())
        encoded = base64.b64encode(self.verifier.id + signature).decode()
        return f"{text}\n{_SIGNATURE}{self.origin} {encoded}\n"


def _public(seed: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as fault:
        raise ValueError("not base64") from fault
