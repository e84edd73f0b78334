"""What a member sends: files in, sealed pages and a receipt out; what we sent, period by period; withdraw.

A file is a statement that speaks for its periods: it replaces all that the member said of them before
(docs/decisions/0002-a-file-speaks-for-its-periods.md).
"""

import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import polars as pl
from sqlalchemy.orm import Session

from network.errors import NotFoundError
from network.i18n import mark
from network.ingest import LedgerFile, Mapping, RowProblem, Summary, open_ledger
from network.permissions import Actor, Permission, require, require_member
from network.services import private_pages, statement_book
from network.services.customer_book import keep_customers, place_customers
from network.services.persons import registered_persons
from network.services.private_pages import Content
from network.services.statement_book import Statement
from network.transaction import reading, unit_of_work

Progress = Callable[[int, int], None]
"""Called with (bytes done, bytes in all)."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a file: every row is accepted, rejected or unprocessed.

    `unchanged` tells that the same file was in force already and nothing was written. `rejections` may be cut;
    `statement.rejected` is the whole number. `in_review` counts customers that wait for a person to place them.
    """

    statement: Statement
    unchanged: bool
    rejections: tuple[RowProblem, ...]
    unprocessed_rows: tuple[RowProblem, ...]
    notices: tuple[RowProblem, ...] = ()
    in_review: int = 0


def submit_ledger(
    actor: Actor,
    *,
    path: Path,
    today: date,
    mapping: Mapping | None = None,
    original_name: str | None = None,
    progress: Progress | None = None,
) -> Receipt:
    """Take a ledger file into the private ledger of the actor's member, whole or not at all.

    Args:
        actor: someone of the member, or the operator acting for it.
        path: the file.
        today: dates after it are errors.
        mapping: how to read the file where it does not say so itself.
        original_name: its name at the member, if `path` is a copy.
        progress: called as bytes are read.

    Raises:
        UnreadableError: the file cannot be read; nothing was written.
    """
    require(actor, Permission.LEDGER_SUBMIT)
    member_id = require_member(actor)
    ledger = open_ledger(
        path, mapping=mapping, today=today, original_name=original_name, persons=registered_persons
    )
    with unit_of_work(unlisted=True) as session:
        private_pages.lock(session, member_id)
        book = statement_book.read_book(session, member_id)
        same = statement_book.in_force_with_digest(book, ledger.digest.hex())
        if same is not None:
            return _known_receipt(session, member_id, same)
        return _take_in(session, member_id, ledger, book, progress, original_name or path.name, today)


def _known_receipt(session: Session, member_id: uuid.UUID, statement: Statement) -> Receipt:
    rejections, unprocessed = statement_book.read_problems(session, member_id, statement)
    return Receipt(statement=statement, unchanged=True, rejections=rejections, unprocessed_rows=unprocessed)


def _take_in(  # one transaction in the order in which it happens
    session: Session,
    member_id: uuid.UUID,
    ledger: LedgerFile,
    book: list[Statement],
    progress: Progress | None,
    name: str,
    today: date,
) -> Receipt:
    invoices = list(_packed_invoices(ledger, progress))
    summary = ledger.summary()
    statement = Statement(
        id=uuid.uuid4(),
        digest=ledger.digest.hex(),
        kind=ledger.kind.value,
        format=ledger.format,
        file_name=name,
        received=today,
        rows_read=summary.rows_read,
        accepted=summary.accepted,
        rejected=summary.rejected,
        unprocessed=summary.unprocessed,
        periods=tuple(summary.periods),
        in_force=tuple(summary.periods),
    )
    receipt = Receipt(
        statement=statement,
        unchanged=False,
        rejections=tuple(summary.rejections),
        unprocessed_rows=tuple(summary.unprocessed_rows),
        notices=tuple(summary.notices),
    )
    if not summary.accepted:
        return receipt
    periods = list(summary.periods)
    for content in (Content.POSITIONS, Content.INVOICES):
        private_pages.erase(session, member_id=member_id, content=content, periods=periods)
    private_pages.write(
        session, member_id=member_id, content=Content.INVOICES, blobs=_within(invoices, periods)
    )
    private_pages.write(
        session, member_id=member_id, content=Content.POSITIONS, blobs=_packed_positions(summary)
    )
    in_review = place_customers(session, member_id=member_id, customers=summary.customers)
    statement_book.write_problems(session, member_id, statement, summary.rejections, summary.unprocessed_rows)
    statement_book.enter(session, member_id, [*statement_book.without_periods(book, periods), statement])
    return replace(receipt, in_review=in_review)


def _packed_invoices(ledger: LedgerFile, progress: Progress | None) -> Iterator[tuple[str, bytes]]:
    """Read the file through; yield its invoices by month, packed at once so that memory stays flat."""
    done = 0
    for batch in ledger.batches():
        done += batch.bytes_read
        if progress is not None:
            progress(done, ledger.size_bytes)
        if batch.invoices is not None:
            months = batch.invoices.with_columns(
                pl.col("invoice_date").dt.truncate("1mo").alias("month")
            ).partition_by("month", as_dict=True, include_key=False)
            for (month,), rows in months.items():
                yield f"{month:%Y-%m}", private_pages.pack(rows)


def _within(invoices: list[tuple[str, bytes]], periods: list[str]) -> Iterator[tuple[str, bytes]]:
    """Put invoices dated outside the months of which the file speaks with the nearest of these."""
    for month, blob in invoices:
        yield min(max(month, periods[0]), periods[-1]), blob


def _packed_positions(summary: Summary) -> Iterator[tuple[str, bytes]]:
    """Yield the positions of each covered month; a month without any says so with an empty frame."""
    found = summary.positions.partition_by("period", as_dict=True, include_key=False)
    empty = summary.positions.drop("period").clear()
    for period in summary.periods:
        yield period, private_pages.pack(found.get((period,), empty))


@dataclass(frozen=True, slots=True)
class PeriodTotals:
    """What the member's ledger says of one month in one currency; amounts in minor units (cents)."""

    period: str
    currency: str
    customers: int
    current: int
    late_1_30: int
    late_31_60: int
    late_61_90: int
    late_91: int


def list_statements(actor: Actor) -> list[Statement]:
    """Return what the actor's member sent, newest first; withdrawn and replaced months are not `in_force`."""
    require(actor, Permission.LEDGER_READ)
    with reading() as session:
        return statement_book.read_book(session, require_member(actor))[::-1]


def read_receipt(actor: Actor, *, statement_id: uuid.UUID) -> Receipt:
    """Return what became of a file that the actor's member sent.

    Raises:
        NotFoundError: that member sent no such file, or nothing of it was accepted.
    """
    require(actor, Permission.LEDGER_READ)
    member_id = require_member(actor)
    with reading() as session:
        book = statement_book.read_book(session, member_id)
        statement = next((held for held in book if held.id == statement_id), None)
        if statement is None:
            raise NotFoundError(mark("Your company has sent no such file."))
        return replace(_known_receipt(session, member_id, statement), unchanged=False)


def period_totals(actor: Actor) -> list[PeriodTotals]:
    """Return the totals of each month and currency in force, oldest first."""
    require(actor, Permission.LEDGER_READ)
    member_id = require_member(actor)
    buckets = ("current", "late_1_30", "late_31_60", "late_61_90", "late_91")
    with reading() as session:
        periods = statement_book.periods_in_force(statement_book.read_book(session, member_id))
        frames = private_pages.read(session, member_id=member_id, content=Content.POSITIONS, periods=periods)
    if not frames:
        return []
    totals = (
        pl.concat(frame.with_columns(pl.lit(period).alias("period")) for period, frame in frames.items())
        .group_by("period", "currency")
        .agg(pl.col("customer_id").n_unique().alias("customers"), *(pl.col(name).sum() for name in buckets))
        .sort("period", "currency")
    )
    return [PeriodTotals(**row) for row in totals.iter_rows(named=True)]


def withdraw_period(actor: Actor, *, period: str) -> Statement:
    """Erase all that the actor's member said of a month; return the statement that had spoken for it.

    Customers of whom no other month speaks are forgotten with it. What stays is the line in the book that a file came
    and was withdrawn. Releases that were written stay as they are; the next one no longer counts the month.

    Raises:
        NotFoundError: nothing is in force for that month.
    """
    require(actor, Permission.LEDGER_WITHDRAW)
    member_id = require_member(actor)
    with unit_of_work() as session:
        private_pages.lock(session, member_id)
        book = statement_book.read_book(session, member_id)
        statement = next((held for held in book if period in held.in_force), None)
        if statement is None:
            raise NotFoundError(mark("Your company has sent nothing for %(period)s."), period=period)
        for content in (Content.POSITIONS, Content.INVOICES):
            private_pages.erase(session, member_id=member_id, content=content, periods=[period])
        left = statement_book.without_periods(book, [period])
        statement_book.enter(session, member_id, left)
        _forget_customers(session, member_id, statement_book.periods_in_force(left))
        return statement


def _forget_customers(session: Session, member_id: uuid.UUID, periods: Sequence[str]) -> None:
    """Drop the customers, and their cases under review, of whom no month in force speaks any more."""
    named = [
        frame["customer_id"]
        for content in (Content.POSITIONS, Content.INVOICES)
        for frame in private_pages.read(
            session, member_id=member_id, content=content, periods=periods
        ).values()
    ]
    keep_customers(session, member_id=member_id, customer_ids=pl.concat(named).unique() if named else None)
