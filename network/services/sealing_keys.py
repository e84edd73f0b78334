"""Which keys this database is sealed under: a start with the wrong ring is refused, and a retired key seals nothing more.

The table `sealing_key` names the keys that rows may bear, and which of them is current. It holds a check of each, a keyed
tag that only the right ring makes again (docs/decisions/0081).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from anonymization.vault import KeyRing, SealBrokenError, rewrap_key
from network.errors import UnavailableError
from network.i18n import mark
from network.keystore import KeysError, KeyStore, keys
from network.keystore.ring_format import fresh_ring, key_check, root_check
from network.models import (
    DecisionEffect,
    LedgerPage,
    MatchDecision,
    MatchReview,
    PipelineState,
    Release,
    ReviewSheet,
    SealingKey,
)
from network.transaction import reading, unit_of_work

SealedTable = type[LedgerPage | MatchReview | PipelineState | ReviewSheet | MatchDecision | DecisionEffect]
SEALED: tuple[SealedTable, ...] = (
    LedgerPage,
    MatchReview,
    PipelineState,
    ReviewSheet,
    MatchDecision,
    DecisionEffect,
)
"""Every table of sealed rows."""

_FIRST_RING = 8_400_002
_SPACE = 8_400_003
"""Advisory locks: one for the making of the first ring, and one for each key that transactions seal with."""


@dataclass(frozen=True, slots=True)
class RegisteredKey:
    """A key that rows may name, as the database knows it."""

    id: str
    root_check: bytes | None
    key_check: bytes | None
    is_current: bool
    exported_on: date | None


def registered_keys(session: Session) -> list[RegisteredKey]:
    """Return the keys that rows may name."""
    columns = (
        SealingKey.id,
        SealingKey.root_check,
        SealingKey.key_check,
        SealingKey.is_current,
        SealingKey.exported_on,
    )
    return [RegisteredKey(*row) for row in session.execute(select(*columns).order_by(SealingKey.id))]


def register(session: Session, ring: KeyRing, *, key_id: str) -> None:
    """Let rows name a key, and make it the one that seals what is new."""
    session.execute(update(SealingKey).values(is_current=False).where(SealingKey.id != key_id))
    session.merge(_row(ring, key_id))
    session.flush()


def _row(ring: KeyRing, key_id: str) -> SealingKey:
    return SealingKey(
        id=key_id, root_check=root_check(ring.root), key_check=key_check(ring, key_id), is_current=True
    )


def open_keys(store: KeyStore) -> None:
    """Set the ring of this process, once it is proven to be the one that this database was sealed with.

    An empty database gets a first ring where the store has none.

    Raises:
        KeysError: there is no ring although something was sealed, or it is another one.
    """
    with reading() as session:
        registered = registered_keys(session)
    if not registered:
        registered = _begin(store)
    ring = store.load()
    if ring is not None and any(known.id not in ring.wrapping for known in registered):
        ring = store.load()  # a rotation may have added one between our two looks
    if ring is None:
        raise keys_are_lost(store)
    check_ring(ring, registered)
    if any(known.key_check is None for known in registered):
        _adopt(ring, [known.id for known in registered if known.key_check is None])
    keys.use(ring, store)


def _begin(store: KeyStore) -> list[RegisteredKey]:
    """Register the ring of an empty database; of several machines that start at once, one does."""
    with unit_of_work() as session:
        session.execute(select(func.pg_advisory_xact_lock(_FIRST_RING)))
        registered = registered_keys(session)
        if registered:
            return registered
        if not _may(session, "INSERT"):
            raise KeysError(
                mark(
                    "This network has no keys yet, and the pages may not make them. Run once where the worker runs: vigie keys init"
                )
            )
        ring = store.load() or store.create(fresh_ring())
        session.add(_row(ring, ring.current))
        session.flush()
        return registered_keys(session)


def check_ring(ring: KeyRing, registered: Sequence[RegisteredKey]) -> None:
    """Refuse a ring that is not the one of this database.

    Raises:
        KeysError: the root is another, or a key is missing or another.
    """
    mine = root_check(ring.root)
    for known in registered:
        if known.root_check not in {None, mine}:
            raise KeysError(
                mark(
                    "These keys belong to another network: their root key is not the one that this database was made with. Put the right keys back, or: vigie keys import-recovery FILE"
                )
            )
        if known.id not in ring.wrapping:
            raise KeysError(
                mark(
                    "The keys lack %(key)s, under which rows of this database are sealed: they are a copy from before or after a rotation. Put the newest keys back, or: vigie keys import-recovery FILE"
                ),
                key=known.id,
            )
        if known.key_check not in {None, key_check(ring, known.id)}:
            raise KeysError(
                mark(
                    "The key %(key)s is another than the one under which this database is sealed. Put the right keys back, or: vigie keys import-recovery FILE"
                ),
                key=known.id,
            )


def _adopt(ring: KeyRing, key_ids: Sequence[str]) -> None:
    """Fill in the checks of keys from before there were any, once one row of each table has opened.

    The processes that serve pages may not: the first command or worker that starts does.
    """
    with unit_of_work() as session:
        if not _may(session, "UPDATE"):
            return
        for key_id in key_ids:
            for table in SEALED:
                _try_one(session, ring, table, key_id)
            known = session.get_one(SealingKey, key_id)
            known.root_check, known.key_check = root_check(ring.root), key_check(ring, key_id)


def _may(session: Session, privilege: str) -> bool:
    return bool(session.scalar(select(func.has_table_privilege(SealingKey.__tablename__, privilege))))


def _try_one(session: Session, ring: KeyRing, table: SealedTable, key_id: str) -> None:
    row = session.execute(select(table.id, table.wrapped_key).where(table.key_id == key_id).limit(1)).first()
    if row is None:
        return
    try:
        rewrap_key(row.wrapped_key, page_id=row.id, key_id=key_id, ring=ring, table=table.__tablename__)
    except SealBrokenError as fault:
        raise KeysError(
            mark(
                "The key %(key)s is another than the one under which this database is sealed. Put the right keys back, or: vigie keys import-recovery FILE"
            ),
            key=key_id,
        ) from fault


def keys_are_lost(store: KeyStore) -> KeysError:
    """Return the truth about an installation without its keys: what is lost, and what can be done."""
    with reading() as session:
        is_sealed = session.scalar(select(func.holds_sealed_rows()))
        releases = session.scalar(select(func.count()).select_from(Release))
    if not is_sealed:
        return KeysError(
            mark(
                "There are no keys in %(place)s, but this network had some; nothing is sealed yet. Put them back, or make new ones: vigie keys init"
            ),
            place=store.place,
        )
    return KeysError(
        mark(
            "There are no keys in %(place)s, and this database is sealed with them: the private ledgers of its members and the memory of the release pipeline. Nothing else opens these. Put the keys back, or: vigie keys import-recovery FILE. Without any copy they are lost for ever. The %(releases)s releases published are not sealed; save them with pg_dump before you start anew with vigie reset."
        ),
        place=store.place,
        releases=releases,
    )


def sealing_ring(session: Session) -> KeyRing:
    """Return the ring, its current key the one that seals now; until the transaction ends that key is not retired.

    The lock is shared by all who seal and is asked for alone by the retirement of a key, which never waits for it. So
    nobody who seals ever waits for a rotation.

    Raises:
        UnavailableError: this process lacks the key, and so does its store.
    """
    while True:
        key_id = session.scalar(select(SealingKey.id).where(SealingKey.is_current))
        if key_id is None:
            raise UnavailableError(mark("This database knows no key to seal with. Run: vigie doctor"))
        session.execute(select(func.pg_advisory_xact_lock_shared(*lock_of(key_id))))
        still = session.scalar(select(SealingKey.is_current).where(SealingKey.id == key_id))
        if still:
            return replace(keys.ring_with(key_id), current=key_id)


def lock_of(key_id: str) -> tuple[int, int]:
    """Return the advisory lock of those who seal with a key."""
    number = int.from_bytes(hashlib.sha256(key_id.encode()).digest()[:4], "big", signed=True)
    return _SPACE, number
