"""Writing the release log: what a close appends, and the heads that are signed over it."""

import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select, tuple_
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from anonymization.ledger_log import CompactRange, consistency_ranges, is_consistent, leaf_hash
from anonymization.log_heads import LogKey
from anonymization.log_tiles import Tile, TiledLog, TileId, edge_of, hashes_of, tiles_of
from anonymization.parameters import Parameters
from network.bulk import copy_rows
from network.errors import ConflictError
from network.i18n import mark
from network.keystore import keys
from network.models import LogHead, LogTile, ReleaseEpoch, ReleaseManifest
from network.permissions import Actor, Permission, require
from network.transaction import unit_of_work

_ONE_WRITER_AT_A_TIME = 0x7669676965
_DAMAGED = mark("The release log was changed: nothing is added to it. Run: vigie log verify")


@dataclass(frozen=True, slots=True)
class Appended:
    """Where the releases of an epoch begin in the log, and the log after them."""

    first_leaf: int
    log: CompactRange


def hold_the_pen(session: Session) -> None:
    """Wait until nobody else writes the log, and keep others from it until the transaction ends."""
    session.execute(select(func.pg_advisory_xact_lock(_ONE_WRITER_AT_A_TIME)))


def append_epoch(session: Session, *, epoch: str, bodies: Sequence[str], parameters: Parameters) -> Appended:
    """Append the release bodies of an epoch in their order, and after them its manifest.

    Raises:
        ConflictError: what is stored of the log is not what the last close left.
    """
    before = _read_log(session)
    manifest = manifest_body(
        epoch=epoch, first_leaf=before.size, published=len(bodies), parameters=parameters
    )
    log, tiles = before.append([leaf_hash(body.encode()) for body in (*bodies, manifest)])
    _write_tiles(session, tiles)
    session.add(ReleaseManifest(epoch=epoch, leaf=before.size + len(bodies), body=manifest))
    return Appended(before.size, log.compact())


def manifest_body(*, epoch: str, first_leaf: int, published: int, parameters: Parameters) -> str:
    """Return the leaf that ends an epoch: which leaves are its releases, and by which rules they were made."""
    return json.dumps(
        {
            "epoch": epoch,
            "first_leaf": first_leaf,
            "kind": "manifest",
            "parameters": parameters.digest(),
            "profile": parameters.profile,
            "published": published,
        },
        sort_keys=True,
        separators=(",", ":"),
    )


def sign_head(session: Session, *, day: date) -> bool:
    """Sign the log as it stands; return whether that made a head that was not there.

    A clock that went back changes nothing: a head is never of an earlier day than the one before it.

    Raises:
        ConflictError: the log does not continue the last head.
    """
    session.flush()
    closed = _last_closed(session)
    if closed is None or not closed.log_size:
        return False
    newest = session.scalar(select(LogHead).order_by(LogHead.day.desc(), LogHead.size.desc()).limit(1))
    if newest is not None:
        _check_continues(session, newest, closed)
        day = max(day, newest.day)
        if (newest.day, newest.size) == (day, closed.log_size):
            return False
    key = LogKey.derived(keys.ring.root)
    session.add(
        LogHead(
            day=day,
            size=closed.log_size,
            root=closed.log_root,
            note=key.sign(size=closed.log_size, root=closed.log_root, day=day),
            key=str(key.verifier),
        )
    )
    session.flush()
    return True


def sign_daily_head(actor: Actor, *, today: date) -> bool:
    """Sign the head of the day unless there is one; return whether it was signed now.

    Raises:
        ConflictError: the log does not continue the last head.
    """
    require(actor, Permission.RELEASE_CLOSE)
    with unit_of_work() as session:
        hold_the_pen(session)
        if session.scalar(select(func.max(LogHead.day) >= today)):
            return False
        return sign_head(session, day=today)


def read_tiles(session: Session, wanted: set[TileId]) -> dict[TileId, bytes]:
    """Return the hashes of these tiles, each as wide as it is by now; one query."""
    if not wanted:
        return {}
    statement = (
        select(LogTile.level, LogTile.index, LogTile.hashes)
        .ext(distinct_on(LogTile.level, LogTile.index))
        .where(tuple_(LogTile.level, LogTile.index).in_(wanted))
        .order_by(LogTile.level, LogTile.index, LogTile.width.desc())
    )
    return {(level, index): hashes for level, index, hashes in session.execute(statement)}


def _last_closed(session: Session) -> ReleaseEpoch | None:
    return session.scalar(select(ReleaseEpoch).order_by(ReleaseEpoch.epoch.desc()).limit(1))


def _read_log(session: Session) -> TiledLog:
    """Return the log as the last close left it."""
    closed = _last_closed(session)
    if closed is None:
        return TiledLog()
    wanted = [(level, index, width) for level, (index, width) in enumerate(edge_of(closed.log_size))]
    place = tuple_(LogTile.level, LogTile.index, LogTile.width)
    rows = session.execute(select(LogTile.level, LogTile.hashes).where(place.in_(wanted)))
    held: dict[int, bytes] = {level: hashes for level, hashes in rows}  # noqa: C416 - rows are not pairs to mypy
    try:
        log = TiledLog(closed.log_size, tuple(held.get(level, b"") for level in range(len(wanted))))
    except ValueError as fault:
        raise ConflictError(_DAMAGED) from fault
    if (log.compact().root, log.compact().to_bytes()) != (closed.log_root, closed.log_frontier):
        raise ConflictError(_DAMAGED)
    return log


def _check_continues(session: Session, newest: LogHead, closed: ReleaseEpoch) -> None:
    if newest.size > closed.log_size:
        raise ConflictError(_DAMAGED)
    ranges = consistency_ranges(newest.size, closed.log_size)
    try:
        proof = hashes_of(ranges, read_tiles(session, tiles_of(ranges)))
    except KeyError as fault:
        raise ConflictError(_DAMAGED) from fault
    if not is_consistent(newest.size, newest.root, closed.log_size, closed.log_root, proof):
        raise ConflictError(_DAMAGED)


def _write_tiles(session: Session, tiles: Sequence[Tile]) -> None:
    copy_rows(
        session,
        table=LogTile.__tablename__,
        columns=("level", "index", "width", "hashes"),
        rows=(
            (
                struct.pack(">h", tile.level),
                struct.pack(">q", tile.index),
                struct.pack(">h", tile.width),
                tile.hashes,
            )
            for tile in tiles
        ),
    )
