"""Who stands for whom among debtors, as readers apply it: `coalesce(merged_into, id)`.

Whoever reads it and writes what follows from it holds the judgements still meanwhile (:func:`hold_judgements`), so that
a merge comes wholly before a file or a close, or wholly after it.
"""

import uuid

import polars as pl
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from network.models import Debtor, Judgement

_LOCK = 7_104_301
"""Advisory lock: shared by files, decisions and closes, held alone while a judgement is put in force or withdrawn."""
_HELD = "judgements.held"

MERGED = pl.Schema({"debtor_id": pl.String, "stands_for": pl.String})

KIN = """
    merged AS MATERIALIZED (SELECT id, merged_into FROM debtor WHERE merged_into IS NOT NULL),
    kin AS MATERIALIZED (
        SELECT id AS node, merged_into AS standing FROM merged UNION SELECT merged_into, merged_into FROM merged
    )
"""
"""For a WITH clause: `kin` (node, standing) has each debtor of a company that has several; all others stand alone."""


def hold_judgements(session: Session) -> None:
    """Let no judgement change until the running transaction ends."""
    if not session.info.get(_HELD):
        session.info[_HELD] = True
        session.execute(select(func.pg_advisory_xact_lock_shared(_LOCK)))


def change_judgements(session: Session) -> None:
    """Wait until nobody reads or changes judgements, and keep others from it until the transaction ends."""
    session.execute(select(func.pg_advisory_xact_lock(_LOCK)))


def revision(session: Session) -> int:
    """Return the number of the last change of what is in force: what was read under the same number still holds."""
    return session.scalar(select(func.max(Judgement.revision))) or 0


def merged_debtors(session: Session) -> pl.DataFrame:
    """Return the debtors for which another one stands (:data:`MERGED`)."""
    rows = session.execute(
        text("SELECT id::text, merged_into::text FROM debtor WHERE merged_into IS NOT NULL")
    ).all()
    return pl.DataFrame([tuple(row) for row in rows], schema=MERGED, orient="row")


def representative_of(session: Session, debtor_id: uuid.UUID) -> uuid.UUID | None:
    """Return who stands for a debtor, itself where nobody else does; None where there is no such debtor."""
    return session.scalar(select(func.coalesce(Debtor.merged_into, Debtor.id)).where(Debtor.id == debtor_id))


def company_of(session: Session, debtor_id: uuid.UUID) -> tuple[uuid.UUID, ...]:
    """Return all debtors of the company that a debtor belongs to, its representative first."""
    standing = representative_of(session, debtor_id)
    merged = select(Debtor.id).where(Debtor.merged_into == standing).order_by(Debtor.id)
    return () if standing is None else (standing, *session.scalars(merged))


def standing_beside(session: Session, lines: pl.DataFrame) -> pl.DataFrame:
    """Return lines with the column `stands_for` beside their `debtor_id`."""
    return lines.join(
        merged_debtors(session), on="debtor_id", how="left", maintain_order="left"
    ).with_columns(stands_for=pl.coalesce("stands_for", "debtor_id"))
