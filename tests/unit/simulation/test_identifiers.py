import numpy as np
import pytest
from stdnum import lei as lei_number
from stdnum.fr import siren, siret, tva
from stdnum.util import get_cc_module

from simulation import Economy, identifiers
from simulation.randomness import stream
from simulation.vocabulary import european


def test_sirens_differ_and_pass_their_check_digit() -> None:
    drawn = identifiers.draw_sirens(stream(1, "sirens"), 20_000)
    assert np.unique(drawn).size == 20_000
    assert all(siren.is_valid(f"{number:09d}") for number in drawn[:2_000])


def test_siret_and_french_vat_belong_to_the_siren() -> None:
    for number in identifiers.draw_sirens(stream(2, "sirens"), 300).tolist():
        made = identifiers.siret(number, 7)
        assert siret.is_valid(made)
        assert siret.to_siren(made) == f"{number:09d}"
        assert tva.is_valid(identifiers.french_vat(number))
        assert tva.to_siren(identifiers.french_vat(number)) == f"{number:09d}"


@pytest.mark.parametrize("country", sorted(identifiers.VAT))
def test_vat_numbers_are_valid_in_their_country(country: str) -> None:
    module = get_cc_module(country.lower(), "vat")
    random = stream(3, "vat", country)
    drawn = [identifiers.VAT[country](random) for _ in range(300)]
    assert all(number.startswith(country) for number in drawn)
    assert [number for number in drawn if not module.is_valid(number)] == []
    assert len(set(drawn)) > 290


def test_every_country_of_debtors_has_a_vat_rule() -> None:
    assert set(european.COUNTRIES) == set(identifiers.VAT)


def test_leis_are_valid() -> None:
    random = stream(4, "lei")
    assert all(lei_number.is_valid(identifiers.lei(random, "9695")) for _ in range(300))


def test_the_identifiers_of_an_economy_are_valid_and_unique(economy: Economy) -> None:
    for name, check in (("siren", siren), ("siret", siret), ("lei", lei_number)):
        numbers = economy.debtors[name].drop_nulls()
        assert numbers.len() > 20
        assert all(check.is_valid(number) for number in numbers)
        assert numbers.n_unique() == numbers.len()
    assert economy.debtors["vat"].n_unique() == economy.debtors.height


def test_typed_identifiers_fail_their_check_only_where_the_account_is_marked(economy: Economy) -> None:
    for fault, number in economy.accounts.select("fault", "siren").drop_nulls().iter_rows():
        assert siren.is_valid(number) == (fault != "invalid")
