"""Lists of companies: which column is what, and that every row gets through."""

import gzip
from pathlib import Path

import polars as pl
import pytest
from xlsxwriter import Workbook

from network.errors import UnreadableError
from network.ingest import Mapping
from network.ingest.company_list import COMPANIES, CompanyList, open_companies


def listed(
    tmp_path: Path, text: str | bytes, *, name: str = "list.csv", country: str | None = None
) -> CompanyList:
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return open_companies(path, mapping=Mapping(country=country))


def test_every_field_is_read_and_further_columns_are_left_alone(tmp_path: Path) -> None:
    found = listed(
        tmp_path,
        "id,name,siren,siret,vat,lei,postcode,city,country,src\n"
        "A1,Danone,552 032 534,,FR27552032534,969500KMUQ2B6CBAF162,75009,Paris,France,x\n",
    ).frame()
    assert found.schema == COMPANIES
    row = found.row(0, named=True)
    assert (row["row"], row["id"], row["name"]) == (2, "A1", "Danone")
    assert (row["siren"], row["vat"], row["lei"]) == ("552032534", "FR27552032534", "969500KMUQ2B6CBAF162")
    assert (row["postcode"], row["city"], row["country"], row["fault"]) == ("75009", "Paris", "FR", None)


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("name", "Danone"),
        ("query", "Danone"),
        ("Raison sociale", "Danone"),
        ("query;name", "Danone"),
        ("company;Name", "Danone"),
    ],
)
def test_the_name_may_be_called_many_things_and_its_own_word_comes_first(
    tmp_path: Path, heading: str, name: str
) -> None:
    others = "other;" * heading.count(";")
    assert listed(tmp_path, f"{heading}\n{others}{name}\n").frame()["name"].to_list() == [name]


def test_names_stay_as_they_are_written(tmp_path: Path) -> None:
    found = listed(tmp_path, 'id,name\n1,"  Dupont, fils  "\n2,\n3,"a ""b"" c"\n').frame()
    assert found["name"].to_list() == ["  Dupont, fils  ", "", 'a "b" c']


def test_a_number_whose_check_digits_do_not_agree_is_left_out_and_said(tmp_path: Path) -> None:
    found = listed(tmp_path, "name,siren,vat\nDanone,552032535,\nDanone,552032534,FR00552032534\n").frame()
    assert found["siren"].to_list() == [None, "552032534"]
    assert found["vat"].to_list() == [None, None]
    assert found["fault"].to_list() == ["identifier_invalid", "identifier_invalid"]


def test_no_row_is_lost_and_blank_lines_are_none(tmp_path: Path) -> None:
    found = listed(tmp_path, "id;name\n1;Danone\n;\n\n2;\n3;Total;too;much\n4;Renault").frame()
    assert found["id"].to_list() == ["1", "2", "3", "4"]
    assert found["fault"].to_list() == [None, None, "line_malformed", None]
    assert found["row"].to_list()[0] == 2


def test_a_country_may_be_given_for_rows_that_name_none(tmp_path: Path) -> None:
    found = listed(tmp_path, "name,country\nDanone,\nSiemens,DE\n", country="FR").frame()
    assert found["country"].to_list() == ["FR", "DE"]


def test_packed_and_foreign_encodings_are_read(tmp_path: Path) -> None:
    packed = gzip.compress("nom;ville\nSociété Générale;Orléans\n".encode("cp1252"))
    found = listed(tmp_path, packed, name="list.csv.gz").frame()
    assert found.select("name", "city").row(0) == ("Société Générale", "Orléans")


def test_a_workbook_is_a_list_like_any_other(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    with Workbook(path) as book:
        sheet = book.add_worksheet("Clients")
        sheet.write_row(0, 0, ["Nos clients au 30 septembre"])
        sheet.write_row(2, 0, ["id", "Raison sociale", "Code postal"])
        sheet.write_row(3, 0, [17, "Danone", "75009"])
    found = open_companies(path)
    assert found.columns == {"id", "name", "postcode"}
    assert found.frame().select("id", "name", "postcode").rows() == [("17", "Danone", "75009")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("id,town\n1,Paris\n", "no column of names"),
        ("id,name\n", "no lines"),
        (b"%PDF-1.7 name\n", "PDF"),
        (b"\x00\x81\x8d name\n", "encoding"),
    ],
)
def test_what_is_no_list_is_refused_in_one_sentence(tmp_path: Path, text: str | bytes, said: str) -> None:
    with pytest.raises(UnreadableError, match=said):
        listed(tmp_path, text).frame()


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="cannot be opened"):
        open_companies(tmp_path / "none.csv")


def test_batches_follow_each_other_in_order(tmp_path: Path) -> None:
    lines = "".join(f"{number},Company {number}\n" for number in range(900_000))
    batches = [batch.frame for batch in listed(tmp_path, f"id,name\n{lines}").batches()]
    assert len(batches) > 1
    assert pl.concat(batches)["id"].to_list() == [str(number) for number in range(900_000)]
