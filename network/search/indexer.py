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

from network.resolution.registry import CONFIRMED, TOPIC_CHANGED
from network.search.connection import search_connection
from network.search.documents import DebtorDocument
from network.search.port import SearchIndex
from network.transaction import reading, unit_of_work

TOPIC_RELEASE = "release.closed"

CHUNK = 5_000
"""Outbox rows and documents handled at once: some 10 MB."""

_ALIASES = 20
"""Confirmed spellings of a debtor that are indexed."""

Progress = Callable[[int, int], None]
"""Called with (debtors done, debtors in all)."""


@dataclass(frozen=True, slots=True)
class _Claimed:
    """Outbox rows that this transaction holds, and the debtors that they name."""

    rows: list[uuid.UUID]
    debtors: list[uuid.UUID]


def sweep_outbox(index: SearchIndex | None = None) -> int:
    """Write every document that committed work asks for; return how many were new or newer than those held.

    Builds the whole index where there is none. Any number of processes may sweep at once.
    """
    index = index or search_connection.index
    written = 0 if index.is_ready() else rebuild_index(index)
    while True:
        with unit_of_work() as session:
            claimed = _claim(session)
            if not claimed.rows:
                return written
            for start in range(0, len(claimed.debtors), CHUNK):
                some = claimed.debtors[start : start + CHUNK]
                documents = read_documents(session, some)
                written += index.put(documents)
                index.remove(set(some) - {document.id for document in documents})
            session.execute(
                text("DELETE FROM outbox WHERE id = ANY (CAST(:ids AS uuid[]))"), {"ids": claimed.rows}
            )


def rebuild_index(index: SearchIndex | None = None, *, progress: Progress | None = None) -> int:
    """Build the index anew from PostgreSQL; return how many debtors it holds. Searches go on in the old one."""
    return (index or search_connection.index).rebuild(_all_documents(progress))


def read_documents(session: Session, debtor_ids: Sequence[uuid.UUID]) -> list[DebtorDocument]:
    """Return the documents of these debtors as this transaction sees them."""
    rows = session.execute(
        text("""
            SELECT debtor.id, debtor.version, debtor.name, debtor.legal_form, debtor.postcode, debtor.city,
                   debtor.country, debtor.is_listed,
                   ARRAY(SELECT scheme || ':' || value FROM debtor_identifier
                         WHERE debtor_id = debtor.id ORDER BY scheme, value) AS identifiers,
                   ARRAY(SELECT spelling FROM debtor_spelling
                         WHERE debtor_id = debtor.id AND confirmations >= :confirmed
                         GROUP BY spelling ORDER BY max(confirmations) DESC, spelling LIMIT :aliases) AS aliases,
                   last.payment_index, last.epoch, last.exposure
            FROM debtor
            LEFT JOIN LATERAL (
                SELECT epoch, payment_index, CAST(CAST(body AS jsonb) #>> '{exposure,low}' AS numeric) AS exposure
                FROM release WHERE release.debtor_id = debtor.id ORDER BY epoch DESC LIMIT 1
            ) last ON true
            WHERE debtor.id = ANY (CAST(:ids AS uuid[]))
        """),
        {"ids": list(debtor_ids), "confirmed": CONFIRMED, "aliases": _ALIASES},
    ).all()
    return [
        DebtorDocument(
            id=row.id,
            version=row.version + _months(row.epoch),
            name=row.name,
            legal_form=row.legal_form,
            postcode=row.postcode,
            city=row.city,
            country=row.country,
            is_listed=row.is_listed,
            identifiers=tuple(row.identifiers),
            aliases=tuple(row.aliases),
            payment_index=row.payment_index,
            epoch=row.epoch,
            exposure=int(row.exposure or 0),
        )
        for row in rows
    ]


def _months(epoch: str | None) -> int:
    """Return the number of a month, so that the version of a document grows with each release as with each change."""
    return 0 if epoch is None else int(epoch[:4]) * 12 + int(epoch[5:])


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
        released = text("SELECT DISTINCT debtor_id FROM release WHERE epoch = ANY (CAST(:epochs AS text[]))")
        changed.update(session.scalars(released, {"epochs": epochs}))
    return _Claimed(rows=[row.id for row in rows], debtors=sorted(changed))


def _all_documents(progress: Progress | None) -> Iterator[DebtorDocument]:
    """Yield every document, in the order of ids, a chunk a query."""
    with reading(unlisted=True) as session:
        total = session.execute(text("SELECT count(*) FROM debtor")).scalar_one()
        done, last = 0, uuid.UUID(int=0)
        while True:
            ids = session.scalars(
                text("SELECT id FROM debtor WHERE id > :last ORDER BY id LIMIT :chunk"),
                {"last": last, "chunk": CHUNK},
            ).all()
            if not ids:
                return
            yield from read_documents(session, ids)
            done, last = done + len(ids), ids[-1]
            if progress is not None:
                progress(done, max(done, total))
