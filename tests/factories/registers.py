"""Small files of registers in their true layouts: every column, in the order in which INSEE and GLEIF write them."""

import csv
import gzip
import io
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

UNIT_HEADING = (
    "siren,statutDiffusionUniteLegale,unitePurgeeUniteLegale,dateCreationUniteLegale,sigleUniteLegale,sexeUniteLegale,"
    "prenom1UniteLegale,prenom2UniteLegale,prenom3UniteLegale,prenom4UniteLegale,prenomUsuelUniteLegale,"
    "pseudonymeUniteLegale,identifiantAssociationUniteLegale,trancheEffectifsUniteLegale,anneeEffectifsUniteLegale,"
    "dateDernierTraitementUniteLegale,nombrePeriodesUniteLegale,categorieEntreprise,anneeCategorieEntreprise,dateDebut,"
    "etatAdministratifUniteLegale,nomUniteLegale,nomUsageUniteLegale,denominationUniteLegale,"
    "denominationUsuelle1UniteLegale,denominationUsuelle2UniteLegale,denominationUsuelle3UniteLegale,"
    "categorieJuridiqueUniteLegale,activitePrincipaleUniteLegale,nomenclatureActivitePrincipaleUniteLegale,"
    "nicSiegeUniteLegale,economieSocialeSolidaireUniteLegale,societeMissionUniteLegale,caractereEmployeurUniteLegale,"
    "activitePrincipaleNAF25UniteLegale"
)
SITE_HEADING = (
    "siren,nic,siret,statutDiffusionEtablissement,dateCreationEtablissement,trancheEffectifsEtablissement,"
    "anneeEffectifsEtablissement,activitePrincipaleRegistreMetiersEtablissement,dateDernierTraitementEtablissement,"
    "etablissementSiege,nombrePeriodesEtablissement,complementAdresseEtablissement,numeroVoieEtablissement,"
    "indiceRepetitionEtablissement,dernierNumeroVoieEtablissement,indiceRepetitionDernierNumeroVoieEtablissement,"
    "typeVoieEtablissement,libelleVoieEtablissement,codePostalEtablissement,libelleCommuneEtablissement,"
    "libelleCommuneEtrangerEtablissement,distributionSpecialeEtablissement,codeCommuneEtablissement,"
    "codeCedexEtablissement,libelleCedexEtablissement,codePaysEtrangerEtablissement,libellePaysEtrangerEtablissement,"
    "identifiantAdresseEtablissement,coordonneeLambertAbscisseEtablissement,coordonneeLambertOrdonneeEtablissement,"
    "complementAdresse2Etablissement,numeroVoie2Etablissement,indiceRepetition2Etablissement,typeVoie2Etablissement,"
    "libelleVoie2Etablissement,codePostal2Etablissement,libelleCommune2Etablissement,"
    "libelleCommuneEtranger2Etablissement,distributionSpeciale2Etablissement,codeCommune2Etablissement,"
    "codeCedex2Etablissement,libelleCedex2Etablissement,codePaysEtranger2Etablissement,"
    "libellePaysEtranger2Etablissement,dateDebut,etatAdministratifEtablissement,enseigne1Etablissement,"
    "enseigne2Etablissement,enseigne3Etablissement,denominationUsuelleEtablissement,activitePrincipaleEtablissement,"
    "nomenclatureActivitePrincipaleEtablissement,caractereEmployeurEtablissement"
)
_ADDRESS = ("FirstAddressLine", "AddressNumber", "City", "Region", "Country", "PostalCode")
ENTITY_HEADING = [
    "LEI",
    "Entity.LegalName",
    "Entity.LegalName.xmllang",
    *(f"Entity.LegalAddress.{part}" for part in _ADDRESS),
    *(f"Entity.HeadquartersAddress.{part}" for part in _ADDRESS),
    "Entity.RegistrationAuthority.RegistrationAuthorityID",
    "Entity.RegistrationAuthority.OtherRegistrationAuthorityID",
    "Entity.RegistrationAuthority.RegistrationAuthorityEntityID",
    "Entity.LegalJurisdiction",
    "Entity.EntityCategory",
    "Entity.EntitySubCategory",
    "Entity.LegalForm.EntityLegalFormCode",
    "Entity.LegalForm.OtherLegalForm",
    "Entity.EntityStatus",
    "Entity.EntityCreationDate",
    "Entity.EntityExpirationDate",
    "Entity.EntityExpirationReason",
    "Registration.InitialRegistrationDate",
    "Registration.LastUpdateDate",
    "Registration.RegistrationStatus",
    "Registration.NextRenewalDate",
    "Registration.ManagingLOU",
    "Registration.ValidationSources",
]
LINK_HEADING = [
    "Relationship.StartNode.NodeID",
    "Relationship.StartNode.NodeIDType",
    "Relationship.EndNode.NodeID",
    "Relationship.EndNode.NodeIDType",
    "Relationship.RelationshipType",
    "Relationship.RelationshipStatus",
    "Relationship.Period.1.startDate",
    "Relationship.Period.1.endDate",
    "Relationship.Period.1.periodType",
    "Registration.InitialRegistrationDate",
    "Registration.LastUpdateDate",
    "Registration.RegistrationStatus",
    "Registration.NextRenewalDate",
    "Registration.ManagingLOU",
    "Registration.ValidationSources",
]

Row = Mapping[str, str]


def unit(siren: str, name: str = "", **other: str) -> Row:
    """Return a company of SIRENE; `other` names columns without their ending (`sigle`, `categorieJuridique`, ...)."""
    said = {
        "statutDiffusion": "O",
        "dateCreation": "2001-03-01",
        "dateDebut": "2001-03-01",
        "etatAdministratif": "A",
        "denomination": name,
        "categorieJuridique": "5710",
        "activitePrincipale": "46.73A",
        "nomenclatureActivitePrincipale": "NAFRev2",
        "nicSiege": "00017",
    } | other
    return {"siren": siren} | {
        column if column == "dateDebut" else f"{column}UniteLegale": value for column, value in said.items()
    }


def person(siren: str, surname: str = "DURAND", **other: str) -> Row:
    """Return a sole trader of SIRENE."""
    return unit(
        siren, categorieJuridique="1000", nom=surname, prenom1="CAMILLE", prenomUsuel="CAMILLE", **other
    )


def site(siren: str, postcode: str, city: str, *, is_head: bool = True, **other: str) -> Row:
    """Return an establishment of SIRENE."""
    said = {
        "statutDiffusion": "O",
        "codePostal": postcode,
        "libelleCommune": city,
        "etatAdministratif": "A",
    } | other
    return {
        "siren": siren,
        "nic": "00017",
        "siret": f"{siren}00017",
        "etablissementSiege": str(is_head).lower(),
    } | {f"{column}Etablissement": value for column, value in said.items()}


def entity(lei: str, name: str, *, siren: str = "", **other: str) -> Row:
    """Return a level 1 record of GLEIF; `other` are whole column names with `__` for the dots."""
    register = {
        "Entity.RegistrationAuthority.RegistrationAuthorityID": "RA000189",
        "Entity.RegistrationAuthority.RegistrationAuthorityEntityID": siren,
    }
    said = {
        "LEI": lei,
        "Entity.LegalName": name,
        "Entity.HeadquartersAddress.City": "LYON",
        "Entity.HeadquartersAddress.Country": "FR",
        "Entity.HeadquartersAddress.PostalCode": "69002",
        "Entity.EntityCategory": "GENERAL",
        "Entity.LegalForm.EntityLegalFormCode": "K65D",
        "Entity.EntityStatus": "ACTIVE",
        "Registration.RegistrationStatus": "ISSUED",
    }
    return (
        said | (register if siren else {}) | {key.replace("__", "."): value for key, value in other.items()}
    )


def link(child: str, parent: str, *, kind: str = "ULTIMATELY", **other: str) -> Row:
    """Return a level 2 record of GLEIF."""
    said = {
        "Relationship.StartNode.NodeID": child,
        "Relationship.StartNode.NodeIDType": "LEI",
        "Relationship.EndNode.NodeID": parent,
        "Relationship.EndNode.NodeIDType": "LEI",
        "Relationship.RelationshipType": f"IS_{kind}_CONSOLIDATED_BY",
        "Relationship.RelationshipStatus": "ACTIVE",
        "Registration.RegistrationStatus": "PUBLISHED",
    }
    return said | {key.replace("__", "."): value for key, value in other.items()}


def text_of(heading: str | Iterable[str], rows: Iterable[Row]) -> bytes:
    """Return a table as the registers write it: UTF-8, commas, quotation marks where needed."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(
        out,
        heading.split(",") if isinstance(heading, str) else list(heading),
        restval="",
        lineterminator="\n",
    )
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def units_file(path: Path, rows: Iterable[Row]) -> Path:
    """Write a StockUniteLegale."""
    return packed(path, text_of(UNIT_HEADING, rows))


def sites_file(path: Path, rows: Iterable[Row]) -> Path:
    """Write a StockEtablissement."""
    return packed(path, text_of(SITE_HEADING, rows))


def entities_file(path: Path, rows: Iterable[Row]) -> Path:
    """Write a golden copy of level 1."""
    return packed(path, text_of(ENTITY_HEADING, rows))


def links_file(path: Path, rows: Iterable[Row]) -> Path:
    """Write a golden copy of level 2."""
    return packed(path, text_of(LINK_HEADING, rows))


def packed(path: Path, text: bytes) -> Path:
    """Write a text as the ending of its name says: .zip, .gz, or as it is."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(path.name.removesuffix(".zip").removesuffix(".csv") + ".csv", text)
    elif path.suffix == ".gz":
        path.write_bytes(gzip.compress(text))
    else:
        path.write_bytes(text)
    return path
