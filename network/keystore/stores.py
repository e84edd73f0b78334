"""Where a ring is kept: a file of this machine, or the environment of many."""

import base64
import os
import secrets
import stat
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from anonymization.vault import KeyRing
from network.i18n import mark
from network.keystore.ring_format import KeysError, decode, encode
from network.keystore.wrapping import RingWrapper, load_wrapper

PLAIN_FILE = "keys.json"
WRAPPED_FILE = "keys.wrapped"
VARIABLE = "VIGIE_KEYS"


class KeyStore(Protocol):
    """Keeps one ring. What is saved is there whole, or what was there before is."""

    kind: str
    """"file" or "environment"."""
    is_writable: bool
    """Whether :meth:`save` can work; where not, a person sets what :meth:`as_text` returns."""
    wrapper: RingWrapper

    @property
    def place(self) -> str:
        """Where it is, for people."""

    def load(self) -> KeyRing | None:
        """Return the ring; None where there is none yet.

        Raises:
            KeysError: it is damaged, or others can read it, or the wrapper does not open it.
        """

    def create(self, ring: KeyRing) -> KeyRing:
        """Keep a first ring. Of two processes that try at once one wins; both get the ring that is kept."""

    def save(self, ring: KeyRing) -> None:
        """Replace the ring in one step."""

    def as_text(self, ring: KeyRing) -> str:
        """Return the ring, wrapped, on one line without blanks."""


def choose_store(
    folder: Path, *, given: str | None, wrapper: str | None, environ: Mapping[str, str] = os.environ
) -> KeyStore:
    """Return the store of this installation: `given` (VIGIE_KEYS) where it is set, else a file in `folder`.

    Raises:
        KeysError: two stores hold keys, or the wrapper cannot be used.
    """
    hides = load_wrapper(wrapper, environ)
    file = FileStore(folder / (WRAPPED_FILE if wrapper else PLAIN_FILE), hides)
    idle = folder / (PLAIN_FILE if wrapper else WRAPPED_FILE)
    present = [path for path in (file.path, idle) if path.exists()]
    if given and present:
        raise KeysError(
            mark(
                "Keys are given twice: by VIGIE_KEYS and by the file %(path)s. Keep one: unset VIGIE_KEYS, or move the file away."
            ),
            path=present[0],
        )
    if not given and idle in present:
        raise KeysError(
            mark(
                "The key file %(path)s does not fit VIGIE_KEY_WRAPPER (%(wrapper)s). Set it as it was when the file was made; docs/operations.md says how to change over."
            ),
            path=idle,
            wrapper=wrapper or "-",
        )
    return EnvironmentStore(given, hides) if given else file


class FileStore:
    """A file that its owner alone can read."""

    kind = "file"
    is_writable = True

    def __init__(self, path: Path, wrapper: RingWrapper) -> None:
        self.path = path
        self.wrapper = wrapper

    @property
    def place(self) -> str:
        """The file."""
        return str(self.path)

    def load(self) -> KeyRing | None:
        """Return the ring in the file; None where there is no file."""
        try:
            if stat.S_IMODE(self.path.stat().st_mode) & 0o077:
                raise KeysError(
                    mark("The key file %(path)s can be read by others. Run: chmod 600 %(path)s"),
                    path=self.path,
                )
            raw = self.path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as fault:
            raise KeysError(
                mark("The key file %(path)s cannot be read (%(why)s)."), path=self.path, why=fault.strerror
            ) from fault
        return _opened(raw, self)

    def create(self, ring: KeyRing) -> KeyRing:
        """Link a whole draft to the name: the first one wins, and nobody ever sees half a file."""
        draft = self._draft(ring)
        with suppress(FileExistsError):
            self.path.hardlink_to(draft)
        draft.unlink()
        self._make_name_last()
        kept = self.load()
        return ring if kept is None else kept

    def save(self, ring: KeyRing) -> None:
        """Rename a whole draft onto the name."""
        self._draft(ring).rename(self.path)
        self._make_name_last()

    def as_text(self, ring: KeyRing) -> str:
        """Return the ring as VIGIE_KEYS takes it."""
        return _text(ring, self.wrapper)

    def _draft(self, ring: KeyRing) -> Path:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self.path.with_suffix(f".{secrets.token_hex(8)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(_wrapped(ring, self.wrapper))
            file.flush()
            os.fsync(file.fileno())
        return draft

    def _make_name_last(self) -> None:
        """Sync the folder: what is sealed from now on opens with this file alone, so its name outlives a power cut."""
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


class EnvironmentStore:
    """The variable VIGIE_KEYS, the same on every machine; a person changes it."""

    kind = "environment"
    is_writable = False
    place = VARIABLE

    def __init__(self, given: str, wrapper: RingWrapper) -> None:
        self._given = given
        self.wrapper = wrapper

    def load(self) -> KeyRing | None:
        """Return the ring in the variable."""
        try:
            raw = base64.urlsafe_b64decode(self._given.encode("ascii"))
        except ValueError as fault:
            raise _damaged(self) from fault
        return _opened(raw, self)

    def create(self, ring: KeyRing) -> KeyRing:
        """Refuse: it is set from outside."""
        raise self._refusal(ring)

    def save(self, ring: KeyRing) -> None:
        """Refuse: it is set from outside."""
        raise self._refusal(ring)

    def as_text(self, ring: KeyRing) -> str:
        """Return the value to set."""
        return _text(ring, self.wrapper)

    def _refusal(self, _ring: KeyRing) -> KeysError:
        return KeysError(mark("VIGIE_KEYS is set from outside; this command cannot change it."))


def _wrapped(ring: KeyRing, wrapper: RingWrapper) -> bytes:
    try:
        return wrapper.wrap(encode(ring))
    except (OSError, ValueError) as fault:
        raise KeysError(
            mark("The key service %(name)s does not wrap the ring (%(why)s); nothing was written."),
            name=wrapper.name,
            why=str(fault) or type(fault).__name__,
        ) from fault


def _opened(raw: bytes, store: KeyStore) -> KeyRing:
    try:
        plain = store.wrapper.unwrap(raw)
    except (OSError, ValueError) as fault:
        raise KeysError(
            mark("The key service %(name)s does not open the keys in %(place)s (%(why)s)."),
            name=store.wrapper.name,
            place=store.place,
            why=str(fault) or type(fault).__name__,
        ) from fault
    try:
        return decode(plain)
    except ValueError as fault:
        raise _damaged(store) from fault


def _text(ring: KeyRing, wrapper: RingWrapper) -> str:
    return base64.urlsafe_b64encode(_wrapped(ring, wrapper)).decode()


def _damaged(store: KeyStore) -> KeysError:
    return KeysError(
        mark(
            "The keys in %(place)s are damaged. Move them away, and put your recovery copy back: vigie keys import-recovery FILE. Without it the private ledgers cannot be read."
        ),
        place=store.place,
    )
