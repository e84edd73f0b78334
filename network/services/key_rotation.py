"""A new key-encryption key takes over, while members send and read: data keys are wrapped anew, pages stay as they are.

Four steps, each of which may be the last before a kill -9; the next run goes on where this one ended (decision 0082):

1. The ring gets a second key, and the store keeps it. Nobody seals with it yet, everybody can fetch it.
2. The database names it current. From that commit on every transaction that begins to seal uses it.
3. All rows under an older key get their data key wrapped anew, in batches across all members.
4. An older key is struck from the database once no transaction seals with it and no row names it, then from the ring.
"""

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from sqlalchemy import delete, exists, func, or_, select, text
from sqlalchemy.orm import Session

from anonymization.vault import KeyRing, SealBrokenError, rewrap_key
from network.errors import ConflictError
from network.extensions import database
from network.i18n import mark
from network.keystore import keys
from network.keystore.ring_format import longer_ring, place_in_time
from network.models import SealingKey
from network.permissions import Actor, Permission, require
from network.services.dealing import have_dealt_afterwards
from network.services.sealing_keys import SEALED, SealedTable, lock_of, register, registered_keys
from network.transaction import reading, unit_of_work

BATCH = 400
"""Rows of one transaction, 0.12 s on 2 cores at a load of 12: so long waits an upload that wants one of them."""

_ONE_ROTATION = 8_400_004
_LOOK_AGAIN_SECONDS = 0.2
Progress = Callable[[int, int], None]
"""Called with (rows done, rows in all)."""


@dataclass(frozen=True, slots=True)
class Rotation:
    """What a run did.

    `key` is the newest key. `retired` are those that nothing names any more. `went_on` tells that an earlier run had
    been cut. `is_complete` is false where something is left to do: `in_use` names older keys under which transactions
    still sealed when our patience ended, `broken` counts rows whose data key does not open, and `to_set` is what a
    person must put into VIGIE_KEYS on every machine before (or, where it is complete, after) this.
    """

    key: str
    rewrapped: int
    retired: tuple[str, ...]
    went_on: bool
    is_complete: bool
    in_use: tuple[str, ...] = ()
    broken: int = 0
    to_set: str | None = None


def rotate_keys(
    actor: Actor, *, progress: Progress = lambda _done, _total: None, patience: float = 900.0
) -> Rotation:
    """Bring a new key-encryption key into use, or finish a rotation that was cut.

    Args:
        actor: the operator.
        progress: called as rows are wrapped anew.
        patience: seconds to wait for transactions that began to seal with the older key.

    Raises:
        ConflictError: another rotation runs.
    """
    require(actor, Permission.NETWORK_OPERATE)
    with rotating_alone():
        ring, went_on = _with_new_key(_kept_ring())
        if len(ring.wrapping) == 1:  # a second key is to be set by a person first
            return _first_set(ring)
        newest = max(ring.wrapping, key=place_in_time)
        _make_current(ring, newest)
        sweep = _Sweep(replace(ring, current=newest), progress)
        in_use = sweep.until_nothing_names(_others(newest), patience=patience)
        left = {newest, *in_use}
        last = KeyRing(
            root=ring.root,
            wrapping={key_id: key for key_id, key in ring.wrapping.items() if key_id in left},
            current=newest,
        )
        if keys.store.is_writable:
            keys.store.save(last)
        if sweep.done:
            with unit_of_work() as session:
                have_dealt_afterwards(session)
        return Rotation(
            key=newest,
            rewrapped=sweep.done,
            retired=tuple(sorted(set(ring.wrapping) - left)),
            went_on=went_on,
            is_complete=not in_use,
            in_use=tuple(sorted(in_use)),
            broken=len(sweep.broken),
            to_set=None if keys.store.is_writable else keys.store.as_text(last),
        )


@contextmanager
def rotating_alone() -> Iterator[None]:
    """Let one process at a time change the ring. The lock ends with its connection, however the process ends.

    Raises:
        ConflictError: another process changes it now.
    """
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.scalar(select(func.pg_try_advisory_lock(_ONE_ROTATION))):
            raise ConflictError(mark("Another command changes the keys right now; wait until it has ended."))
        try:
            yield
        finally:
            connection.execute(select(func.pg_advisory_unlock(_ONE_ROTATION)))


def _kept_ring() -> KeyRing:
    """Return what the store holds now: another rotation may have ended since this process started."""
    ring = keys.store.load()
    return keys.ring if ring is None else ring


def _with_new_key(ring: KeyRing) -> tuple[KeyRing, bool]:
    """Return the ring with a key to change over to, and whether an earlier run had brought that already."""
    with reading() as session:
        known = {key.id for key in registered_keys(session)}
    if len(ring.wrapping) > 1:
        return ring, True
    if not keys.store.is_writable:
        return ring, False
    longer, _ = longer_ring(ring, known)
    keys.store.save(longer)
    return longer, False


def _first_set(ring: KeyRing) -> Rotation:
    """Return the ring with a new key as text: where we cannot write it down, a person hands it to every machine."""
    longer, key_id = longer_ring(ring, ())
    return Rotation(
        key=key_id,
        rewrapped=0,
        retired=(),
        went_on=False,
        is_complete=False,
        to_set=keys.store.as_text(longer),
    )


def _make_current(ring: KeyRing, newest: str) -> None:
    with unit_of_work() as session:
        current = session.scalar(select(SealingKey.id).where(SealingKey.is_current))
        if current != newest:
            register(session, ring, key_id=newest)
        have_dealt_afterwards(session)


def _others(newest: str) -> list[str]:
    with reading() as session:
        return [key.id for key in registered_keys(session) if key.id != newest]


class _Sweep:
    """Wraps data keys anew until no row names an older key; counts what it did."""

    def __init__(self, ring: KeyRing, progress: Progress) -> None:
        self.ring = ring
        self.done = 0
        self.broken: set[uuid.UUID] = set()
        self._progress = progress
        with reading() as session:
            self._total = sum(
                session.scalar(select(func.count()).where(table.key_id != ring.current)) or 0
                for table in SEALED
            )

    def until_nothing_names(self, old: list[str], *, patience: float) -> set[str]:
        """Sweep and strike out the older keys; return those that could not be struck out."""
        ends = time.monotonic() + patience
        left = set(old)
        while left:
            for table in SEALED:
                self._once_through(table)
            left = {key_id for key_id in left if not _strike_out(key_id)}
            if self.broken or time.monotonic() >= ends:
                break
            if left:
                time.sleep(_LOOK_AGAIN_SECONDS)
        return left

    def _once_through(self, table: SealedTable) -> None:
        """Walk over the rows by id. Ids are random, so each batch is a random one over all members and periods.

        Rows that an upload holds are passed over: who waits for nobody is in nobody's way. They come in the next round.
        """
        last = uuid.UUID(int=0)
        while True:
            with unit_of_work() as session:
                rows = session.execute(
                    select(table.id, table.key_id, table.wrapped_key)
                    .where(table.id > last, table.key_id != self.ring.current)
                    .order_by(table.id)
                    .limit(BATCH)
                    .with_for_update(skip_locked=True)
                ).all()
                if not rows:
                    return
                last = rows[-1].id
                self._rewrap(session, table, {row.id: (row.key_id, row.wrapped_key) for row in rows})
            self._progress(self.done, max(self._total, self.done))

    def _rewrap(self, session: Session, table: SealedTable, rows: dict[uuid.UUID, tuple[str, bytes]]) -> None:
        name = table.__tablename__
        fresh: dict[uuid.UUID, bytes] = {}
        for page_id, (key_id, wrapped) in rows.items():
            try:
                fresh[page_id] = rewrap_key(
                    bytes(wrapped), page_id=page_id, key_id=key_id, ring=self.ring, table=name
                )
            except SealBrokenError:
                self.broken.add(page_id)
        session.execute(
            text(
                f"UPDATE {name} SET key_id = :key, wrapped_key = fresh.wrapped_key "  # noqa: S608  # our own name
                "FROM unnest(CAST(:ids AS uuid[]), CAST(:wrapped AS bytea[])) AS fresh (id, wrapped_key) "
                f"WHERE {name}.id = fresh.id"
            ),
            {"key": self.ring.current, "ids": list(map(str, fresh)), "wrapped": list(fresh.values())},
        )
        self.done += len(fresh)


def _strike_out(key_id: str) -> bool:
    """Take a key out of the database, unless a transaction seals with it or a row names it; tell whether it is out.

    The lock is asked for and never waited for: who waits for it would stop everybody who seals. The foreign keys hold
    the same once more: a row can name no key that is not in the table.
    """
    with unit_of_work() as session:
        if not session.scalar(select(func.pg_try_advisory_xact_lock(*lock_of(key_id)))):
            return False
        if session.scalar(select(or_(*(exists().where(table.key_id == key_id) for table in SEALED)))):
            return False
        session.execute(delete(SealingKey).where(SealingKey.id == key_id))
        return True
