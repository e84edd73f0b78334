"""Members: suppliers of some standing, each in one trade, a few of them under one control."""

import numpy as np
import polars as pl

from simulation.identifiers import VAT, draw_sirens, french_vat
from simulation.naming import Picker, member_name
from simulation.parameters import Parameters
from simulation.randomness import stream
from simulation.sectors import MEMBER_SECTORS
from simulation.vocabulary import european, french, places

ABROAD = ("BE", "NO", "DE", "GB", "IT", "NL", "NO", "ES", "CH")
"""Countries of the foreign members in the order in which they come; about one member in seven."""
CURRENCIES = {"NO": "NOK", "GB": "GBP", "CH": "CHF"}


def make_members(seed: int, parameters: Parameters) -> pl.DataFrame:
    """Return the members, one row each.

    Columns: member (its number), name, group (number of the economic group), sector, sector_index, country, city,
    postcode, street, siren and vat (null where it has none), size (1 is the median), currency.
    """
    random = stream(seed, "members")
    pick = Picker(stream(seed, "members", "words"))
    count = parameters.members
    shares = np.array([sector.share for sector in MEMBER_SECTORS])
    sectors = random.permutation(
        np.searchsorted(np.cumsum(shares) / shares.sum(), (np.arange(count) + 0.5) / count)
    )
    countries = _countries(random, count)
    sirens = draw_sirens(random, count)
    rows: list[dict[str, object]] = []
    names: set[str] = set()
    for member in range(count):
        country, sector = countries[member], MEMBER_SECTORS[sectors[member]].name
        name = member_name(pick, sector, country)
        while name in names:
            name = member_name(pick, sector, country)
        names.add(name)
        is_french = country == "FR"
        postcode, city = pick.one(places.french_towns() if is_french else places.european_towns(country))
        street = pick.one(french.STREETS if is_french else european.COUNTRIES[country].streets)
        rows.append(
            {
                "name": name,
                "sector": sector,
                "country": country,
                "city": city,
                "postcode": postcode,
                "street": f"{1 + int(pick.uniform() * 90)} {street}",
                "siren": f"{sirens[member]:09d}" if is_french else None,
                "vat": french_vat(int(sirens[member])) if is_french else VAT[country](random),
                "currency": CURRENCIES.get(country, "EUR"),
            }
        )
    frame = pl.DataFrame(rows, schema_overrides={"siren": pl.String})
    return frame.with_columns(
        pl.Series("member", np.arange(count, dtype=np.int32)),
        pl.Series("group", _groups(random, countries, parameters.affiliate_share)),
        pl.Series("sector_index", sectors.astype(np.int32)),
        pl.Series("size", np.exp(0.55 * random.standard_normal(count))),
    ).select("member", "group", pl.all().exclude("member", "group"))


def _countries(random: np.random.Generator, count: int) -> list[str]:
    abroad = round(0.15 * count)
    countries = ["FR"] * count
    for rank, member in enumerate(random.permutation(count)[:abroad]):
        countries[member] = ABROAD[rank % len(ABROAD)]
    return countries


def _groups(
    random: np.random.Generator, countries: list[str], share: float
) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    """Return a group number for each member; French members pair up until the share has an affiliate."""
    groups = np.arange(len(countries), dtype=np.int32)
    french_members = random.permutation(np.flatnonzero(np.array(countries) == "FR"))
    for pair in range(round(share * len(countries) / 2)):
        first, second = french_members[2 * pair : 2 * pair + 2]
        groups[second] = groups[first]
    return groups
