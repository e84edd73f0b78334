"""Verdicts on lines while they are being reached: what the two halves of resolution hand to each other."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import polars as pl

from network.resolution.areas import area_expression
from network.resolution.normalise import normalise, normalise_all
from network.resolution.outcome import MatchBand, MatchCandidate

LINES = pl.Schema(
    {
        "line": pl.UInt32,
        "customer_name": pl.String,
        "spelling": pl.String,
        "joined": pl.String,
        "legal_form": pl.String,
        "area": pl.String,
        "postcode": pl.String,
        "city": pl.String,
        "country": pl.String,
    }
)
"""A customer ready to be placed; `line` is its place in the file."""

VERDICTS = pl.Schema(
    {"line": pl.UInt32, "debtor_id": pl.String, "band": pl.String, "reason": pl.String, "score": pl.Float64}
)
NEW_DEBTORS = pl.Schema(
    {
        "id": pl.String,
        "name": pl.String,
        "legal_form": pl.String,
        "postcode": pl.String,
        "city": pl.String,
        "country": pl.String,
    }
)
_WIDTHS = {"name": 300, "legal_form": 40, "postcode": 12, "city": 120, "country": 2}
_FORM_WORDS = 6
"""Longest legal form that is cut from a shown name, in words."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Verdicts on some lines, with the candidates of those that a person must place."""

    verdicts: pl.DataFrame
    candidates: Mapping[int, tuple[MatchCandidate, ...]] = field(default_factory=dict)


def analyse(customers: pl.DataFrame) -> pl.DataFrame:
    """Return customers (columns of CustomerLine) with their names analysed and their area (:data:`LINES`).

    A line that names no country is in that of its identifier.
    """
    names = normalise_all(customers["customer_name"])
    in_vat = (
        pl.col("vat").str.extract(r"^\s*([A-Za-z]{2})").str.to_uppercase().replace({"EL": "GR", "XI": "GB"})
    )
    is_french = pl.any_horizontal(pl.col("siren", "siret").is_not_null())
    said = pl.when(pl.col("country").str.strip_chars() != "").then("country")
    country = pl.coalesce(said, pl.when(is_french).then(pl.lit("FR")), in_vat)
    return (
        customers.with_row_index("line")
        .with_columns(
            country=country,
            spelling=pl.Series([name.spelling for name in names], dtype=pl.String),
            joined=pl.Series([name.joined for name in names], dtype=pl.String),
            legal_form=pl.Series([name.legal_form for name in names], dtype=pl.String),
        )
        .with_columns(area=area_expression())
        .select(LINES.names())
    )


def verdict(
    lines: pl.DataFrame,
    *,
    band: MatchBand,
    reason: str,
    debtor: str | None = "debtor_id",
    score: float | None = None,
) -> pl.DataFrame:
    """Return verdicts (:data:`VERDICTS`) on lines, all with one band and reason; `debtor` names the column of ids."""
    return lines.select(
        "line",
        debtor_id=pl.lit(None, pl.String) if debtor is None else pl.col(debtor),
        band=pl.lit(band.value),
        reason=pl.lit(reason),
        score=pl.lit(score, pl.Float64),
    )


def together(placements: Iterable[Placement]) -> Placement:
    """Return all verdicts and candidates in one."""
    parts = list(placements)
    return Placement(
        verdicts=pl.concat([pl.DataFrame(schema=VERDICTS), *(part.verdicts for part in parts)]),
        candidates={line: found for part in parts for line, found in part.candidates.items()},
    )


def new_debtors(lines: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of debtors (:data:`NEW_DEBTORS`) that lines stand for: columns of LINES and `debtor_id`.

    The name is shown as the member wrote it, without its legal form, which has a column of its own.
    """
    names = [
        shown_name(name or "", spelling, form)
        for name, spelling, form in lines.select("customer_name", "spelling", "legal_form").iter_rows()
    ]
    return lines.select(
        id="debtor_id",
        name=pl.Series(names, dtype=pl.String),
        legal_form="legal_form",
        postcode="postcode",
        city="city",
        country=pl.col("country").str.to_uppercase(),
    ).with_columns(pl.col(name).str.slice(0, width) for name, width in _WIDTHS.items())


def shown_name(text: str, spelling: str, legal_form: str | None) -> str:
    """Return a name as it was written, without the legal form at its head or tail.

    A form inside, or written into one word with the name, stays.
    """
    words = text.split()
    written = " ".join(words)
    if legal_form is None:
        return written
    for size in range(1, min(_FORM_WORDS, len(words) - 1) + 1):
        for rest in (words[:-size], words[size:]):
            name = normalise(" ".join(rest))
            if name.legal_form is None and name.spelling == spelling:
                return " ".join(rest).strip(" ,;-–/(").removesuffix(" &")
    return written
