import polars as pl
import pytest

from network.resolution.areas import area_expression
from network.resolution.identifiers import Identifier, line_identifiers, read_identifier
from tests.factories.customers import customers


def identifiers_of(**fields: str | None) -> list[tuple[str, str]]:
    found = line_identifiers(customers(fields).with_row_index("line"))
    return [(scheme, value) for _, scheme, value in found.iter_rows()]


def test_siret_and_french_vat_count_as_their_siren_once() -> None:
    assert identifiers_of(siren="552100554", siret="552 100 554 00013", vat="FR 96 552100554") == [
        ("siren", "552100554")
    ]


def test_other_identifiers_are_kept_compact() -> None:
    assert identifiers_of(
        vat="DE 136.695.976", lei="969500T3MBS4SQAMHJ98", registration="no: 923 609 016"
    ) == [
        ("vat", "DE136695976"),
        ("lei", "969500T3MBS4SQAMHJ98"),
        ("registration", "NO:923609016"),
    ]


def test_a_monegasque_vat_number_holds_no_siren() -> None:
    assert identifiers_of(vat="FR53000004605") == [("vat", "FR53000004605")]


def test_a_french_registration_is_a_siren() -> None:
    assert identifiers_of(registration="FR:552100554") == [("siren", "552100554")]
    assert identifiers_of(registration="552 100 554 00013", country="FR") == [("siren", "552100554")]


def test_a_register_number_counts_within_its_country() -> None:
    assert identifiers_of(registration="923609016", country="NO") == [("registration", "NO:923609016")]
    assert identifiers_of(registration="923609016") == []


@pytest.mark.parametrize(
    ("registration", "country"),
    [
        ("n/a", "NO"),
        ("0", "NO"),
        ("923609017", "NO"),
        ("552100555", "FR"),
        ("HRB 12345", "DE"),
        ("03123456", "GB"),
        (":", None),
        ("R" * 200, "DE"),
    ],
)
def test_what_no_check_digit_holds_is_no_register_number(registration: str, country: str | None) -> None:
    assert identifiers_of(registration=registration, country=country) == []


def test_a_line_that_names_two_companies_has_two_sirens() -> None:
    assert identifiers_of(siren="552100554", siret="32622034100014") == [
        ("siren", "552100554"),
        ("siren", "326220341"),
    ]


def test_blank_fields_are_no_identifiers() -> None:
    assert identifiers_of(siren=" ", vat="", lei=None) == []


@pytest.mark.parametrize(
    ("typed", "identifier"),
    [
        ("552100554", Identifier("siren", "552100554")),
        ("552 100 554", Identifier("siren", "552100554")),
        ("552.100.554", Identifier("siren", "552100554")),
        ("55210055400013", Identifier("siren", "552100554")),
        ("FR96552100554", Identifier("siren", "552100554")),
        ("fr 96 552 100 554", Identifier("siren", "552100554")),
        ("DE136695976", Identifier("vat", "DE136695976")),
        ("969500T3MBS4SQAMHJ98", Identifier("lei", "969500T3MBS4SQAMHJ98")),
        ("552100555", None),
        ("55210055400014", None),
        ("DE136695977", None),
        ("dupont", None),
        ("SA 552100554", None),
        ("", None),
        ("٥٥٢١٠٠٥٥٤", None),
    ],
)
def test_what_a_person_types_is_an_identifier_when_its_check_digits_hold(
    typed: str, identifier: Identifier | None
) -> None:
    assert read_identifier(typed) == identifier


@pytest.mark.parametrize(
    ("country", "postcode", "area"),
    [
        ("FR", "69003", "FR:69"),
        ("fr", "69 003", "FR:69"),
        ("FR", "20090", "FR:20"),
        ("FR", "97400", "FR:974"),
        ("RE", "97400", "FR:974"),
        ("DE", "10115", "DE:10115"),
        ("GB", "SW1A 1AA", "GB:SW1A1AA"),
        ("FR", "6900", "FR:6900"),
        (None, "69003", ":69003"),
        ("FR", None, ""),
        ("FR", " ", ""),
        (None, None, ""),
    ],
)
def test_an_area_is_the_department_in_france_and_the_postcode_elsewhere(
    country: str | None, postcode: str | None, area: str
) -> None:
    frame = pl.DataFrame(
        {"country": [country], "postcode": [postcode]}, schema={"country": pl.String, "postcode": pl.String}
    )
    assert frame.select(area_expression()).item() == area
