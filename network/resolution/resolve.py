"""Which debtor each customer of a file is: identifiers first, then confirmed spellings, then a person or a new debtor."""

from collections.abc import Mapping

import polars as pl
from sqlalchemy.orm import Session

from network.resolution import registry
from network.resolution.by_identifier import place_by_identifier
from network.resolution.by_name import place_by_name
from network.resolution.debtor_names import DebtorNames
from network.resolution.identifiers import line_identifiers
from network.resolution.outcome import (
    RESOLUTION_SCHEMA,
    CustomerLine,
    MatchBand,
    MatchCandidate,
    Resolution,
    ReviewCase,
)
from network.resolution.placement import LINES, Placement, analyse, together, verdict
from network.resolution.reference import adopt_new

debtor_names = DebtorNames()
"""The names of this process's network; empty until a name without an identifier comes."""

_FIELDS = (
    "customer_id",
    "customer_name",
    "siren",
    "siret",
    "vat",
    "lei",
    "registration",
    "postcode",
    "city",
    "country",
)


def resolve_customers(
    session: Session, customers: pl.DataFrame, *, book: pl.DataFrame | None = None
) -> Resolution:
    """Return the debtor of each customer, creating debtors that the network did not have.

    Works by sets: the number of statements does not grow with the file. New debtors, their identifiers and spellings are
    written in the session's transaction, with an outbox row for each.

    Args:
        session: the running unit of work.
        customers: one row a customer, columns of :class:`~network.resolution.outcome.CustomerLine` (String, nullable);
            further columns are ignored. Identifiers have passed the check digits of intake.
        book: what the customers of the same member and its affiliates resolved to before (the same columns and
            `debtor_id`), so that who writes one spelling twice is not counted as two.

    Raises:
        ConflictError: other transactions kept creating the same debtors; the whole file may be sent again.
    """
    lines = analyse(customers)
    identifiers = line_identifiers(customers.with_row_index("line"))
    identified = place_by_identifier(
        session, lines.join(identifiers, on="line", how="semi").select(LINES.names()), identifiers
    )
    bare = lines.join(identifiers, on="line", how="anti")
    settled = lines.join(identified.verdicts.filter(pl.col("debtor_id").is_not_null()), on="line")
    named = place_by_name(
        session,
        bare.filter(pl.col("spelling") != ""),
        settled.select("spelling", "area", "debtor_id", "legal_form"),
        debtor_names,
    )
    nameless = Placement(
        verdict(bare.filter(pl.col("spelling") == ""), band=MatchBand.REVIEW, reason="no_name", debtor=None)
    )
    placement = together([identified, named, nameless])
    _remember(session, lines, identifiers, placement.verdicts, book)
    adopt_new(session, identifiers)
    return _answer(customers, placement)


def _remember(
    session: Session,
    lines: pl.DataFrame,
    identifiers: pl.DataFrame,
    verdicts: pl.DataFrame,
    book: pl.DataFrame | None,
) -> None:
    """Keep spellings: one confirmation from a line whose identifier placed it, none from a name that founded a debtor."""
    key = ["debtor_id", "spelling", "area"]
    placed = lines.join(verdicts.filter(pl.col("debtor_id").is_not_null()), on="line").filter(
        pl.col("spelling") != ""
    )
    by_identifier = pl.col("line").is_in(identifiers["line"].unique().implode())
    written = (
        placed.filter(pl.col("reason") != "spelling")
        .with_columns(confirmations=by_identifier.cast(pl.Int64))
        .group_by(key)
        .agg(pl.col("confirmations").max(), is_new=(pl.col("band") == MatchBand.NEW.value).any())
    )
    fresh, known = written.filter("is_new"), written.filter(~pl.col("is_new"))
    registry.remember_new(session, fresh)
    known = known.filter(pl.col("confirmations") > 0)
    if book is not None and known.height:
        known = known.join(said_before(book), on=key, how="anti")
    if known.height:
        known = known.join(registry.counted_enough(session, known), on=key, how="anti")
    registry.raise_versions(session, registry.remember(session, known))


def said_before(book: pl.DataFrame) -> pl.DataFrame:
    """Return the spellings (`debtor_id`, `spelling`, `area`) that a member's book holds already: they count once."""
    return (
        analyse(book)
        .with_columns(debtor_id=book["debtor_id"])
        .select("debtor_id", "spelling", "area")
        .unique()
    )


def _answer(customers: pl.DataFrame, placement: Placement) -> Resolution:
    ordered = placement.verdicts.sort("line")
    frame = ordered.with_columns(customer_id=customers["customer_id"].gather(ordered["line"]))
    waiting = frame.filter(pl.col("band") == MatchBand.REVIEW.value)
    rows = customers.select(_FIELDS)[waiting["line"]].iter_rows(named=True)
    return Resolution(
        frame=frame.select(RESOLUTION_SCHEMA.names()),
        reviews=tuple(
            ReviewCase(
                customer=CustomerLine(**row), reason=reason, candidates=_of(placement.candidates, line)
            )
            for row, (line, reason) in zip(rows, waiting.select("line", "reason").iter_rows(), strict=True)
        ),
    )


def _of(candidates: Mapping[int, tuple[MatchCandidate, ...]], line: int) -> tuple[MatchCandidate, ...]:
    return candidates.get(line, ())
