"""Names as bookkeepers write them, beside the names that the register has: pairs to train and to try a matcher on."""

import polars as pl

from simulation.naming import Picker, european_name, french_name
from simulation.randomness import stream
from simulation.sectors import DEBTOR_SECTORS
from simulation.spellings import draw_house_style, spell
from simulation.vocabulary import european, french, places

_FRENCH_SHARE = 0.75
_SISTERS = 0.25
"""Share of companies that belong to a group: another company of the reference bears the same name and a word more."""
_SISTER_WORDS = ("France", "Services", "Groupe", "Holding", "Industrie", "Distribution", "Participations", "Immobilier", "Travaux", "Sud", "Nord", "Ouest", "Est")  # fmt: skip
_BRANCH_WORDS = ("agence", "Agence de", "chez", "-", "site de")


def make_spelling_pairs(seed: int, *, companies: int, queries: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return companies (`id`, `name`, `postcode`, `city`, `country`) and names written for them (`query`, `gt`: the id).

    The same seed gives the same pairs.
    """
    pick = Picker(stream(seed, "spelling pairs"))
    register: list[tuple[str, str, str, str, str, str, str]] = []
    while len(register) < companies:
        country = "FR" if pick.uniform() < _FRENCH_SHARE else pick.one(tuple(european.COUNTRIES))
        sector = int(pick.uniform() * len(DEBTOR_SECTORS))
        name = french_name(pick, sector) if country == "FR" else european_name(pick, sector, country)
        register.append(_registered(pick, len(register), name.proper, name.form, country))
        if pick.uniform() < _SISTERS:
            sister = f"{name.proper} {pick.one((*_SISTER_WORDS, pick.one(french.REGIONS)[0]))}"
            register.append(_registered(pick, len(register), sister, name.form, country))
    written = []
    for _ in range(queries):
        company = pick.one(register)
        written.append((_written(pick, company[5], company[6], company[3]), company[0]))
    reference = pl.DataFrame(
        [row[:5] for row in register],
        schema=["id", "name", "postcode", "city", "country"],
        orient="row",
    )
    return reference, pl.DataFrame(written, schema=["query", "gt"], orient="row")


def _registered(
    pick: Picker, number: int, proper: str, form: str, country: str
) -> tuple[str, str, str, str, str, str, str]:
    towns = places.french_towns() if country == "FR" else places.european_towns(country)
    postcode, city = pick.one(towns)
    return f"M{number}", f"{proper} {form}".strip(), postcode, city, country, proper, form


def _written(pick: Picker, proper: str, form: str, city: str) -> str:
    """Return the name with what hurry, narrow fields and habit do to it."""
    words = proper.split()
    draw = pick.uniform()
    if draw < 0.12 and len(words) > 2:
        words = words[: len(words) - 1]
    elif draw < 0.17 and len(words) > 1:
        del words[int(pick.uniform() * len(words))]
    elif draw < 0.21 and len(words) > 2:
        words = ["".join(word[0] for word in words if word[0].isalpha()).upper() or words[0]]
    elif draw < 0.27:
        words = [_cut(pick, word) for word in words]
    elif draw < 0.31:
        words = ["".join(words)]
    elif draw < 0.35:
        words = (
            [pick.one(_SISTER_WORDS), *words] if pick.uniform() < 0.3 else [*words, pick.one(_SISTER_WORDS)]
        )
    elif draw < 0.40:
        words = [*words, pick.one(_BRANCH_WORDS), city]
    return spell(pick, draw_house_style(pick), proper=" ".join(words), form=form, city=city)


def _cut(pick: Picker, word: str) -> str:
    """Return a long word abbreviated: its beginning and a dot, or its consonants."""
    if len(word) < 7 or pick.uniform() < 0.4:
        return word
    if pick.uniform() < 0.7:
        return word[: 3 + int(pick.uniform() * 3)] + ("." if pick.uniform() < 0.5 else "")
    return word[0] + "".join(sign for sign in word[1:] if sign.lower() not in "aeiouyéèêàâîôû")
