"""The Norwegian ledger and the Portuguese documents, and what an XML file may try."""

import tracemalloc
from collections.abc import Callable
from datetime import date

import pytest

from network.errors import UnreadableError
from tests.unit.ingest.conftest import Read

Ledger = Callable[..., Read]

NORWEGIAN = """<?xml version="1.0" encoding="UTF-8"?>
<n1:AuditFile xmlns:n1="urn:StandardAuditFile-Taxation-Financial:NO"><n1:Header>
<n1:AuditFileVersion>1.30</n1:AuditFileVersion><n1:AuditFileCountry>NO</n1:AuditFileCountry>
<n1:DefaultCurrencyCode>NOK</n1:DefaultCurrencyCode><n1:SelectionCriteria><n1:PeriodStart>1</n1:PeriodStart>
<n1:PeriodStartYear>2026</n1:PeriodStartYear><n1:PeriodEnd>4</n1:PeriodEnd><n1:PeriodEndYear>2026</n1:PeriodEndYear>
</n1:SelectionCriteria></n1:Header><n1:MasterFiles><n1:Customers>
<n1:Customer><n1:RegistrationNumber>987654325</n1:RegistrationNumber><n1:Name>Leker på Nett AS</n1:Name><n1:Address>
<n1:City>Oslo</n1:City><n1:PostalCode>0885</n1:PostalCode><n1:Country>NO</n1:Country></n1:Address><n1:TaxRegistration>
<n1:TaxRegistrationNumber>987654325MVA</n1:TaxRegistrationNumber></n1:TaxRegistration><n1:CustomerID>1001</n1:CustomerID>
<n1:OpeningDebitBalance>20</n1:OpeningDebitBalance>{terms}</n1:Customer></n1:Customers></n1:MasterFiles>
<n1:GeneralLedgerEntries><n1:Journal>{transactions}</n1:Journal></n1:GeneralLedgerEntries></n1:AuditFile>
"""
TERMS = """<n1:PartyInfo><n1:PaymentTerms><n1:Days>15</n1:Days><n1:FreeBillingMonth>{eom}</n1:FreeBillingMonth>
</n1:PaymentTerms></n1:PartyInfo>"""


def transaction(day: str, *lines: str) -> str:
    return f"<n1:Transaction><n1:TransactionDate>{day}</n1:TransactionDate>{''.join(lines)}</n1:Transaction>"


def line(account: str, debit: str = "", credit: str = "", customer: str = "", more: str = "") -> str:
    amount = f"<n1:DebitAmount><n1:Amount>{debit}</n1:Amount></n1:DebitAmount>" if debit else ""
    amount += f"<n1:CreditAmount><n1:Amount>{credit}</n1:Amount></n1:CreditAmount>" if credit else ""
    named = f"<n1:CustomerID>{customer}</n1:CustomerID>" if customer else ""
    return f"<n1:Line><n1:AccountID>{account}</n1:AccountID>{named}{amount}{more}</n1:Line>"


SALE = transaction(
    "2026-01-12",
    line("3000", credit="80"),
    line("1500", debit="100", customer="1001", more="<n1:ReferenceNumber>F7</n1:ReferenceNumber>"),
    line("2700", credit="20"),
)
PAID = transaction("2026-03-10", line("1920", debit="100"), line("1500", credit="100", customer="1001"))


def norwegian(*transactions: str, terms: str = TERMS.format(eom="false")) -> str:
    return NORWEGIAN.format(terms=terms, transactions="".join(transactions))


def test_customer_lines_become_invoices_with_the_terms_of_the_customer(ledger: Ledger) -> None:
    read = ledger(norwegian(SALE, PAID), name="saft.xml", currency=None)
    assert (read.file.format, read.summary.rows_read, read.summary.accepted) == ("saft", 6, 3)
    assert read.summary.unprocessed_by_code == {"other_account": 3}
    assert read.summary.periods == ["2026-01", "2026-02", "2026-03", "2026-04"]
    sold = read.invoices.filter(invoice_id="F7").row(0)
    assert sold == (
        "1001",
        "F7",
        date(2026, 1, 12),
        date(2026, 1, 27),
        10000,
        "NOK",
        date(2026, 3, 10),
        False,
    )
    customer = read.summary.customers.row(0, named=True)
    assert (customer["registration"], customer["vat"], customer["city"]) == (
        "987654325",
        "NO987654325MVA",
        "Oslo",
    )


def test_terms_may_run_from_the_end_of_the_month_and_a_due_date_goes_before_terms(ledger: Ledger) -> None:
    read = ledger(norwegian(SALE, terms=TERMS.format(eom="true")), name="saft.xml")
    assert read.invoices.filter(invoice_id="F7")["due_date"].to_list() == [date(2026, 2, 15)]
    due = SALE.replace("</n1:ReferenceNumber>", "</n1:ReferenceNumber><n1:DueDate>2026-02-01</n1:DueDate>")
    read = ledger(norwegian(due), name="saft.xml")
    assert read.invoices.filter(invoice_id="F7")["due_date"].to_list() == [date(2026, 2, 1)]


def test_without_any_terms_an_invoice_is_told_to_lack_its_due_date(ledger: Ledger) -> None:
    read = ledger(norwegian(SALE, PAID, terms=""), name="saft.xml")
    assert [code for _, code in read.codes()] == ["due_date_missing", "due_date_missing"]
    assert ledger(norwegian(SALE, PAID, terms=""), name="saft.xml", terms_days=14).summary.rejected == 0


def test_a_customer_that_the_file_does_not_describe_is_told(ledger: Ledger) -> None:
    read = ledger(norwegian(SALE.replace(">1001<", ">9<")), name="saft.xml")
    assert [code for _, code in read.codes()] == ["account_unknown"]


def test_a_cut_xml_is_refused_whole(ledger: Ledger) -> None:
    with pytest.raises(UnreadableError, match="cut or broken at line") as refusal:
        ledger(norwegian(SALE, PAID)[:-60], name="saft.xml")
    assert refusal.value.error_code == "truncated"


def test_an_entity_bomb_is_refused(ledger: Ledger) -> None:
    bomb = (
        '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;">]><AuditFile>&c;</AuditFile>'
    )
    with pytest.raises(UnreadableError) as refusal:
        ledger(bomb, name="saft.xml")
    assert refusal.value.error_code == "bomb"


def test_another_xml_is_no_ledger(ledger: Ledger) -> None:
    with pytest.raises(UnreadableError, match="not a SAF-T"):
        ledger("<Invoice><ID>1</ID></Invoice>", name="ubl.xml")


PORTUGUESE = """<?xml version="1.0" encoding="Windows-1252"?>
<AuditFile xmlns="urn:OECD:StandardAuditFile-Tax:PT_1.04_01"><Header><AuditFileVersion>1.04_01</AuditFileVersion>
<StartDate>2026-01-01</StartDate><EndDate>2026-04-30</EndDate><CurrencyCode>EUR</CurrencyCode></Header><MasterFiles>
<Customer><CustomerID>A</CustomerID><AccountID>2111</AccountID><CustomerTaxID>501964843</CustomerTaxID>
<CompanyName>Aços da Maia Lda</CompanyName><BillingAddress><AddressDetail>Rua 1</AddressDetail><City>Maia</City>
<PostalCode>4470-001</PostalCode><Country>PT</Country></BillingAddress></Customer>
<Customer><CustomerID>B</CustomerID><CustomerTaxID>999999990</CustomerTaxID><CompanyName>Consumidor final</CompanyName></Customer>
<Customer><CustomerID>C</CustomerID><CustomerTaxID>123456789</CustomerTaxID><CompanyName>Rui Silva</CompanyName></Customer>
</MasterFiles><GeneralLedgerEntries><Journal><JournalID>1</JournalID><Transaction><TransactionDate>2026-01-10</TransactionDate>
<CustomerID>A</CustomerID><Lines><DebitLine><AccountID>2111</AccountID><DebitAmount>123.00</DebitAmount></DebitLine>
<CreditLine><AccountID>7111</AccountID><CreditAmount>123.00</CreditAmount></CreditLine></Lines></Transaction></Journal>
</GeneralLedgerEntries>{documents}</AuditFile>
"""


def document(
    number: str, kind: str, total: str, day: str, *, customer: str = "A", status: str = "N", more: str = ""
) -> str:
    return (
        f"<Invoice><InvoiceNo>{number}</InvoiceNo><DocumentStatus><InvoiceStatus>{status}</InvoiceStatus></DocumentStatus>"
        f"<InvoiceDate>{day}</InvoiceDate><InvoiceType>{kind}</InvoiceType><CustomerID>{customer}</CustomerID>{more}"
        f"<DocumentTotals><GrossTotal>{total}</GrossTotal></DocumentTotals></Invoice>"
    )


def payment(day: str, *settled: tuple[str, str, str]) -> str:
    lines = "".join(
        f"<Line><SourceDocumentID><OriginatingON>{number}</OriginatingON></SourceDocumentID><{side}>{amount}</{side}></Line>"
        for number, side, amount in settled
    )
    return f"<Payment><PaymentRefNo>R1</PaymentRefNo><TransactionDate>{day}</TransactionDate><CustomerID>A</CustomerID>{lines}</Payment>"


def portuguese(invoices: str, payments: str = "") -> bytes:
    documents = f"<SourceDocuments><SalesInvoices>{invoices}</SalesInvoices><Payments>{payments}</Payments></SourceDocuments>"
    return PORTUGUESE.format(documents=documents if invoices else "").encode("cp1252")


def test_portuguese_documents_are_read_and_their_bookings_passed_over(ledger: Ledger) -> None:
    invoices = document("FT 1/1", "FT", "123.00", "2026-01-10") + document(
        "FT 1/2", "FT", "50.00", "2026-02-10"
    )
    read = ledger(
        portuguese(invoices, payment("2026-03-01", ("FT 1/1", "CreditAmount", "123.00"))),
        name="pt.xml",
        terms_days=30,
    )
    assert read.invoices.select("invoice_id", "amount", "settled_date").rows() == [
        ("FT 1/1", 12300, date(2026, 3, 1)),
        ("FT 1/2", 5000, None),
    ]
    assert read.summary.unprocessed_by_code == {"other_account": 1, "told_twice": 1}
    assert read.summary.customers.select("vat", "customer_name").rows() == [
        ("PT501964843", "Aços da Maia Lda")
    ]


def test_portuguese_bookings_are_read_where_there_are_no_documents(ledger: Ledger) -> None:
    read = ledger(portuguese(""), name="pt.xml", terms_days=30)
    assert read.invoices["amount"].to_list() == [12300]


def test_a_portuguese_credit_note_reduces_its_invoice_or_is_used_by_a_payment(ledger: Ledger) -> None:
    invoices = document("FT 1/1", "FT", "100.00", "2026-01-10")
    invoices += document(
        "NC 1/1",
        "NC",
        "20.00",
        "2026-01-20",
        more="<Line><References><Reference>FT 1/1</Reference></References></Line>",
    )
    paid = payment("2026-03-01", ("FT 1/1", "CreditAmount", "80.00"))
    read = ledger(portuguese(invoices, paid), name="pt.xml", terms_days=30)
    assert read.invoices.select("amount", "settled_date").rows() == [(8000, date(2026, 3, 1))]
    used = payment("2026-03-01", ("FT 1/1", "CreditAmount", "100.00"), ("NC 1/1", "DebitAmount", "20.00"))
    read = ledger(portuguese(invoices, used), name="pt.xml", terms_days=30)
    assert read.invoices.select("amount", "settled_date").rows() == [(10000, date(2026, 3, 1))]


def test_consumers_persons_cash_and_cancelled_documents_each_have_their_answer(ledger: Ledger) -> None:
    invoices = (
        document("FT 1/1", "FT", "1.00", "2026-01-10", customer="B")
        + document("FT 1/2", "FT", "1.00", "2026-01-10", customer="C")
        + document("FR 1/3", "FR", "1.00", "2026-01-10")
        + document("FT 1/4", "FT", "1.00", "2026-01-10", status="A")
    )
    read = ledger(portuguese(invoices), name="pt.xml", terms_days=30)
    assert [code for _, code in read.codes()] == ["natural_person"]
    assert read.summary.unprocessed_by_code == {
        "other_account": 1,
        "final_consumer": 1,
        "cash_sale": 1,
        "cancelled": 1,
        "told_twice": 1,
    }


def test_what_we_do_not_read_is_not_kept_in_memory(ledger: Ledger) -> None:
    elements = '<n1:a b="1">1</n1:a>' * 60_000
    strange = f"<n1:Strange>{elements}</n1:Strange>"
    text = norwegian(SALE).replace("<n1:MasterFiles>", f"<n1:MasterFiles>{strange}")
    tracemalloc.start()
    try:
        assert ledger(text, name="saft.xml", currency=None).summary.accepted == 2
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 10 * len(text)
