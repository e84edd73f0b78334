"""GLEIF's golden copy: level 1 (who has which LEI) and level 2 (who consolidates whom) in our columns. Pure.

Layouts: LEI-CDF 3.1 and RR-CDF 2.1 as CSV. A French LEI names the register it was taken from and its number there: SIRENE
(RA000189) or the courts' register (RA000192); both are the SIREN.
"""

import polars as pl
from stdnum.fr import siren as siren_number

from network.registers.texts import told

ENTITY_COLUMNS = (
    "LEI",
    "Entity.LegalName",
    "Entity.HeadquartersAddress.City",
    "Entity.HeadquartersAddress.Country",
    "Entity.HeadquartersAddress.PostalCode",
    "Entity.RegistrationAuthority.RegistrationAuthorityID",
    "Entity.RegistrationAuthority.RegistrationAuthorityEntityID",
    "Entity.EntityCategory",
    "Entity.LegalForm.EntityLegalFormCode",
    "Entity.EntityStatus",
    "Registration.RegistrationStatus",
)
ENTITY_OPTIONAL = ("Entity.EntityExpirationDate",)
LINK_COLUMNS = (
    "Relationship.StartNode.NodeID",
    "Relationship.StartNode.NodeIDType",
    "Relationship.EndNode.NodeID",
    "Relationship.EndNode.NodeIDType",
    "Relationship.RelationshipType",
    "Relationship.RelationshipStatus",
    "Registration.RegistrationStatus",
)

ENTITIES = pl.Schema(
    {
        "value": pl.String,
        "name": pl.String,
        "legal_form": pl.String,
        "postcode": pl.String,
        "city": pl.String,
        "country": pl.String,
        "is_active": pl.Boolean,
        "ceased_on": pl.Date,
        "is_person": pl.Boolean,
        "siren": pl.String,
    }
)
LINKS = pl.Schema({"child": pl.String, "parent": pl.String, "kind": pl.String})

LEI = r"^[A-Z0-9]{18}[0-9]{2}$"
_FRENCH_REGISTERS = ("RA000189", "RA000192")
_SOLE_TRADER = "SOLE_PROPRIETOR"
_VOID = ("DUPLICATE", "ANNULLED", "CANCELLED")
_NO_FORM = ("8888", "9999")
"""ISO 20275 has no code for it, or none was given."""
_KINDS = {"IS_DIRECTLY_CONSOLIDATED_BY": "direct", "IS_ULTIMATELY_CONSOLIDATED_BY": "ultimate"}


def read_entities(rows: pl.DataFrame) -> pl.DataFrame:
    """Return companies (:data:`ENTITIES`); LEIs that were given by mistake are passed over."""
    rows = rows.with_columns(
        pl.lit(None, pl.String).alias(name) for name in ENTITY_OPTIONAL if name not in rows.columns
    )
    kept = rows.filter(
        pl.col("LEI").str.contains(LEI),
        ~pl.col("Registration.RegistrationStatus").is_in(_VOID).fill_null(value=False),
    )
    person = (pl.col("Entity.EntityCategory") == _SOLE_TRADER).fill_null(value=False)
    form = told("Entity.LegalForm.EntityLegalFormCode", 8)
    ceased = pl.col("Entity.EntityStatus") == "INACTIVE"
    expired = pl.col("Entity.EntityExpirationDate").str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
    country = pl.col("Entity.HeadquartersAddress.Country").str.to_uppercase()
    return kept.select(
        value="LEI",
        name=pl.when(~person).then(told("Entity.LegalName", 300)),
        legal_form=pl.when(~person & ~form.is_in(_NO_FORM)).then(form),
        postcode=pl.when(~person).then(told("Entity.HeadquartersAddress.PostalCode", 12)),
        city=pl.when(~person).then(told("Entity.HeadquartersAddress.City", 120)),
        country=pl.when(~person & country.str.contains("^[A-Z]{2}$")).then(country),
        is_active=(~ceased).fill_null(value=True),
        ceased_on=pl.when(ceased).then(expired),
        is_person=person,
        siren=_sirens(kept),
    )


def _sirens(rows: pl.DataFrame) -> pl.Series:
    """Return the SIREN for which a LEI was given, where its register is a French one and the check digits hold."""
    french = pl.col("Entity.RegistrationAuthority.RegistrationAuthorityID").is_in(_FRENCH_REGISTERS)
    number = pl.col("Entity.RegistrationAuthority.RegistrationAuthorityEntityID").str.replace_all(
        r"[\s.\-]", ""
    )
    numbers = rows.select(pl.when(french).then(number)).to_series()
    sound = [number if number and siren_number.is_valid(number) else None for number in numbers]
    return pl.Series("siren", sound, dtype=pl.String)


def read_links(rows: pl.DataFrame) -> pl.DataFrame:
    """Return who consolidates whom now (:data:`LINKS`): records in force between two LEIs."""
    return rows.filter(
        pl.col("Relationship.StartNode.NodeIDType") == "LEI",
        pl.col("Relationship.EndNode.NodeIDType") == "LEI",
        pl.col("Relationship.StartNode.NodeID").str.contains(LEI),
        pl.col("Relationship.EndNode.NodeID").str.contains(LEI),
        pl.col("Relationship.StartNode.NodeID") != pl.col("Relationship.EndNode.NodeID"),
        pl.col("Relationship.RelationshipType").is_in(list(_KINDS)),
        pl.col("Relationship.RelationshipStatus") == "ACTIVE",
        pl.col("Registration.RegistrationStatus") == "PUBLISHED",
    ).select(
        child="Relationship.StartNode.NodeID",
        parent="Relationship.EndNode.NodeID",
        kind=pl.col("Relationship.RelationshipType").replace_strict(_KINDS),
    )
