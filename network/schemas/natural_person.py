"""Which customer names are those of a natural person: sole traders are left out of the network."""

import re
import unicodedata

_TITLES = frozenset(("MME", "MLLE", "MELLE", "MONSIEUR", "MADAME", "MADEMOISELLE"))
_SHORT = frozenset(("M", "MM", "MR", "MRS", "MISS", "HERR", "FRAU", "SIGNOR", "SIGNORA", "SENOR", "SENORA"))
"""Titles that also begin names of companies (Mr Bricolage): they count with a dot, or before a first and a last name."""
_STATUS = (
    "ENTREPRENEUR INDIVIDUEL",
    "ENTREPRENEUSE INDIVIDUELLE",
    "ENTREPRISE INDIVIDUELLE",
    "AUTO ENTREPRENEUR",
    "AUTOENTREPRENEUR",
    "AUTO ENTREPRENEUSE",
    "MICRO ENTREPRENEUR",
    "MICROENTREPRENEUR",
    "SOLE TRADER",
    "SOLE PROPRIETOR",
    "EINZELUNTERNEHMEN",
    "EENMANSZAAK",
    "DITTA INDIVIDUALE",
    "ENKELTPERSONFORETAK",
    "EMPRESARIO EM NOME INDIVIDUAL",
    "TRABAJADOR AUTONOMO",
)
_FRENCH = (
    "SARL EURL SAS SASU SA SNC SCS SCA SCI SCM SCP SCOP SCIC SCEA EARL GAEC GIE GEIE SELARL SELAS SELAFA SE"
)
_PUBLIC = "SOCIETE COMPAGNIE ASSOCIATION MAIRIE COMMUNE"
_FOREIGN = "CO COMPANY GROUP TRUST FOUNDATION LTD LIMITED LLP LLC INC CORP CORPORATION PLC GMBH AG KG OHG UG BV NV SPRL SRL SPA SL SLU LDA AS ASA AB OY APS"
_FORMS = frozenset(f"{_FRENCH} {_PUBLIC} {_FOREIGN}".split())


_SUSPECT = re.compile(
    rf"\b(?:{'|'.join(sorted(_TITLES | _SHORT))}|EIRL|E\.?\s?I)\b|ENTREP|TRADER|PROPRIET|INDIVID|EINZEL|ZAAK|FORETAK|AUTONOM"
)
"""What any name that is refused below contains: most names are let through by this one look."""


def is_natural_person(name: str) -> bool:
    """Return whether a customer name is a person's: a title, or a sole trader's status, without a company form.

    "M. Dupont", "Mme Durand Boulangerie", "DUPONT Jean EI" are; "M. Chapoutier SA", "Mr Bricolage" and "M6" are not. A name
    that is wrongly taken for a person's is mended by writing its legal form.
    """
    plain = name.upper()
    if not plain.isascii():
        plain = "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
    if not _SUSPECT.search(plain):
        return False
    joined = re.sub(r"\b(?:[A-Z]\.){2,}[A-Z]?", lambda m: m[0].replace(".", ""), plain)
    words = re.findall(r"[A-Z0-9]+", joined)
    if not words or _FORMS.intersection(words):
        return False
    if words[0] in _TITLES or re.match(r"\s*(?:M|MM|MR|MRS)\.\s*[A-Z]", joined):
        return True
    if {"EI", "EIRL"} & {words[0], words[-1]} and len(words) > 1:
        return True
    phrase = " ".join(words)
    if any(status in phrase for status in _STATUS):
        return True
    named = [word for word in words[1:3] if word.isalpha() and len(word) > 2]  # noqa: PLR2004 - "M B A Transport"
    return words[0] in _SHORT and len(named) == 2  # noqa: PLR2004 - a first and a last name
