"""How a key ring is written down, and how two of one root are joined."""

import base64
import json
import re
import secrets
from collections.abc import Collection
from dataclasses import replace

from anonymization.pseudonyms import derive, tag
from anonymization.vault import KEY_BYTES, KeyRing
from network.errors import SettingsError
from network.i18n import mark

_NUMBERED = re.compile(r"k(\d{1,6})(-[0-9a-f]{6})?")


class KeysError(SettingsError):
    """The keys are missing, damaged or not those of this database: nothing that is sealed may be touched."""

    code = "keys"


def encode(ring: KeyRing) -> bytes:
    """Return the ring as the JSON that key files hold."""
    body = {
        "root": base64.b64encode(ring.root).decode(),
        "wrapping": {name: base64.b64encode(key).decode() for name, key in ring.wrapping.items()},
        "current": ring.current,
    }
    return json.dumps(body).encode("ascii")


def decode(raw: bytes) -> KeyRing:
    """Return the ring of :func:`encode`.

    Raises:
        ValueError: these bytes are no ring.
    """
    try:
        body = json.loads(raw)
        return KeyRing(
            root=base64.b64decode(body["root"], validate=True),
            wrapping={name: base64.b64decode(key, validate=True) for name, key in body["wrapping"].items()},
            current=body["current"],
        )
    except (KeyError, TypeError, AttributeError) as fault:
        raise ValueError("no key ring") from fault


def place_in_time(key_id: str) -> tuple[int, str]:
    """Return what sorts key ids from the oldest to the newest."""
    numbered = _NUMBERED.fullmatch(key_id)
    return (int(numbered[1]) if numbered else 0, key_id)


def next_id(known: Collection[str]) -> str:
    """Return an id for a new key. Its number tells the order, its random end that it is no other ring's."""
    newest = max((place_in_time(key_id)[0] for key_id in known), default=0)
    return f"k{newest + 1}-{secrets.token_hex(3)}"


def fresh_ring(known: Collection[str] = ()) -> KeyRing:
    """Return a ring of random keys."""
    key_id = next_id(known)
    return KeyRing(
        root=secrets.token_bytes(KEY_BYTES), wrapping={key_id: secrets.token_bytes(KEY_BYTES)}, current=key_id
    )


def longer_ring(ring: KeyRing, known: Collection[str]) -> tuple[KeyRing, str]:
    """Return the ring with one more key, and the id of that. It is not current yet."""
    key_id = next_id({*ring.wrapping, *known})
    return replace(ring, wrapping={**ring.wrapping, key_id: secrets.token_bytes(KEY_BYTES)}), key_id


def joined(mine: KeyRing, other: KeyRing) -> KeyRing:
    """Return a ring with the keys of both; the newest is current.

    Raises:
        KeysError: they have different roots, or different keys of one name.
    """
    if mine.root != other.root:
        raise KeysError(
            mark(
                "This is the recovery copy of another network: its root key is not the one in use here. Nothing was changed."
            )
        )
    wrapping = {**mine.wrapping, **other.wrapping}
    if any(wrapping[key_id] != key for key_id, key in mine.wrapping.items()):
        raise KeysError(
            mark("The recovery copy holds another key of the same name as one in use. Nothing was changed.")
        )
    return KeyRing(root=mine.root, wrapping=wrapping, current=max(wrapping, key=place_in_time))


def root_check(root: bytes) -> bytes:
    """Return what a database keeps to know its root key again; it tells nothing about the root."""
    return tag(derive(root, "check/v1"), b"root")


def key_check(ring: KeyRing, key_id: str) -> bytes:
    """Return what a database keeps to know a key-encryption key again; it tells nothing about the key."""
    return tag(derive(ring.root, "check/v1"), b"key", key_id.encode(), ring.wrapping_key(key_id))


def fingerprint(check: bytes) -> str:
    """Return a :func:`root_check` as people compare it."""
    return f"{check.hex()[:4]}-{check.hex()[4:8]}-{check.hex()[8:12]}"
