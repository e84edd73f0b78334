"""Keeps the search index in step with PostgreSQL: by outbox rows, or all of it anew.

Outbox rows are claimed with FOR UPDATE SKIP LOCKED and deleted when their documents are written, in one transaction: a
kill between the two writes them once more, which changes nothing. They are deleted rather than marked, for a list of
when each debtor changed would tell when members sent their files.
"""

import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from network.resolution.registry import TOPIC_CHANGED
from network.search.connection import search_connection
from network.search.directory import read_documents, removals, representatives
from network.search.documents import DebtorDocument
from network.search.events import MONTHS_AFTER
from network.search.port import SearchIndex
from network.transaction import reading, unit_of_work

TOPIC_RELEASE = "release.closed"

CHUNK = 5_000
"""Outbox rows and documents handled at once: some 10 MB."""

_REBUILD_LOCK = 0x56_49_47_49_45_05
"""Key of the advisory lock of whoever builds an index: one at a time, whatever the number of machines."""

Progress = Callable[[int, int], None]
"""Called with (debtors done, debtors in all)."""


@dataclass(frozen=True, slots=True)
class _Claimed:
    """Outbox rows that this transaction holds, and the debtors that they name."""

    rows: list[uuid.UUID]
    debtors: list[uuid.UUID]


def sweep_outbox(index: SearchIndex | None = None) -> int:
    """Write every document that committed work asks for; return how many were new or newer than those held.

    Builds the whole index where there is none; while another process builds it, the rows wait. Any number of processes
    may sweep at once.

    Raises:
        UnavailableError: the index does not answer; the rows stay for the next sweep.
    """
    index = index or search_connection.index
    written = 0
    if not index.is_ready():
        written = build_missing(index, wait=False)
        if not index.is_ready():
            return written
    while True:
        with unit_of_work() as session:
            claimed = _claim(session)
            if not claimed.rows:
                return written
            for start in range(0, len(claimed.debtors), CHUNK):
                written += _write(session, index, claimed.debtors[start : start + CHUNK])
            session.execute(
                text("DELETE FROM outbox WHERE id = ANY (CAST(:ids AS uuid[]))"), {"ids": claimed.rows}
            )


def _write(session: Session, index: SearchIndex, debtor_ids: Sequence[uuid.UUID]) -> int:
    """Write the documents of those who stand for these debtors, and take out all others."""
    concerned = sorted({*debtor_ids, *representatives(session, debtor_ids)})
    documents = read_documents(session, concerned)
    index.remove(removals(session, sorted(set(concerned) - {document.id for document in documents})))
    return index.put(documents)


def rebuild_index(index: SearchIndex | None = None, *, progress: Progress | None = None) -> int:
    """Build the index anew from PostgreSQL; return how many debtors it holds. Searches go on in the old one.

    Waits for another process that builds one.
    """
    with reading(unlisted=True) as session:
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _REBUILD_LOCK})
        return (index or search_connection.index).rebuild(_all_documents(session, progress))


def build_missing(index: SearchIndex, *, wait: bool) -> int:
    """Build the index unless there is one; return how many debtors were written.

    Where another process is at it, wait for that (`wait`) or leave it to it.
    """
    with reading(unlisted=True) as session:
        if wait:
            session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _REBUILD_LOCK})
        elif not session.scalar(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": _REBUILD_LOCK}):
            return 0
        return 0 if index.is_ready() else index.rebuild(_all_documents(session, None))


def _claim(session: Session) -> _Claimed:
    rows = session.execute(
        text("""
            SELECT id, topic, subject FROM outbox WHERE topic IN (:debtor, :release)
            LIMIT :chunk FOR UPDATE SKIP LOCKED
        """),
        {"debtor": TOPIC_CHANGED, "release": TOPIC_RELEASE, "chunk": CHUNK},
    ).all()
    changed = {uuid.UUID(row.subject) for row in rows if row.topic == TOPIC_CHANGED}
    epochs = sorted({row.subject for row in rows if row.topic == TOPIC_RELEASE})
    if epochs:
        changed.update(_touched_by(session, epochs))
    return _Claimed(rows=[row.id for row in rows], debtors=sorted(changed))


def _touched_by(session: Session, epochs: Sequence[str]) -> Sequence[uuid.UUID]:
    """Return the debtors whose documents a close changes: those released, and those whose last events grow old."""
    recent = text("""
        SELECT DISTINCT debtor_id FROM release WHERE epoch IN (
            SELECT earlier FROM unnest(CAST(:epochs AS text[])) AS closed (epoch), LATERAL (
                SELECT to_char(to_date(closed.epoch, 'YYYY-MM') - make_interval(months => back), 'YYYY-MM') AS earlier
                FROM generate_series(0, :months) AS back
            ) months
        )
    """)
    return session.scalars(recent, {"epochs": list(epochs), "months": MONTHS_AFTER}).all()


def _all_documents(session: Session, progress: Progress | None) -> Iterator[DebtorDocument]:
    """Yield every document, in the order of ids, a chunk a query."""
    total = session.execute(text("SELECT count(*) FROM debtor WHERE merged_into IS NULL")).scalar_one()
    done, last = 0, uuid.UUID(int=0)
    while True:
        ids = session.scalars(
            text("SELECT id FROM debtor WHERE id > :last AND merged_into IS NULL ORDER BY id LIMIT :chunk"),
            {"last": last, "chunk": CHUNK},
        ).all()
        if not ids:
            return
        yield from read_documents(session, ids)
        done, last = done + len(ids), ids[-1]
        if progress is not None:
            progress(done, max(done, total))
