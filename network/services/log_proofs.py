"""Reading the release log: its heads, and the proofs that members take away. Everybody is given the same."""

import base64
import json
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Self

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from anonymization.ledger_log import Range, consistency_ranges, inclusion_ranges
from anonymization.log_heads import VerifierKey
from anonymization.log_tiles import hashes_of, tiles_of
from network.errors import ConflictError, NotFoundError
from network.i18n import mark
from network.models import LogHead, Release, ReleaseEpoch, ReleaseManifest
from network.permissions import Actor, Permission, require
from network.services.profiles import read_profile
from network.services.release_log import read_tiles
from network.transaction import reading

RELEASE_FORMAT = "vigie-release-proof/1"
CONSISTENCY_FORMAT = "vigie-log-consistency/1"
HEADS_A_PAGE = 31
_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True, order=True)
class HeadId:
    """Names a head: the day of its signature and the size of the log, written `2026-11-21.1234`."""

    day: date
    size: int

    def __str__(self) -> str:
        return f"{self.day.isoformat()}.{self.size}"

    @classmethod
    def read(cls, text: str) -> Self:
        """Return the id that `str` wrote.

        Raises:
            NotFoundError: it is none, so there is no such head.
        """
        day, _, size = text.partition(".")
        try:
            return cls(date.fromisoformat(day), int(size))
        except ValueError as fault:
            raise NotFoundError(mark("There is no such head.")) from fault


@dataclass(frozen=True, slots=True)
class SignedHead:
    """A head as readers keep it; `note` is all that they need."""

    day: date
    size: int
    root: bytes
    note: str
    key: VerifierKey

    @property
    def root_written(self) -> str:
        """The root as the note writes it, base64."""
        return base64.b64encode(self.root).decode()

    @property
    def id(self) -> HeadId:
        """Its name."""
        return HeadId(self.day, self.size)


@dataclass(frozen=True, slots=True)
class LogPlace:
    """Where a release stands in the log; `head` is the newest one, None while none covers the release."""

    epoch: str
    leaf: int
    head: SignedHead | None


@dataclass(frozen=True, slots=True)
class LeafProof:
    """That `body` is leaf number `leaf` under `head`; `path` leads from the leaf's neighbour upwards."""

    body: str
    leaf: int
    path: Sequence[bytes]
    head: SignedHead

    def as_object(self) -> dict[str, object]:
        """Return the proof as members download it."""
        return {
            "format": RELEASE_FORMAT,
            "body": self.body,
            "leaf": self.leaf,
            "path": _written(self.path),
            "head": self.head.note,
            "key": str(self.head.key),
        }


@dataclass(frozen=True, slots=True)
class ConsistencyProof:
    """That the log of `new` starts with all of the log of `old`."""

    old: SignedHead
    new: SignedHead
    path: Sequence[bytes]

    def as_object(self) -> dict[str, object]:
        """Return the proof as members download it."""
        return {
            "format": CONSISTENCY_FORMAT,
            "old": self.old.note,
            "new": self.new.note,
            "path": _written(self.path),
            "key": str(self.new.key),
        }


@dataclass(frozen=True, slots=True)
class LoggedMonth:
    """A closed month in the log: `first_leaf` to before `end`; a month closed before manifests has none of their facts."""

    epoch: str
    published: int
    first_leaf: int
    end: int
    profile: str
    parameters: str | None


@dataclass(frozen=True, slots=True)
class HeadPage:
    """Heads, newest first; `has_more` tells that older ones were left off."""

    heads: tuple[SignedHead, ...]
    has_more: bool


def newest_head(actor: Actor) -> SignedHead | None:
    """Return the newest head; None before the first close."""
    require(actor, Permission.PROFILE_READ)
    with reading() as session:
        return _newest(session)


def read_heads(actor: Actor, *, before: HeadId | None = None, limit: int = HEADS_A_PAGE) -> HeadPage:
    """Return heads, newest first, from the one before `before` on."""
    require(actor, Permission.PROFILE_READ)
    statement = _NEWEST_FIRST.limit(limit + 1)
    if before is not None:
        statement = statement.where(tuple_(LogHead.day, LogHead.size) < (before.day, before.size))
    with reading() as session:
        found = [_signed(row) for row in session.scalars(statement)]
    return HeadPage(tuple(found[:limit]), has_more=len(found) > limit)


def all_heads(actor: Actor) -> tuple[SignedHead, ...]:
    """Return every head ever signed, newest first."""
    require(actor, Permission.PROFILE_READ)
    with reading() as session:
        return tuple(_signed(row) for row in session.scalars(_NEWEST_FIRST))


def read_head(actor: Actor, *, head: HeadId) -> SignedHead:
    """Return one head.

    Raises:
        NotFoundError: there is none.
    """
    require(actor, Permission.PROFILE_READ)
    with reading() as session:
        return _head(session, head)


def logged_months(actor: Actor) -> tuple[LoggedMonth, ...]:
    """Return every closed month with its part of the log, newest first."""
    require(actor, Permission.PROFILE_READ)
    # the leaves before an epoch are the log's size after the one before it
    first = func.lag(ReleaseEpoch.log_size, 1, 0).over(order_by=ReleaseEpoch.epoch)
    statement = (
        select(ReleaseEpoch, first, ReleaseManifest.body)
        .outerjoin(ReleaseManifest, ReleaseManifest.epoch == ReleaseEpoch.epoch)
        .order_by(ReleaseEpoch.epoch.desc())
    )
    with reading() as session:
        rows = session.execute(statement).all()
    return tuple(
        LoggedMonth(
            epoch=closed.epoch,
            published=closed.published,
            first_leaf=begin,
            end=closed.log_size,
            profile=closed.profile,
            parameters=None if manifest is None else read_manifest(manifest)["parameters"],
        )
        for closed, begin, manifest in rows
    )


def place_in_log(actor: Actor, *, debtor_id: uuid.UUID, epoch: str) -> LogPlace | None:
    """Return where a release stands; None where there is none. The caller has checked that the actor may know of it."""
    require(actor, Permission.PROFILE_READ)
    with reading() as session:
        leaf = session.scalar(
            select(Release.leaf).where(Release.debtor_id == debtor_id, Release.epoch == epoch)
        )
        head = None if leaf is None else _newest(session)
    if leaf is None:
        return None
    return LogPlace(epoch, leaf, head if head is not None and head.size > leaf else None)


def release_proof(actor: Actor, *, debtor_id: uuid.UUID, epoch: str, head: HeadId | None = None) -> LeafProof:
    """Return the proof that a release is in the log of `head`, of the newest by default.

    A debtor for which another one stands keeps its releases from before; of later months there are those of the other.

    Raises:
        NotFoundError: the actor may not know of the debtor, it has no release of that month, or no head covers it. The
            first two read alike.
    """
    standing_id = read_profile(actor, debtor_id=debtor_id).debtor.id
    with reading() as session:
        found = session.execute(
            select(Release.leaf, Release.body)
            .where(Release.debtor_id.in_((debtor_id, standing_id)), Release.epoch == epoch)
            .order_by((Release.debtor_id == debtor_id).desc())
            .limit(1)
        ).one_or_none()
        if found is None:
            raise NotFoundError(mark("There is no such debtor."))
        return _leaf_proof(session, leaf=found.leaf, body=found.body, head=head)


def manifest_proof(actor: Actor, *, epoch: str, head: HeadId | None = None) -> LeafProof:
    """Return the proof that the manifest of a month is in the log.

    Raises:
        NotFoundError: the month was not closed, or before manifests were written, or no head covers it.
    """
    require(actor, Permission.PROFILE_READ)
    with reading() as session:
        found = session.get(ReleaseManifest, epoch)
        if found is None:
            raise NotFoundError(mark("There is no such month in the log."))
        return _leaf_proof(session, leaf=found.leaf, body=found.body, head=head)


def consistency_proof(actor: Actor, *, old: HeadId, new: HeadId) -> ConsistencyProof:
    """Return the proof that the log of `new` starts with that of `old`, in whichever order they are named.

    Raises:
        NotFoundError: there is no such head.
    """
    require(actor, Permission.PROFILE_READ)
    with reading() as session:
        earlier, later = sorted((_head(session, old), _head(session, new)), key=lambda head: head.id)
        path = _hashes(session, consistency_ranges(earlier.size, later.size))
    return ConsistencyProof(earlier, later, path)


def leaves_of_the_log(actor: Actor) -> Iterator[str]:
    """Yield every leaf of the log in its order, as it was hashed."""
    require(actor, Permission.NETWORK_OPERATE)
    with reading() as session:
        epochs = session.scalars(select(ReleaseEpoch.epoch).order_by(ReleaseEpoch.epoch)).all()
        manifests = dict(session.execute(select(ReleaseManifest.epoch, ReleaseManifest.body)).all())
        for epoch in epochs:
            bodies = select(Release.body).where(Release.epoch == epoch).order_by(Release.leaf)
            yield from session.scalars(bodies.execution_options(yield_per=_AT_ONCE))
            if epoch in manifests:
                yield manifests[epoch]


def read_manifest(body: str) -> dict[str, str]:
    """Return the fields of a manifest as text."""
    return {name: str(value) for name, value in json.loads(body).items()}


_NEWEST_FIRST = select(LogHead).order_by(LogHead.day.desc(), LogHead.size.desc())


def _newest(session: Session) -> SignedHead | None:
    found = session.scalar(_NEWEST_FIRST.limit(1))
    return None if found is None else _signed(found)


def _head(session: Session, head: HeadId) -> SignedHead:
    found = session.get(LogHead, (head.day, head.size))
    if found is None:
        raise NotFoundError(mark("There is no such head."))
    return _signed(found)


def _signed(row: LogHead) -> SignedHead:
    return SignedHead(row.day, row.size, row.root, row.note, VerifierKey.read(row.key))


def _leaf_proof(session: Session, *, leaf: int, body: str, head: HeadId | None) -> LeafProof:
    under = _newest(session) if head is None else _head(session, head)
    if under is None or under.size <= leaf:
        raise NotFoundError(mark("That head is older than the release; ask for a newer one."))
    return LeafProof(body, leaf, _hashes(session, inclusion_ranges(leaf, under.size)), under)


def _hashes(session: Session, ranges: Sequence[Range]) -> list[bytes]:
    try:
        return hashes_of(ranges, read_tiles(session, tiles_of(ranges)))
    except KeyError as fault:
        raise ConflictError(
            mark("The release log is damaged, and proves nothing. Tell your network’s operator.")
        ) from fault


def _written(hashes: Sequence[bytes]) -> list[str]:
    return [base64.b64encode(each).decode() for each in hashes]
