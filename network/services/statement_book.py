"""The book of what a member sent: one sealed frame a member, rewritten with each file."""

import json
import uuid
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date

import polars as pl
from sqlalchemy.orm import Session

from network.ingest import RowProblem
from network.services import private_pages
from network.services.private_pages import Content


@dataclass(frozen=True, slots=True)
class Statement:
    """One file as it was taken in. `in_force` are those of its `periods` that no later file or withdrawal took."""

    id: uuid.UUID
    digest: str
    kind: str
    format: str
    file_name: str
    received: date
    rows_read: int
    accepted: int
    rejected: int
    unprocessed: int
    periods: tuple[str, ...]
    in_force: tuple[str, ...]


_SCHEMA = pl.Schema(
    {
        "id": pl.String(),
        "digest": pl.String(),
        "kind": pl.String(),
        "format": pl.String(),
        "file_name": pl.String(),
        "received": pl.Date(),
        "rows_read": pl.Int64(),
        "accepted": pl.Int64(),
        "rejected": pl.Int64(),
        "unprocessed": pl.Int64(),
        "periods": pl.List(pl.String),
        "in_force": pl.List(pl.String),
    }
)
_PROBLEMS = pl.Schema({"outcome": pl.String(), "row": pl.Int64(), "code": pl.String(), "values": pl.String()})


def read_book(session: Session, member_id: uuid.UUID) -> list[Statement]:
    """Return the member's statements in the order in which they came."""
    frame = private_pages.read(session, member_id=member_id, content=Content.STATEMENTS).get("")
    if frame is None:
        return []
    return [
        Statement(
            **{
                **row,
                "id": uuid.UUID(row["id"]),
                "periods": tuple(row["periods"]),
                "in_force": tuple(row["in_force"]),
            }
        )
        for row in frame.iter_rows(named=True)
    ]


def write_book(session: Session, member_id: uuid.UUID, statements: Sequence[Statement]) -> None:
    """Replace the member's book."""
    rows = [
        {**asdict(held), "id": str(held.id), "periods": list(held.periods), "in_force": list(held.in_force)}
        for held in statements
    ]
    private_pages.erase(session, member_id=member_id, content=Content.STATEMENTS)
    frame = pl.DataFrame(rows, schema=_SCHEMA)
    private_pages.write(
        session, member_id=member_id, content=Content.STATEMENTS, blobs=[("", private_pages.pack(frame))]
    )


def enter(session: Session, member_id: uuid.UUID, statements: Sequence[Statement]) -> None:
    """Replace the member's book, and erase the row problems of files that speak for no month any more."""
    spent = [str(held.id) for held in statements if not held.in_force]
    private_pages.erase(session, member_id=member_id, content=Content.PROBLEMS, periods=spent)
    write_book(session, member_id, statements)


def in_force_with_digest(book: Sequence[Statement], digest: str) -> Statement | None:
    """Return the statement made from the same bytes, if all that it said is still in force."""
    return next((held for held in book if held.digest == digest and held.in_force == held.periods), None)


def without_periods(book: Sequence[Statement], periods: Collection[str]) -> list[Statement]:
    """Return the book with these periods no longer in force."""
    gone = set(periods)
    return [replace(held, in_force=tuple(p for p in held.in_force if p not in gone)) for held in book]


def periods_in_force(book: Sequence[Statement]) -> list[str]:
    """Return the months for which the member has said something that holds, oldest first."""
    return sorted({period for held in book for period in held.in_force})


def write_problems(
    session: Session,
    member_id: uuid.UUID,
    statement: Statement,
    rejections: Sequence[RowProblem],
    unprocessed: Sequence[RowProblem],
) -> None:
    """Keep the rows that were not accepted, sealed beside the ledger."""
    rows = [
        (outcome, problem.row, problem.code, json.dumps(dict(problem.values), default=str))
        for outcome, problems in (("rejected", rejections), ("unprocessed", unprocessed))
        for problem in problems
    ]
    frame = pl.DataFrame(rows, schema=_PROBLEMS, orient="row")
    blob = private_pages.pack(frame)
    private_pages.write(
        session, member_id=member_id, content=Content.PROBLEMS, blobs=[(str(statement.id), blob)]
    )


def read_problems(
    session: Session, member_id: uuid.UUID, statement: Statement
) -> tuple[tuple[RowProblem, ...], tuple[RowProblem, ...]]:
    """Return the rejected and the unprocessed rows of a statement."""
    key = str(statement.id)
    frame = private_pages.read(session, member_id=member_id, content=Content.PROBLEMS, periods=[key]).get(key)
    found: dict[str, list[RowProblem]] = {"rejected": [], "unprocessed": []}
    if frame is not None:
        for outcome, row, code, values in frame.iter_rows():
            found[outcome].append(RowProblem(row=row, code=code, values=json.loads(values)))
    return tuple(found["rejected"]), tuple(found["unprocessed"])
