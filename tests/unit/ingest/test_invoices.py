from collections.abc import Callable
from datetime import date

import pytest

from network.errors import UnreadableError
from network.ingest import LedgerKind, explain
from tests.unit.ingest.conftest import Read

Ledger = Callable[..., Read]
HEAD = "Code client;Raison sociale;N° facture;Date facture;Échéance;Montant TTC;Date de règlement\n"


def test_a_french_ledger_is_said_to_be_one(ledger: Ledger) -> None:
    read = ledger(HEAD + "C1;Aciers Réunis SA;F1;31/01/2026;02/03/2026;1 234,56;\n", date_format="JJ/MM/AAAA")
    assert (read.file.format, read.file.kind) == ("invoices_csv", LedgerKind.INVOICES)
    assert read.invoices.row(0) == (
        "C1",
        "F1",
        date(2026, 1, 31),
        date(2026, 3, 2),
        123456,
        "EUR",
        None,
        False,
    )
    assert read.summary.customers.row(0, named=True)["customer_name"] == "Aciers Réunis SA"


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (";;F1;2026-01-31;2026-03-02;10;", "customer_missing"),
        ("C1;Aciers SA;;2026-01-31;2026-03-02;10;", "invoice_id_missing"),
        ("C1;Aciers SA;F1;;2026-03-02;10;", "invoice_date_missing"),
        ("C1;Aciers SA;F1;2026-01-31;;10;", "due_date_missing"),
        ("C1;Aciers SA;F1;2026-01-31;2026-03-02;;", "amount_missing"),
        ("C1;Mme Durand;F1;2026-01-31;2026-03-02;10;", "natural_person"),
        ("C1;Aciers SA;F1;03/04/2026;2026-05-02;10;", "date_ambiguous"),
        ("C1;Aciers SA;F1;2026-31-01;2026-03-02;10;", "date_invalid"),
        ("C1;Aciers SA;F1;2026-01-31;2026-03-02;1.234;", "amount_ambiguous"),
        ("C1;Aciers SA;F1;2026-01-31;2026-03-02;dix;", "amount_invalid"),
        ("C1;Aciers SA;F1;2026-01-31;2026-03-02;=B2*2;", "formula"),
        ("C1;Aciers SA;F1;2026-11-22;2026-12-22;10;", "date_in_future"),
        ("C1;Aciers SA;F1;2026-01-31;2026-03-02;10;2026-12-01", "date_in_future"),
        ("C1;Aciers SA;F1;2026-03-31;2026-03-02;10;", "due_before_invoice"),
        ("C1;Aciers SA;F1;2026-01-31;2026-03-02;10;;extra", "line_malformed"),
    ],
)
def test_each_fault_of_a_row_has_its_code_and_says_what_to_mend(ledger: Ledger, row: str, code: str) -> None:
    read = ledger(HEAD + "C0;Bois SA;F0;2026-01-31;2026-03-02;10;\n" + row + "\n")
    assert read.codes() == [(3, code)]
    assert read.summary.accepted == 1
    assert "%(" not in explain(read.summary.rejections[0], "en")


def test_the_sentence_names_heading_and_value_and_how_to_declare(ledger: Ledger) -> None:
    read = ledger(HEAD + "C1;Aciers SA;F1;03/04/2026;2026-05-02;10;\n")
    told = explain(read.summary.rejections[0], "en")
    assert "“03/04/2026” in “Date facture”" in told
    assert 'date_format = "%d/%m/%Y"' in told


def test_a_row_without_due_date_gets_the_declared_terms(ledger: Ledger) -> None:
    read = ledger(HEAD + "C1;Aciers SA;F1;2026-01-31;;10;\n", terms_days=45)
    assert read.invoices["due_date"].to_list() == [date(2026, 3, 17)]


def test_a_file_without_currency_is_refused_and_says_how_to_declare_it(ledger: Ledger) -> None:
    with pytest.raises(UnreadableError, match="currency ="):
        ledger(HEAD + "C1;Aciers SA;F1;2026-01-31;2026-03-02;10;\n", currency=None)


def test_a_currency_column_may_be_mixed_and_blank_cells_take_the_declared_one(ledger: Ledger) -> None:
    rows = "C1,A SA,1,2026-01-31,2026-03-02,10,USD\nC1,A SA,2,2026-01-31,2026-03-02,10,\nC1,A SA,3,2026-01-31,2026-03-02,10,XYZ\n"
    read = ledger(
        "customer,name,invoice number,invoice date,due date,amount,currency\n".replace(
            "customer,", "account,"
        )
        + rows
    )
    assert read.invoices["currency"].to_list() == ["USD", "EUR"]
    assert read.codes() == [(4, "currency_invalid")]
    assert sorted(read.summary.positions["currency"]) == ["EUR", "USD"]


def test_a_name_stands_for_a_missing_account(ledger: Ledger) -> None:
    read = ledger("Client;Facture;Date;Échéance;Montant\nAciers SA;F1;2026-01-31;2026-03-02;10\n")
    assert read.invoices["customer_id"].to_list() == ["Aciers SA"]


def test_the_same_line_twice_counts_once_and_a_contradiction_keeps_the_first(ledger: Ledger) -> None:
    line = "C1;Aciers SA;F1;2026-01-31;2026-03-02;10;\n"
    read = ledger(HEAD + line + line + line.replace(";10;", ";11;") + line.replace("C1", "C2"))
    assert read.codes() == [(3, "duplicate"), (4, "duplicate_conflict")]
    assert read.invoices["amount"].to_list() == [1000, 1000]
    assert "row 2" in explain(read.summary.rejections[1], "en")


def test_an_identifier_must_hold_its_check_digits(ledger: Ledger) -> None:
    head = "Compte;SIREN;N° TVA;Facture;Date;Échéance;Montant\n"
    rows = (
        "C1;552 100 554;FR83404833048;1;2026-01-31;2026-03-02;10\nC2;552100555;;2;2026-01-31;2026-03-02;10\n"
    )
    read = ledger(head + rows)
    assert read.codes() == [(3, "identifier_invalid")]
    assert read.summary.customers.select("siren", "vat").row(0) == ("552100554", "FR83404833048")


def test_the_most_frequent_spelling_is_the_name(ledger: Ledger) -> None:
    names = ["Aciers Reunis SA", "Aciers Réunis SA", "Aciers Réunis SA"]
    rows = [f"C1;{name};F{number};2026-01-31;2026-03-02;10;\n" for number, name in enumerate(names)]
    assert ledger(HEAD + "".join(rows)).summary.customers["customer_name"].to_list() == ["Aciers Réunis SA"]


def test_blank_lines_are_no_rows_and_totals_and_footers_are_passed_over(ledger: Ledger) -> None:
    rows = "C1;Aciers SA;F1;2026-01-31;2026-03-02;10;\n\n;;;;;;\nTOTAL GÉNÉRAL;;;;;10;\nÉdité le;;;;;;;\n"
    read = ledger(HEAD.replace("\n", ";Note\n") + rows.replace("Édité le;;;;;;;", ";;;;;;;Édité le"))
    assert read.summary.rows_read == 3
    assert read.summary.unprocessed_by_code == {"total_line": 1, "no_field": 1}
    assert [problem.row for problem in read.summary.unprocessed_rows] == [
        6,
        5,
    ] or read.summary.unprocessed == 2


def test_only_the_rows_that_the_mapping_asks_for_are_read(ledger: Ledger) -> None:
    head = HEAD.replace("\n", ";Filiale\n")
    rows = "C1;Aciers SA;F1;2026-01-31;2026-03-02;10;;Nord\nC1;Aciers SA;F2;2026-01-31;2026-03-02;10;;Sud\n"
    read = ledger(head + rows, only={"Filiale": "Nord"})
    assert read.invoices["invoice_id"].to_list() == ["F1"]
    assert read.summary.unprocessed_by_code == {"not_asked": 1}


def test_the_digest_follows_the_bytes_and_the_mapping(ledger: Ledger) -> None:
    text = HEAD + "C1;Aciers SA;F1;2026-01-31;2026-03-02;10;\n"
    assert ledger(text).file.digest == ledger(text).file.digest
    assert ledger(text).file.digest != ledger(text, terms_days=30).file.digest
    assert ledger(text).file.digest != ledger(text + "\n").file.digest


def test_the_address_is_kept_and_of_a_mail_the_domain_alone(ledger: Ledger) -> None:
    head = "Compte;Nom;Adresse;CP;Ville;Pays;E-mail;Facture;Date;Échéance;Montant\n"
    row = "C1;Aciers SA;1 rue du Port;59000;Lille;France;jean.dupont@Aciers.fr;1;2026-01-31;2026-03-02;10\n"
    customer = ledger(head + row).summary.customers.row(0, named=True)
    assert customer["email_domain"] == "aciers.fr"
    assert (customer["street"], customer["postcode"], customer["city"], customer["country"]) == (
        "1 rue du Port",
        "59000",
        "Lille",
        "FR",
    )
