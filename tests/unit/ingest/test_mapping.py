from datetime import date
from pathlib import Path

import pytest

from network.errors import UnreadableError
from network.ingest import Mapping

EXAMPLES = sorted((Path(__file__).parents[3] / "examples").glob("*.toml"))


def test_a_mapping_says_how_a_members_files_are_read(tmp_path: Path) -> None:
    path = tmp_path / "m.toml"
    path.write_text(
        'date_format = "DD/MM/YYYY"\ndecimal = ","\ncurrency = "eur"\nterms_days = 45\nreport_date = 2026-10-31\n'
        '[columns]\namount = "Montant dû"\n"91+" = "Vieux"\n1-30 = "Un mois"\n[only]\nFiliale = "Nord"\n',
        encoding="utf-8",
    )
    assert Mapping.from_toml(path) == Mapping(
        date_format="%d/%m/%Y",
        decimal=",",
        currency="EUR",
        terms_days=45,
        report_date=date(2026, 10, 31),
        columns={"amount": "Montant dû", "late_91": "Vieux", "late_1_30": "Un mois"},
        only_rows={"Filiale": "Nord"},
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("decimal = ';'", "decimal"),
        ("date_format = 'day first'", "date_format"),
        ("currency = 'euros'", "currency"),
        ("terms_days = 'thirty'", "terms_days"),
        ("devise = 'EUR'", "devise"),
        ("encoding = 'klingon'", "encoding"),
        ("[columns]\nprice = 'Prix'", "price"),
        ("[columns]\n1-30 = 'a'\nT1 = 'b'", "late_1_30"),
        ("columns = 3", "columns"),
        ("not toml", "cannot be read as TOML"),
    ],
)
def test_a_wrong_mapping_is_refused_in_one_sentence(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "m.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UnreadableError, match=says) as refusal:
        Mapping.from_toml(path)
    assert refusal.value.error_code == "mapping_invalid"
    assert "\n" not in str(refusal.value)


def test_a_mapping_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match=r"none\.toml cannot be opened: No such file or directory"):
        Mapping.from_toml(tmp_path / "none.toml")


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_the_examples_are_mappings(path: Path) -> None:
    assert Mapping.from_toml(path)


def test_the_same_declarations_have_the_same_bytes() -> None:
    one = Mapping.from_values({"decimal": ",", "columns": {"city": "V", "amount": "M"}})
    two = Mapping.from_values({"columns": {"amount": "M", "city": "V"}, "decimal": ","})
    assert one.canonical() == two.canonical()


def test_what_to_write_is_shown_as_one_writes_it() -> None:
    with pytest.raises(UnreadableError, match=r'write decimal = "," or decimal = "\."'):
        Mapping.from_values({"decimal": "x"})
    with pytest.raises(UnreadableError, match="there is no field “price”"):
        Mapping.from_values({"columns": {"price": "Prix"}})
