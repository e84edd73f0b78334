"""Where the secrets of an installation are kept: one file that its owner alone can read."""

import base64
import json
import os
import secrets
import stat
from pathlib import Path

from anonymization.vault import KeyRing
from network.errors import SettingsError
from network.i18n import mark

FILE_NAME = "keys.json"


def open_key_ring(folder: Path, *, may_create: bool) -> KeyRing:
    """Return the key ring in `folder`; `may_create` makes one there if the installation holds nothing sealed yet.

    Raises:
        SettingsError: there is none and sealed rows exist, others can read it, or it is not a key file.
    """
    path = folder / FILE_NAME
    if not path.exists():
        if not may_create:
            raise SettingsError(
                mark(
                    "The key file %(path)s is missing, and sealed rows exist. Put your recovery copy back there."
                ),
                path=str(path),
            )
        _create(path)
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise SettingsError(
            mark("The key file %(path)s can be read by others. Run: chmod 600 %(path)s"), path=str(path)
        )
    try:
        raw = json.loads(path.read_text(encoding="ascii"))
        return KeyRing(
            root=base64.b64decode(raw["root"], validate=True),
            wrapping={name: base64.b64decode(key, validate=True) for name, key in raw["wrapping"].items()},
            current=raw["current"],
        )
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        raise SettingsError(
            mark(
                "The key file %(path)s is damaged. Put your recovery copy back; without it the private ledger cannot be read."
            ),
            path=str(path),
        ) from fault


def _create(path: Path) -> None:
    """Write a new ring; of two processes that try at once, one wins and both then read the same file."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    ring = KeyRing.generate()
    body = {
        "root": base64.b64encode(ring.root).decode(),
        "wrapping": {name: base64.b64encode(key).decode() for name, key in ring.wrapping.items()},
        "current": ring.current,
    }
    draft = path.with_suffix(f".{secrets.token_hex(8)}")
    with os.fdopen(
        os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii"
    ) as file:
        json.dump(body, file)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(
            folder
        )  # the name too must outlive a power cut: what is sealed from now on opens with this file alone
    finally:
        os.close(folder)


class KeyHolder:
    """The key ring of this process, set once at start."""

    def __init__(self) -> None:
        self._ring: KeyRing | None = None

    def use(self, ring: KeyRing) -> None:
        """Set the ring of this process."""
        self._ring = ring

    @property
    def ring(self) -> KeyRing:
        """The ring.

        Raises:
            RuntimeError: `use` was never called: this process has no business with sealed rows.
        """
        if self._ring is None:
            raise RuntimeError("this process holds no keys")
        return self._ring


keys = KeyHolder()
