"""Natural persons: sole traders are no debtors of this network (docs/decisions/0127).

A register tells which numbers are theirs. Lines about them are rejected; a debtor that turns out to be one is taken out
at the next close: unlisted, its names and place deleted, its past forgotten by the pipeline. What was released stays in
the log, where it says neither name nor number.
"""

import uuid
from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

from network.resolution.registry import announce
from network.transaction import reading


def registered_persons(numbers: Sequence[str]) -> frozenset[str]:
    """Return those of the numbers (SIRENs, LEIs) that a register gives to natural persons."""
    with reading() as session:
        found = session.scalars(
            text("""
                SELECT entry.value FROM register_entry entry
                LEFT JOIN register_entry french
                  ON entry.scheme = 'lei' AND french.scheme = 'siren' AND french.value = entry.siren
                WHERE entry.scheme IN ('siren', 'lei') AND entry.value = ANY (CAST(:numbers AS text[]))
                AND (entry.is_person OR french.is_person)
            """),
            {"numbers": list(numbers)},
        )
        return frozenset(found)


_PERSONS = """
    SELECT DISTINCT COALESCE(debtor.merged_into, debtor.id) AS id
    FROM debtor_identifier held
    JOIN register_entry entry ON entry.scheme = held.scheme AND entry.value = held.value
    LEFT JOIN register_entry french
      ON entry.scheme = 'lei' AND french.scheme = 'siren' AND french.value = entry.siren
    JOIN debtor ON debtor.id = held.debtor_id
    WHERE held.scheme IN ('siren', 'lei') AND (entry.is_person OR COALESCE(french.is_person, false))
"""
"""The debtors that stand for a natural person. No judgement makes one company of two SIRENs, so whoever is held to be
the same as a person is that person."""


_ALL = f"SELECT id FROM debtor WHERE COALESCE(merged_into, id) IN ({_PERSONS})"  # noqa: S608  # our own names

_TO_TAKE_OUT = """(
    is_listed OR postcode IS NOT NULL OR city IS NOT NULL OR legal_form IS NOT NULL
    OR EXISTS (SELECT FROM debtor_spelling WHERE debtor_id = debtor.id)
)"""

_COUNT = f"SELECT count(*) FROM ({_ALL}) persons JOIN debtor USING (id) WHERE {_TO_TAKE_OUT}"  # noqa: S608  # as above


def debtors_that_are_persons(session: Session) -> frozenset[uuid.UUID]:
    """Return all debtors, those merged into another too, that a register has as natural persons."""
    return frozenset(session.scalars(text(_ALL)))


def count_persons_to_take_out(session: Session) -> int:
    """Return how many debtors the next close takes out."""
    found = session.scalar(text(_COUNT))
    return found or 0


def take_out_persons(session: Session) -> frozenset[uuid.UUID]:
    """Unlist the debtors that are natural persons and delete what is known of them but their numbers; return all of them.

    To be called at a close, which then leaves them out of its pool and of its memory. What goes: names and spellings,
    place, legal form, who watches them, news about them. What stays: the row and its number, so that a later line is
    known; the members' own sealed pages, which are theirs; releases, which nobody can delete.
    """
    persons = debtors_that_are_persons(session)
    if not persons:
        return persons
    values = {"ids": [str(held) for held in sorted(persons)]}
    named = session.scalars(
        text(f"""
            UPDATE debtor SET name = COALESCE((
                    SELECT upper(scheme) || ' ' || value FROM debtor_identifier
                    WHERE debtor_id = debtor.id ORDER BY scheme = 'siren' DESC, scheme LIMIT 1
                ), '-'), legal_form = NULL, postcode = NULL, city = NULL, is_listed = false, version = version + 1
            WHERE id = ANY (CAST(:ids AS uuid[]))
            AND {_TO_TAKE_OUT}
            RETURNING id::text
        """),  # noqa: S608  # our own
        values,
    ).all()
    for table in ("debtor_spelling", "watch", "news"):
        session.execute(
            text(f"DELETE FROM {table} WHERE debtor_id = ANY (CAST(:ids AS uuid[]))"),  # noqa: S608  # as above
            values,
        )
    announce(session, sorted(named))
    return persons
