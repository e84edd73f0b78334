"""The key ring of this process, and what it does when it meets a key that it does not know yet."""

from collections.abc import Sequence
from dataclasses import replace

from anonymization.vault import KeyMissingError, KeyRing, SealedPage, open_blobs
from network.errors import UnavailableError
from network.i18n import mark
from network.keystore.stores import KeyStore


class KeyHolder:
    """The ring of this process, set once at start; keys that a rotation adds are fetched when they are met."""

    def __init__(self) -> None:
        self._ring: KeyRing | None = None
        self._store: KeyStore | None = None

    def use(self, ring: KeyRing, store: KeyStore | None = None) -> None:
        """Set the ring of this process, and the store from which it is read again."""
        self._ring, self._store = ring, store

    @property
    def ring(self) -> KeyRing:
        """The ring.

        Raises:
            RuntimeError: `use` was never called: this process has no business with sealed rows.
        """
        if self._ring is None:
            raise RuntimeError("this process holds no keys")
        return self._ring

    @property
    def store(self) -> KeyStore:
        """The store from which the ring came.

        Raises:
            RuntimeError: it came from none.
        """
        if self._store is None:
            raise RuntimeError("the keys of this process came from no store")
        return self._store

    def ring_with(self, key_id: str) -> KeyRing:
        """Return the ring once it holds this key, which may have come by a rotation since this process started.

        A key once held is kept until the process ends: a row read before a rotation may be opened after it.

        Raises:
            UnavailableError: the store has no such key either.
        """
        if key_id not in self.ring.wrapping and self._store is not None:
            found = self._store.load()
            if found is not None and found.root == self.ring.root:
                self._ring = replace(found, wrapping={**self.ring.wrapping, **found.wrapping})
        if key_id not in self.ring.wrapping:
            raise UnavailableError(
                mark(
                    "This process lacks the key %(key)s, which a rotation brought. Start it again with the keys of today."
                ),
                key=key_id,
            )
        return self.ring


keys = KeyHolder()


def open_sealed(pages: Sequence[SealedPage], *, table: str) -> list[bytes]:
    """Return the blobs of these pages with the keys of this process (see :func:`anonymization.vault.open_blobs`).

    Raises:
        UnavailableError: a page names a key that neither this process nor its store has.
    """
    while True:
        try:
            return open_blobs(pages, ring=keys.ring, table=table)
        except KeyMissingError as missing:
            keys.ring_with(str(missing))
