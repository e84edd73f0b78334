"""What we sent, in pages: send, read the receipt, withdraw."""

import io
from collections.abc import Callable
from datetime import date

import pytest
import time_machine

from network.services.ledgers import list_statements, period_totals
from tests.factories.cast import Person
from tests.functional.conftest import Visitor, words_of

HEADINGS = "customer_id;customer_name;siren;postcode;city;country;invoice_id;invoice_date;due_date;amount;currency;settled_date;disputed\n"
ROWS = (
    "C1;Charpentes Vasseur;552100554;62000;Arras;FR;F1;2026-08-03;2026-09-02;1200.50;EUR;2026-09-20;false\n"
    "C1;Charpentes Vasseur;552100554;62000;Arras;FR;F2;2026-09-04;2026-10-04;800.00;EUR;;false\n"
)
WRONG = "C1;Charpentes Vasseur;552100554;62000;Arras;FR;F3;2026-09-05;31/02/2026;10.00;EUR;;false\n"
BALANCE = (
    "customer_id;customer_name;siren;country;currency;balance;current;late_1_30;late_31_60;late_61_90;late_91\n"
    "C1;Charpentes Vasseur;552100554;FR;EUR;100.00;60.00;40.00;0.00;0.00;0.00\n"
)


@pytest.fixture(autouse=True)
def _today() -> object:
    with time_machine.travel(date(2026, 11, 21), tick=False):
        yield


def send(reader: Visitor, text: str, *, name: str = "ventes.csv", **fields: object) -> str:
    """Send a file as a browser does; return where it led, or the words of the refusal."""
    answer = reader.sends(
        "/contributions", {"ledger": (io.BytesIO(text.encode()), name), **fields}, seen_on="/contributions"
    )
    return answer.location or words_of(answer)


def test_the_first_file_and_its_receipt(reader_of: Callable[[Person], Visitor], reporter: Person) -> None:
    reader = reader_of(reporter)
    assert "Send your first ledger" in words_of(reader.opens("/contributions"))
    receipt = words_of(reader.opens(send(reader, HEADINGS + ROWS)))
    assert "ventes.csv" in receipt
    assert "Rows read 2 Accepted 2 Rejected 0" in receipt
    assert "Every row was accepted." in receipt


def test_month_by_month_as_a_table_and_a_picture(
    reader_of: Callable[[Person], Visitor], reporter: Person
) -> None:
    reader = reader_of(reporter)
    send(reader, HEADINGS + ROWS)
    page = reader.opens("/contributions")
    assert "Sept 2026 1 €800" in words_of(page)
    assert "<title>September 2026</title>" in page.text


def test_rows_to_mend_are_listed_with_what_to_do(
    reader_of: Callable[[Person], Visitor], reporter: Person
) -> None:
    reader = reader_of(reporter)
    receipt = words_of(reader.opens(send(reader, HEADINGS + ROWS + WRONG)))
    assert "To mend 1" in receipt
    assert "4 “31/02/2026” in “due_date”" in receipt


def test_a_part_sent_as_a_whole_is_said(reader_of: Callable[[Person], Visitor], reporter: Person) -> None:
    reader = reader_of(reporter)
    others = "".join(
        f"C{number};Client {number} SARL;;62000;Arras;FR;G{number};2026-09-04;2026-10-04;10.00;EUR;;false\n"
        for number in range(2, 5)
    )
    whole, part = HEADINGS + ROWS + others, HEADINGS + ROWS
    assert "this file replaced it" not in words_of(reader.opens(send(reader, whole)))
    said = words_of(reader.opens(send(reader, part)))
    assert "September 2026 had 4 customers in EUR and has 1 now: this file replaced it." in said


def test_a_file_without_one_good_row_keeps_nothing(
    reader_of: Callable[[Person], Visitor], reporter: Person
) -> None:
    words = send(reader_of(reporter), HEADINGS + WRONG)
    assert "No row could be accepted, so nothing was kept." in words
    assert list_statements(reporter.actor) == []


def test_the_same_file_twice_says_that_nothing_changed(
    reader_of: Callable[[Person], Visitor], reporter: Person
) -> None:
    reader = reader_of(reporter)
    first = send(reader, HEADINGS + ROWS)
    assert send(reader, HEADINGS + ROWS) == first
    assert "This very file is in force already" in words_of(reader.opens(first))
    assert len(list_statements(reporter.actor)) == 1


def test_a_file_that_cannot_be_read_says_why_and_keeps_nothing(
    reader_of: Callable[[Person], Visitor], reporter: Person
) -> None:
    words = send(reader_of(reporter), "a;b;c\n1;2;3\n")
    assert "The headings are not those of a ledger" in words
    assert list_statements(reporter.actor) == []


def test_no_file_at_all(reader_of: Callable[[Person], Visitor], reporter: Person) -> None:
    answer = reader_of(reporter).sends("/contributions", {}, seen_on="/contributions")
    assert answer.status_code == 422
    assert "Choose a file first." in words_of(answer)


def test_an_aged_balance_needs_its_day_and_the_form_has_a_field_for_it(
    reader_of: Callable[[Person], Visitor], reporter: Person
) -> None:
    reader = reader_of(reporter)
    assert "date" in send(reader, BALANCE)
    assert send(reader, BALANCE, report_date="2026-10-31").startswith("/contributions/")
    assert [month.period for month in period_totals(reporter.actor)] == ["2026-10"]


def test_a_mapping_file_names_the_columns_and_a_field_goes_before_it(
    reader_of: Callable[[Person], Visitor], reporter: Person
) -> None:
    toml = 'report_date = 2026-09-30\n[columns]\ncustomer_name = "Wer"\n'
    sent = send(
        reader_of(reporter),
        BALANCE.replace("customer_name", "Wer"),
        mapping=(io.BytesIO(toml.encode()), "vasseur.toml"),
        report_date="2026-10-31",
    )
    assert sent.startswith("/contributions/")
    assert [month.period for month in period_totals(reporter.actor)] == ["2026-10"]


@pytest.mark.parametrize("period", ["2026-13", "september", "0000-01"])
def test_what_is_no_month_is_not_found(
    reader_of: Callable[[Person], Visitor], reporter: Person, period: str
) -> None:
    assert reader_of(reporter).opens(f"/contributions/{period}/withdraw").status_code == 404


def test_a_month_is_withdrawn_after_one_more_question(
    reader_of: Callable[[Person], Visitor], reporter: Person
) -> None:
    reader = reader_of(reporter)
    send(reader, HEADINGS + ROWS)
    asked = words_of(reader.opens("/contributions/2026-09/withdraw"))
    assert "Withdraw September 2026?" in asked
    assert "€800 on 1 customer." in asked
    page = "/contributions/2026-09/withdraw"
    assert reader.sends(page, seen_on=page).location == "/contributions"
    assert "September 2026 is withdrawn" in words_of(reader.opens("/contributions"))
    assert "2026-09" not in [month.period for month in period_totals(reporter.actor)]
    assert reader.sends(page, seen_on=page).status_code == 404


def test_a_colleague_sees_what_was_sent_and_a_rival_finds_nothing(
    reader_of: Callable[[Person], Visitor], reporter: Person, colleague: Person, rival: Person
) -> None:
    receipt = send(reader_of(reporter), HEADINGS + ROWS)
    assert reader_of(colleague).opens(receipt).status_code == 200
    assert reader_of(rival).opens(receipt).status_code == 404
    assert "ventes.csv" not in words_of(reader_of(rival).opens("/contributions"))
    page = "/contributions/2026-09/withdraw"
    assert reader_of(rival).sends(page, seen_on=page).status_code == 404
    assert period_totals(reporter.actor) != []


def test_who_does_not_contribute_has_no_such_page(
    reader_of: Callable[[Person], Visitor], subscriber: Person
) -> None:
    reader = reader_of(subscriber)
    assert reader.opens("/contributions").status_code == 403
    assert "Contributions" not in words_of(reader.opens("/"))


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b\\c.csv", "\x00.csv", "été 2026.csv"])
def test_the_name_of_a_file_is_only_shown(
    reader_of: Callable[[Person], Visitor], reporter: Person, name: str
) -> None:
    assert send(reader_of(reporter), HEADINGS + ROWS, name=name).startswith("/contributions/")
