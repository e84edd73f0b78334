"""What a person's decision leaves behind: a spelling that counts, or a debtor of its own."""

import uuid
from collections.abc import Sequence

import polars as pl
from sqlalchemy.orm import Session

from network.resolution import registry
from network.resolution.identifiers import line_identifiers
from network.resolution.legal_forms import forms_conflict
from network.resolution.outcome import CustomerLine
from network.resolution.placement import analyse, new_debtors
from network.resolution.standing import representative_of

BY_MODERATOR = registry.CONFIRMED
"""A moderator's decision confirms a spelling for the whole network."""

BY_MEMBER = 1
"""A member's own decision places its line and counts as one member's word."""


def read_lines(customers: Sequence[CustomerLine]) -> pl.DataFrame:
    """Return customers as analysed lines, in the same order."""
    return analyse(_frame(customers))


def teach(session: Session, line: pl.DataFrame, *, debtor_id: uuid.UUID, confirmations: int) -> None:
    """Keep the spelling of an analysed line as the debtor's."""
    said = line.filter(pl.col("spelling") != "").select(
        "spelling", "area", debtor_id=pl.lit(str(debtor_id)), confirmations=pl.lit(confirmations, pl.Int64)
    )
    registry.raise_versions(session, registry.remember(session, said))


def found_debtor(session: Session, customer: CustomerLine, *, confirmations: int) -> uuid.UUID:
    """Create a debtor from a customer, with those of its identifiers that no debtor has."""
    debtor_id = uuid.uuid4()
    line = read_lines([customer]).with_columns(debtor_id=pl.lit(str(debtor_id)))
    registry.create_debtors(session, new_debtors(line))
    identifiers = line_identifiers(_frame([customer]).with_row_index("line"))
    if identifiers["scheme"].is_unique().all():
        registry.claim_identifiers(
            session, identifiers.select("scheme", "value", debtor_id=pl.lit(str(debtor_id)))
        )
    teach(session, line, debtor_id=debtor_id, confirmations=confirmations)
    return debtor_id


def is_settled(session: Session, line: pl.DataFrame, *, debtor_id: uuid.UUID) -> bool:
    """Tell whether the line’s spelling at its place now means this debtor’s company and no other."""
    if line["area"][0] == "":
        return False
    known = registry.confirmed_spellings(session, line)
    return known["stands_for"].unique().to_list() == [str(representative_of(session, debtor_id))] and not any(
        forms_conflict(line["legal_form"][0], form) for form in known["legal_form"]
    )


def _frame(customers: Sequence[CustomerLine]) -> pl.DataFrame:
    names = CustomerLine.__slots__
    rows = [{name: getattr(customer, name) for name in names} for customer in customers]
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String))
