"""Checking the whole release log against what is stored: `vigie log verify`.

Everything is computed again from the bodies. The first thing that does not agree ends the check with one sentence.
What this cannot find is a history that the operator rewrote and signed anew with the log's key; heads that members
kept find that.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from anonymization.ledger_log import consistency_ranges, is_consistent, leaf_hash
from anonymization.log_heads import Head, LogKey, VerifierKey
from anonymization.log_tiles import Tile, TiledLog, hashes_of, tiles_of
from network.i18n import mark
from network.keystore import keys
from network.models import LogHead, LogTile, Release, ReleaseEpoch, ReleaseManifest
from network.permissions import Actor, Permission, require
from network.services.release_log import hold_the_pen, read_tiles
from network.transaction import reading

Progress = Callable[[int, int], None]
"""Called with (leaves checked, leaves in all)."""

_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class LogChecked:
    """What was checked. `fault` is the first thing that does not agree, a template for `values`; None where all does."""

    epochs: int = 0
    leaves: int = 0
    heads: int = 0
    fault: str | None = None
    values: Mapping[str, object] = field(default_factory=dict)


class _ChangedError(Exception):
    """Something was changed."""

    def __init__(self, fault: str, **values: object) -> None:
        self.fault = fault
        self.values = values
        super().__init__(fault)


@dataclass(slots=True)
class _Walk:
    """How far the check has come: the log computed so far, and its root after each epoch by size."""

    log: TiledLog = field(default_factory=TiledLog)
    roots: dict[int, bytes] = field(default_factory=dict)
    epochs: int = 0
    heads: int = 0
    tiles: int = 0


def verify_log(
    actor: Actor, *, kept: str | None = None, progress: Progress = lambda _done, _total: None
) -> LogChecked:
    """Compare every release, tile, frontier and head with what the bodies give.

    Args:
        actor: the operator.
        kept: a head that somebody kept outside, as a signed note; the log must continue it.
        progress: told how far it has come.
    """
    require(actor, Permission.RELEASE_CLOSE)
    walk = _Walk()
    with reading() as session:
        hold_the_pen(session)  # a close that ended in the middle of this would look like a change
        try:
            _check_leaves(session, walk, progress)
            _check_heads(session, walk)
            if kept is not None:
                _check_kept(kept, walk)
        except _ChangedError as found:
            return LogChecked(walk.epochs, walk.log.size, walk.heads, found.fault, found.values)
    return LogChecked(walk.epochs, walk.log.size, walk.heads)


def _check_leaves(session: Session, walk: _Walk, progress: Progress) -> None:
    manifests = {held.epoch: held for held in session.scalars(select(ReleaseManifest))}
    closed = session.scalars(select(ReleaseEpoch).order_by(ReleaseEpoch.epoch)).all()
    total = closed[-1].log_size if closed else 0
    has_begun = False  # months closed before there were manifests have none
    for epoch in closed:
        leaves: list[bytes] = []
        for body in _bodies(session, epoch, walk.log.size):
            leaves.append(leaf_hash(body.encode()))
            if len(leaves) % _AT_ONCE == 0:
                progress(walk.log.size + len(leaves), total)
        if len(leaves) != epoch.published:
            raise _ChangedError(
                mark("%(epoch)s: %(found)s releases are stored, and %(published)s were published."),
                epoch=epoch.epoch,
                found=len(leaves),
                published=epoch.published,
            )
        manifest = manifests.pop(epoch.epoch, None)
        if manifest is not None:
            has_begun = True
            _check_manifest(manifest, epoch, walk.log.size)
            leaves.append(leaf_hash(manifest.body.encode()))
        elif has_begun:
            raise _ChangedError(mark("%(epoch)s: its manifest is missing."), epoch=epoch.epoch)
        walk.log, tiles = walk.log.append(leaves)
        _check_epoch(epoch, walk)
        _check_tiles(session, tiles, epoch.epoch, walk)
        walk.epochs += 1
        progress(walk.log.size, total)
    _check_nothing_is_over(session, walk, manifests)


def _bodies(session: Session, epoch: ReleaseEpoch, first: int) -> Iterator[str]:
    """Yield the bodies of an epoch in the order of their leaves, each compared with the row that carries it."""
    statement = (
        select(Release.leaf, Release.debtor_id, Release.payment_index, Release.body)
        .where(Release.epoch == epoch.epoch)
        .order_by(Release.leaf)
        .execution_options(yield_per=_AT_ONCE)
    )
    for expected, row in enumerate(session.execute(statement), first):
        if row.leaf != expected:
            raise _ChangedError(
                mark("%(epoch)s: leaf %(leaf)s of the log is missing or stands elsewhere."),
                epoch=epoch.epoch,
                leaf=expected,
            )
        told = _told_by(row.body)
        if told != (str(row.debtor_id), epoch.epoch, row.payment_index):
            raise _ChangedError(
                mark("%(epoch)s, leaf %(leaf)s: the body is not that of its row (debtor %(debtor)s)."),
                epoch=epoch.epoch,
                leaf=row.leaf,
                debtor=row.debtor_id,
            )
        yield row.body


def _told_by(body: str) -> tuple[object, object, object] | None:
    try:
        values = json.loads(body)
        return values["debtor"], values["epoch"], values["payment_index"]["value"]
    except (ValueError, KeyError, TypeError):
        return None


def _check_manifest(manifest: ReleaseManifest, epoch: ReleaseEpoch, first: int) -> None:
    try:
        values = json.loads(manifest.body)
        told = tuple(values[name] for name in ("epoch", "first_leaf", "profile", "published"))
    except (ValueError, KeyError, TypeError):
        told = ()
    stored = (epoch.epoch, first, epoch.profile, epoch.published)
    if told != stored or manifest.leaf != first + epoch.published:
        raise _ChangedError(mark("%(epoch)s: its manifest was changed."), epoch=epoch.epoch)


def _check_epoch(epoch: ReleaseEpoch, walk: _Walk) -> None:
    computed = walk.log.compact()
    if epoch.log_size != computed.size:
        raise _ChangedError(
            mark("%(epoch)s: the log has %(found)s leaves after it, and %(stored)s are stored."),
            epoch=epoch.epoch,
            found=computed.size,
            stored=epoch.log_size,
        )
    if (epoch.log_root, epoch.log_frontier) != (computed.root, computed.to_bytes()):
        raise _ChangedError(
            mark("%(epoch)s: a body was changed, or the root: they do not belong together."),
            epoch=epoch.epoch,
        )
    walk.roots[computed.size] = computed.root


def _check_tiles(session: Session, tiles: list[Tile], epoch: str, walk: _Walk) -> None:
    """Compare the tiles that this epoch wrote; they lie side by side on each level."""
    for level in sorted({tile.level for tile in tiles}):
        written = {(tile.index, tile.width): tile.hashes for tile in tiles if tile.level == level}
        indices = [index for index, _ in written]
        rows = session.execute(
            select(LogTile.index, LogTile.width, LogTile.hashes).where(
                LogTile.level == level, LogTile.index.between(min(indices), max(indices))
            )
        )
        stored = {(index, width): hashes for index, width, hashes in rows}
        if any(stored.get(place) != hashes for place, hashes in written.items()):
            raise _ChangedError(
                mark("%(epoch)s: a stored hash of the tree was changed or is missing."), epoch=epoch
            )
    walk.tiles += len(tiles)


def _check_nothing_is_over(session: Session, walk: _Walk, manifests: Mapping[str, ReleaseManifest]) -> None:
    known = select(ReleaseEpoch.epoch)
    stray = session.scalar(select(func.count()).select_from(Release).where(Release.epoch.not_in(known)))
    if stray or manifests:
        raise _ChangedError(mark("Releases or manifests are stored of a month that was never closed."))
    if session.scalar(select(func.count()).select_from(LogTile)) != walk.tiles:
        raise _ChangedError(mark("Hashes of the tree are stored that no release gives."))


def _check_heads(session: Session, walk: _Walk) -> None:
    """Compare each head with the log, and show by the stored tiles that it continues the one before."""
    key = LogKey.derived(keys.ring.root).verifier
    before: LogHead | None = None
    for row in session.scalars(select(LogHead).order_by(LogHead.day, LogHead.size)):
        head = _opened(row.note, key, name=f"{row.day}.{row.size}")
        if (head.day, head.size, head.root, str(key)) != (row.day, row.size, row.root, row.key):
            raise _ChangedError(
                mark("Head %(head)s: the row is not what was signed."), head=f"{row.day}.{row.size}"
            )
        if walk.roots.get(head.size) != head.root:
            raise _ChangedError(
                mark(
                    "Head %(head)s: it was signed over another log. A release up to leaf %(leaf)s was changed afterwards."
                ),
                head=f"{row.day}.{row.size}",
                leaf=head.size - 1,
            )
        if before is not None:
            _check_pair(session, before, row)
        before = row
        walk.heads += 1
    _check_every_close_was_signed(session)


def _opened(note: str, key: VerifierKey, *, name: str) -> Head:
    try:
        return key.open(note)
    except ValueError as fault:
        raise _ChangedError(
            mark("Head %(head)s: it was not signed by the key of this log."), head=name
        ) from fault


def _check_pair(session: Session, old: LogHead, new: LogHead) -> None:
    try:
        ranges = consistency_ranges(old.size, new.size)
        proof = hashes_of(ranges, read_tiles(session, tiles_of(ranges)))
        holds = is_consistent(old.size, old.root, new.size, new.root, proof)
    except (IndexError, KeyError):
        holds = False
    if not holds:
        raise _ChangedError(
            mark("Head %(new)s does not continue head %(old)s."),
            new=f"{new.day}.{new.size}",
            old=f"{old.day}.{old.size}",
        )


def _check_every_close_was_signed(session: Session) -> None:
    """Every close that wrote a manifest signed a head, so one that is missing was taken away."""
    signed = select(LogHead.size)
    unsigned = session.scalar(
        select(func.min(ReleaseManifest.epoch))
        .where(ReleaseManifest.leaf + 1 == ReleaseEpoch.log_size)
        .where(ReleaseManifest.epoch == ReleaseEpoch.epoch, ReleaseEpoch.log_size.not_in(signed))
    )
    if unsigned is not None:
        raise _ChangedError(
            mark("%(epoch)s: the head that was signed at its close is missing."), epoch=unsigned
        )


def _check_kept(note: str, walk: _Walk) -> None:
    """Compare a head from outside: it is of this log if the log had this root at this size."""
    try:
        head = LogKey.derived(keys.ring.root).verifier.open(note)
    except ValueError as fault:
        raise _ChangedError(mark("The head that was kept was not signed by the key of this log.")) from fault
    if head.size > walk.log.size or walk.roots.get(head.size) != head.root:
        raise _ChangedError(
            mark("The log does not continue the head that was kept (%(day)s, %(size)s leaves)."),
            day=head.day.isoformat(),
            size=head.size,
        )
