"""Encodings, separators, quotation marks, cut files: each has its answer."""

import gzip
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from network.errors import UnreadableError
from network.ingest import Mapping, explain, open_ledger
from network.ingest.formats.delimited import open_delimited
from network.ingest.source import Source
from tests.unit.ingest.conftest import TODAY, Read

Ledger = Callable[..., Read]
HEAD = "Compte;Raison sociale;Facture;Date;Échéance;Montant\n"
ROW = "C1;Ardèche Énergie SA;F1;2026-01-31;2026-03-02;10\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "iso-8859-15"])
def test_usual_encodings_are_told_apart(ledger: Ledger, encoding: str) -> None:
    read = ledger(HEAD + ROW.replace("SA", "SA €") + ROW.replace("F1", "F2"), written_as=encoding)
    assert "Ardèche Énergie SA" in read.summary.customers["customer_name"].to_list()[0]
    assumed = [problem.code for problem in read.summary.notices]
    assert assumed == (["encoding_assumed"] if encoding in {"cp1252", "iso-8859-15"} else [])


def test_a_declared_encoding_that_is_wrong_is_refused_in_one_sentence(ledger: Ledger) -> None:
    with pytest.raises(UnreadableError, match="not in utf-8"):
        ledger(HEAD + ROW, written_as="cp1252", encoding="utf-8")


def test_bytes_that_are_no_text_are_refused(ledger: Ledger) -> None:
    with pytest.raises(UnreadableError, match="encoding"):
        ledger(b"Compte\x00;\x81\x8d\n\x00\x01\x02")


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_the_separator_is_found_by_the_headings(ledger: Ledger, separator: str) -> None:
    assert ledger((HEAD + ROW).replace(";", separator)).summary.accepted == 1


def test_a_declared_separator_that_is_wrong_is_said(ledger: Ledger) -> None:
    with pytest.raises(UnreadableError, match="single column"):
        ledger(HEAD + ROW, delimiter="|")


def test_a_separator_that_is_none_of_ours_is_said_as_such(ledger: Ledger) -> None:
    with pytest.raises(UnreadableError, match="single column") as refusal:
        ledger((HEAD + ROW).replace(";", ":"))
    assert refusal.value.error_code == "separator"


def test_a_file_of_blank_lines_is_empty(ledger: Ledger) -> None:
    with pytest.raises(UnreadableError, match="empty"):
        ledger("  \n\n")


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_any_line_end_will_do(ledger: Ledger, ends: str) -> None:
    assert ledger((HEAD + ROW + ROW.replace("F1", "F2")).replace("\n", ends)).summary.accepted == 2


def test_a_file_cut_in_its_last_line_keeps_the_others(ledger: Ledger) -> None:
    read = ledger(HEAD + ROW + ROW[:30])
    assert (read.summary.accepted, read.codes()) == (1, [(3, "line_cut")])


def test_a_last_line_that_is_whole_needs_no_line_end(ledger: Ledger) -> None:
    assert ledger(HEAD + ROW.rstrip()).summary.accepted == 1


def test_a_file_cut_inside_a_character_keeps_the_others(ledger: Ledger) -> None:
    content = (HEAD + ROW + "C2;Ardè").encode()[:-1]
    assert ledger(content).codes() == [(3, "line_cut")]


def test_quotation_marks_may_hold_separators_marks_and_line_ends(ledger: Ledger) -> None:
    row = 'C1;"Fer; ""Acier""\nSA";F1;2026-01-31;2026-03-02;"10,00"\n'
    read = ledger(HEAD + row + ROW.replace("C1", "C2").replace("2026-01-31", "x"))
    assert read.summary.customers["customer_name"].to_list() == ['Fer; "Acier" SA']
    assert read.codes() == [(3, "date_invalid")]


def test_inches_are_no_quotation_marks(ledger: Ledger) -> None:
    row = 'C1;Tubes 12" SA;F1;2026-01-31;2026-03-02;10\n'
    assert ledger(HEAD + row + row.replace("F1", "F2")).summary.accepted == 2


def test_a_quotation_mark_that_never_closes_is_found(ledger: Ledger) -> None:
    with pytest.raises(UnreadableError, match="line 3"):
        ledger(HEAD + ROW + 'C2;"Bois SA;F2;2026-01-31;2026-03-02;10\n' + ROW)


@pytest.mark.parametrize(
    ("content", "code"), [("", "empty"), (HEAD, "no_rows"), (HEAD + "\n;;;;;\n", "no_rows")]
)
def test_a_file_without_lines_is_refused(ledger: Ledger, content: str, code: str) -> None:
    with pytest.raises(UnreadableError) as refusal:
        ledger(content)
    assert refusal.value.error_code == code


def test_headings_that_make_no_ledger_are_named(ledger: Ledger) -> None:
    with pytest.raises(UnreadableError, match="amount not found among Compte, Facture, Date, Total HT"):
        ledger("Compte;Facture;Date;Total HT\nC1;F1;2026-01-31;10\n")


def test_a_mapping_that_names_another_heading_is_wrong(ledger: Ledger) -> None:
    with pytest.raises(UnreadableError, match="“Montant dû”"):
        ledger(HEAD + ROW, columns={"amount": "Montant dû"})


@pytest.mark.parametrize(
    "start", [b"%PDF-1.7 ...", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....", b"<html></html>"]
)
def test_other_formats_are_refused_by_name(ledger: Ledger, start: bytes) -> None:
    with pytest.raises(UnreadableError) as refusal:
        ledger(start)
    assert refusal.value.error_code == "format"


def test_gzip_is_unpacked_and_a_cut_one_refused(ledger: Ledger) -> None:
    packed = gzip.compress((HEAD + ROW).encode())
    assert ledger(packed, name="ledger.csv.gz").summary.accepted == 1
    with pytest.raises(UnreadableError, match="cut"):
        ledger(packed[:-12], name="ledger.csv.gz")


def test_a_gzip_bomb_is_refused(ledger: Ledger) -> None:
    with pytest.raises(UnreadableError, match="unpacks") as refusal:
        ledger(gzip.compress(b"\n" * 30_000_000), name="ledger.csv.gz")
    assert refusal.value.error_code == "bomb"


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="cannot be opened"):
        open_ledger(tmp_path / "no.csv", mapping=None, today=TODAY)


def test_the_notice_of_an_assumed_encoding_says_what_to_do(ledger: Ledger) -> None:
    assert "declare encoding" in explain(ledger(HEAD + ROW, written_as="cp1252").summary.notices[0], "en")


CELL = st.text(
    st.characters(codec="utf-8", exclude_characters="\r\x00\ufeff", exclude_categories=["Cs"]), max_size=6
)


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(st.lists(CELL, min_size=6, max_size=6), min_size=1, max_size=12), size=st.integers(1, 60)
)
def test_a_file_reads_the_same_in_parts_of_any_size(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], size: int
) -> None:
    path = tmp_path_factory.mktemp("parts") / "ledger.csv"
    quoted = ["C;" + ";".join('"' + cell.replace('"', '""') + '"' for cell in row[1:]) for row in rows]
    path.write_text(HEAD + "\n".join(quoted) + "\n", encoding="utf-8", newline="")
    source = Source(path)
    whole = open_delimited(source, source.look(), Mapping())
    parts = replace(whole, part_bytes=size)
    one = pl.concat([table.frame for table in whole.tables()])
    many = pl.concat([table.frame for table in parts.tables()])
    assert one.rows() == many.rows()
    assert one["1"].fill_null("").to_list() == [row[1] for row in rows]
