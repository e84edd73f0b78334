"""SIRENE, the register of French companies: rows of StockUniteLegale and StockEtablissement in our columns. Pure.

Layouts: sirene.fr, "Dessin des fichiers stock". Values that a company keeps to itself read "[ND]" (not disclosed).
"""

import polars as pl

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

_NOT_DISCLOSED = "[ND]"
SIREN = r"^[0-9]{9}$"
_NAF = r"^[0-9]{2}\.[0-9]{2}[A-Z]$"
_NO_ACTIVITY = "00.00Z"


def read_units(rows: pl.DataFrame) -> pl.DataFrame:
    """Return companies (:data:`UNITS`); of a natural person the number alone.

    A unit is a person by its legal category (1...) or, should that be wrong, by having a surname and no company name.
    """
    company = _told("denominationUniteLegale")
    surname = pl.col("nomUniteLegale").str.strip_chars().fill_null("") != ""
    category = _told("categorieJuridiqueUniteLegale")
    person = (category.str.starts_with("1") | (surname & (company.is_null()))).fill_null(value=False)
    usual, acronym = _told("denominationUsuelle1UniteLegale"), _told("sigleUniteLegale")
    name = pl.coalesce(company, usual, acronym).str.slice(0, 300)
    other = pl.coalesce(usual, acronym).str.slice(0, 300)
    activity = _told("activitePrincipaleUniteLegale")
    is_rev_2 = pl.col("nomenclatureActivitePrincipaleUniteLegale") == "NAFRev2"
    ceased = pl.col("etatAdministratifUniteLegale") == "C"
    return rows.filter(pl.col("siren").str.contains(SIREN)).select(
        value="siren",
        name=_unless(person, name),
        usual_name=_unless(person | (other == name), other),
        legal_form=_unless(person, category.str.slice(0, 8)),
        activity=pl.when(~person & is_rev_2 & activity.str.contains(_NAF) & (activity != _NO_ACTIVITY)).then(
            activity
        ),
        is_active=(~ceased).fill_null(value=True),
        ceased_on=pl.when(ceased).then(pl.col("dateDebut").str.to_date("%Y-%m-%d", strict=False)),
        is_person=person,
    )


def read_sites(rows: pl.DataFrame) -> pl.DataFrame:
    """Return where the head office of each unit is (:data:`SITES`); other sites are passed over."""
    optional = [pl.lit(None, pl.String).alias(name) for name in SITE_OPTIONAL if name not in rows.columns]
    heads = rows.with_columns(optional).filter(
        (pl.col("etablissementSiege").str.to_lowercase() == "true") & pl.col("siren").str.contains(SIREN)
    )
    abroad = _told("codePaysEtrangerEtablissement").is_not_null()
    city = pl.when(abroad).then(_told("libelleCommuneEtrangerEtablissement"))
    return heads.select(
        value="siren",
        postcode=_told("codePostalEtablissement").str.slice(0, 12),
        city=pl.coalesce(city, _told("libelleCommuneEtablissement")).str.slice(0, 120),
        country=pl.when(~abroad).then(pl.lit("FR")),
        usual_name=_told("enseigne1Etablissement").str.slice(0, 300),
    )


def _told(column: str) -> pl.Expr:
    """Return a text, tidied; null where it is blank or not disclosed."""
    text = pl.col(column).str.replace_all(r"\s+", " ").str.strip_chars()
    return pl.when((text != "") & (text != _NOT_DISCLOSED)).then(text)


def _unless(condition: pl.Expr, value: pl.Expr) -> pl.Expr:
    return pl.when(~condition.fill_null(value=False)).then(value)
