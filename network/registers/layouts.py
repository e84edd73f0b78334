"""The four files that we read: which columns each has, and what its rows say in our words.

Columns are found by name, so their order and columns that were added do not matter; a missing one is an error that
names it. Rows become frames of our columns: the names of natural persons are in none of them.
"""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from network.errors import UnreadableError
from network.i18n import mark
from network.registers import gleif, sirene


class Source(StrEnum):
    """Which file of which register."""

    SIRENE_UNITS = "sirene_units"
    SIRENE_SITES = "sirene_sites"
    GLEIF_ENTITIES = "gleif_entities"
    GLEIF_LINKS = "gleif_links"


Judge = Callable[[pl.DataFrame], pl.DataFrame]
"""Turns rows of texts (by column name) into ours; rows that cannot be read are not in it."""


@dataclass(frozen=True, slots=True)
class Layout:
    """A kind of file: `told_by` is a column that no other has; `optional` ones are used where they are there.

    Rows whose `key` is not of the form `pattern` are refused and counted.
    """

    source: Source
    name: str
    told_by: str
    key: str
    pattern: str
    needed: tuple[str, ...]
    optional: tuple[str, ...]
    judge: Judge


LAYOUTS: tuple[Layout, ...] = (
    Layout(
        Source.SIRENE_UNITS,
        "StockUniteLegale",
        "etatAdministratifUniteLegale",
        "siren",
        sirene.SIREN,
        sirene.UNIT_COLUMNS,
        (),
        sirene.read_units,
    ),
    Layout(
        Source.SIRENE_SITES,
        "StockEtablissement",
        "etablissementSiege",
        "siren",
        sirene.SIREN,
        sirene.SITE_COLUMNS,
        sirene.SITE_OPTIONAL,
        sirene.read_sites,
    ),
    Layout(
        Source.GLEIF_ENTITIES,
        "GLEIF lei2",
        "Entity.LegalName",
        "LEI",
        gleif.LEI,
        gleif.ENTITY_COLUMNS,
        gleif.ENTITY_OPTIONAL,
        gleif.read_entities,
    ),
    Layout(
        Source.GLEIF_LINKS,
        "GLEIF rr",
        "Relationship.RelationshipType",
        "Relationship.StartNode.NodeID",
        gleif.LEI,
        gleif.LINK_COLUMNS,
        (),
        gleif.read_links,
    ),
)


@dataclass(frozen=True, slots=True)
class Read:
    """A part of a file: `frame` in our columns, how many rows were read, and how many of them have no sound key."""

    frame: pl.DataFrame
    rows: int
    refused: int


@dataclass(frozen=True, slots=True)
class Table:
    """A file whose layout is known: `places` says where each column that we read stands."""

    layout: Layout
    places: dict[str, int]

    def read(self, records: bytes) -> Read:
        """Judge whole records; raise UnreadableError where they are no such text."""
        rows = self._frame(records if records.strip() else b"")
        sound = rows[self.layout.key].str.contains(self.layout.pattern).fill_null(value=False).sum()
        return Read(self.layout.judge(rows), rows.height, rows.height - int(sound))

    def _frame(self, records: bytes) -> pl.DataFrame:
        names = sorted(self.places, key=self.places.__getitem__)
        if not records:
            return pl.DataFrame(schema=dict.fromkeys(names, pl.String))
        try:
            frame = pl.read_csv(
                records,
                has_header=False,
                columns=[self.places[name] for name in names],
                infer_schema=False,
                truncate_ragged_lines=True,
            )
        except pl.exceptions.PolarsError as error:
            raise UnreadableError(
                mark("The rows cannot be read as CSV in UTF-8: %(why)s."),
                code="format",
                why=str(error).partition("\n")[0].rstrip("."),
            ) from error
        frame.columns = names
        return frame


def recognise(heading: bytes, *, file_name: str) -> Table:
    """Return which file a heading is that of.

    Raises:
        UnreadableError: it is none of ours, or lacks a column that we need.
    """
    columns = next(csv.reader(io.StringIO(heading.decode("utf-8", "replace"))), [])
    layout = next((held for held in LAYOUTS if held.told_by in columns), None) or _nearest(columns)
    if layout is None:
        raise UnreadableError(
            mark(
                "%(path)s is no register that is read here: neither StockUniteLegale nor StockEtablissement of SIRENE (CSV), "
                "nor lei2 or rr of GLEIF's golden copy (CSV)."
            ),
            code="layout",
            path=file_name,
        )
    missing = [name for name in layout.needed if name not in columns]
    if missing:
        raise UnreadableError(
            mark("%(path)s looks like %(layout)s but lacks: %(columns)s. Its layout has changed."),
            code="columns_missing",
            path=file_name,
            layout=layout.name,
            columns=", ".join(missing),
        )
    wanted = (*layout.needed, *(name for name in layout.optional if name in columns))
    return Table(layout, {name: columns.index(name) for name in wanted})


def _nearest(columns: Sequence[str]) -> Layout | None:
    """Return the layout that has at least half of its columns here: one of them was renamed."""
    shared = {layout.source: sum(name in columns for name in layout.needed) for layout in LAYOUTS}
    best = max(LAYOUTS, key=lambda layout: shared[layout.source] / len(layout.needed))
    return best if shared[best.source] * 2 >= len(best.needed) else None
