"""What a member sends: taken in whole, once, replaced by month, seen by itself alone, withdrawn."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from anonymization.vault import PAGE_BYTES
from network.errors import NotAllowedError, NotFoundError, UnreadableError
from network.models import LedgerPage
from network.services.customer_book import read_customers
from network.services.ledgers import list_statements, period_totals, submit_ledger, withdraw_period
from network.services.statement_book import read_problems
from tests.factories.cast import Person

TODAY = date(2026, 11, 21)
HEADINGS = (
    "customer_id,customer_name,siren,invoice_id,invoice_date,due_date,amount,currency,settled_date,disputed"
)
SEPTEMBER = [
    "C1,Boulangerie Vasseur SARL,732829320,F1,2026-07-10,2026-08-10,1000.00,EUR,,false",
    "C1,Boulangerie Vasseur SARL,732829320,F2,2026-09-01,2026-10-01,250.50,EUR,,false",
    "C2,Transports Lorieux SAS,552100554,F3,2026-08-15,2026-09-15,80.00,EUR,2026-09-20,false",
]


def write(path: Path, lines: list[str]) -> Path:
    path.write_text("\n".join([HEADINGS, *lines]) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def september(tmp_path: Path) -> Path:
    return write(tmp_path / "september.csv", SEPTEMBER)


def test_a_file_is_taken_in_and_shown_month_by_month(
    session: Session, reporter: Person, september: Path
) -> None:
    receipt = submit_ledger(reporter.actor, path=september, today=TODAY)
    assert (receipt.statement.accepted, receipt.statement.rejected, receipt.unchanged) == (3, 0, False)
    assert receipt.statement.periods == ("2026-07", "2026-08", "2026-09")
    totals = {total.period: total for total in period_totals(reporter.actor)}
    assert totals["2026-07"].current == 100_000
    assert totals["2026-09"].current == 25_050
    assert totals["2026-09"].late_31_60 == 100_000


def test_the_same_file_twice_changes_nothing_and_says_so(
    session: Session, reporter: Person, september: Path
) -> None:
    first = submit_ledger(reporter.actor, path=september, today=TODAY)
    pages = set(session.scalars(select(LedgerPage.id)))
    again = submit_ledger(reporter.actor, path=september, today=TODAY)
    assert again.unchanged
    assert again.statement == first.statement
    assert set(session.scalars(select(LedgerPage.id))) == pages


def test_the_same_file_twice_tells_the_same_rejections(
    session: Session, reporter: Person, tmp_path: Path
) -> None:
    path = write(tmp_path / "l.csv", [*SEPTEMBER, "C3,Nobody,,F9,2026-09-01,2026-10-01,12.345,EUR,,false"])
    first = submit_ledger(reporter.actor, path=path, today=TODAY)
    again = submit_ledger(reporter.actor, path=path, today=TODAY)
    assert [problem.row for problem in first.rejections] == [5]
    assert again.rejections == first.rejections


def test_a_corrected_file_replaces_its_months_and_leaves_the_others(
    session: Session, reporter: Person, tmp_path: Path, september: Path
) -> None:
    submit_ledger(reporter.actor, path=september, today=TODAY)
    corrected = write(
        tmp_path / "corrected.csv",
        ["C1,Boulangerie Vasseur SARL,732829320,F2,2026-09-01,2026-10-01,300.00,EUR,2026-09-30,false"],
    )
    submit_ledger(reporter.actor, path=corrected, today=TODAY)
    newest, oldest = list_statements(reporter.actor)
    assert newest.in_force == ("2026-09",)
    assert oldest.in_force == ("2026-07", "2026-08")
    totals = {total.period: total for total in period_totals(reporter.actor)}
    assert totals["2026-07"].current == 100_000
    assert totals.get("2026-09") is None or totals["2026-09"].current == 0


def test_a_file_that_was_replaced_can_be_sent_again(
    session: Session, reporter: Person, tmp_path: Path, september: Path
) -> None:
    submit_ledger(reporter.actor, path=september, today=TODAY)
    other = write(
        tmp_path / "other.csv", [SEPTEMBER[1].replace("250.50", "9.00").replace(",,f", ",2026-09-30,f")]
    )
    submit_ledger(reporter.actor, path=other, today=TODAY)
    assert not submit_ledger(reporter.actor, path=september, today=TODAY).unchanged


def test_a_withdrawn_month_is_gone_and_another_stays(
    session: Session, reporter: Person, september: Path
) -> None:
    submit_ledger(reporter.actor, path=september, today=TODAY)
    withdraw_period(reporter.actor, period="2026-09")
    assert "2026-09" not in {total.period for total in period_totals(reporter.actor)}
    assert list_statements(reporter.actor)[0].in_force == ("2026-07", "2026-08")
    with pytest.raises(NotFoundError):
        withdraw_period(reporter.actor, period="2026-09")


def test_customers_of_withdrawn_months_are_forgotten(
    session: Session, reporter: Person, september: Path
) -> None:
    submit_ledger(reporter.actor, path=september, today=TODAY)
    assert set(read_customers(session, reporter.member_id)["customer_id"]) == {"C1", "C2"}
    for period in ("2026-08", "2026-09"):
        withdraw_period(reporter.actor, period=period)
    assert set(read_customers(session, reporter.member_id)["customer_id"]) == {"C1"}
    withdraw_period(reporter.actor, period="2026-07")
    assert read_customers(session, reporter.member_id).is_empty()
    assert list_statements(reporter.actor)[0].in_force == ()


def test_row_problems_go_with_the_last_month_of_their_file(
    session: Session, reporter: Person, tmp_path: Path
) -> None:
    path = write(tmp_path / "l.csv", [SEPTEMBER[2], "C3,Nobody,,F9,2026-09-01,2026-10-01,1.234,EUR,,false"])
    receipt = submit_ledger(reporter.actor, path=path, today=TODAY)
    for period in receipt.statement.periods:
        withdraw_period(reporter.actor, period=period)
    assert read_problems(session, reporter.member_id, receipt.statement) == ((), ())


def test_nothing_of_a_file_with_no_good_row_is_kept(
    session: Session, reporter: Person, tmp_path: Path
) -> None:
    path = write(tmp_path / "bad.csv", ["C1,A,732829320,F1,2026-07-10,2026-08-10,1.234,EUR,,false"])
    receipt = submit_ledger(reporter.actor, path=path, today=TODAY)
    assert (receipt.statement.accepted, receipt.statement.rejected) == (0, 1)
    assert session.scalar(select(func.count()).select_from(LedgerPage)) == 0


def test_an_unreadable_file_writes_nothing(session: Session, reporter: Person, tmp_path: Path) -> None:
    path = tmp_path / "picture.csv"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    with pytest.raises(UnreadableError):
        submit_ledger(reporter.actor, path=path, today=TODAY)
    assert session.scalar(select(func.count()).select_from(LedgerPage)) == 0


def test_a_colleague_sees_what_we_sent_and_a_rival_sees_nothing(
    session: Session, reporter: Person, colleague: Person, rival: Person, september: Path
) -> None:
    submit_ledger(reporter.actor, path=september, today=TODAY)
    assert list_statements(colleague.actor) == list_statements(reporter.actor)
    assert list_statements(rival.actor) == []
    assert period_totals(rival.actor) == []


def test_a_subscriber_may_not_send(session: Session, subscriber: Person, september: Path) -> None:
    with pytest.raises(NotAllowedError):
        submit_ledger(subscriber.actor, path=september, today=TODAY)


def test_nothing_of_a_ledger_stands_in_the_database_in_clear(
    session: Session, reporter: Person, september: Path
) -> None:
    submit_ledger(reporter.actor, path=september, today=TODAY)
    pages = session.scalars(select(LedgerPage)).all()
    assert {len(page.sealed) for page in pages} == {12 + PAGE_BYTES + 16}
    for page in pages:
        raw = page.owner_tag + page.slot_tag + page.wrapped_key + page.sealed
        for secret in (b"Vasseur", b"732829320", b"F1", reporter.member_id.bytes, b"september"):
            assert len(secret) < 3 or secret not in raw
