"""Customers as intake hands them over."""

import random
from collections.abc import Iterator, Mapping

import polars as pl
from stdnum import luhn

COLUMNS = (
    "customer_id",
    "customer_name",
    "siren",
    "siret",
    "vat",
    "lei",
    "registration",
    "street",
    "postcode",
    "city",
    "country",
    "email_domain",
)


def customers(*rows: Mapping[str, str | None]) -> pl.DataFrame:
    """Return a frame of customers; ids are C1, C2, ... where a row has none."""
    full = [
        {**dict.fromkeys(COLUMNS, None), "customer_id": f"C{number}", **row}
        for number, row in enumerate(rows, start=1)
    ]
    return pl.DataFrame(full, schema=dict.fromkeys(COLUMNS, pl.String))


def sirens(seed: int = 1) -> Iterator[str]:
    """Yield valid SIRENs, never one twice."""
    rng = random.Random(seed)  # noqa: S311  # test data
    seen: set[str] = set()
    while True:
        body = f"{rng.randrange(10**7, 10**8)}"
        if body not in seen:
            seen.add(body)
            yield body + luhn.calc_check_digit(body)
