"""What the codes of registers mean, in both languages."""

import pytest

from network.registers.activities import (
    DIVISIONS,
    division_name,
    division_of,
    section_name,
    section_of,
)
from network.registers.legal_categories import form_name


def test_every_division_of_naf_rev_2_has_a_name_of_its_own_and_a_section() -> None:
    assert len(DIVISIONS) == 88
    for language in ("en", "fr"):
        assert len({division_name(code, language) for code in DIVISIONS}) == 88
    assert all(section_of(code) for code in DIVISIONS)
    assert len({section_of(code) for code in DIVISIONS}) == 21


def test_an_activity_is_told_by_its_division() -> None:
    assert division_of("46.73A") == "46"
    assert (division_name("46.73A", "en"), division_name("46.73A", "fr")) == ("Wholesale", "Commerce de gros")
    assert section_name("46.73A", "fr") == "Commerce et réparation de véhicules"


@pytest.mark.parametrize("code", ["00.00Z", "04", "", "ZZ"])
def test_a_code_that_rev_2_does_not_have_stays_as_it_is(code: str) -> None:
    assert division_of(code) is None
    assert division_name(code, "fr") == section_name(code, "fr") == code


@pytest.mark.parametrize(
    ("code", "scheme", "english", "french"),
    [
        ("5710", "siren", "Simplified joint-stock company (SAS)", "Société par actions simplifiée (SAS)"),
        ("5720", "siren", "Single-owner SAS (SASU)", "SAS unipersonnelle (SASU)"),
        ("5499", "siren", "Limited liability company (SARL)", "Société à responsabilité limitée (SARL)"),
        (
            "5599",
            "siren",
            "Public limited company with a board (SA)",
            "Société anonyme à conseil d’administration (SA)",
        ),
        ("6540", "siren", "Property company (SCI)", "Société civile immobilière (SCI)"),
        ("9220", "siren", "Declared association", "Association déclarée"),
        ("9999", "siren", "Group under private law", "Groupement de droit privé"),
        ("2HBR", "lei", "Limited liability company (GmbH)", "Société à responsabilité limitée (GmbH)"),
        ("ZZZZ", "lei", None, None),
        (None, "siren", None, None),
    ],
)
def test_a_legal_form_is_told_in_words(
    code: str | None, scheme: str, english: str | None, french: str | None
) -> None:
    assert form_name(code, scheme=scheme, language="en") == english
    assert form_name(code, scheme=scheme, language="fr") == french
