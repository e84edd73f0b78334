"""Compares the index with PostgreSQL, window by window, and has what differs written again through the outbox.

What is compared is the month up to which a document tells, and whether there is one at all. A debtor whose spellings
changed since its last release is no drift: its document waits for the next one on purpose (docs/decisions/0066).
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from network.resolution.registry import announce
from network.search.connection import search_connection
from network.search.directory import month_of, versions_due
from network.search.port import SearchIndex
from network.transaction import reading, unit_of_work

WINDOW = 5_000
"""Debtors compared at once: one look at the index, one query."""


@dataclass(frozen=True, slots=True)
class Drift:
    """How many debtors lack their document or have an old one, and how many have one from the future.

    A document from the future means that the database is an older one than that which the index was written from, as
    after a dump was restored: nothing but a new index helps, for every write would be held for a late one.
    """

    behind: int = 0
    ahead: int = 0


def look_for_drift(index: SearchIndex | None = None) -> Drift:
    """Return how far the index is from the database; what waits in the outbox is not counted."""
    index = index or search_connection.index
    behind = ahead = 0
    last = uuid.UUID(int=0)
    while True:
        with reading(unlisted=True) as session:
            window = _window(session, last)
            if not window:
                return Drift(behind, ahead)
            late, early = _compare(session, index, window)
        behind, ahead, last = behind + len(late), ahead + early, window[-1]


def repair_drift(index: SearchIndex | None = None) -> Drift:
    """Ask for what is behind through the outbox, and return what was found."""
    index = index or search_connection.index
    behind = ahead = 0
    last = uuid.UUID(int=0)
    while True:
        with unit_of_work(unlisted=True) as session:
            window = _window(session, last)
            if not window:
                return Drift(behind, ahead)
            late, early = _compare(session, index, window)
            if late:
                announce(session, [str(debtor_id) for debtor_id in late])
        behind, ahead, last = behind + len(late), ahead + early, window[-1]


def _window(session: Session, last: uuid.UUID) -> Sequence[uuid.UUID]:
    return session.scalars(
        text("SELECT id FROM debtor WHERE id > :last AND merged_into IS NULL ORDER BY id LIMIT :window"),
        {"last": last, "window": WINDOW},
    ).all()


def _compare(
    session: Session, index: SearchIndex, window: Sequence[uuid.UUID]
) -> tuple[list[uuid.UUID], int]:
    """Return who is behind, and how many are ahead."""
    held = index.versions(window)  # before the database is asked: what is written in between is newer there
    due = versions_due(session, window)
    waiting = set(
        session.scalars(
            text("SELECT subject FROM outbox WHERE subject = ANY (CAST(:ids AS text[]))"),
            {"ids": [str(debtor_id) for debtor_id in window]},
        )
    )
    late = [
        debtor_id
        for debtor_id in window
        if str(debtor_id) not in waiting
        and (debtor_id not in held or month_of(held[debtor_id]) < month_of(due[debtor_id]))
    ]
    return late, sum(held.get(debtor_id, 0) > version for debtor_id, version in due.items())
