"""What a line of a ledger is: the one declaration, for trade lines (an aged balance) and for invoices.

A schema lists the fields in the order in which their faults are told, what fills a blank one (`FILLS`), and what must hold
between fields (`RULES`). Fills and rules are written once, with operators that work on Python values and on polars columns
alike: `load` judges one row, `network.ingest.columns` judges a whole batch by the same lines.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, ClassVar, cast

from marshmallow import EXCLUDE, Schema, ValidationError, post_load

from network.schemas.fields import (
    Amount,
    Country,
    Currency,
    CustomerName,
    EmailDomain,
    Flag,
    Identifier,
    LedgerDate,
    LedgerField,
    Reference,
    Text,
    french_siren,
    french_siret,
    legal_entity,
    vat_number,
)
from network.schemas.readings import Reading

ROUNDING_CENTS = 5
"""Buckets may miss the balance by a cent each: five buckets, each rounded by itself."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Fill:
    """What a blank `field` becomes, once `needs` are there; `value` gives None where nothing was declared."""

    field: str
    needs: tuple[str, ...]
    value: Callable[[Row, Reading], Any]


@dataclass(frozen=True, slots=True)
class Rule:
    """What makes a row unfit though each field is fit; told at `field`. Not asked where one of `needs` is blank."""

    code: str
    field: str
    needs: tuple[str, ...]
    broken: Callable[[Row, Reading], Any]


class LedgerSchema(Schema):
    """A line about one customer. Raises ValidationError with one code a field."""

    class Meta:
        """A file may have more columns than we need."""

        unknown = EXCLUDE

    FILLS: ClassVar[tuple[Fill, ...]] = ()
    RULES: ClassVar[tuple[Rule, ...]] = ()

    customer_id = Reference(missing="customer_missing")
    customer_name = CustomerName()
    siren = Identifier(french_siren, digits=9, luhn=(9,))
    siret = Identifier(french_siret, digits=14, luhn=(9, 14))
    vat = Identifier(vat_number)
    lei = Identifier(legal_entity)
    registration = Text()
    street = Text()
    postcode = Text()
    city = Text()
    country = Country()
    email = EmailDomain()

    def __init__(self, reading: Reading) -> None:
        super().__init__()
        self.reading = reading

    @property
    def ledger_fields(self) -> dict[str, LedgerField]:
        """Return the fields by name, in the order in which their faults are told."""
        return cast("dict[str, LedgerField]", dict(self.fields))

    @post_load
    def settle(self, row: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Fill blanks, then hold the row to what it must have and to the rules; told in that order."""
        for fill in self.FILLS:
            if row[fill.field] is None and all(row[name] is not None for name in fill.needs):
                row[fill.field] = fill.value(row, self.reading)
        for name, field in self.ledger_fields.items():
            if field.missing and row[name] is None:
                raise ValidationError({name: [field.missing]})
        for rule in self.RULES:
            if all(row[name] is not None for name in rule.needs) and rule.broken(row, self.reading):
                raise ValidationError({rule.field: [rule.code]})
        return row


_NAMED = Fill("customer_id", ("customer_name",), lambda row, _: row["customer_name"])
_IN_COUNTRY = Fill("country", (), lambda _, reading: reading.country)
_IN_CURRENCY = Fill("currency", (), lambda _, reading: reading.currency)


class InvoiceSchema(LedgerSchema):
    """One invoice or, with a negative amount, one credit note. Amounts include tax."""

    invoice_id = Reference(missing="invoice_id_missing")
    invoice_date = LedgerDate(missing="invoice_date_missing")
    due_date = LedgerDate(missing="due_date_missing")
    amount = Amount(missing="amount_missing")
    currency = Currency(missing="currency_missing")
    settled_date = LedgerDate()
    disputed = Flag()

    FILLS = (
        _NAMED,
        _IN_COUNTRY,
        _IN_CURRENCY,
        Fill(
            "due_date",
            ("invoice_date",),
            lambda row, reading: (
                None
                if reading.terms_days is None
                else row["invoice_date"] + timedelta(days=reading.terms_days)
            ),
        ),
        Fill("disputed", (), lambda _row, _reading: False),
    )
    RULES = (
        Rule(
            "date_in_future",
            "invoice_date",
            ("invoice_date",),
            lambda row, reading: row["invoice_date"] > reading.today,
        ),
        Rule(
            "date_in_future",
            "settled_date",
            ("settled_date",),
            lambda row, reading: row["settled_date"] > reading.today,
        ),
        Rule(
            "due_before_invoice",
            "due_date",
            ("due_date", "invoice_date"),
            lambda row, _: row["due_date"] < row["invoice_date"],
        ),
    )


def _late(row: Row) -> Any:
    return row["late_1_30"] + row["late_31_60"] + row["late_61_90"] + row["late_91"]


def _nothing(name: str) -> Fill:
    return Fill(name, (), lambda _row, _reading: 0)


class TradeLineSchema(LedgerSchema):
    """One customer's balance at a date, by days past due. A blank bucket is nothing owed."""

    report_date = LedgerDate(missing="report_date_missing")
    currency = Currency(missing="currency_missing")
    current = Amount()
    late_1_30 = Amount()
    late_31_60 = Amount()
    late_61_90 = Amount()
    late_91 = Amount()
    balance = Amount()
    disputed = Amount()
    high_credit = Amount()

    FILLS = (
        _NAMED,
        _IN_COUNTRY,
        _IN_CURRENCY,
        Fill("report_date", (), lambda _, reading: reading.report_date),
        _nothing("late_1_30"),
        _nothing("late_31_60"),
        _nothing("late_61_90"),
        _nothing("late_91"),
        Fill(
            "current",
            ("balance",),
            lambda row, reading: row["balance"] - _late(row) if "current" in reading.absent else None,
        ),
        _nothing("current"),
        Fill("balance", ("current",), lambda row, _: row["current"] + _late(row)),
        _nothing("disputed"),
    )
    RULES = (
        Rule(
            "date_in_future",
            "report_date",
            ("report_date",),
            lambda row, reading: row["report_date"] > reading.today,
        ),
        *(
            Rule("bucket_negative", name, (name,), lambda row, _, name=name: row[name] < 0)  # type: ignore[misc]  # the default binds the name of each bucket
            for name in ("current", "late_1_30", "late_31_60", "late_61_90", "late_91", "disputed")
        ),
        Rule(
            "buckets_unbalanced",
            "balance",
            ("balance", "current"),
            lambda row, _: (
                (row["current"] + _late(row) - row["balance"] > ROUNDING_CENTS)
                | (row["balance"] - row["current"] - _late(row) > ROUNDING_CENTS)
            ),
        ),
    )


class EntrySchema(LedgerSchema):
    """One line of a customer account in a journal (FEC, SAF-T). A negative debit is a credit and the other way round.

    `group` ties an invoice to what settled it: a lettering code, or the number of the document that a payment names.
    """

    entry_date = LedgerDate(missing="entry_date_missing")
    document_date = LedgerDate()
    due_date = LedgerDate()
    reference = Reference()
    group = Reference()
    debit = Amount(missing="amount_missing")
    credit = Amount(missing="amount_missing")
    currency = Currency(missing="currency_missing")

    FILLS = (
        _NAMED,
        _IN_COUNTRY,
        _IN_CURRENCY,
        Fill("document_date", ("entry_date",), lambda row, _: row["entry_date"]),
        Fill("debit", ("credit",), lambda _row, _reading: 0),
        Fill("credit", ("debit",), lambda _row, _reading: 0),
    )
    RULES = (
        Rule(
            "date_in_future",
            "entry_date",
            ("entry_date",),
            lambda row, reading: row["entry_date"] > reading.today,
        ),
        Rule(
            "date_in_future",
            "document_date",
            ("document_date",),
            lambda row, reading: row["document_date"] > reading.today,
        ),
        Rule(
            "due_before_invoice",
            "due_date",
            ("due_date", "document_date"),
            lambda row, _: row["due_date"] < row["document_date"],
        ),
    )


def _amounts() -> frozenset[str]:
    reading = Reading(today=date.min)
    found = InvoiceSchema(reading).ledger_fields | TradeLineSchema(reading).ledger_fields
    return frozenset(name for name, field in found.items() if isinstance(field, Amount))


AMOUNT_FIELDS = _amounts()
"""The fields whose decimal sign a workbook's cells of numbers may settle by themselves."""


def verdict(
    schema: LedgerSchema, row: Mapping[str, str | None]
) -> tuple[dict[str, Any] | None, str | None, str | None]:
    """Return (values, None, None) of an accepted row, or (None, code, field) of the first fault of a rejected one."""
    try:
        return schema.load(dict(row)), None, None
    except ValidationError as error:
        faults = cast("dict[str, list[str]]", error.normalized_messages())  # type: ignore[no-untyped-call]  # marshmallow's
        name = next(name for name in schema.ledger_fields if name in faults)
        return None, faults[name][0], name
