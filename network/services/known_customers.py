"""Which of our customers does the network know? Asked before anything is sent; nothing of the list is kept.

The answer is about listed debtors alone, whose names everybody can find already: one that is not listed is not even
read here, so it cannot be betrayed (docs/decisions/0107).
"""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl
from sqlalchemy import text

from network.errors import UnavailableError, UnreadableError
from network.i18n import mark
from network.ingest.company_list import COMPANIES, IDENTIFIERS
from network.ingest.customer_names import read_customers
from network.permissions import Actor, Permission, require
from network.resolution.identifiers import line_identifiers
from network.resolution.matcher import CHUNK, Match, Reference
from network.resolution.outcome import MatchBand, MatchReason
from network.resolution.reranker import REVIEW_FROM
from network.schemas.natural_person import is_natural_person
from network.transaction import reading

MAX_BYTES = 32 << 20
MAX_CUSTOMERS = 20_000
"""Customers looked at: at some 2,500 a second a page that takes at most about ten seconds."""

MAX_SECONDS = 20.0
"""After so long the answer is what has been looked at so far, and says so."""

MAX_LISTED = 300_000
"""Listed debtors whose names one process holds in memory (docs/resolution.md has the megabytes). Beyond it customers are
found by their identifiers alone, and the page says so."""

SHOWN = 8
"""Lines of the reader's own list that are shown as examples of each outcome."""


@dataclass(frozen=True, slots=True)
class Example:
    """A line of the reader's list, and the listed debtor that it is or may be."""

    customer: str
    debtor_id: str | None
    debtor_name: str | None
    score: float
    reasons: tuple[MatchReason, ...]


@dataclass(frozen=True, slots=True)
class KnownCustomers:
    """How many customers of a list are listed debtors.

    `in_file` customers were named, `persons` of them are left out as natural persons, `looked_at` were compared; they fell
    into the bands of `counts`. `without_identifier` of those have none. `by_name` is False where only identifiers were
    compared, for the network is too large for more.
    """

    in_file: int
    persons: int
    looked_at: int
    without_identifier: int
    by_name: bool
    counts: dict[MatchBand, int]
    examples: dict[MatchBand, tuple[Example, ...]]

    @property
    def is_cut(self) -> bool:
        """Whether some customers were not looked at."""
        return self.looked_at < self.in_file - self.persons


def compare_customers(
    actor: Actor, *, path: Path, today: date, original_name: str | None = None
) -> KnownCustomers:
    """Return how many customers of a file are listed debtors. Nothing is written, and nothing of the file remembered.

    Raises:
        UnreadableError: the file is too large, or names no customers.
        UnavailableError: somebody else's list is being compared in this process, and that takes too long.
    """
    require(actor, Permission.LEDGER_SUBMIT)
    deadline = time.monotonic() + MAX_SECONDS
    if path.stat().st_size > MAX_BYTES:
        raise UnreadableError(
            mark(
                "The file is larger than %(size)s MB. Leave out what is not about customers, or pack it with gzip."
            ),
            code="too_large",
            size=MAX_BYTES >> 20,
        )
    named = read_customers(path, today=today, original_name=original_name)
    is_person = pl.Series([is_natural_person(name) for name in named["name"]], dtype=pl.Boolean)
    customers = named.filter(~is_person)
    asked = customers.head(MAX_CUSTOMERS)
    listed, by_name = listed_debtors.comparable_with(asked)
    found: list[Match] = []
    for chunk in _chunks(asked):
        if time.monotonic() > deadline:
            break
        found.extend(listed.match(chunk, review_from=REVIEW_FROM) if listed else _nobody(chunk))
    looked_at = asked.head(len(found))
    return KnownCustomers(
        in_file=named.height,
        persons=int(is_person.sum()),
        looked_at=len(found),
        without_identifier=looked_at.filter(pl.all_horizontal(pl.col(IDENTIFIERS).is_null())).height,
        by_name=by_name,
        counts=dict(Counter(match.band for match in found)),
        examples=_examples(found, looked_at["id"]),
    )


def _chunks(customers: pl.DataFrame) -> Iterator[pl.DataFrame]:
    return customers.iter_slices(2 * CHUNK)


def _nobody(customers: pl.DataFrame) -> list[Match]:
    return [Match(name, None, None, 0.0, MatchBand.NEW, ()) for name in customers["name"]]


def _examples(found: list[Match], ids: pl.Series) -> dict[MatchBand, tuple[Example, ...]]:
    """Return of each band some examples: the surest links, the likeliest look-alikes, the first unknown ones."""
    by_band: dict[MatchBand, list[tuple[Match, str]]] = {band: [] for band in MatchBand}
    for match, number in zip(found, ids, strict=True):
        by_band[match.band].append((match, match.query.strip() or number))
    by_band[MatchBand.REVIEW].sort(key=lambda one: -one[0].score)
    return {
        band: tuple(
            Example(name, match.id, match.name, match.score, match.reasons) for match, name in matches[:SHOWN]
        )
        for band, matches in by_band.items()
    }


class ListedDebtors:
    """The listed debtors under their public names, held by this process once somebody has asked.

    Their names, places and identifiers change with releases and judgements, not with every file; they are read anew when
    they did. Spellings of members are not among them: those would tell what was confirmed since the last release.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seal: tuple[int, int, int, int] | None = None
        self._known: Reference | None = None

    def comparable_with(self, customers: pl.DataFrame) -> tuple[Reference | None, bool]:
        """Return what a list is to be compared with, and whether that is by name too.

        Beyond :data:`MAX_LISTED` it is those debtors alone that share an identifier with the list. None: there are none.
        """
        if not self._lock.acquire(timeout=MAX_SECONDS):
            raise UnavailableError(
                mark("Another list is being compared at this moment. Try again in a minute.")
            )
        try:
            seal = _read_seal()
            if seal[0] > MAX_LISTED:
                self._seal = self._known = None
                found = _read_listed(_identifiers_of(customers))
                return (Reference(found) if found.height else None), False
            if seal != self._seal:
                found = _read_listed(None)
                self._known = Reference(found) if found.height else None
                self._seal = seal
            return self._known, True
        finally:
            self._lock.release()


listed_debtors = ListedDebtors()


def _read_seal() -> tuple[int, int, int, int]:
    """Return marks of what is read below: how many debtors and identifiers, and a hash over all of each."""
    with reading() as session:
        debtors = session.execute(
            text("""
                SELECT count(*), coalesce(bit_xor(hashtextextended(concat_ws(
                    '|', id, name, legal_form, postcode, city, country, merged_into), 0)), 0)
                FROM debtor WHERE is_listed
            """)
        ).one()
    with reading(unlisted=True) as session:
        identifiers = session.execute(
            text("""
                SELECT count(*), coalesce(bit_xor(hashtextextended(concat_ws('|', debtor_id, scheme, value), 0)), 0)
                FROM debtor_identifier JOIN debtor ON debtor.id = debtor_id AND debtor.is_listed
            """)
        ).one()
    return int(debtors[0]), int(debtors[1]), int(identifiers[0]), int(identifiers[1])


def _read_listed(asked: pl.DataFrame | None) -> pl.DataFrame:
    """Return listed debtors (COMPANIES; `id` is who stands for them), all or those with one of the asked identifiers.

    Names are read as the pages read them: row security shows listed debtors alone. Identifiers have no such rule, so the
    query has it.
    """
    only = (
        ""
        if asked is None
        else "JOIN unnest(CAST(:schemes AS text[]), CAST(:values AS text[])) AS a (s, v) ON (s, v) = (scheme, value)"
    )
    values = (
        {} if asked is None else {"schemes": asked["scheme"].to_list(), "values": asked["value"].to_list()}
    )
    with reading(unlisted=True) as session:
        rows = session.execute(
            text(f"""
                SELECT debtor_id::text, scheme, value
                FROM debtor_identifier JOIN debtor ON debtor.id = debtor_id AND debtor.is_listed {only}
                ORDER BY scheme, value
            """),  # noqa: S608  # `only` is one of the two texts above
            values,
        ).all()
    schema = {"debtor_id": pl.String, "scheme": pl.String, "value": pl.String}
    identifiers = pl.DataFrame([tuple(row) for row in rows], schema=schema, orient="row")
    held = identifiers["debtor_id"].unique().to_list()
    chosen = "" if asked is None else "AND debtor.id = ANY (CAST(:ids AS uuid[]))"
    with reading() as session:
        rows = session.execute(
            text(f"""
                SELECT debtor.id::text, shown.id::text, concat_ws(' ', debtor.name, debtor.legal_form), debtor.postcode,
                       debtor.city, debtor.country
                FROM debtor JOIN debtor shown ON shown.id = coalesce(debtor.merged_into, debtor.id) AND shown.is_listed
                WHERE debtor.is_listed {chosen} ORDER BY debtor.id
            """),  # noqa: S608  # likewise
            {} if asked is None else {"ids": held},
        ).all()
    columns = ("debtor_id", "id", "name", "postcode", "city", "country")
    debtors = pl.DataFrame(
        [tuple(row) for row in rows], schema=dict.fromkeys(columns, pl.String), orient="row"
    )
    return _with_identifiers(debtors, identifiers)


def _with_identifiers(debtors: pl.DataFrame, identifiers: pl.DataFrame) -> pl.DataFrame:
    """Return debtors with their identifiers beside them; one that has two of a scheme has a second row without a name."""
    ranked = identifiers.with_columns(place=pl.int_range(pl.len()).over("debtor_id", "scheme"))
    wide = ranked.pivot("scheme", index=["debtor_id", "place"], values="value")
    rows = pl.concat(
        [
            debtors.with_columns(place=pl.lit(0, pl.Int64)).join(wide, on=["debtor_id", "place"], how="left"),
            wide.filter(pl.col("place") > 0).join(debtors.with_columns(name=pl.lit("")), on="debtor_id"),
        ],
        how="diagonal",
    )
    absent = [
        pl.lit(None, pl.String).alias(name) for name in (*IDENTIFIERS, "fault") if name not in rows.columns
    ]
    return (
        rows.with_columns(*absent).with_row_index("row", offset=1).select(COMPANIES.names()).cast(COMPANIES)
    )


def _identifiers_of(customers: pl.DataFrame) -> pl.DataFrame:
    found = line_identifiers(customers.with_row_index("line"))
    return found.select("scheme", "value").unique()
