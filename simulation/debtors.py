"""Debtors: companies that members supply, with their identity, trade, size and manner of payment."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from simulation.identifiers import VAT, draw_sirens, french_vat, lei, registration, siret
from simulation.naming import CompanyName, Picker, european_name, folded, french_name, sole_trader
from simulation.parameters import Parameters
from simulation.randomness import stream
from simulation.sectors import DEBTOR_SECTORS
from simulation.vocabulary import european, french, places


@dataclass(frozen=True, slots=True)
class Manner:
    """A lasting manner of payment: days beyond terms in quiet times, share of debtors, how often it ends in trouble."""

    name: str
    days: float
    share: float
    trouble: float


MANNERS = (
    Manner("early", -6.0, 0.08, 0.4),
    Manner("prompt", 1.5, 0.43, 0.6),
    Manner("slow", 13.0, 0.37, 1.2),
    Manner("stretched", 34.0, 0.12, 2.2),
)
"""French companies pay some 12 to 14 days late on average and half of them on time; these four give that picture."""

_LEI_ISSUER = {"FR": "9695", "DE": "5299", "GB": "2138", "IT": "8156", "ES": "9598", "NL": "7245"}


def make_debtors(seed: int, parameters: Parameters) -> pl.DataFrame:
    """Return the debtors, one row each.

    Columns: debtor (its number), name (as the register has it), proper, legal_form ("" where there is none), sector,
    sector_index, country, postcode, city, street, siren, siret, vat, lei, registration (null where there is none),
    email_domain, sole_trader, size (1 is the median), manner, manner_index.
    """
    random = stream(seed, "debtors")
    count = parameters.debtors
    shares = np.array([sector.share for sector in DEBTOR_SECTORS])
    sectors = np.searchsorted(np.cumsum(shares) / shares.sum(), random.random(count))
    size = np.exp(0.9 * random.standard_normal(count))
    manner_shares = np.array([manner.share for manner in MANNERS])
    manners = np.searchsorted(np.cumsum(manner_shares) / manner_shares.sum(), random.random(count))
    frame = pl.DataFrame(_identities(seed, parameters, sectors, size), schema_overrides=_TEXT, strict=True)
    return frame.with_columns(
        pl.Series("debtor", np.arange(count, dtype=np.int32)),
        pl.Series("sector", [DEBTOR_SECTORS[sector].name for sector in sectors]),
        pl.Series("sector_index", sectors.astype(np.int32)),
        pl.Series("size", size),
        pl.Series("manner", [MANNERS[manner].name for manner in manners]),
        pl.Series("manner_index", manners.astype(np.int32)),
    ).select("debtor", pl.all().exclude("debtor"))


_TEXT = dict.fromkeys(("siren", "siret", "vat", "lei", "registration"), pl.String)


def _identities(
    seed: int,
    parameters: Parameters,
    sectors: np.ndarray[tuple[int], np.dtype[np.int64]],
    size: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> list[dict[str, object]]:
    random = stream(seed, "debtors", "identifiers")
    pick = Picker(stream(seed, "debtors", "words"))
    sirens = draw_sirens(random, parameters.debtors)
    foreign = tuple((code, country.share) for code, country in european.COUNTRIES.items())
    rows: list[dict[str, object]] = []
    taken: set[tuple[str, str]] = set()
    for debtor in range(parameters.debtors):
        country = "FR" if pick.uniform() < parameters.french_share else pick.weighted(foreign)
        is_person = country == "FR" and pick.uniform() < parameters.sole_trader_share
        postcode, city = pick.one(
            places.french_towns() if country == "FR" else places.european_towns(country)
        )
        name = _name(pick, int(sectors[debtor]), country, is_person=is_person)
        while (name.full, city) in taken:
            name = _name(pick, int(sectors[debtor]), country, is_person=is_person)
        taken.add((name.full, city))
        row = _registered(random, country, int(sirens[debtor]))
        issuer = _LEI_ISSUER.get(country, "2549")
        row["lei"] = lei(random, issuer) if size[debtor] > 2.5 and not is_person else None
        streets = french.STREETS if country == "FR" else european.COUNTRIES[country].streets
        rows.append(
            {
                "name": name.full,
                "proper": name.proper,
                "legal_form": name.form,
                "country": country,
                "postcode": postcode,
                "city": city,
                "street": f"{1 + int(pick.uniform() * 120)} {pick.one(streets)}",
                "email_domain": _domain(name.proper, city),
                "sole_trader": is_person,
                **row,
            }
        )
    return rows


def _name(pick: Picker, sector: int, country: str, *, is_person: bool) -> CompanyName:
    if is_person:
        return sole_trader(pick)
    return french_name(pick, sector) if country == "FR" else european_name(pick, sector, country)


def _registered(random: np.random.Generator, country: str, siren: int) -> dict[str, object]:
    if country == "FR":
        establishment = 1 + int(random.geometric(0.35))
        return {
            "siren": f"{siren:09d}",
            "siret": siret(siren, establishment),
            "vat": french_vat(siren),
            "registration": None,
        }
    vat = VAT[country](random)
    return {"siren": None, "siret": None, "vat": vat, "registration": registration(country, vat, random)}


def _domain(proper: str, city: str) -> str:
    """Return a mail domain under .example, which nobody can own (RFC 2606)."""
    words = "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in folded(proper)).strip("-")
    place = "".join(sign for sign in folded(city) if sign.isascii() and sign.isalnum())
    return "-".join(part for part in words.split("-") if part)[:30].rstrip("-") + f"-{place[:8]}.example"
