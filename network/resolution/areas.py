"""Where a customer is, as coarse as a second signal may be: the department in France, the postcode elsewhere."""

import polars as pl

AREA_LENGTH = 12
"""Width of the column `debtor_spelling.area`."""

_FRANCE = ("FR", "RE", "GP", "MQ", "GF", "YT")


def area_expression(country: str = "country", postcode: str = "postcode") -> pl.Expr:
    """Return the area of each row: "FR:75", "FR:974" overseas, "DE:10115" elsewhere, "" where the place is unknown.

    A postcode without a country keeps its whole length under an empty country (":69003"): five digits alone do not
    say France. `country` holds ISO 3166-1 alpha-2 codes.
    """
    land = pl.col(country).str.strip_chars().str.to_uppercase().fill_null("")
    land = pl.when(land.is_in(_FRANCE)).then(pl.lit("FR")).otherwise(land)
    code = pl.col(postcode).str.replace_all(r"[\s-]", "").str.to_uppercase().fill_null("")
    overseas = code.str.contains("^9[78]")
    department = pl.when(overseas).then(code.str.slice(0, 3)).otherwise(code.str.slice(0, 2))
    is_french = (land == "FR") & code.str.contains(r"^\d{5}$")
    place = pl.when(is_french).then(department).otherwise(code)
    area = pl.concat_str(land, pl.lit(":"), place).str.slice(0, AREA_LENGTH)
    return pl.when(code == "").then(pl.lit("")).otherwise(area)
