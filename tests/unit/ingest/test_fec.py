"""The French books in all their variants; what was paid when is read from lettering and bank lines."""

from collections.abc import Callable, Sequence
from datetime import date

import pytest

from network.errors import UnreadableError
from tests.unit.ingest.conftest import Read

Ledger = Callable[..., Read]
HEAD = [
    "JournalCode",
    "JournalLib",
    "EcritureNum",
    "EcritureDate",
    "CompteNum",
    "CompteLib",
    "CompAuxNum",
    "CompAuxLib",
    "PieceRef",
    "PieceDate",
    "EcritureLib",
    "Debit",
    "Credit",
    "EcritureLet",
    "DateLet",
    "ValidDate",
    "Montantdevise",
    "Idevise",
]
NAME = "552100554FEC20261231.txt"
_MADE = {"CompteLib": "Clients", "CompAuxNum": "C1", "CompAuxLib": "Aciers Réunis SA", "EcritureLib": "x"}


def _entry(
    number: int, day: str, journal: str, lines: Sequence[tuple[str, str, str]], **more: str
) -> list[dict[str, str]]:
    """Return the lines (account, debit, credit) of an entry."""
    common = {"JournalCode": journal, "JournalLib": journal, "EcritureNum": str(number), "EcritureDate": day}
    return [
        {
            **_MADE,
            "PieceRef": f"P{number}",
            "PieceDate": day,
            **common,
            "CompteNum": account,
            "Debit": debit,
            "Credit": credit,
        }
        | ({} if account.startswith("411") else {"CompAuxNum": "", "CompAuxLib": ""})
        | (more if account.startswith("411") else {})
        for account, debit, credit in lines
    ]


def sale(number: int, day: str, amount: str, **more: str) -> list[dict[str, str]]:
    return _entry(number, day, "VE", [("411000", amount, "0,00"), ("707000", "0,00", amount)], **more)


def credit_note(number: int, day: str, amount: str, **more: str) -> list[dict[str, str]]:
    return _entry(number, day, "VE", [("411000", "0,00", amount), ("707000", amount, "0,00")], **more)


def receipt(number: int, day: str, amount: str, **more: str) -> list[dict[str, str]]:
    return _entry(number, day, "BQ", [("512000", amount, "0,00"), ("411000", "0,00", amount)], **more)


def opening(number: int, day: str, amount: str, **more: str) -> list[dict[str, str]]:
    return _entry(number, day, "AN", [("411000", amount, "0,00"), ("512000", "5000,00", "0,00")], **more)


def fec(*entries: list[dict[str, str]], separator: str = "\t", columns: Sequence[str] = HEAD) -> str:
    lines = [line for entry in entries for line in entry]
    rows = [separator.join(line.get(column, "") for column in columns) for line in lines]
    return "\n".join([separator.join(columns), *rows]) + "\n"


def invoices(read: Read) -> list[tuple[object, ...]]:
    """Return (reference, amount, settled) of the invoices by reference."""
    return read.invoices.select("invoice_id", "amount", "settled_date").sort("invoice_id", "amount").rows()


def test_paid_on_the_day_of_the_bank_line_not_of_the_lettering(ledger: Ledger) -> None:
    tied = {"EcritureLet": "AA", "DateLet": "20260831"}
    read = ledger(
        fec(sale(1, "20260110", "1200,50", **tied), receipt(2, "20260305", "1200,50", **tied)), name=NAME
    )
    assert (read.file.format, read.summary.rows_read, read.summary.accepted) == ("fec", 4, 2)
    assert read.summary.unprocessed_by_code == {"other_account": 2}
    assert read.invoices.row(0) == (
        "C1",
        "P1",
        date(2026, 1, 10),
        date(2026, 2, 9),
        120050,
        "EUR",
        date(2026, 3, 5),
        False,
    )
    assert read.summary.periods == ["2026-01", "2026-02", "2026-03"]


def test_terms_are_those_of_the_member_else_the_legal_default_and_this_is_said(ledger: Ledger) -> None:
    text = fec(sale(1, "20260110", "10,00"))
    assert ledger(text, name=NAME, terms_days=45).invoices["due_date"].to_list() == [date(2026, 2, 24)]
    assert [notice.code for notice in ledger(text, name=NAME).summary.notices] == ["terms_assumed"]


@pytest.mark.parametrize("separator", ["\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "iso-8859-15", "cp1252"])
def test_separators_and_encodings_of_the_norm(ledger: Ledger, separator: str, encoding: str) -> None:
    read = ledger(fec(sale(1, "20260110", "10,00"), separator=separator), name=NAME, written_as=encoding)
    assert read.summary.customers["customer_name"].to_list() == ["Aciers Réunis SA"]
    assert "encoding_assumed" not in [notice.code for notice in read.summary.notices]


def test_amount_and_sense_may_stand_for_debit_and_credit(ledger: Ledger) -> None:
    columns = [{"Debit": "Montant", "Credit": "Sens"}.get(name, name) for name in HEAD]
    lines = [
        *sale(1, "20260110", "10,00", EcritureLet="A"),
        *receipt(2, "20260120", "10,00", EcritureLet="A"),
    ]
    for line in lines:
        owes = line["Debit"] != "0,00"
        line |= {"Montant": line["Debit"] if owes else line["Credit"], "Sens": "D" if owes else "C"}
    signed = [line | {"Sens": "+1" if line["Sens"] == "D" else "-1"} for line in lines]
    for variant in (lines, signed):
        assert invoices(ledger(fec(variant, columns=columns), name=NAME)) == [("P1", 1000, date(2026, 1, 20))]


def test_padding_and_the_columns_of_cash_accounting_are_no_error(ledger: Ledger) -> None:
    columns = [*HEAD, "DateRglt", "ModeRglt", "NatOp", "IdClient"]
    lines = [
        {name: f"{value:<12}" for name, value in line.items()}
        for line in sale(1, "20260110", "0000000010,00")
    ]
    lines = [line | {"ModeRglt": "CB", "EcritureLet": "   "} for line in lines]
    assert invoices(ledger(fec(lines, columns=columns, separator="|"), name=NAME)) == [("P1", 1000, None)]


def test_letters_are_used_again_by_other_customers_and_in_other_years(ledger: Ledger) -> None:
    tied = {"EcritureLet": "AA"}
    other = tied | {"CompAuxNum": "C2", "CompAuxLib": "Bois SA"}
    read = ledger(
        fec(
            sale(1, "20250110", "100,00", **tied),
            receipt(2, "20250215", "100,00", **tied),
            sale(3, "20260110", "70,00", **tied),
            receipt(4, "20260320", "70,00", **tied),
            sale(5, "20250601", "30,00", **other),
        ),
        name=NAME,
    )
    assert invoices(read) == [
        ("P1", 10000, date(2025, 2, 15)),
        ("P3", 7000, date(2026, 3, 20)),
        ("P5", 3000, None),
    ]


def test_one_payment_settles_several_invoices_and_several_settle_one(ledger: Ledger) -> None:
    read = ledger(
        fec(
            sale(1, "20260110", "100,00", EcritureLet="A"),
            sale(2, "20260112", "50,00", EcritureLet="A"),
            receipt(3, "20260301", "150,00", EcritureLet="A"),
            sale(4, "20260110", "80,00", EcritureLet="B"),
            receipt(5, "20260201", "30,00", EcritureLet="B"),
            receipt(6, "20260401", "50,00", EcritureLet="B"),
        ),
        name=NAME,
    )
    paid = date(2026, 3, 1)
    assert invoices(read) == [("P1", 10000, paid), ("P2", 5000, paid), ("P4", 8000, date(2026, 4, 1))]


def test_a_group_that_is_not_covered_stays_open_less_what_was_paid(ledger: Ledger) -> None:
    read = ledger(
        fec(sale(1, "20260110", "100,00", EcritureLet="a"), receipt(2, "20260201", "40,00", EcritureLet="a")),
        name=NAME,
    )
    assert invoices(read) == [("P1", 10000, None), ("P2", -4000, None)]
    assert read.position("C1", "2026-02")["current"] == 0
    assert read.position("C1", "2026-02")["late_1_30"] == 6000


def test_a_credit_note_of_the_group_reduces_its_invoice(ledger: Ledger) -> None:
    read = ledger(
        fec(
            sale(1, "20260110", "100,00", EcritureLet="A"),
            credit_note(2, "20260415", "20,00", EcritureLet="A"),
            receipt(3, "20260301", "80,00", EcritureLet="A"),
            sale(4, "20260110", "60,00", EcritureLet="B"),
            credit_note(5, "20260120", "60,00", EcritureLet="B"),
        ),
        name=NAME,
    )
    assert invoices(read) == [("P1", 8000, date(2026, 3, 1))]


def test_without_letters_the_same_reference_or_amount_ties_a_payment_to_an_earlier_invoice(
    ledger: Ledger,
) -> None:
    read = ledger(
        fec(
            sale(1, "20260110", "100,00"),
            sale(2, "20260115", "100,00"),
            receipt(3, "20260301", "100,00", PieceRef="P2"),
            sale(4, "20260110", "70,00"),
            receipt(5, "20260320", "70,00"),
            receipt(6, "20260105", "55,00"),
            sale(7, "20260110", "55,00"),
        ),
        name=NAME,
    )
    assert invoices(read) == [
        ("P1", 10000, None),
        ("P2", 10000, date(2026, 3, 1)),
        ("P4", 7000, date(2026, 3, 20)),
        ("P6", -5500, None),
        ("P7", 5500, None),
    ]


def test_a_payment_that_bounces_is_owed_at_once(ledger: Ledger) -> None:
    bounced = _entry(3, "20260310", "BQ", [("411000", "100,00", "0,00"), ("512000", "0,00", "100,00")])
    tied = {"EcritureLet": "A"}
    read = ledger(
        fec(sale(1, "20260110", "100,00", **tied), receipt(2, "20260301", "100,00", **tied), bounced),
        name=NAME,
    )
    assert read.invoices.filter(invoice_id="P3")["due_date"].to_list() == [date(2026, 3, 10)]


def test_opening_balances_are_invoices_of_unknown_age_and_this_is_said(ledger: Ledger) -> None:
    read = ledger(
        fec(
            opening(1, "20260101", "300,00", EcritureLet="A"),
            receipt(2, "20260110", "300,00", EcritureLet="A"),
        ),
        name=NAME,
    )
    assert read.invoices["due_date"].to_list() == [date(2026, 1, 31)]
    assert "opening_undated" in [notice.code for notice in read.summary.notices]
    dated = fec(opening(1, "20260101", "300,00", PieceDate="20251115"))
    assert "opening_undated" not in [notice.code for notice in ledger(dated, name=NAME).summary.notices]


def test_without_an_auxiliary_account_the_account_is_the_customer(ledger: Ledger) -> None:
    own = {"CompAuxNum": "", "CompAuxLib": "", "CompteNum": "411DUP", "CompteLib": "Dupont SARL"}
    read = ledger(
        fec([line | (own if line["CompteNum"] == "411000" else {}) for line in sale(1, "20260110", "10,00")]),
        name=NAME,
    )
    assert read.summary.customers.select("customer_id", "customer_name").rows() == [("411DUP", "Dupont SARL")]


def test_faults_of_customer_lines_are_told_and_those_of_others_do_not_matter(ledger: Ledger) -> None:
    lines = [
        *sale(1, "20260110", "10.00"),
        *sale(2, "20269999", "10,00"),
        *sale(3, "20260110", "10,00", CompAuxLib="M. Dupont"),
        *sale(4, "20261231", "10,00"),
        *sale(5, "20260110", "0,00"),
    ]
    lines[1]["Credit"] = "abc"
    read = ledger(fec(lines), name=NAME)
    assert read.codes() == [
        (2, "amount_invalid"),
        (4, "date_invalid"),
        (6, "natural_person"),
        (8, "date_in_future"),
    ]
    assert read.summary.unprocessed_by_code == {"other_account": 5, "no_amount": 1}


def test_a_cut_line_is_told(ledger: Ledger) -> None:
    text = fec(sale(1, "20260110", "10,00"), sale(2, "20260110", "10,00"))
    assert ledger(text[:-40], name=NAME).codes() == [(5, "line_cut")]


def test_a_lacking_column_is_named(ledger: Ledger) -> None:
    with pytest.raises(UnreadableError, match="EcritureLet"):
        ledger(
            fec(sale(1, "20260110", "10,00"), columns=[name for name in HEAD if name != "EcritureLet"]),
            name=NAME,
        )


def test_a_name_that_belongs_to_another_year_is_noticed(ledger: Ledger) -> None:
    read = ledger(fec(sale(1, "20260110", "10,00")), name="552100554FEC20241231.txt")
    assert "closing_differs" in [notice.code for notice in read.summary.notices]


def test_books_in_which_nothing_stays_open_still_speak_for_their_months(ledger: Ledger) -> None:
    tied = {"EcritureLet": "A"}
    read = ledger(
        fec(sale(1, "20260110", "10,00", **tied), credit_note(2, "20260212", "10,00", **tied)), name=NAME
    )
    assert (read.summary.periods, len(read.invoices), len(read.summary.customers)) == (
        ["2026-01", "2026-02"],
        0,
        1,
    )


def test_fields_in_quotation_marks_are_read(ledger: Ledger) -> None:
    lines = [{name: f'"{value}"' for name, value in line.items()} for line in sale(1, "20260110", "10,00")]
    assert invoices(ledger(fec(lines), name=NAME)) == [("P1", 1000, None)]


def test_a_quotation_mark_in_a_label_is_a_plain_character(ledger: Ledger) -> None:
    lines = sale(1, "20260110", "10,00", CompAuxLib='"Le Bon" Pain SARL')
    assert invoices(ledger(fec(lines, sale(2, "20260111", "5,00")), name=NAME)) == [
        ("P1", 1000, None),
        ("P2", 500, None),
    ]


def test_a_rejected_line_gives_the_books_no_months(ledger: Ledger) -> None:
    summary = ledger(fec(sale(1, "20260110", "10,00"), sale(2, "20280110", "10,00")), name=NAME).summary
    assert (summary.rejected_by_code, summary.periods) == ({"date_in_future": 1}, ["2026-01"])
    assert ledger(fec(sale(1, "20260110", "1x")), name=NAME).summary.periods == []
