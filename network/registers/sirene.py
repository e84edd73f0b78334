"""SIRENE, the register of French companies: rows of StockUniteLegale and StockEtablissement in our columns. Pure.

Layouts: sirene.fr, "Dessin des fichiers stock". Values that a company keeps to itself read "[ND]" (not disclosed).
"""

import polars as pl

from network.registers.texts import told

UNIT_COLUMNS = (
    "siren",
    "sigleUniteLegale",
    "dateDebut",
    "etatAdministratifUniteLegale",
    "nomUniteLegale",
    "denominationUniteLegale",
    "denominationUsuelle1UniteLegale",
    "categorieJuridiqueUniteLegale",
    "activitePrincipaleUniteLegale",
    "nomenclatureActivitePrincipaleUniteLegale",
)
SITE_COLUMNS = (
    "siren",
    "etablissementSiege",
    "codePostalEtablissement",
    "libelleCommuneEtablissement",
    "enseigne1Etablissement",
)
SITE_OPTIONAL = ("libelleCommuneEtrangerEtablissement", "codePaysEtrangerEtablissement")

UNITS = pl.Schema(
    {
        "value": pl.String,
        "name": pl.String,
        "usual_name": pl.String,
        "legal_form": pl.String,
        "activity": pl.String,
        "is_active": pl.Boolean,
        "ceased_on": pl.Date,
        "is_person": pl.Boolean,
    }
)
SITES = pl.Schema(
    {
        "value": pl.String,
        "postcode": pl.String,
        "city": pl.String,
        "country": pl.String,
        "usual_name": pl.String,
    }
)

SIREN = r"^[0-9]{9}$"
_NO_ACTIVITY = "00.00Z"
PERSONS = "1"
"""The first digit of the legal categories of natural persons."""


def read_units(rows: pl.DataFrame) -> pl.DataFrame:
    """Return companies (:data:`UNITS`); of a natural person the number alone.

    A unit is a person by its legal category (1...) or, should that be wrong, by having a surname and no company name.
    """
    said = rows.filter(pl.col("siren").str.contains(SIREN)).with_columns(
        *map(told, ("denominationUniteLegale", "denominationUsuelle1UniteLegale", "sigleUniteLegale")),
        category=pl.col("categorieJuridiqueUniteLegale").str.strip_chars(),
    )
    company = pl.col("denominationUniteLegale")
    other = pl.coalesce("denominationUsuelle1UniteLegale", "sigleUniteLegale")
    surname = (pl.col("nomUniteLegale") != "").fill_null(value=False)
    named = said.with_columns(
        name=pl.coalesce(company, other),
        other=other,
        person=pl.col("category").str.starts_with(PERSONS).fill_null(value=False)
        | (surname & company.is_null()),
        ceased=(pl.col("etatAdministratifUniteLegale") == "C").fill_null(value=False),
    )
    person = pl.col("person")
    activity = pl.col("activitePrincipaleUniteLegale")
    is_rev_2 = pl.col("nomenclatureActivitePrincipaleUniteLegale") == "NAFRev2"
    known = ~person & is_rev_2 & (activity != _NO_ACTIVITY) & (activity.str.len_bytes() == len("46.73A"))
    return named.select(
        value="siren",
        name=pl.when(~person).then("name"),
        usual_name=pl.when(~person & (pl.col("other") != pl.col("name"))).then("other"),
        legal_form=pl.when(~person & (pl.col("category") != "")).then(pl.col("category").str.slice(0, 8)),
        activity=pl.when(known).then(activity),
        is_active=~pl.col("ceased"),
        ceased_on=pl.when("ceased").then(pl.col("dateDebut").str.to_date("%Y-%m-%d", strict=False)),
        is_person=person,
    )


def read_sites(rows: pl.DataFrame) -> pl.DataFrame:
    """Return where the head office of each unit is (:data:`SITES`); other sites are passed over."""
    heads = rows.filter(
        pl.col("etablissementSiege").str.to_lowercase() == "true", pl.col("siren").str.contains(SIREN)
    ).with_columns(pl.lit(None, pl.String).alias(name) for name in SITE_OPTIONAL if name not in rows.columns)
    named = heads.with_columns(map(told, (*SITE_COLUMNS[2:], *SITE_OPTIONAL)))
    abroad = pl.col("codePaysEtrangerEtablissement").is_not_null()
    city = pl.when(abroad).then("libelleCommuneEtrangerEtablissement")
    return named.select(
        value="siren",
        postcode=pl.col("codePostalEtablissement").str.slice(0, 12),
        city=pl.coalesce(city, "libelleCommuneEtablissement").str.slice(0, 120),
        country=pl.when(~abroad).then(pl.lit("FR")),
        usual_name="enseigne1Etablissement",
    )
