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

_opened: "LRUCache[frozenset[uuid.UUID], tuple[OpenCase, ...]]" = LRUCache(maxsize=4096)
"""Cases by the ids of the rows that hold them, one member each."""
_opened_lock = threading.Lock()
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
    """Return the open cases of a member, or of all, in an order that does not tell when they came.

    What was opened once is kept until its rows change: they are never changed in place, each change writes new ids. A
    decision looks at the cases of all members, and to open and read 10,000 of them takes a second.
    """
    mine = () if member_id is None else (MatchReview.owner_tag == owner_tag(member_id),)
    rows: dict[bytes, list[uuid.UUID]] = {}
    for owner, row_id in session.execute(select(MatchReview.owner_tag, MatchReview.id).where(*mine)):
        rows.setdefault(owner, []).append(row_id)
    with _opened_lock:
        known = {owner: _opened.get(frozenset(ids)) for owner, ids in rows.items()}
    cases = [case for found in known.values() if found is not None for case in found]
    new = [owner for owner, found in known.items() if found is None]
    pages: dict[bytes, list[SealedPage]] = {}
    if new:
        asked = select(
            MatchReview.owner_tag,
            MatchReview.id,
            MatchReview.key_id,
            MatchReview.wrapped_key,
            MatchReview.sealed,
        ).where(MatchReview.owner_tag.in_(new))
        for row in session.execute(asked):
            page = SealedPage(row.id, row.key_id, row.wrapped_key, row.sealed)
            pages.setdefault(row.owner_tag, []).append(page)
    for found in pages.values():
        opened = tuple(case for blob in open_sealed(found, table=TABLE) for case in _unpack(blob))
        cases += opened
        with _opened_lock:
            _opened[frozenset(page.id for page in found)] = opened
    return sorted(cases, key=lambda case: case.id.int)


def count_cases(session: Session, member_id: uuid.UUID) -> int:
    """Return how many cases of a member wait."""
    return len(read_cases(session, member_id))


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
