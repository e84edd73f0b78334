"""Deals the rows out again, so that a copy of the database does not tell which rows came with one file.

A file writes sealed pages under its member's tag and, in the same transaction, debtors, identifiers and spellings in
clear. PostgreSQL keeps on each row which transaction wrote it, and beside one another what was written together: a
copy would link a tag to the debtors that its member supplies. A dealing gives all rows of all these tables one
transaction, then writes each table anew in the order of its primary key, which is random or a matter of what the row
says, and does away with the old versions, the log and the statistics (docs/decisions/0087; limits in docs/privacy.md).
"""

from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from network.models import (
    Base,
    Debtor,
    DebtorIdentifier,
    DebtorSpelling,
    DecisionEffect,
    Judgement,
    LedgerPage,
    MatchDecision,
    MatchReview,
    Outbox,
    ReviewSheet,
    Watch,
)
from network.transaction import reading, unit_of_work

DEALT: tuple[type[Base], ...] = (
    LedgerPage,
    MatchReview,
    Debtor,
    DebtorIdentifier,
    DebtorSpelling,
    ReviewSheet,
    MatchDecision,
    DecisionEffect,
    Judgement,
    Watch,
    Outbox,
)
"""Tables into which members' files and people's decisions write."""

TOPIC_WRITTEN = "rows.written"

_LOCK = 7_104_201
"""Advisory lock: shared by all transactions that write such rows, held alone while a dealing touches every row."""

_PATIENCE = "5s"
"""A dealing waits so long for those who write, and they for it to begin; then it gives way until it is asked again."""


def have_dealt_afterwards(session: Session) -> None:
    """Note that the running transaction writes rows that must be dealt out, and let no dealing begin meanwhile."""
    if not session.info.get(TOPIC_WRITTEN):
        session.info[TOPIC_WRITTEN] = True
        session.execute(select(func.pg_advisory_xact_lock_shared(_LOCK)))
        session.add(Outbox(topic=TOPIC_WRITTEN, subject=""))


def deal_out() -> bool:
    """Deal all rows out again, if any were written since the last time; tell whether that was done.

    Killed in the middle, it is asked for again, for the notes that ask for it go last.
    """
    notes = _notes()
    if not notes:
        return False
    try:
        _give_one_transaction()
        for table in DEALT:
            _write_anew(table.__tablename__)
        _forget(notes)
        _drop_the_log()
    except OperationalError as error:
        if getattr(error.orig, "pgcode", None) == _LOCK_NOT_AVAILABLE:
            return False
        raise
    return True


_LOCK_NOT_AVAILABLE = "55P03"


def _notes() -> list[str]:
    with reading() as session:
        found = session.execute(
            text("SELECT id::text FROM outbox WHERE topic = :topic"), {"topic": TOPIC_WRITTEN}
        )
        return list(found.scalars())


def _give_one_transaction() -> None:
    """Update every row to itself, in one transaction."""
    with unit_of_work() as session:
        session.execute(text(f"SET LOCAL lock_timeout = '{_PATIENCE}'"))
        session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
        for table in DEALT:
            key = next(iter(table.__table__.primary_key)).name
            session.execute(text(f"UPDATE {table.__tablename__} SET {key} = {key}"))  # noqa: S608  # our own names


def _write_anew(table: str) -> None:
    """Write a table anew in the order of its primary key; readers of it wait meanwhile."""
    with unit_of_work() as session:
        session.execute(text(f"SET LOCAL lock_timeout = '{_PATIENCE}'"))
        session.execute(text(f"CLUSTER {table} USING pk_{table}"))
        session.execute(text(f"ANALYZE {table}"))


def _forget(notes: list[str]) -> None:
    with unit_of_work() as session:
        session.execute(text("DELETE FROM outbox WHERE id = ANY (CAST(:ids AS uuid[]))"), {"ids": notes})


_MAY_DROP = text("""
    SELECT pg_has_role('pg_checkpoint', 'USAGE') AND has_function_privilege('pg_switch_wal()', 'EXECUTE')
""")


def _drop_the_log() -> None:
    """Have the write-ahead log of what was dealt removed, where the server lets us: it tells order and time of each row."""
    with unit_of_work() as session:
        if session.scalar(_MAY_DROP):
            session.execute(text("SELECT pg_switch_wal()"))
            session.execute(text("CHECKPOINT"))
