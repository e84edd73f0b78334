"""What every tabular format gives: batches of text columns, numbered as the sender's spreadsheet numbers them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import polars as pl

from network.errors import UnreadableError
from network.i18n import mark
from network.ingest.ledger import BUCKETS, LedgerKind
from network.ingest.mapping import Mapping as LedgerMapping
from network.schemas.headings import recognise

LINE_FAULT = "line fault"
"""Column of a table: the code of a line that is broken as a line (cut, too many fields), else null."""


@dataclass(frozen=True, slots=True)
class Heading:
    """The line of headings: its cells in order, and its row."""

    cells: tuple[str, ...]
    row: int


@dataclass(frozen=True, slots=True)
class Table:
    """A batch: "row", LINE_FAULT and one text column a cell, named by its position ("0", "1", ...)."""

    frame: pl.DataFrame
    bytes_read: int


class Tables(Protocol):
    """A tabular file."""

    @property
    def heading(self) -> Heading:
        """Return the line of headings."""

    def tables(self) -> Iterator[Table]:
        """Yield the rows after the heading in batches of flat size."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Which column is which field, by position; what the rows are; which rows are asked for."""

    kind: LedgerKind
    columns: Mapping[str, int]
    headings: Mapping[str, str]
    only: Mapping[int, str]


def kind_of(fields: Mapping[str, str]) -> LedgerKind | None:
    """Return what a set of recognised fields can be the columns of, or None."""
    if not fields.keys() & {"customer_id", "customer_name"}:
        return None
    if {"invoice_id", "invoice_date", "amount"} <= fields.keys():
        return LedgerKind.INVOICES
    if fields.keys() & set(BUCKETS[1:]) and fields.keys() & {"current", "balance"}:
        return LedgerKind.AGED_BALANCE
    return None


def lay_out(heading: Heading, mapping: LedgerMapping) -> Layout:
    """Match the headings with our fields; raise UnreadableError that names what lacks."""
    for declared in (*mapping.columns.values(), *mapping.only_rows):
        if declared not in heading.cells:
            raise UnreadableError(
                mark(
                    "The mapping names the heading “%(heading)s”, which the file does not have; its headings: %(found)s."
                ),
                code="heading_missing",
                heading=declared,
                found=listed(heading.cells),
            )
    fields = recognise(heading.cells, mapping.columns)
    kind = kind_of(fields)
    if kind is None:
        raise no_heading(heading.cells)
    return Layout(
        kind=kind,
        columns={name: heading.cells.index(cell) for name, cell in fields.items()},
        headings=fields,
        only={heading.cells.index(cell): value for cell, value in mapping.only_rows.items()},
    )


def best_heading(rows: Sequence[Sequence[str]], mapping: LedgerMapping) -> tuple[int, int]:
    """Return (index, fields recognised) of the first row that can be the headings, else of the one that comes nearest.

    Titles may stand above the headings.
    """
    nearest, most = 0, 0
    for index, cells in enumerate(rows):
        fields = recognise(cells, mapping.columns)
        if kind_of(fields) is not None:
            return index, len(fields) + len(rows)
        if len(fields) > most:
            nearest, most = index, len(fields)
    return nearest, most


def no_heading(cells: Sequence[str]) -> UnreadableError:
    """Return the refusal of a file whose headings do not make a ledger, naming what lacks."""
    fields = recognise(cells, {})
    invoice = [name for name in ("invoice_id", "invoice_date", "amount") if name not in fields]
    lacking = ["customer_id"] if not fields.keys() & {"customer_id", "customer_name"} else []
    return UnreadableError(
        mark(
            "The headings are not those of a ledger: %(lacking)s not found among %(found)s. Name the columns under [columns] in a "
            "mapping."
        ),
        code="heading_missing",
        lacking=", ".join(lacking + (invoice if len(invoice) < 3 else ["late_1_30", "balance"])),  # noqa: PLR2004 - no sign of invoices
        found=listed(cells),
    )


@dataclass(frozen=True, slots=True)
class Sought:
    """What a table must be to be read.

    `find` gives the place of the line of headings among the first rows, and how many of its cells are known: 0 refuses
    the file with what `refuse` says of the cells that were found.
    """

    find: Callable[[Sequence[Sequence[str]], LedgerMapping], tuple[int, int]]
    refuse: Callable[[Sequence[str]], UnreadableError]


LEDGER = Sought(best_heading, no_heading)


def listed(cells: Sequence[str]) -> str:
    """Return headings as they are shown in an error: one line at most."""
    shown = ", ".join(cell for cell in cells if cell.strip())
    return shown if len(shown) < 200 else shown[:200] + "…"  # noqa: PLR2004 - one line
