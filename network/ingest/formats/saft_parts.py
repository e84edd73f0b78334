"""The parts of a SAF-T file, one element at a time: header, customers, ledger lines, invoices, payments."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from xml.etree.ElementTree import Element

from stdnum.exceptions import ValidationError as InvalidNumberError

from network.schemas.fields import vat_number
from network.schemas.readings import UnfitError, read_date

_PERSONAL_TAX_NUMBERS = ("1", "2", "3", "45")
"""Portuguese tax numbers of natural persons begin with these; 999999990 stands for unnamed consumers."""
_FINAL_CONSUMER = "999999990"
_MONEY = {"NO": ("19",), "PT": ("11", "12", "13")}
_SALES = {"NO": ("3",), "PT": ("71", "72")}
_CUSTOMERS_PT = "21"


def local(element: Element) -> str:
    """Return the name of an element without its namespace."""
    return element.tag.rpartition("}")[2]


def child(element: Element, *names: str) -> Element | None:
    """Return the first descendant along a path of local names."""
    found: Element | None = element
    for name in names:
        found = None if found is None else next((part for part in found if local(part) == name), None)
    return found


def text(element: Element, *names: str) -> str | None:
    """Return the text along a path of local names, None where it is blank or the placeholder "n.a"."""
    found = child(element, *names)
    said = (found.text or "").strip() if found is not None else ""
    return said if said and said.casefold().rstrip(".") != "n.a" else None


@dataclass(frozen=True, slots=True)
class SaftHeader:
    """What the header says of the whole file."""

    country: str
    currency: str | None
    first: date | None
    last: date | None


@dataclass(frozen=True, slots=True)
class SaftCustomer:
    """A customer of the master files; texts for EntrySchema. `refused` is the outcome of all its lines, if any."""

    customer_id: str
    details: dict[str, str | None]
    account: str | None
    terms_days: int | None
    end_of_month: bool
    opening: str | None
    opening_sign: int
    vat_dropped: bool
    refused: str | None


def read_header(header: Element) -> SaftHeader:
    """Return what a Header element says."""
    chosen = child(header, "SelectionCriteria")
    around = header if chosen is None else chosen
    first = _day(text(around, "StartDate") or text(around, "SelectionStartDate"))
    last = _day(text(around, "EndDate") or text(around, "SelectionEndDate"))
    if first is None and chosen is not None:
        first = _month(text(chosen, "PeriodStartYear"), text(chosen, "PeriodStart"))
        end = _month(text(chosen, "PeriodEndYear"), text(chosen, "PeriodEnd"))
        last = (end.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1) if end else None
    version = (text(header, "AuditFileVersion") or "") + header.tag
    country = text(header, "AuditFileCountry") or ("PT" if ":PT" in version or "_01" in version else "NO")
    return SaftHeader(
        country, text(header, "DefaultCurrencyCode") or text(header, "CurrencyCode"), first, last
    )


def read_customer(customer: Element, country: str) -> SaftCustomer:
    """Return a customer; a tax number whose check digits fail is left out."""
    address = child(customer, "Address")
    address = child(customer, "BillingAddress") if address is None else address
    number = text(customer, "TaxRegistration", "TaxRegistrationNumber") or text(customer, "CustomerTaxID")
    vat = _vat(number, country)
    refused = None
    if country == "PT" and number == _FINAL_CONSUMER:
        refused = "final_consumer"
    elif country == "PT" and vat and vat.removeprefix("PT").startswith(_PERSONAL_TAX_NUMBERS):
        refused = "natural_person"
    debit, credit = _opening(customer, "OpeningDebitBalance"), _opening(customer, "OpeningCreditBalance")
    days = text(customer, "PartyInfo", "PaymentTerms", "Days")
    place = address if address is not None else Element("none")
    return SaftCustomer(
        customer_id=text(customer, "CustomerID") or "",
        details={
            "customer_name": text(customer, "Name") or text(customer, "CompanyName"),
            "vat": vat,
            "registration": text(customer, "RegistrationNumber"),
            "street": text(place, "StreetName") or text(place, "AddressDetail"),
            "postcode": text(place, "PostalCode"),
            "city": text(place, "City"),
            "country": text(place, "Country"),
            "email": text(customer, "Contact", "Email") or text(customer, "Email"),
        },
        account=text(customer, "AccountID") or text(customer, "BalanceAccount", "AccountID"),
        terms_days=int(days) if days and days.isdecimal() and len(days) < 4 else None,  # noqa: PLR2004 - below 1,000 days
        end_of_month=text(customer, "PartyInfo", "PaymentTerms", "FreeBillingMonth") == "true",
        opening=debit or credit,
        opening_sign=1 if debit else -1,
        vat_dropped=bool(number) and vat is None and refused is None,
        refused=refused,
    )


def _opening(customer: Element, name: str) -> str | None:
    return text(customer, name) or text(customer, "BalanceAccount", name)


def _vat(number: str | None, country: str) -> str | None:
    if number is None:
        return None
    for candidate in (country + number, number):
        try:
            return vat_number(candidate)
        except InvalidNumberError:
            continue
    return None


def ledger_lines(transaction: Element, country: str) -> Iterator[dict[str, str | None]]:
    """Yield every line of a transaction: "account" and, for a line about a customer, the texts of EntrySchema.

    The Portuguese transaction names its customer once, for its lines on accounts 21.
    """
    whole = text(transaction, "CustomerID")
    day = text(transaction, "TransactionDate") or text(transaction, "GLPostingDate")
    lines = [part for part in transaction.iter() if local(part) in {"Line", "DebitLine", "CreditLine"}]
    for line in lines:
        account = text(line, "AccountID") or ""
        customer = text(line, "CustomerID")
        if customer is None and whole and country == "PT" and account.startswith(_CUSTOMERS_PT):
            customer = whole
        reference = text(line, "ReferenceNumber") or text(line, "SourceDocumentID")
        credit = _amount(line, "CreditAmount")
        yield {
            "account": account,
            "customer_id": customer,
            "entry_date": day,
            "document_date": text(line, "ValueDate") or day,
            "due_date": text(line, "DueDate"),
            "reference": (text(line, "CrossReference") or reference) if credit else reference,
            "debit": _amount(line, "DebitAmount"),
            "credit": credit,
        }


def moves_money(account: str, country: str) -> bool:
    """Return whether an account is cash or bank (Norwegian class 19, Portuguese 11 to 13)."""
    return account.startswith(_MONEY.get(country, ()))


def books_sales(account: str, country: str) -> bool:
    """Return whether an account is revenue (Norwegian class 3, Portuguese 71 and 72)."""
    return account.startswith(_SALES.get(country, ()))


def _amount(line: Element, name: str) -> str | None:
    return text(line, name, "Amount") or text(line, name)


def read_invoice(invoice: Element) -> tuple[dict[str, str | None], str | None]:
    """Return the texts of EntrySchema for a sales document, and why it is none of credit ("cancelled", "cash_sale") or None."""
    kind = text(invoice, "InvoiceType") or "FT"
    status = text(invoice, "DocumentStatus", "InvoiceStatus")
    number, day = text(invoice, "InvoiceNo"), text(invoice, "InvoiceDate")
    total = text(invoice, "DocumentTotals", "GrossTotal")
    is_credit = kind == "NC"
    corrected = next(
        (text(part) for part in invoice.iter() if local(part) == "Reference" and text(part)), None
    )
    passed = "cancelled" if status == "A" else "cash_sale" if kind in {"FR", "FS", "VD"} else None
    line = {
        "customer_id": text(invoice, "CustomerID"),
        "entry_date": day,
        "document_date": day,
        "due_date": text(invoice, "DueDate"),
        "reference": number,
        "group": (corrected or number) if is_credit else number,
        "debit": None if is_credit else total,
        "credit": total if is_credit else None,
        "role": "credit_note" if is_credit else "invoice",
    }
    return line, passed


def payment_lines(payment: Element) -> Iterator[tuple[dict[str, str | None], str | None]]:
    """Yield, for each document that a payment settles, the texts of EntrySchema and why it is passed over or None."""
    day = text(payment, "Settlement", "SettlementDate") or text(payment, "PaymentMethod", "PaymentDate")
    day = day or text(payment, "TransactionDate")
    cancelled = "cancelled" if text(payment, "DocumentStatus", "PaymentStatus") == "A" else None
    for part in payment:
        if local(part) != "Line":
            continue
        document = text(part, "SourceDocumentID", "OriginatingON") or text(part, "SourceDocumentID")
        credit = _amount(part, "CreditAmount")
        yield (
            {
                "customer_id": text(payment, "CustomerID"),
                "entry_date": day,
                "document_date": day,
                "due_date": None,
                "reference": text(payment, "PaymentRefNo"),
                "group": document,
                "debit": None if credit else _amount(part, "DebitAmount"),
                "credit": credit,
                "role": "payment" if credit else "invoice",
            },
            cancelled,
        )


def _day(said: str | None) -> date | None:
    try:
        return read_date(said, None) if said else None
    except UnfitError:
        return None


def _month(year: str | None, month: str | None) -> date | None:
    if not (year and month and year.isdecimal() and month.isdecimal()):
        return None
    return date(int(year), min(max(int(month), 1), 12), 1)
