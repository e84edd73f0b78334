import zipfile
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from network.errors import UnreadableError
from network.ingest import Mapping
from tests.unit.ingest.conftest import read

Write = Callable[..., Path]
HEAD = ("Compte", "Raison sociale", "Facture", "Date", "Échéance", "Montant")


@pytest.fixture
def workbook(tmp_path: Path) -> Write:
    """Return a function that writes rows of typed cells as the sheets of a workbook."""

    def _workbook(*sheets: Sequence[Sequence[object]]) -> Path:
        path = tmp_path / "ledger.xlsx"
        with xlsxwriter.Workbook(str(path)) as book:
            days = book.add_format({"num_format": "dd/mm/yyyy"})
            for rows in sheets:
                sheet = book.add_worksheet()
                for number, row in enumerate(rows):
                    for column, cell in enumerate(row):
                        if isinstance(cell, date):
                            sheet.write_datetime(number, column, cell, days)
                        elif cell is not None:
                            sheet.write(number, column, cell)
        return path

    return _workbook


EURO = Mapping(currency="EUR")
LINE = ("C1", "Aciers SA", "F1", date(2026, 4, 3), date(2026, 5, 3), 1234.5)


def test_cells_that_are_days_and_numbers_need_no_declaration(workbook: Write) -> None:
    found = read(
        workbook([HEAD, LINE, (1001, "Bois SA", 7, date(2026, 1, 2), date(2026, 1, 3), 1.234)]), EURO
    )
    assert found.file.format == "invoices_xlsx"
    assert found.invoices["customer_id"].to_list() == ["C1", "1001"]
    assert found.invoices["invoice_date"].to_list() == [date(2026, 4, 3), date(2026, 1, 2)]
    assert found.invoices["amount"].to_list() == [123450, 123]


def test_the_headings_may_stand_lower_and_on_another_sheet_and_rows_keep_their_numbers(
    workbook: Write,
) -> None:
    path = workbook([("Sommaire",)], [("Grand livre",), (), HEAD, LINE, (), ("C2", "Mme Petit", *LINE[2:])])
    found = read(path, EURO)
    assert (found.summary.accepted, found.codes()) == (1, [(6, "natural_person")])


def test_text_cells_are_held_to_the_declaration(workbook: Write) -> None:
    rows = [HEAD, ("C1", "Aciers SA", "F1", "03/04/2026", "03/05/2026", "1.234")]
    assert read(workbook(rows), EURO).codes() == [(2, "date_ambiguous")]
    declared = Mapping(currency="EUR", date_format="%d/%m/%Y", decimal=",")
    assert read(workbook(rows), declared).invoices["amount"].to_list() == [123400]


def test_in_a_column_of_numbers_and_texts_a_point_is_not_guessed(workbook: Write) -> None:
    rows = [HEAD, (*LINE[:5], 12.345), ("C2", "Bois SA", *LINE[2:5], "10,00")]
    assert read(workbook(rows), Mapping(currency="EUR", decimal=",")).codes() == [(2, "amount_ambiguous")]


def test_a_formula_counts_with_the_value_that_was_computed(tmp_path: Path) -> None:
    path = tmp_path / "formula.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEAD)
        sheet.write_row(1, 0, ("C1", "Aciers SA", "F1", "2026-04-03", "2026-05-03"))
        sheet.write_formula(1, 5, "=2*21", None, 42)
        sheet.write_row(2, 0, ("C1", "Aciers SA", "F2", "2026-04-03", "2026-05-03"))
        sheet.write_formula(2, 5, "=1/0", None, "#DIV/0!")
    found = read(path, EURO)
    assert found.invoices["amount"].to_list() == [4200]
    assert found.codes() == [(3, "amount_missing")]


def test_a_named_sheet_must_be_there(workbook: Write) -> None:
    path = workbook([HEAD, LINE], [HEAD, LINE, (*LINE[:2], "F2", *LINE[3:])])
    assert read(path, Mapping(currency="EUR", sheet="Sheet2")).summary.accepted == 2
    with pytest.raises(UnreadableError, match="no sheet “Ventes”"):
        read(path, Mapping(currency="EUR", sheet="Ventes"))


def test_a_cut_workbook_is_refused(workbook: Write) -> None:
    path = workbook([HEAD, LINE])
    path.write_bytes(path.read_bytes()[:-300])
    with pytest.raises(UnreadableError, match="cut"):
        read(path, EURO)


def test_a_workbook_damaged_inside_is_refused(workbook: Write) -> None:
    path = workbook([HEAD, LINE])
    with zipfile.ZipFile(path) as archive:
        start = archive.getinfo("xl/worksheets/sheet1.xml").header_offset
    content = bytearray(path.read_bytes())
    content[start + 80 : start + 90] = b"\x00" * 10
    path.write_bytes(bytes(content))
    with pytest.raises(UnreadableError) as refusal:
        read(path, EURO)
    assert refusal.value.error_code == "truncated"


def test_a_bomb_is_refused_before_it_is_unpacked(workbook: Write) -> None:
    path = workbook([HEAD, LINE])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet9.xml", b" " * 40_000_000)
    with pytest.raises(UnreadableError) as refusal:
        read(path, EURO)
    assert refusal.value.error_code == "bomb"
