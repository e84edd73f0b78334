import json
from collections.abc import Callable

import pytest

from network.errors import UnreadableError
from tests.unit.ingest.conftest import Read

Ledger = Callable[..., Read]
INVOICE = {
    "customer_id": "C1",
    "customer_name": "Aciers SA",
    "invoice_id": "F1",
    "invoice_date": "2026-01-10",
    "due_date": "2026-02-09",
    "amount": "1234.50",
    "currency": "EUR",
}


def lines(*records: object) -> str:
    return "\n".join(record if isinstance(record, str) else json.dumps(record) for record in records) + "\n"


def test_one_invoice_a_line(ledger: Ledger) -> None:
    read = ledger(
        lines(INVOICE, INVOICE | {"invoice_id": "F2", "amount": 2309.7899999999995, "disputed": True}),
        name="l.ndjson",
    )
    assert (read.file.format, read.summary.accepted) == ("ndjson", 2)
    assert read.invoices.select("amount", "disputed").rows() == [(123450, False), (230979, True)]


def test_one_trade_line_a_line(ledger: Ledger) -> None:
    record = {
        "customer_id": "C1",
        "report_date": "2026-10-31",
        "currency": "EUR",
        "current": "10.00",
        "late_91": 5,
        "balance": 15,
    }
    assert ledger(lines(record), name="l.ndjson").position("C1", "2026-10")["late_91"] == 500


def test_a_point_is_always_the_decimal_sign(ledger: Ledger) -> None:
    assert ledger(lines(INVOICE | {"amount": "1.234"}), name="l.ndjson", decimal=",").invoices[
        "amount"
    ].to_list() == [123]


def test_a_broken_line_is_told_and_the_others_are_kept(ledger: Ledger) -> None:
    read = ledger(
        lines(
            INVOICE,
            "{not json",
            "",
            INVOICE | {"invoice_id": "F3"},
            {"amount": [1]},
            INVOICE | {"invoice_id": "F4"},
        ),
        name="l.ndjson",
    )
    assert (read.summary.accepted, read.codes()) == (3, [(2, "json_invalid"), (5, "json_invalid")])


def test_a_cut_file_is_told(ledger: Ledger) -> None:
    assert ledger(lines(INVOICE, INVOICE)[:-9], name="l.ndjson").codes() == [(2, "line_cut")]


def test_whether_many_lines_hold_a_broken_one_or_not_changes_nothing_for_the_others(ledger: Ledger) -> None:
    records = [
        INVOICE | {"invoice_id": f"F{n}", "amount": n + 0.1 * n, "disputed": n % 2 == 0} for n in range(50)
    ]
    fast = ledger(lines(*records), name="a.ndjson").invoices
    slow = ledger(lines(*records, "{"), name="b.ndjson").invoices
    assert fast.rows() == slow.rows()


@pytest.mark.parametrize("text", ['{"a": \n 1}\n', "{\n}\n"])
def test_what_is_not_one_object_a_line_is_refused(ledger: Ledger, text: str) -> None:
    with pytest.raises(UnreadableError):
        ledger(text, name="l.json")


@pytest.mark.parametrize("text", ['[{"customer_id": "C1"}]', '[\n  {\n    "customer_id": "C1"\n  }\n]\n'])
def test_a_list_is_refused_with_what_to_write(ledger: Ledger, text: str) -> None:
    with pytest.raises(UnreadableError, match="one object a line"):
        ledger(text)
