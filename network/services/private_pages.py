"""Reads and writes the private ledger: frames in, sealed pages out, and back.

A *slot* is what one member said of one kind for one period. Its tag is keyed, so rows tell neither who nor when.
"""

import io
import random
import uuid
from collections.abc import Iterable, Sequence
from enum import StrEnum

import polars as pl
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from anonymization.pseudonyms import derive, tag
from anonymization.vault import SealedPage, seal_blob
from network.bulk import copy_rows
from network.keystore import keys, open_sealed
from network.models import LedgerPage
from network.services.dealing import have_dealt_afterwards
from network.services.sealing_keys import sealing_ring

TABLE = LedgerPage.__tablename__
_COLUMNS = ("id", "owner_tag", "slot_tag", "key_id", "wrapped_key", "sealed")


class Content(StrEnum):
    """Kinds of what a member's ledger holds."""

    CUSTOMERS = "customers"
    POSITIONS = "positions"
    INVOICES = "invoices"
    STATEMENTS = "statements"
    PROBLEMS = "problems"


def owner_tag(member_id: uuid.UUID) -> bytes:
    """Return the keyed tag under which a member's pages lie."""
    return tag(derive(keys.ring.root, "owner/v1"), member_id.bytes)


def decider_tag(user_id: uuid.UUID) -> bytes:
    """Return the keyed tag under which a person's decisions on open lines lie.

    Made as that of a member: ids are random, so no person's tag is a member's, and neither tells whose it is.
    """
    return owner_tag(user_id)


def slot_tag(member_id: uuid.UUID, content: Content, period: str = "") -> bytes:
    """Return the keyed tag of (member, kind of content, period)."""
    return tag(derive(keys.ring.root, "slot/v1"), member_id.bytes, content.encode(), period.encode())


def pack(frame: pl.DataFrame) -> bytes:
    """Return a frame as a compressed stream of Arrow IPC (six times as fast as the file format on small frames)."""
    buffer = io.BytesIO()
    frame.write_ipc_stream(buffer, compression="zstd", compat_level=pl.CompatLevel.oldest())
    return buffer.getvalue()


def unpack(blob: bytes) -> pl.DataFrame:
    """Return the frame of :func:`pack`."""
    return pl.read_ipc_stream(io.BytesIO(blob))


def write(
    session: Session, *, member_id: uuid.UUID, content: Content, blobs: Iterable[tuple[str, bytes]]
) -> None:
    """Seal (period, packed frame) pairs and copy their pages in, dealt out in shuffled order."""
    owner = owner_tag(member_id)
    ring = sealing_ring(session)
    tags: dict[str, bytes] = {}
    rows = []
    for period, blob in blobs:
        if period not in tags:
            tags[period] = slot_tag(member_id, content, period)
        rows += [
            (page.id, owner, tags[period], page.key_id, page.wrapped_key, page.sealed)
            for page in seal_blob(blob, ring=ring, table=TABLE)
        ]
    random.SystemRandom().shuffle(rows)
    copy_rows(session, table=TABLE, columns=_COLUMNS, rows=rows)


def erase(session: Session, *, member_id: uuid.UUID, content: Content, periods: Sequence[str] = ("",)) -> int:
    """Delete all pages of these slots; return how many there were."""
    tags = [slot_tag(member_id, content, period) for period in periods]
    gone = session.execute(delete(LedgerPage).where(LedgerPage.slot_tag.in_(tags)).returning(LedgerPage.id))
    return len(gone.all())


def read(
    session: Session, *, member_id: uuid.UUID, content: Content, periods: Sequence[str] = ("",)
) -> dict[str, pl.DataFrame]:
    """Return the frames of one member by period; periods without pages are left out."""
    by_slot = {slot_tag(member_id, content, period): period for period in periods}
    pages = read_pages(session, list(by_slot))
    return {by_slot[slot]: open_slot(found) for slot, found in pages.items()}


def read_pages(session: Session, tags: Sequence[bytes]) -> dict[bytes, list[SealedPage]]:
    """Return the sealed pages of each slot tag that has any, in one query for however many slots."""
    statement = select(
        LedgerPage.slot_tag, LedgerPage.id, LedgerPage.key_id, LedgerPage.wrapped_key, LedgerPage.sealed
    ).where(LedgerPage.slot_tag.in_(tags))
    pages: dict[bytes, list[SealedPage]] = {}
    for slot, page_id, key_id, wrapped_key, sealed in session.execute(statement):
        page = SealedPage(id=page_id, key_id=key_id, wrapped_key=wrapped_key, sealed=sealed)
        pages.setdefault(slot, []).append(page)
    return pages


def open_slot(pages: Sequence[SealedPage]) -> pl.DataFrame:
    """Return the frame of one slot's pages."""
    return pl.concat(map(unpack, open_sealed(pages, table=TABLE)), rechunk=False)


def lock(session: Session, member_id: uuid.UUID) -> None:
    """Let one transaction at a time change a member's ledger, and have the rows dealt out again after it.

    Every login can read the numbers of the locks, so this one is no part of a tag that rows bear.
    """
    have_dealt_afterwards(session)
    locked = tag(derive(keys.ring.root, "owner/v1"), member_id.bytes, b"lock")
    key = int.from_bytes(locked[:8], "big", signed=True)
    session.execute(select(func.pg_advisory_xact_lock(key)))
