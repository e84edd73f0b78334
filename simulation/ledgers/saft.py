"""SAF-T Financial 1.30 as Norwegian software writes it: master files, then journals of transactions."""

from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

import polars as pl

from simulation.economy import Economy
from simulation.ledgers.book import Book
from simulation.ledgers.text import amount_text

NAMESPACE = "urn:StandardAuditFile-Taxation-Financial:NO"
VAT_RATE = 0.25


def write_saft(economy: Economy, book: Book, path: Path) -> None:
    """Write the books of the whole time as one audit file; it needs no mapping."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write('<?xml version="1.0" encoding="UTF-8"?>\n')
        file.write(f'<n1:AuditFile xmlns:n1="{NAMESPACE}">\n')
        file.write(_header(economy, book))
        file.write("<n1:MasterFiles>\n<n1:Customers>\n")
        file.writelines(_customer(row) for row in book.customers.iter_rows(named=True))
        file.write("</n1:Customers>\n</n1:MasterFiles>\n")
        file.writelines(_entries(book))
        file.write("</n1:AuditFile>\n")


def _tag(name: str, value: object) -> str:
    return "" if value is None or value == "" else f"<n1:{name}>{escape(str(value))}</n1:{name}>"


def _header(economy: Economy, book: Book) -> str:
    first, last = str(economy.calendar.first_days[0]), str(book.until)
    member = book.member
    return (
        "<n1:Header><n1:AuditFileVersion>1.30</n1:AuditFileVersion>"
        f"<n1:AuditFileCountry>NO</n1:AuditFileCountry>{_tag('AuditFileDateCreated', last)}"
        "<n1:SoftwareCompanyName>Regnskap</n1:SoftwareCompanyName><n1:SoftwareID>R</n1:SoftwareID>"
        "<n1:SoftwareVersion>1</n1:SoftwareVersion>"
        f"<n1:Company>{_tag('RegistrationNumber', str(member['vat'])[2:11])}{_tag('Name', book.name)}"
        f"<n1:Address>{_tag('StreetName', member['street'])}{_tag('City', member['city'])}"
        f"{_tag('PostalCode', member['postcode'])}{_tag('Country', member['country'])}</n1:Address></n1:Company>"
        f"{_tag('DefaultCurrencyCode', book.currency)}"
        f"<n1:SelectionCriteria>{_tag('PeriodStart', int(first[5:7]))}{_tag('PeriodStartYear', first[:4])}"
        f"{_tag('PeriodEnd', int(last[5:7]))}{_tag('PeriodEndYear', last[:4])}</n1:SelectionCriteria>"
        "<n1:TaxAccountingBasis>A</n1:TaxAccountingBasis></n1:Header>\n"
    )


def _customer(row: dict[str, object]) -> str:
    number = row["registration"] if row["registration"] is not None else row["siren"]
    vat = (
        f"<n1:TaxRegistration>{_tag('TaxRegistrationNumber', row['vat'])}</n1:TaxRegistration>"
        if row["vat"]
        else ""
    )
    address = (
        f"<n1:Address>{_tag('StreetName', row['street'])}{_tag('City', row['city'])}{_tag('PostalCode', row['postcode'])}"
        f"{_tag('Country', row['country'])}</n1:Address>"
    )
    return (
        f"<n1:Customer>{_tag('RegistrationNumber', number)}{_tag('Name', row['customer_name'])}{address}{vat}"
        f"{_tag('CustomerID', row['customer_id'])}<n1:AccountID>1500</n1:AccountID>"
        f"<n1:PartyInfo><n1:PaymentTerms>{_tag('Days', row['terms_days'])}</n1:PaymentTerms></n1:PartyInfo></n1:Customer>\n"
    )


def customer_lines(invoices: pl.DataFrame) -> int:
    """Return how many lines on account 1500 the invoices make: one each, and one for each that is settled."""
    return invoices.height + invoices["settled_date"].drop_nulls().len()


def _entries(book: Book) -> Iterator[str]:
    """Yield the general ledger: a journal of sales and one of receipts, each line with the invoice that it is about."""
    tax = (pl.col("amount") * (VAT_RATE / (1 + VAT_RATE))).round().cast(pl.Int64)
    sales = book.invoices.with_columns(tax=tax).with_columns(
        gross=amount_text(pl.col("amount").abs()),
        net=amount_text((pl.col("amount") - pl.col("tax")).abs()),
        vat=amount_text(pl.col("tax").abs()),
    )
    settled = sales.filter(pl.col("settled_date").is_not_null())
    receipts = settled.with_columns(pl.coalesce("credits", "invoice").alias("receipt")).partition_by(
        "receipt", maintain_order=True
    )
    receipts.sort(key=lambda rows: (rows["settled_date"][0], rows["receipt"][0]))
    total = (sales["amount"].abs().sum() + settled.select(_moved()).sum().item()) / 100
    yield "<n1:GeneralLedgerEntries>\n"
    yield f"{_tag('NumberOfEntries', sales.height + len(receipts))}{_tag('TotalDebit', f'{total:.2f}')}{_tag('TotalCredit', f'{total:.2f}')}\n"
    yield "<n1:Journal><n1:JournalID>SALG</n1:JournalID><n1:Description>Salg</n1:Description><n1:Type>AR</n1:Type>\n"
    for row in sales.iter_rows(named=True):
        yield _sale(row)
    yield "</n1:Journal>\n<n1:Journal><n1:JournalID>BANK</n1:JournalID><n1:Description>Bank</n1:Description><n1:Type>CB</n1:Type>\n"
    for rows in receipts:
        yield _receipt(rows.to_dicts())
    yield "</n1:Journal>\n</n1:GeneralLedgerEntries>\n"


def _moved() -> pl.Expr:
    """Return what a settled line adds to the debit side of its receipt: the whole invoice; a credit note adds nothing new."""
    return pl.when(pl.col("amount") > 0).then("amount").otherwise(0)


def _transaction(number: str, day: object, text: str, lines: str) -> str:
    month, year = str(day)[5:7], str(day)[:4]
    return (
        f"<n1:Transaction>{_tag('TransactionID', number)}{_tag('Period', int(month))}{_tag('PeriodYear', year)}"
        f"{_tag('TransactionDate', day)}<n1:TransactionType>Normal</n1:TransactionType>{_tag('Description', text)}"
        f"{_tag('SystemEntryDate', day)}{_tag('GLPostingDate', day)}{lines}</n1:Transaction>\n"
    )


def _ledger_line(
    record: int,
    account: str,
    row: dict[str, object],
    day: object,
    *,
    debit: bool,
    amount: str,
    extra: str = "",
) -> str:
    side = "DebitAmount" if debit else "CreditAmount"
    customer = _tag("CustomerID", row["customer_id"]) if account == "1500" else ""
    return (
        f"<n1:Line>{_tag('RecordID', record)}{_tag('AccountID', account)}{_tag('ValueDate', day)}{_tag('SourceDocumentID', row['invoice_id'])}"
        f"{customer}{_tag('Description', row['invoice_id'])}<n1:{side}>{_tag('Amount', amount)}</n1:{side}>{extra}</n1:Line>"
    )


def _sale(row: dict[str, object]) -> str:
    day, is_debit = row["invoice_date"], not str(row["amount"]).startswith("-")
    extra = f"{_tag('ReferenceNumber', row['invoice_id'])}{_tag('DueDate', row['due_date'])}"
    lines = (
        _ledger_line(1, "1500", row, day, debit=is_debit, amount=str(row["gross"]), extra=extra)
        + _ledger_line(2, "3000", row, day, debit=not is_debit, amount=str(row["net"]))
        + _ledger_line(3, "2700", row, day, debit=not is_debit, amount=str(row["vat"]))
    )
    return _transaction(f"S{row['invoice_id']}", day, f"Faktura {row['invoice_id']}", lines)


def _receipt(rows: list[dict[str, object]]) -> str:
    """Return one receipt: an invoice, the credit notes taken off it, and what came in on the bank account."""
    first = rows[0]
    cents = sum(int(str(row["amount"])) for row in rows)
    bank = _ledger_line(1, "1920", first, first["settled_date"], debit=True, amount=f"{cents / 100:.2f}")
    taken = ""
    for record, row in enumerate(rows, start=2):
        extra = f"{_tag('ReferenceNumber', row['invoice_id'])}{_tag('CrossReference', row['invoice_id'])}"
        is_note = str(row["amount"]).startswith("-")
        taken += _ledger_line(
            record, "1500", row, row["settled_date"], debit=is_note, amount=str(row["gross"]), extra=extra
        )
    return _transaction(
        f"B{first['invoice_id']}", first["settled_date"], f"Innbetaling {first['invoice_id']}", bank + taken
    )
