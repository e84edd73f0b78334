"""Identifiers of companies: which ones a line carries, and which one a person typed.

SIRET and French VAT number both contain the SIREN and count as it. A DUNS number has nine digits like a SIREN and is
never taken as verified. Check digits are those of python-stdnum.
"""

import re
from dataclasses import dataclass

import polars as pl
from stdnum import lei as lei_number
from stdnum.be import vat as belgian_number
from stdnum.ch import uid as swiss_number
from stdnum.dk import cvr as danish_number
from stdnum.eu import vat as eu_vat
from stdnum.exceptions import ValidationError
from stdnum.fi import ytunnus as finnish_number
from stdnum.fr import siren as siren_number
from stdnum.fr import siret as siret_number
from stdnum.no import orgnr as norwegian_number
from stdnum.se import orgnr as swedish_number

SCHEMES = ("siren", "vat", "lei", "registration")

IDENTIFIER_SCHEMA = pl.Schema({"line": pl.UInt32, "scheme": pl.String, "value": pl.String})

_REGISTERS = {
    "BE": belgian_number,
    "CH": swiss_number,
    "DK": danish_number,
    "FI": finnish_number,
    "NO": norwegian_number,
    "SE": swedish_number,
}
"""National registers whose numbers have check digits, by country. A number of any other is no identifier: each German
court counts its HRB anew, and "n/a" stands in such columns as well; either would make one debtor of many companies."""


@dataclass(frozen=True, slots=True, order=True)
class Identifier:
    """One verified identifier; `value` compact, a registration as CC:NUMBER."""

    scheme: str
    value: str

    def __str__(self) -> str:
        """Return `scheme:value`, as documents hold it."""
        return f"{self.scheme}:{self.value}"


def line_identifiers(customers: pl.DataFrame) -> pl.DataFrame:
    """Return the identifiers of each line, long (:data:`IDENTIFIER_SCHEMA`), each once a line.

    Args:
        customers: columns `line` (UInt32), `siren`, `siret`, `vat`, `lei`, whose check digits intake has verified,
            `registration` and `country` (String, nullable).

    A line whose SIREN, SIRET and VAT number name different companies has more than one row of scheme "siren".
    """
    compact = customers.select(
        "line",
        *(_compact(name).alias(name) for name in ("siren", "siret", "vat", "lei")),
    ).with_columns(in_vat=_siren_in(pl.col("vat"), r"^FR[0-9A-Z]{2}(\d{9})$"))
    columns = [
        ("siren", pl.col("siren")),
        ("siren", pl.col("siret").str.slice(0, 9)),
        ("siren", pl.col("in_vat")),
        ("vat", pl.when(pl.col("in_vat").is_null()).then("vat")),
        ("lei", pl.col("lei")),
    ]
    found = [
        compact.select("line", scheme=pl.lit(scheme), value=value).filter(pl.col("value").is_not_null())
        for scheme, value in columns
    ]
    return pl.concat([*found, _registrations(customers)]).unique(maintain_order=True).cast(IDENTIFIER_SCHEMA)


def _registrations(customers: pl.DataFrame) -> pl.DataFrame:
    rows = customers.select("line", "registration", "country").drop_nulls("registration")
    read = [
        (line, identifier.scheme, identifier.value)
        for line, text, country in rows.iter_rows()
        if (identifier := read_registration(text, country)) is not None
    ]
    return pl.DataFrame(read, schema=IDENTIFIER_SCHEMA, orient="row")


def read_registration(text: str, country: str | None) -> Identifier | None:
    """Return the identifier in a register number, if its register and its check digits are known.

    `text` may begin with its country ("NO:923609016"), else `country` says whose register it is.
    """
    land, said, number = text.partition(":")
    land, number = (land, number) if said else (country or "", text)
    land = land.strip().upper()
    if land == "FR":
        return _french(re.sub(r"[\s.\-]", "", number))
    register = _REGISTERS.get(land)
    if register is None:
        return None
    try:
        return Identifier("registration", f"{land}:{register.validate(number)}")
    except ValidationError:
        return None


def _compact(name: str) -> pl.Expr:
    bare = pl.col(name).str.replace_all(r"[\s.\u00a0\u202f-]", "").str.to_uppercase()
    return pl.when(bare != "").then(bare)


def _siren_in(number: pl.Expr, pattern: str) -> pl.Expr:
    """Return the SIREN inside a number; Monaco's VAT numbers begin like French ones and hold no SIREN (000...)."""
    inside = number.str.extract(pattern)
    return pl.when(~inside.str.starts_with("000")).then(inside)


def read_identifier(text: str) -> Identifier | None:
    """Return the identifier that a person typed, if its check digits hold: 9 digits, 14 digits, a VAT number, a LEI.

    Blanks and dots between the digits do not matter.
    """
    number = re.sub(r"[\s.\-]", "", text).upper()
    if number.isdigit() and number.isascii():
        return _french(number)
    try:
        if re.fullmatch(r"[A-Z0-9]{18}\d{2}", number):
            return Identifier("lei", lei_number.validate(number))
        if re.match(r"[A-Z]{2}[A-Z0-9]{2,12}$", number) and any(sign.isdigit() for sign in number):
            return _from_vat(eu_vat.validate(number))
    except ValidationError:
        return None
    return None


def _french(digits: str) -> Identifier | None:
    if siren_number.is_valid(digits):
        return Identifier("siren", digits)
    return Identifier("siren", digits[:9]) if siret_number.is_valid(digits) else None


def _from_vat(number: str) -> Identifier:
    inside = re.fullmatch(r"FR[0-9A-Z]{2}(\d{9})", number)
    if inside and not inside[1].startswith("000"):
        return Identifier("siren", inside[1])
    return Identifier("vat", number)
