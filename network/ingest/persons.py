"""Rows whose number belongs to a natural person, as registers know it; names are judged by the schema."""

import polars as pl

from network.schemas.readings import Persons

_NUMBERS: dict[str, pl.Expr] = {
    "siren": pl.col("siren"),
    "siret": pl.col("siret").str.slice(0, 9),
    "vat": pl.col("vat").str.extract(r"^FR[0-9A-Z]{2}([0-9]{9})$"),
    "lei": pl.col("lei"),
}
"""Where a row's number is, in the order in which it is told."""


def without_persons(accepted: pl.DataFrame, persons: Persons) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the accepted rows that are about no natural person, and the others as rejections.

    One question a batch. Rejections have "row", "code", "field" and "text", as those of the schema.
    """
    numbers = accepted.select("row", **_NUMBERS)
    asked = pl.concat([numbers[name] for name in _NUMBERS]).drop_nulls().unique()
    found = persons(asked.to_list()) if len(asked) else frozenset()
    if not found:
        return accepted, _TOLD
    known = pl.Series(list(found), dtype=pl.String).implode()
    is_person = {name: pl.col(name).is_in(known).fill_null(value=False) for name in _NUMBERS}
    told = numbers.filter(pl.any_horizontal(is_person.values())).select(
        "row",
        code=pl.lit("natural_person_registered"),
        field=pl.coalesce(pl.when(held).then(pl.lit(name)) for name, held in is_person.items()),
        text=pl.coalesce(pl.when(held).then(pl.col(name)) for name, held in is_person.items()),
    )
    return accepted.join(told, on="row", how="anti", maintain_order="left"), told


_TOLD = pl.DataFrame(schema={"row": pl.UInt32, "code": pl.String, "field": pl.String, "text": pl.String})
