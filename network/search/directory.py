"""Reads the documents of debtors from PostgreSQL: the directory and released values, and nothing else.

A debtor that another one stands for has no document of its own; what it is known by is in the other's.
"""

import uuid
from collections.abc import Mapping, Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

from network.registers.activities import division_of
from network.resolution.registry import CONFIRMED
from network.search.connection import search_connection
from network.search.documents import DebtorDocument
from network.search.events import MONTHS_AFTER
from network.search.port import GONE

_ALIASES = 20
"""Confirmed spellings of a debtor that are indexed."""

_VERSION_BITS = 32
"""A document's version is the month up to which it tells, above the version of its debtor: both only grow."""

_DOCUMENTS = text("""
    SELECT debtor.id, debtor.version, debtor.name, debtor.legal_form, debtor.postcode, debtor.city,
           debtor.country, debtor.is_listed,
           (SELECT max(entry.activity) FROM debtor_identifier held
            JOIN register_entry entry ON entry.scheme = 'siren' AND entry.value = held.value
            WHERE held.debtor_id = ANY (one.nodes) AND held.scheme = 'siren') AS activity,
           ARRAY(SELECT scheme || ':' || value FROM debtor_identifier
                 WHERE debtor_id = ANY (one.nodes) ORDER BY scheme, value) AS identifiers,
           ARRAY(SELECT spelling FROM debtor_spelling
                 WHERE debtor_id = ANY (one.nodes) AND confirmations >= :confirmed
                 GROUP BY spelling ORDER BY max(confirmations) DESC, spelling LIMIT :aliases) AS aliases,
           last.payment_index, last.epoch, last.exposure,
           (SELECT max(epoch) FROM release_epoch) AS closed
    FROM debtor
    CROSS JOIN LATERAL (
        SELECT array_append(ARRAY(SELECT id FROM debtor node WHERE node.merged_into = debtor.id), debtor.id) AS nodes
    ) one
    LEFT JOIN LATERAL (
        SELECT epoch, payment_index, CAST(CAST(body AS jsonb) #>> '{exposure,low}' AS numeric) AS exposure
        FROM release WHERE release.debtor_id = debtor.id ORDER BY epoch DESC LIMIT 1
    ) last ON true
    WHERE debtor.id = ANY (CAST(:ids AS uuid[])) AND debtor.merged_into IS NULL
""")


def read_documents(session: Session, debtor_ids: Sequence[uuid.UUID]) -> list[DebtorDocument]:
    """Return the documents of those of these debtors that stand for themselves, as this transaction sees them."""
    rows = session.execute(
        _DOCUMENTS, {"ids": list(debtor_ids), "confirmed": CONFIRMED, "aliases": _ALIASES}
    ).all()
    events = search_connection.events(session, [row.id for row in rows if row.epoch is not None])
    return [
        DebtorDocument(
            id=row.id,
            version=_version(row.version, row.epoch, row.closed),
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
            sector=division_of(row.activity),
            events=tuple(events.get(row.id, ())),
        )
        for row in rows
    ]


def representatives(session: Session, debtor_ids: Sequence[uuid.UUID]) -> Sequence[uuid.UUID]:
    """Return who stands for these debtors, where others do."""
    return session.scalars(
        text(
            "SELECT DISTINCT merged_into FROM debtor WHERE id = ANY (CAST(:ids AS uuid[])) AND merged_into IS NOT NULL"
        ),
        {"ids": list(debtor_ids)},
    ).all()


def removals(session: Session, debtor_ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, int]:
    """Return at which version the documents of these debtors go: they were merged into others, or are no more."""
    return dict.fromkeys(debtor_ids, GONE) | versions_due(session, debtor_ids)


def versions_due(session: Session, debtor_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, int]:
    """Return the version that the document of each of these debtors would have if it were written now."""
    rows = session.execute(
        text("""
            SELECT debtor.id, debtor.version, (SELECT max(epoch) FROM release WHERE debtor_id = debtor.id) AS epoch,
                   (SELECT max(epoch) FROM release_epoch) AS closed
            FROM debtor WHERE id = ANY (CAST(:ids AS uuid[]))
        """),
        {"ids": list(debtor_ids)},
    )
    return {row.id: _version(row.version, row.epoch, row.closed) for row in rows}


def month_of(version: int) -> int:
    """Return the month up to which a document of this version tells, counted from the year 0; 0: never released."""
    return version >> _VERSION_BITS


def _version(version: int, epoch: str | None, closed: str | None) -> int:
    """Return the version of a document: it grows when the debtor changes, and with each close that may change it."""
    month = 0 if epoch is None else min(_month(max(epoch, closed or epoch)), _month(epoch) + MONTHS_AFTER)
    return (month << _VERSION_BITS) + version


def _month(epoch: str) -> int:
    return int(epoch[:4]) * 12 + int(epoch[5:])
