"""The open cases of each member: customers that a person must place. One sealed blob a member, rewritten with each change.

Who sent a line stays inside the seal: a moderator sees the line, never whose it is.
"""

import json
import threading
import uuid
import zlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from cachetools import LRUCache
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from anonymization.vault import SealedPage, seal_blob
from network.bulk import copy_rows
from network.keystore import open_sealed
from network.models import MatchReview, Outbox
from network.resolution.outcome import CustomerLine, MatchCandidate, MatchReason, ReviewCase
from network.services.private_pages import owner_tag
from network.services.sealing_keys import sealing_ring

TABLE = MatchReview.__tablename__
TOPIC_CHANGED = "review.changed"
"""Asks the worker to write the sheets that moderators read anew."""

_counts: LRUCache[tuple[uuid.UUID, ...], int] = LRUCache(maxsize=256)
_counts_lock = threading.Lock()
_COLUMNS = ("id", "owner_tag", "key_id", "wrapped_key", "sealed")


@dataclass(frozen=True, slots=True)
class OpenCase:
    """A case as it waits: `id` is random and stays until it is decided."""

    id: uuid.UUID
    member_id: uuid.UUID
    case: ReviewCase


def open_cases(
    session: Session, *, member_id: uuid.UUID, cases: Sequence[ReviewCase], asked: Collection[str] = ()
) -> None:
    """Keep the cases of a file for a person. The caller holds the lock of the member's ledger.

    `asked` are the customers that were resolved again: what waited on them before is dropped.
    """
    replaced = {case.customer.customer_id for case in cases} | set(asked)
    held = read_cases(session, member_id)
    kept = [waiting for waiting in held if waiting.case.customer.customer_id not in replaced]
    if cases or len(kept) != len(held):
        fresh = [OpenCase(uuid.uuid4(), member_id, case) for case in cases]
        write_cases(session, member_id, [*kept, *fresh])


def read_cases(session: Session, member_id: uuid.UUID | None = None) -> list[OpenCase]:
    """Return the open cases of a member, or of all, in an order that does not tell when they came."""
    statement = select(MatchReview.id, MatchReview.key_id, MatchReview.wrapped_key, MatchReview.sealed)
    if member_id is not None:
        statement = statement.where(MatchReview.owner_tag == owner_tag(member_id))
    pages = [SealedPage(*row) for row in session.execute(statement)]
    blobs = open_sealed(pages, table=TABLE)
    return sorted((case for blob in blobs for case in _unpack(blob)), key=lambda case: case.id)


def count_cases(session: Session, member_id: uuid.UUID) -> int:
    """Return how many cases of a member wait. Every page asks, so the answer is kept until a row changes."""
    owner = owner_tag(member_id)
    rows = tuple(
        session.scalars(select(MatchReview.id).where(MatchReview.owner_tag == owner).order_by(MatchReview.id))
    )
    if not rows:
        return 0
    with _counts_lock:
        known = _counts.get(rows)
    if known is None:
        known = len(read_cases(session, member_id))
        with _counts_lock:
            _counts[rows] = known
    return known


def write_cases(session: Session, member_id: uuid.UUID, cases: Sequence[OpenCase]) -> None:
    """Replace the open cases of a member, and have the sheets follow (:mod:`network.services.review_sheets`)."""
    if not session.info.get(TOPIC_CHANGED):
        session.info[TOPIC_CHANGED] = True
        session.add(Outbox(topic=TOPIC_CHANGED, subject=""))
    owner = owner_tag(member_id)
    session.execute(delete(MatchReview).where(MatchReview.owner_tag == owner))
    if cases:
        pages = seal_blob(_pack(member_id, cases), ring=sealing_ring(session), table=TABLE)
        rows = ((page.id, owner, page.key_id, page.wrapped_key, page.sealed) for page in pages)
        copy_rows(session, table=TABLE, columns=_COLUMNS, rows=rows)


def close_cases(session: Session, cases: Iterable[OpenCase]) -> None:
    """Take cases out that are decided."""
    gone = {case.id: case.member_id for case in cases}
    for member_id in sorted(set(gone.values())):
        held = read_cases(session, member_id)
        write_cases(session, member_id, [case for case in held if case.id not in gone])


def _pack(member_id: uuid.UUID, cases: Sequence[OpenCase]) -> bytes:
    return packed(
        {
            "member": str(member_id),
            "cases": [{"id": str(waiting.id), **asdict(waiting.case)} for waiting in cases],
        }
    )


def _unpack(blob: bytes) -> list[OpenCase]:
    body = unpacked(blob)
    member_id = uuid.UUID(body["member"])
    return [
        OpenCase(id=uuid.UUID(row["id"]), member_id=member_id, case=case_from(row)) for row in body["cases"]
    ]


def packed(body: Mapping[str, Any]) -> bytes:
    """Return plain values as a blob to be sealed."""
    return zlib.compress(json.dumps(body, ensure_ascii=False).encode())


def unpacked(blob: bytes) -> dict[str, Any]:
    """Return the values of :func:`packed`."""
    found: dict[str, Any] = json.loads(zlib.decompress(blob))
    return found


def case_from(row: Mapping[str, Any]) -> ReviewCase:
    """Return a case from the plain values of `asdict`; further keys are ignored."""
    return ReviewCase(
        customer=CustomerLine(**row["customer"]),
        reason=row["reason"],
        candidates=tuple(
            MatchCandidate(
                debtor_id=found["debtor_id"],
                score=found["score"],
                reasons=tuple(MatchReason(**reason) for reason in found["reasons"]),
            )
            for found in row["candidates"]
        ),
    )
