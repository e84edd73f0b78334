from collections.abc import Callable

import pytest

from network.errors import UnreadableError
from network.ingest import LedgerKind, Mapping
from tests.unit.ingest.conftest import Read

Ledger = Callable[..., Read]
HEAD = "Compte;Raison sociale;SIREN;Encours;Non échu;1-30 j;31-60 j;61-90 j;> 90 j\n"
ROW = "C1;Aciers Réunis SA;552100554;1 500,00;1000;200,00;150;100;50\n"


def test_a_french_balance_becomes_a_position_of_its_month(ledger: Ledger) -> None:
    read = ledger(HEAD + ROW, report_date="2026-10-31")
    assert (read.file.format, read.file.kind) == ("aged_balance_csv", LedgerKind.AGED_BALANCE)
    assert read.summary.periods == ["2026-10"]
    assert read.position("C1", "2026-10") == {
        "current": 100000,
        "late_1_30": 20000,
        "late_31_60": 15000,
        "late_61_90": 10000,
        "late_91": 5000,
        "dbt_days": 20000 * 15 + 15000 * 45 + 10000 * 75 + 5000 * 105,
        "dbt_value": 150000,
        "disputed": 0,
        "high_credit": 150000,
    }


def test_the_headings_of_the_american_exchanges_in_any_order(ledger: Ledger) -> None:
    head = "91+ Days Past Due,Report Date,Company Name,1-30,61-90,Current Due,31-60,Customer Account #,Account Balance,Recent High Credit,Zip,Country\n"
    row = '0,2026-10-31,"Steel, Inc.",20.00,0,"1,080.00",0,A-7,"1,100.00","5,000.00",60601,United States\n'
    read = ledger(head + row, currency="USD", decimal=".")
    assert read.position("A-7", "2026-10")["high_credit"] == 500000
    assert read.summary.customers.row(0, named=True)["country"] == "US"


def test_without_its_date_a_balance_is_refused_and_says_how_to_give_it(ledger: Ledger) -> None:
    with pytest.raises(UnreadableError, match="report_date") as refusal:
        ledger(HEAD + ROW)
    assert refusal.value.error_code == "report_date_missing"


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("C2;Bois SA;;100;-50;150;0;0;0", "bucket_negative"),
        ("C2;Bois SA;;-100;-100;0;0;0;0", "bucket_negative"),
        ("C2;Bois SA;;200;100;0;0;0;0", "buckets_unbalanced"),
        ("C2;Bois SA;;100;99.94;0;0;0;0", "buckets_unbalanced"),
        ("C2;M. Bois;;100;100;0;0;0;0", "natural_person"),
        ("C2;Bois SA;;100;cent;0;0;0;0", "amount_invalid"),
        ("C2;Bois SA;;1.000;1000;0;0;0;0", "amount_ambiguous"),
        ("C1;Aciers Réunis SA;552100554;1500;1000;200;150;100;50", "duplicate"),
        ("C1;Aciers Réunis SA;552100554;1600;1100;200;150;100;50", "duplicate_conflict"),
    ],
)
def test_each_fault_of_a_balance_has_its_code(ledger: Ledger, row: str, code: str) -> None:
    assert ledger(HEAD + ROW + row + "\n", report_date="2026-10-31").codes() == [(3, code)]


def test_each_bucket_may_be_rounded_by_a_cent(ledger: Ledger) -> None:
    assert not ledger(HEAD + "C2;Bois SA;;100;99.95;0;0;0;0\n", report_date="2026-10-31").codes()


def test_what_is_not_late_is_current_where_no_column_says_so(ledger: Ledger) -> None:
    read = ledger("Compte;Solde;1-30;31-60\nC1;100;20;5\n", report_date="2026-10-31")
    assert read.position("C1", "2026-10")["current"] == 7500


def test_one_customer_may_owe_in_two_currencies_and_at_several_dates(ledger: Ledger) -> None:
    rows = "C1;EUR;30/09/2026;10;0\nC1;USD;30/09/2026;20;0\nC1;EUR;31/10/2026;30;0\n"
    read = ledger("Compte;Devise;Arrêté au;Non échu;1-30 j\n" + rows)
    assert read.summary.accepted == 3
    assert read.summary.periods == ["2026-09", "2026-10"]


def test_a_total_line_is_no_customer_but_a_company_of_that_name_is(ledger: Ledger) -> None:
    rows = "C1;TOTAL SA;;1500;1500;;;;\n;Total général;;1500;1500;;;;\n"
    read = ledger(HEAD + rows, report_date="2026-10-31")
    assert (read.summary.accepted, read.summary.unprocessed_by_code) == (1, {"total_line": 1})


def test_titles_may_stand_above_the_headings(ledger: Ledger) -> None:
    read = ledger(
        "Balance âgée clients;;\nArrêtée au 31/10/2026;;\n\n" + HEAD + ROW, report_date="2026-10-31"
    )
    assert (read.summary.accepted, read.summary.rows_read) == (1, 1)
    bad = ledger("Balance âgée clients\n\n" + HEAD + ROW.replace("1000", "x"), report_date="2026-10-31")
    assert bad.codes() == [(4, "amount_invalid")]


def test_a_mapping_names_buckets_as_the_field_does(ledger: Ledger) -> None:
    columns = {
        "customer_id": "cpt",
        "Account Balance": "tot",
        "Current Due": "a",
        "1-30": "b",
        "31-60": "c",
        "61-90": "d",
        "91+": "e",
    }
    read = ledger("cpt;tot;a;b;c;d;e\nC1;15;1;2;3;4;5\n", report_date="2026-10-31", columns=columns)
    assert read.position("C1", "2026-10")["late_91"] == 500
    assert Mapping.from_values({"columns": {"late_1_30": "x", "T2": "y"}}).columns == {
        "late_1_30": "x",
        "late_31_60": "y",
    }
