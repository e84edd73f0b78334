"""What a company does: names of the sections and divisions of NAF rev. 2 (the European NACE rev. 2), in our words.

A NAF code is a division (two digits), two more digits and a letter: "46.73A". Up to the division NAF and NACE are the
same. The 732 finer classes are not named here: a reader who needs one finds it by its code at INSEE.
"""

_SECTIONS: dict[str, tuple[str, str, str]] = {  # letter: divisions from and to, English, French
    "A": ("01-03", "Agriculture, forestry and fishing", "Agriculture, sylviculture et pêche"),
    "B": ("05-09", "Mining and quarrying", "Industries extractives"),
    "C": ("10-33", "Manufacturing", "Industrie manufacturière"),
    "D": ("35-35", "Electricity, gas and steam", "Électricité, gaz et vapeur"),
    "E": ("36-39", "Water, sewerage and waste", "Eau, assainissement et déchets"),
    "F": ("41-43", "Construction", "Construction"),
    "G": ("45-47", "Trade and repair of vehicles", "Commerce et réparation de véhicules"),
    "H": ("49-53", "Transport and storage", "Transports et entreposage"),
    "I": ("55-56", "Hotels and restaurants", "Hébergement et restauration"),
    "J": ("58-63", "Information and communication", "Information et communication"),
    "K": ("64-66", "Finance and insurance", "Finance et assurance"),
    "L": ("68-68", "Real estate", "Immobilier"),
    "M": ("69-75", "Professional and scientific services", "Services spécialisés et scientifiques"),
    "N": ("77-82", "Administrative and support services", "Services administratifs et de soutien"),
    "O": ("84-84", "Public administration", "Administration publique"),
    "P": ("85-85", "Education", "Enseignement"),
    "Q": ("86-88", "Health and social work", "Santé et action sociale"),
    "R": ("90-93", "Arts, entertainment and leisure", "Arts, spectacles et loisirs"),
    "S": ("94-96", "Other services", "Autres services"),
    "T": ("97-98", "Households as employers", "Ménages employeurs"),
    "U": ("99-99", "International organisations", "Organisations internationales"),
}

_DIVISIONS: dict[str, tuple[str, str]] = {  # English, French
    "01": ("Crops and livestock", "Culture et élevage"),
    "02": ("Forestry and logging", "Sylviculture et exploitation forestière"),
    "03": ("Fishing and fish farming", "Pêche et aquaculture"),
    "05": ("Coal and lignite", "Houille et lignite"),
    "06": ("Crude oil and natural gas", "Pétrole brut et gaz naturel"),
    "07": ("Metal ores", "Minerais métalliques"),
    "08": ("Quarries and other mining", "Carrières et autres extractions"),
    "09": ("Services to mining", "Services aux industries extractives"),
    "10": ("Food", "Industrie alimentaire"),
    "11": ("Drinks", "Boissons"),
    "12": ("Tobacco", "Tabac"),
    "13": ("Textiles", "Textile"),
    "14": ("Clothing", "Habillement"),
    "15": ("Leather and shoes", "Cuir et chaussure"),
    "16": ("Wood and cork products", "Bois et liège"),
    "17": ("Paper and board", "Papier et carton"),
    "18": ("Printing", "Imprimerie"),
    "19": ("Coke and oil refining", "Cokéfaction et raffinage"),
    "20": ("Chemicals", "Chimie"),
    "21": ("Pharmaceuticals", "Pharmacie"),
    "22": ("Rubber and plastics", "Caoutchouc et plastique"),
    "23": ("Glass, cement and ceramics", "Verre, ciment et céramique"),
    "24": ("Basic metals", "Métallurgie"),
    "25": ("Metal products", "Produits métalliques"),
    "26": ("Electronics and optics", "Électronique et optique"),
    "27": ("Electrical equipment", "Équipements électriques"),
    "28": ("Machinery", "Machines et équipements"),
    "29": ("Motor vehicles and parts", "Automobile et équipements"),
    "30": ("Other transport equipment", "Autres matériels de transport"),
    "31": ("Furniture", "Meubles"),
    "32": ("Other manufacturing", "Autres industries manufacturières"),
    "33": ("Repair and installation of machinery", "Réparation et installation de machines"),
    "35": ("Electricity, gas and steam", "Électricité, gaz et vapeur"),
    "36": ("Water supply", "Captage et distribution d’eau"),
    "37": ("Sewerage", "Eaux usées"),
    "38": ("Waste and recycling", "Déchets et recyclage"),
    "39": ("Clean-up of sites", "Dépollution"),
    "41": ("Building", "Construction de bâtiments"),
    "42": ("Civil engineering", "Génie civil"),
    "43": ("Building trades", "Travaux de construction spécialisés"),
    "45": ("Sale and repair of motor vehicles", "Commerce et réparation automobiles"),
    "46": ("Wholesale", "Commerce de gros"),
    "47": ("Retail", "Commerce de détail"),
    "49": ("Land transport and pipelines", "Transports terrestres et conduites"),
    "50": ("Water transport", "Transports par eau"),
    "51": ("Air transport", "Transports aériens"),
    "52": ("Warehousing and transport services", "Entreposage et services aux transports"),
    "53": ("Post and courier", "Poste et courrier"),
    "55": ("Hotels and lodging", "Hébergement"),
    "56": ("Restaurants and catering", "Restauration"),
    "58": ("Publishing", "Édition"),
    "59": ("Film, video and music", "Cinéma, vidéo et musique"),
    "60": ("Radio and television", "Radio et télévision"),
    "61": ("Telecommunications", "Télécommunications"),
    "62": ("Software and IT services", "Logiciels et services informatiques"),
    "63": ("Information services", "Services d’information"),
    "64": ("Banking and holding companies", "Banque et holdings"),
    "65": ("Insurance", "Assurance"),
    "66": ("Services to finance and insurance", "Services à la finance et à l’assurance"),
    "68": ("Real estate", "Immobilier"),
    "69": ("Law and accounting", "Droit et comptabilité"),
    "70": ("Head offices and consulting", "Sièges sociaux et conseil"),
    "71": ("Architecture and engineering", "Architecture et ingénierie"),
    "72": ("Research and development", "Recherche et développement"),
    "73": ("Advertising and market research", "Publicité et études de marché"),
    "74": ("Other professional services", "Autres services spécialisés"),
    "75": ("Veterinary services", "Services vétérinaires"),
    "77": ("Rental and leasing", "Location et location-bail"),
    "78": ("Temporary work and recruitment", "Intérim et recrutement"),
    "79": ("Travel agencies", "Agences de voyage"),
    "80": ("Security and investigation", "Sécurité et enquêtes"),
    "81": ("Cleaning, buildings and landscape", "Nettoyage, bâtiments et paysage"),
    "82": ("Office and business support", "Services administratifs aux entreprises"),
    "84": ("Public administration", "Administration publique"),
    "85": ("Education", "Enseignement"),
    "86": ("Health", "Santé"),
    "87": ("Residential care", "Hébergement médico-social"),
    "88": ("Social work without lodging", "Action sociale sans hébergement"),
    "90": ("Arts and shows", "Arts et spectacles"),
    "91": ("Libraries and museums", "Bibliothèques et musées"),
    "92": ("Gambling", "Jeux de hasard"),
    "93": ("Sport and leisure", "Sport et loisirs"),
    "94": ("Associations", "Associations"),
    "95": ("Repair of household goods", "Réparation de biens domestiques"),
    "96": ("Personal services", "Services personnels"),
    "97": ("Households with staff", "Ménages employant du personnel"),
    "98": ("Households for own use", "Ménages pour leur propre usage"),
    "99": ("International organisations", "Organisations internationales"),
}
"""The 88 divisions."""

DIVISIONS: tuple[str, ...] = tuple(_DIVISIONS)
"""Codes of the divisions, two digits each, in order."""


def division_of(code: str | None) -> str | None:
    """Return the division of a NAF code ("46.73A" -> "46"); None where it is none of rev. 2."""
    division = (code or "")[:2]
    return division if division in _DIVISIONS else None


def division_name(code: str, language: str) -> str:
    """Return the name of the division of a NAF code or of a division ("46" or "46.73A") in "en" or "fr".

    A code that rev. 2 does not have is returned as it is.
    """
    division = division_of(code)
    return code if division is None else _DIVISIONS[division][language == "fr"]


def section_of(code: str) -> str | None:
    """Return the letter of the section in which a NAF code or division lies; None where rev. 2 has none."""
    division = division_of(code)
    if division is None:
        return None
    return next(
        letter
        for letter, (span, _, _) in _SECTIONS.items()
        if span.partition("-")[0] <= division <= span.partition("-")[2]
    )


def section_name(code: str, language: str) -> str:
    """Return the name of the section in which a NAF code or division lies; the code itself where there is none."""
    section = section_of(code)
    return code if section is None else _SECTIONS[section][1 + (language == "fr")]
