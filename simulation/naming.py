"""Names of companies, invented: trades, families, places, coined brands and legal forms put together by country."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from simulation.sectors import DEBTOR_SECTORS
from simulation.vocabulary import european, french, words

Item = TypeVar("Item")

BRANDS = frozenset(
    words(
        "accor adidas airbus alcatel aldi allianz alstom altran amazon arkema atos auchan axa bayer bic bmw bosch bouygues capgemini carrefour "
        "casino citroen colas daimler danone darty decathlon dell dior dyson eiffage ekosia enedis engie essilor ferrari ferrero fiat fnac google "
        "hermes ikea intel kering lafarge lactalis leclerc legrand lidl lindt loreal michelin microsoft monoprix navigo nestle nexans nokia novartis "
        "novalis opel orange orano pernod peugeot philips picard pirelli publicis rexel renault rolex safran sanofi sap siemens sodexo solvay "
        "sonepar spie suez swatch thales total valeo vallourec veolia verallia vinci vivendi volvo zara zodiac"
    )
)
"""Folded words that a coined name must not be; a coined name that equals one is drawn again."""

_HEADS = words(
    "Al Alti Aqua Ar Axi Belo Bri Calo Cen Cora Delo Dyna Ela Enso Evo Fero Gali Hexa Ino Jani Kali Lumi Mari Meca Nova Norma "
    "Ober Opti Pali Poly Quali Reva Sola Soli Sylva Tera Tradi Uni Vali Vega Velo Vita"
)
_MIDDLES = words("ba ce da de fi ga la li lo ma mi na no pa ra ri ro sa so ta ti va ve vi")
_TAILS = words(
    "bel cor dis don dor fax gis lan lis lor mat max nal nis nor pal ral ren ris sol tal tec tis ton var vel vis xan zel"
)
_NOUNS = (
    "Industries",
    "Services",
    "Distribution",
    "Solutions",
    "Équipements",
    "Groupe",
    "Négoce",
    "Partners",
    "Technologies",
)


@dataclass(frozen=True, slots=True)
class CompanyName:
    """A legal name in two parts: the name proper and the legal form ("" where the register gives none)."""

    proper: str
    form: str
    is_person: bool = False

    @property
    def full(self) -> str:
        """Return the name as the register writes it."""
        return f"{self.proper} {self.form}".strip()


def folded(text: str) -> str:
    """Return the text in lower case without accents."""
    plain = unicodedata.normalize(
        "NFKD", text.replace("œ", "oe").replace("Œ", "OE").replace("ß", "ss").replace("ø", "o")
    )
    return "".join(sign for sign in plain if not unicodedata.combining(sign)).lower()


class Picker:
    """Draws from lists with one stream; a thin wrapper, because numpy's choice is slow for single draws."""

    def __init__(self, random: np.random.Generator) -> None:
        self._random = random
        self._block: list[float] = []

    def uniform(self) -> float:
        """Return a number in [0, 1)."""
        if not self._block:
            self._block = self._random.random(4096).tolist()
        return self._block.pop()

    def one(self, items: Sequence[Item]) -> Item:
        """Return one of the items, all equally likely."""
        return items[int(self.uniform() * len(items))]

    def weighted(self, items: tuple[tuple[str, float], ...]) -> str:
        """Return one of the names by their weights."""
        rest = self.uniform() * sum(weight for _, weight in items)
        for name, weight in items:
            rest -= weight
            if rest < 0:
                return name
        return items[-1][0]


def coined(pick: Picker) -> str:
    """Return a made-up brand of two or three syllable groups that is none of `BRANDS`."""
    while True:
        middle = pick.one(_MIDDLES) if pick.uniform() < 0.35 else ""
        brand = pick.one(_HEADS) + middle + pick.one(_TAILS)
        if folded(brand) not in BRANDS:
            return brand


def _initials(pick: Picker) -> str:
    while True:
        initials = "".join(pick.one("ABCDEFGHJLMNOPRSTV") for _ in range(3))
        if folded(initials) not in BRANDS:
            return initials


_FRENCH_PATTERNS = (
    ("{trade} {family}", 24.0),
    ("{trade} {family} {suffix}", 10.0),
    ("Établissements {family}", 7.0),
    ("Société {adjective} {of_trade}", 9.0),
    ("{trade} {landmark}", 8.0),
    ("{brand} {trade}", 8.0),
    ("{brand} {noun}", 8.0),
    ("{brand}", 5.0),
    ("{region} {trade}", 6.0),
    ("{initials} {trade}", 4.0),
    ("{family} {suffix}", 4.0),
    ("{first} {family} {trade}", 4.0),
    ("Compagnie {adjective} de {other} & {family}", 3.0),
)
"""How French companies are called, with weights."""


def french_name(pick: Picker, sector: int) -> CompanyName:
    """Return the name of a French company of a debtor sector (its place in `DEBTOR_SECTORS`)."""
    trade = pick.one(french.TRADES[sector])
    region, adjective = pick.one(french.REGIONS)
    proper = pick.weighted(_FRENCH_PATTERNS).format(
        trade=trade,
        of_trade=f"d'{trade}" if trade[0] in "AEÉIÎOU" else f"de {trade}",
        family=pick.one(french.FAMILIES),
        other=pick.one(french.FAMILIES),
        first=pick.one(french.FIRST_NAMES),
        suffix=pick.one(french.SUFFIXES),
        landmark=pick.one(french.LANDMARKS),
        region=region,
        adjective=adjective,
        brand=coined(pick),
        noun=pick.one(_NOUNS),
        initials=_initials(pick),
    )
    farming = DEBTOR_SECTORS[sector].name == "farming"
    return CompanyName(proper, pick.weighted(french.FARM_FORMS if farming else french.FORMS))


def sole_trader(pick: Picker) -> CompanyName:
    """Return a natural person in business: French law has them called EI behind their name since 2022."""
    return CompanyName(
        f"{pick.one(french.FIRST_NAMES)} {pick.one(french.FAMILIES).upper()}", "EI", is_person=True
    )


def european_name(pick: Picker, sector: int, country: str) -> CompanyName:
    """Return the name of a company of another country, put together as is usual there."""
    words = european.COUNTRIES[country]
    trade = pick.one(words.trades[sector].split("/"))
    family = pick.one(words.families)
    draw = pick.uniform()
    if draw < 0.45:
        proper = f"{trade} {family}" if words.leads else f"{family} {trade}"
    elif draw < 0.60:
        other = pick.one(words.families)
        proper = f"{family} & {other} {trade}" if not words.leads else f"{trade} {family} & {other}"
    elif draw < 0.72:
        proper = f"{family} {words.sons}"
    elif draw < 0.90:
        proper = f"{coined(pick)} {trade}"
    else:
        proper = coined(pick)
    return CompanyName(proper, pick.weighted(words.forms))


_MEMBER_TRADES = {
    "builders_merchant": ("Matériaux", "Négoce Bâtiment", "Comptoir des Matériaux"),
    "electrical": ("Distribution Électrique", "Comptoir Électrique", "Câbles & Courant"),
    "plumbing_heating": ("Sanitaire Chauffage", "Thermique Distribution", "Comptoir Sanitaire"),
    "food_wholesale": ("Gros Alimentaire", "Saveurs Distribution", "Halles de Gros"),
    "steel": ("Aciers", "Métaux Négoce", "Produits Sidérurgiques"),
    "it_distribution": ("Informatique Distribution", "Digital Supply", "Réseaux Négoce"),
    "freight": ("Fret & Logistique", "Transports Internationaux", "Affrètement"),
    "packaging": ("Emballages", "Cartonnages", "Conditionnement"),
    "industrial_supplies": ("Fournitures Industrielles", "Outillage Pro", "Visserie & Outillage"),
    "fuel_energy": ("Énergies", "Combustibles", "Carburants & Lubrifiants"),
    "auto_parts": ("Pièces Auto Distribution", "Pneumatiques de Gros", "Rechange Automobile"),
    "timber": ("Bois & Panneaux", "Négoce de Bois", "Bois de Charpente"),
    "workwear_office": ("Vêtements de Travail", "Fournitures de Bureau", "Équipement Pro"),
}
_MEMBER_TRADES_ABROAD = {
    "builders_merchant": "Building Supply",
    "electrical": "Electric",
    "plumbing_heating": "Thermo",
    "food_wholesale": "Food Service",
    "steel": "Steel",
    "it_distribution": "Digital Supply",
    "freight": "Freight",
    "packaging": "Packaging",
    "industrial_supplies": "Tools",
    "fuel_energy": "Energy",
    "auto_parts": "Autoparts",
    "timber": "Timber",
    "workwear_office": "Workwear",
}


def member_name(pick: Picker, sector: str, country: str) -> str:
    """Return the name of a member: a supplier of some standing, wholesaler, merchant or carrier."""
    if country != "FR":
        words = european.COUNTRIES[country]
        forms = words.forms[:1] if country != "GB" else (("PLC", 1.0),)
        return f"{coined(pick)} {_MEMBER_TRADES_ABROAD[sector]} {pick.weighted(forms)}"
    trade = pick.one(_MEMBER_TRADES[sector])
    region = pick.one(french.REGIONS)[0]
    proper = f"{coined(pick)} {trade}" if pick.uniform() < 0.6 else f"{trade} {region}"
    return f"{proper} {pick.weighted((('SAS', 6.0), ('SA', 3.0), ('SARL', 1.0)))}"
