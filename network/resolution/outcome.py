"""What resolution answers: for each customer of a file a debtor, or a case for a person."""

from dataclasses import dataclass, field
from enum import StrEnum

import polars as pl

from network.i18n import mark


class MatchBand(StrEnum):
    """How sure the answer is: linked to a known debtor, a new provisional debtor, or a person decides."""

    LINK = "link"
    NEW = "new"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class MatchReason:
    """Why, as an English template with its values apart; shown through :func:`network.i18n.translate`."""

    message: str
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MatchCandidate:
    """A debtor that a customer may be. `score` is 0 to 1."""

    debtor_id: str
    score: float
    reasons: tuple[MatchReason, ...]


@dataclass(frozen=True, slots=True)
class CustomerLine:
    """A customer as its member wrote it."""

    customer_id: str
    customer_name: str | None = None
    siren: str | None = None
    siret: str | None = None
    vat: str | None = None
    lei: str | None = None
    registration: str | None = None
    postcode: str | None = None
    city: str | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True)
class ReviewCase:
    """A customer that a person must place: at most five candidates, best first; `reason` is a code of REASONS."""

    customer: CustomerLine
    reason: str
    candidates: tuple[MatchCandidate, ...]


REASONS: dict[str, str] = {
    "identifier": mark("A debtor has this identifier."),
    "new_identifier": mark("No debtor had this identifier."),
    "spelling": mark("A debtor is known by this very spelling at this place."),
    "alike": mark("A debtor is known at this place by a spelling that differs by a slip of the pen."),
    "own_file": mark("The same file has this name at this place with an identifier, or twice."),
    "no_match": mark("No debtor has a name like it."),
    "identifiers_disagree": mark("Its identifiers belong to different companies."),
    "name_absurd": mark("The identifier belongs to a debtor whose known names are quite different. A slip?"),
    "several": mark("Several debtors are known by this spelling at this place."),
    "forms_conflict": mark("The spelling is known at this place, with another legal form."),
    "name_alone": mark("There are debtors with a like name, and a name alone does not decide."),
    "no_name": mark("It has neither a name nor an identifier."),
}
"""Why a customer fell into its band: the codes in `Resolution.frame` and what they say."""

RESOLUTION_SCHEMA = pl.Schema(
    {
        "customer_id": pl.String,
        "debtor_id": pl.String,
        "band": pl.String,
        "reason": pl.String,
        "score": pl.Float64,
    }
)


@dataclass(frozen=True, slots=True)
class Resolution:
    """The answer for a whole file.

    `frame` has one row a customer, in the order asked (:data:`RESOLUTION_SCHEMA`; `debtor_id` is null in band
    "review", `reason` a short code). `reviews` has one case for each row of that band.
    """

    frame: pl.DataFrame
    reviews: tuple[ReviewCase, ...]

    def counts(self) -> dict[MatchBand, int]:
        """Return how many customers fell into each band."""
        found = dict(self.frame["band"].value_counts().iter_rows())
        return {band: int(found.get(band.value, 0)) for band in MatchBand}
