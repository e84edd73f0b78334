import re

import polars as pl

from simulation import Economy
from simulation.naming import BRANDS, Picker, coined, folded, french_name, member_name
from simulation.randomness import stream
from simulation.sectors import DEBTOR_SECTORS, MEMBER_SECTORS
from simulation.spellings import draw_house_style, spell
from simulation.vocabulary import french, places


def test_no_word_of_a_name_is_a_known_brand(economy: Economy) -> None:
    pick = Picker(stream(5, "brands"))
    names = [french_name(pick, number % len(DEBTOR_SECTORS)).proper for number in range(20_000)]
    names += [member_name(pick, MEMBER_SECTORS[number % 13].name, "FR") for number in range(2_000)]
    names += [coined(pick) for _ in range(20_000)]
    names += economy.debtors["proper"].to_list() + economy.members["name"].to_list()
    assert [name for name in names if BRANDS & set(re.findall(r"[a-z0-9]+", folded(name)))] == []


def test_no_family_and_no_trade_is_a_known_brand() -> None:
    listed = [*french.FAMILIES, *(trade for trades in french.TRADES for trade in trades)]
    assert [word for word in listed if folded(word) in BRANDS] == []


def test_names_are_told_apart_by_name_and_town(economy: Economy) -> None:
    named = economy.debtors.select("name", "city")
    assert named.n_unique() == named.height
    assert economy.members["name"].n_unique() == economy.members.height
    assert economy.debtors["name"].n_unique() > 0.9 * economy.debtors.height


def test_towns_have_the_postcode_of_their_department() -> None:
    towns = places.french_towns()
    assert all(re.fullmatch(r"\d{5}", postcode) for postcode, _ in towns)
    assert len({postcode[:2] for postcode, _ in towns}) >= 95
    assert ("69003", "Lyon") in towns
    assert ("1012 AB", "Amsterdam") in places.european_towns("NL")
    assert ("LS1 4AP", "Leeds") in places.european_towns("GB")


def test_members_spell_one_debtor_in_several_ways(economy: Economy) -> None:
    spellings = economy.accounts.group_by("debtor").agg(pl.len(), pl.col("customer_name").n_unique())
    known = spellings.filter(pl.col("len") >= 5)
    assert (known["customer_name"] / known["len"]).mean() > 0.5
    assert known["customer_name"].min() > 1


def test_a_spelling_stays_near_the_name() -> None:
    pick = Picker(stream(6, "spell"))
    styles = [draw_house_style(pick) for _ in range(50)]
    spelt = {
        spell(pick, style, proper="Établissements Guérin & Fils", form="SARL", city="Dijon")
        for style in styles
        for _ in range(20)
    }
    assert len(spelt) > 60
    assert any("GUERIN" in name for name in spelt)
    assert any("Ets" in name for name in spelt)
    assert all(3 < len(name) <= 60 for name in spelt)


def test_persons_keep_what_tells_them_apart_from_companies() -> None:
    pick = Picker(stream(7, "persons"))
    style = draw_house_style(pick)
    assert all(
        spell(pick, style, proper="Marie DUPONT", form="EI", city="Dijon").endswith("EI") for _ in range(50)
    )
