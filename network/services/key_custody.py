"""The keys as the operator sees them: make the first ones, look at them, write a recovery copy, put one back."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import delete, func, select, update

from anonymization.vault import KeyRing
from network.errors import ConflictError
from network.i18n import mark
from network.keystore import KeysError, KeyStore, keys
from network.keystore.passphrase import WrongPassphraseError, lock, refuse_if_short, unlock
from network.keystore.ring_format import decode, encode, fingerprint, fresh_ring, joined, root_check
from network.models import SealingKey
from network.permissions import Actor, Permission, require
from network.services.key_rotation import rotating_alone
from network.services.sealing_keys import SEALED, check_ring, keys_are_lost, register, registered_keys
from network.transaction import reading, unit_of_work

_MOST_BYTES = 1 << 20
_PURPOSE = "recovery"


@dataclass(frozen=True, slots=True)
class KeyUse:
    """A key-encryption key: whether the store holds it, and how many rows of each table name it.

    `exported_on` is the day on which a recovery copy with it was last written; that the copy still exists, nobody here
    can know.
    """

    id: str
    is_held: bool
    is_current: bool
    rows: Mapping[str, int]
    exported_on: date | None


@dataclass(frozen=True, slots=True)
class KeyStatus:
    """The keys of an installation. `fault` is why it cannot start with them, None where it can."""

    store: str
    place: str
    wrapper: str
    fingerprint: str | None
    keys: tuple[KeyUse, ...]
    fault: KeysError | None

    @property
    def is_rotating(self) -> bool:
        """Whether a rotation was begun and is not complete."""
        return len(self.keys) > 1

    @property
    def is_recoverable(self) -> bool:
        """Whether a recovery copy with every key in use was written once."""
        return bool(self.keys) and all(key.exported_on is not None for key in self.keys)


def key_status(actor: Actor, *, store: KeyStore) -> KeyStatus:
    """Return the state of the keys; also where the installation could not start with them."""
    require(actor, Permission.NETWORK_OPERATE)
    ring, fault = _looked_at(store)
    with reading() as session:
        registered = {key.id: key for key in registered_keys(session)}
        rows: dict[str, dict[str, int]] = {}
        for table in SEALED:
            counts = select(table.key_id, func.count()).group_by(table.key_id)
            for key_id, count in session.execute(counts):
                rows.setdefault(key_id, {})[table.__tablename__] = count
    if ring is not None and fault is None:
        try:
            check_ring(ring, list(registered.values()))
        except KeysError as wrong:
            fault = wrong
    held = set(ring.wrapping) if ring is not None else set()
    uses = tuple(
        KeyUse(
            id=key_id,
            is_held=key_id in held,
            is_current=key_id in registered and registered[key_id].is_current,
            rows={table.__tablename__: rows.get(key_id, {}).get(table.__tablename__, 0) for table in SEALED},
            exported_on=registered[key_id].exported_on if key_id in registered else None,
        )
        for key_id in sorted(held | set(registered))
    )
    checks = [key.root_check for key in registered.values() if key.root_check is not None]
    mine = checks[0] if checks else (root_check(ring.root) if ring is not None else None)
    return KeyStatus(
        store=store.kind,
        place=store.place,
        wrapper=store.wrapper.name,
        fingerprint=fingerprint(mine) if mine is not None else None,
        keys=uses,
        fault=fault,
    )


def _looked_at(store: KeyStore) -> tuple[KeyRing | None, KeysError | None]:
    try:
        ring = store.load()
    except KeysError as fault:
        return None, fault
    return ring, keys_are_lost(store) if ring is None and _has_keys() else None


def _has_keys() -> bool:
    with reading() as session:
        return bool(registered_keys(session))


@dataclass(frozen=True, slots=True)
class NewKeys:
    """A first ring; `to_set` is what a person must set as VIGIE_KEYS where nothing keeps it."""

    fingerprint: str
    key: str
    to_set: str | None


def begin_keys(actor: Actor, *, store: KeyStore, in_words: bool = False) -> NewKeys:
    """Make the first ring where nothing is sealed yet, and register it; a ring that lies there is taken as it is.

    `in_words` True keeps it nowhere: the answer carries what is to be set as VIGIE_KEYS on every machine.

    Raises:
        ConflictError: the database has its keys.
        KeysError: it has, and they are lost.
    """
    require(actor, Permission.NETWORK_OPERATE)
    with rotating_alone(), unit_of_work() as session:
        held = store.load()
        known = registered_keys(session)
        if session.scalar(select(func.holds_sealed_rows())) or (known and held is not None):
            if held is None:
                raise keys_are_lost(store)
            check_ring(held, known)
            raise ConflictError(
                mark("This network has its keys in %(place)s. For a new one: vigie keys rotate"),
                place=store.place,
            )
        ring = held or fresh_ring({key.id for key in known})
        if held is None and not in_words:
            ring = store.create(ring)
        session.execute(delete(SealingKey))
        register(session, ring, key_id=ring.current)
        return NewKeys(
            fingerprint(root_check(ring.root)), ring.current, store.as_text(ring) if in_words else None
        )


@dataclass(frozen=True, slots=True)
class RecoveryCopy:
    """A recovery copy that was written or put back."""

    path: Path
    fingerprint: str
    keys: tuple[str, ...]
    to_set: str | None = None
    """What a person must set as VIGIE_KEYS, where the keys were put back into no store of ours."""
    was_known: bool = False
    """Whether every key of the copy was in the store already: nothing was changed, but the copy opens."""


def export_recovery(actor: Actor, *, path: Path, passphrase: str, today: date) -> RecoveryCopy:
    """Write the ring under a passphrase to a new file that its owner alone can read.

    Raises:
        ConflictError: there is such a file already.
        SettingsError: the passphrase is too short.
    """
    require(actor, Permission.NETWORK_OPERATE)
    refuse_if_short(passphrase)
    ring = keys.store.load() or keys.ring
    copy = RecoveryCopy(path, fingerprint(root_check(ring.root)), tuple(sorted(ring.wrapping)))
    locked = lock(
        encode(ring),
        passphrase,
        purpose=_PURPOSE,
        fingerprint=copy.fingerprint,
        keys=list(copy.keys),
        written=today.isoformat(),
    )
    _write_new(path, locked)
    with unit_of_work() as session:
        session.execute(
            update(SealingKey).values(exported_on=today).where(SealingKey.id.in_(list(ring.wrapping)))
        )
    return copy


def import_recovery(
    actor: Actor, *, path: Path, passphrase: str, store: KeyStore, in_words: bool = False
) -> RecoveryCopy:
    """Put the keys of a recovery copy back: where none are, or beside those of the same root.

    `in_words` True writes nothing: the answer carries what is to be set as VIGIE_KEYS.

    Raises:
        KeysError: the copy is of another network, or does not open, or lacks a key that rows name.
    """
    require(actor, Permission.NETWORK_OPERATE)
    found = _opened(path, passphrase)
    with rotating_alone():
        held = store.load()
        ring = found if held is None else joined(held, found)
        with reading() as session:
            check_ring(ring, registered_keys(session))
        was_known = held is not None and set(held.wrapping) == set(ring.wrapping)
        is_kept = (store.is_writable or was_known) and not in_words
        if is_kept and not was_known:
            store.save(ring)
    return RecoveryCopy(
        path,
        fingerprint(root_check(ring.root)),
        tuple(sorted(found.wrapping)),
        None if is_kept else store.as_text(ring),
        was_known,
    )


def _opened(path: Path, passphrase: str) -> KeyRing:
    try:
        with path.open("rb") as file:
            return decode(unlock(file.read(_MOST_BYTES), passphrase, purpose=_PURPOSE))
    except WrongPassphraseError:
        raise KeysError(
            mark("%(path)s does not open: the passphrase is another, or the file was changed."), path=path
        ) from None
    except OSError as fault:
        raise KeysError(
            mark("%(path)s cannot be read (%(why)s)."), path=path, why=fault.strerror or type(fault).__name__
        ) from fault
    except (ValueError, json.JSONDecodeError) as fault:
        raise KeysError(mark("%(path)s is no recovery copy of Vigie."), path=path) from fault


def _write_new(path: Path, body: bytes) -> None:
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        raise ConflictError(
            mark("%(path)s exists already; a recovery copy overwrites nothing."), path=path
        ) from None
    except OSError as fault:
        raise KeysError(
            mark("%(path)s cannot be written (%(why)s)."),
            path=path,
            why=fault.strerror or type(fault).__name__,
        ) from fault
