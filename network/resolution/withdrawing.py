"""What a person's decision taught is taken back: its confirmations, or the debtor that it founded."""

import uuid
from dataclasses import dataclass

import polars as pl
from sqlalchemy import text
from sqlalchemy.orm import Session

from network.resolution import registry


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a decision taught about a debtor: a spelling at an area, by how many confirmations, and what stood there after.

    `added` may be less than what the decision is worth, for confirmations are counted to five. `is_new` tells that the
    debtor had no such spelling before, `founded` that there was no such debtor.
    """

    debtor_id: uuid.UUID
    spelling: str
    area: str
    added: int
    left: int
    is_new: bool
    founded: bool


def held_confirmations(session: Session, line: pl.DataFrame, debtor_id: uuid.UUID) -> int | None:
    """Return how often an analysed line's spelling is confirmed for a debtor, None where it is not known.

    The row is locked, so that what a file adds meanwhile is not taken for what the decision adds.
    """
    held: int | None = session.scalar(
        text("""
            SELECT confirmations FROM debtor_spelling
            WHERE spelling = :spelling AND area = :area AND debtor_id = :debtor FOR NO KEY UPDATE
        """),
        {"spelling": line["spelling"][0], "area": line["area"][0], "debtor": debtor_id},
    )
    return held


def lesson_of(
    session: Session, line: pl.DataFrame, *, debtor_id: uuid.UUID, before: int | None, founded: bool
) -> Lesson:
    """Return what was just taught; `before` is what :func:`held_confirmations` said until then."""
    left = held_confirmations(session, line, debtor_id)
    return Lesson(
        debtor_id=debtor_id,
        spelling=line["spelling"][0],
        area=line["area"][0],
        added=(left or 0) - (before or 0),
        left=left or 0,
        is_new=before is None and left is not None,
        founded=founded,
    )


def withdraw(session: Session, lesson: Lesson) -> None:
    """Take the confirmations of a lesson back, and what a founded debtor was found by, if nobody else came to it since.

    The row of a founded debtor stays: a file may have placed a line on it by its spelling, which leaves no trace here.
    Without spelling and identifiers no later line finds it.
    """
    values = {
        "spelling": lesson.spelling,
        "area": lesson.area,
        "debtor": lesson.debtor_id,
        "added": lesson.added,
    }
    now = session.scalar(
        text("""
            UPDATE debtor_spelling SET confirmations = GREATEST(confirmations - :added, 0)
            WHERE spelling = :spelling AND area = :area AND debtor_id = :debtor RETURNING confirmations
        """),
        values,
    )
    is_alone = now is not None and now == lesson.left - lesson.added
    if lesson.is_new and is_alone and now == 0:
        session.execute(
            text(
                "DELETE FROM debtor_spelling WHERE spelling = :spelling AND area = :area AND debtor_id = :debtor"
            ),
            values,
        )
    if lesson.founded and is_alone:
        session.execute(
            text("""
                DELETE FROM debtor_identifier AS held USING debtor
                WHERE held.debtor_id = :debtor AND debtor.id = :debtor AND NOT debtor.is_listed
                  AND NOT EXISTS (SELECT FROM debtor_spelling WHERE debtor_id = :debtor)
            """),
            values,
        )
        registry.announce(session, [str(lesson.debtor_id)])
    registry.raise_versions(session, [str(lesson.debtor_id)])
