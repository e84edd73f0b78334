"""What a company is in law: SIRENE's categories and GLEIF's codes of legal forms, in our words.

A French category has four digits, the first of which is a family: 1 natural persons, 5 companies, 9 associations. The
usual ones are named one by one, the others by the family that their first digits name.
"""

_CATEGORIES: dict[str, tuple[str, str]] = {  # English, French; the longest beginning that is here counts
    "1": ("Sole trader", "Entrepreneur individuel"),
    "2": ("Group without legal personality", "Groupement sans personnalité morale"),
    "21": ("Undivided ownership", "Indivision"),
    "22": ("De facto company", "Société créée de fait"),
    "23": ("Undisclosed partnership", "Société en participation"),
    "27": ("Parish outside a concordat zone", "Paroisse hors zone concordataire"),
    "28": ("Taxable person with one number for several companies", "Assujetti unique à la TVA"),
    "3": ("Foreign legal person", "Personne morale de droit étranger"),
    "3110": ("Foreign state with an office in France", "État étranger représenté en France"),
    "3120": ("Foreign company registered in France", "Société étrangère immatriculée en France"),
    "3205": ("International organisation", "Organisation internationale"),
    "3220": ("Foreign company not registered in France", "Société étrangère non immatriculée en France"),
    "41": ("Public industrial or commercial body", "Établissement public industriel ou commercial"),
    "4110": ("National public company (EPIC)", "Établissement public national à caractère industriel (EPIC)"),
    "4120": ("National public company", "Établissement public national industriel ou commercial"),
    "4140": ("Local public company (EPIC)", "Établissement public local à caractère industriel (EPIC)"),
    "4": (
        "Public company under commercial law",
        "Personne morale de droit public soumise au droit commercial",
    ),
    "51": ("Commercial cooperative", "Société coopérative commerciale"),
    "52": ("General partnership (SNC)", "Société en nom collectif (SNC)"),
    "53": ("Limited partnership (SCS, SCA)", "Société en commandite"),
    "5306": ("Limited partnership (SCS)", "Société en commandite simple (SCS)"),
    "5307": ("Limited partnership (SCS)", "Société en commandite simple coopérative (SCS)"),
    "5308": ("Partnership limited by shares (SCA)", "Société en commandite par actions (SCA)"),
    "5385": ("Professional limited partnership (SELCA)", "Société d’exercice libéral en commandite (SELCA)"),
    "54": ("Limited liability company (SARL)", "Société à responsabilité limitée (SARL)"),
    "5485": ("Professional company (SELARL)", "Société d’exercice libéral (SELARL)"),
    "5498": ("Single-owner SARL (EURL)", "SARL unipersonnelle (EURL)"),
    "55": ("Public limited company with a board (SA)", "Société anonyme à conseil d’administration (SA)"),
    "5585": ("Professional company (SELAFA)", "Société d’exercice libéral (SELAFA)"),
    "56": ("Public limited company with two boards (SA)", "Société anonyme à directoire (SA)"),
    "57": ("Simplified joint-stock company (SAS)", "Société par actions simplifiée (SAS)"),
    "5720": ("Single-owner SAS (SASU)", "SAS unipersonnelle (SASU)"),
    "5785": ("Professional company (SELAS)", "Société d’exercice libéral (SELAS)"),
    "58": ("European company (SE)", "Société européenne (SE)"),
    "5": ("Commercial company", "Société commerciale"),
    "61": ("Savings bank", "Caisse d’épargne et de prévoyance"),
    "62": ("Economic interest grouping (GIE)", "Groupement d’intérêt économique (GIE)"),
    "6210": ("European interest grouping (GEIE)", "Groupement européen d’intérêt économique (GEIE)"),
    "6220": ("Economic interest grouping (GIE)", "Groupement d’intérêt économique (GIE)"),
    "63": ("Agricultural cooperative", "Société coopérative agricole"),
    "6316": ("Farm machinery cooperative (CUMA)", "Coopérative d’utilisation de matériel agricole (CUMA)"),
    "64": ("Mutual insurer", "Société d’assurance mutuelle"),
    "65": ("Civil-law company", "Société civile"),
    "6521": ("Property investment company (SCPI)", "Société civile de placement immobilier (SCPI)"),
    "6533": ("Shared farm (GAEC)", "Groupement agricole d’exploitation en commun (GAEC)"),
    "6540": ("Property company (SCI)", "Société civile immobilière (SCI)"),
    "6541": ("Property development company (SCCV)", "Société civile de construction-vente (SCCV)"),
    "6588": ("Dairy company", "Société civile laitière"),
    "6589": ("Civil-law company of means (SCM)", "Société civile de moyens (SCM)"),
    "6597": ("Agricultural company (SCEA)", "Société civile d’exploitation agricole (SCEA)"),
    "6598": ("Limited farm (EARL)", "Exploitation agricole à responsabilité limitée (EARL)"),
    "6": ("Other registered legal person", "Autre personne morale immatriculée"),
    "71": ("State administration", "Administration de l’État"),
    "72": ("Local authority", "Collectivité territoriale"),
    "7210": ("Municipality", "Commune"),
    "7220": ("Department", "Département"),
    "7230": ("Region", "Région"),
    "73": ("Public administrative body", "Établissement public administratif"),
    "7346": ("Community of municipalities", "Communauté de communes"),
    "7364": ("Public hospital", "Établissement d’hospitalisation"),
    "74": ("Other public body", "Autre personne morale de droit public administratif"),
    "7": ("Public administration", "Administration publique"),
    "81": ("Social security body", "Organisme de sécurité sociale"),
    "82": ("Mutual society", "Organisme mutualiste"),
    "83": ("Works council", "Comité d’entreprise"),
    "84": ("Professional body", "Organisme professionnel"),
    "8": ("Body under special law", "Organisme privé spécialisé"),
    "91": ("Co-ownership syndicate", "Syndicat de propriétaires"),
    "92": ("Association", "Association loi 1901"),
    "9220": ("Declared association", "Association déclarée"),
    "93": ("Foundation", "Fondation"),
    "9": ("Group under private law", "Groupement de droit privé"),
}

_CODE_LENGTH = 4

_ELF: dict[str, tuple[str, str]] = {  # ISO 20275: those that have no SIREN to tell more
    "K65D": _CATEGORIES["55"],
    "TPNT": _CATEGORIES["58"],
    "2HBR": ("Limited liability company (GmbH)", "Société à responsabilité limitée (GmbH)"),
    "6QQB": ("Public limited company (AG)", "Société anonyme (AG)"),
    "H0PO": ("Private limited company (Ltd)", "Société privée à responsabilité limitée (Ltd)"),
    "B6ES": ("Public limited company (plc)", "Société anonyme (plc)"),
}


def form_name(code: str | None, *, scheme: str, language: str) -> str | None:
    """Return the legal form that a register's code means, in "en" or "fr"; None where we have no words for it.

    `scheme` is "siren" for SIRENE's categories and "lei" for the codes of ISO 20275 that GLEIF uses.
    """
    if not code:
        return None
    if scheme == "lei":
        words = _ELF.get(code)
    else:
        beginnings = (code[:length] for length in range(_CODE_LENGTH, 0, -1))
        words = next((_CATEGORIES[start] for start in beginnings if start in _CATEGORIES), None)
    return None if words is None else words[language == "fr"]
