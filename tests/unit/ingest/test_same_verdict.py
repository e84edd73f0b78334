"""The promise of the declaration: by row or by column, any row gets the same verdict and the same values."""

from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from network.ingest.columns import ColumnReader
from network.schemas.fields import Amount, Currency, Flag, Identifier, LedgerDate
from network.schemas.ledger import EntrySchema, InvoiceSchema, LedgerSchema, TradeLineSchema, verdict
from network.schemas.readings import Reading

SPACES = st.sampled_from(["", " ", "  ", "\u00a0", "\u202f", "\t", "\u200b", "\ufeff", "\x1c", "\n"])
ANYTHING = st.text(max_size=12) | st.sampled_from(
    ["", " ", "=1+1", "n/a", "\x00", "-", "null", "x" * 201, "é" * 150]
)
DAYS = st.dates(date(1985, 1, 1), date(2105, 1, 1))
AMOUNTS = st.one_of(
    st.integers(-(10**16), 10**16).map(str),
    st.floats(allow_nan=True, allow_infinity=True).map(repr),
    st.decimals(-(10**10), 10**10, places=2).map(str),
    st.decimals(-(10**10), 10**10, places=3).map(str),
    st.integers(0, 10**9).map(lambda cents: f"{cents / 100:,.2f}"),
    st.integers(0, 10**9).map(lambda cents: f"{cents / 100:,.2f}".replace(",", "\u202f").replace(".", ",")),
    st.integers(0, 10**9).map(lambda cents: f"{cents / 100:,.2f}".replace(",", " ")),
    st.from_regex(r"[-+(]?[0-9]{1,4}[ .,'\u00a0][0-9]{1,4}([ .,][0-9]{1,4})?[-)]?", fullmatch=True),
)
DATES = st.one_of(
    DAYS.map(date.isoformat),
    DAYS.map(lambda day: f"{day:%d/%m/%Y}"),
    DAYS.map(lambda day: f"{day:%m/%d/%y}"),
    DAYS.map(lambda day: f"{day:%Y%m%d}"),
    DAYS.map(lambda day: f"{day:%Y-%m-%d %H:%M:%S}"),
    st.from_regex(r"[0-9]{1,4}[-/. ][0-9]{1,2}[-/. ][0-9]{1,4}", fullmatch=True),
)
NAMES = st.sampled_from(
    [
        "Aciers Réunis SA",
        "M. Dupont",
        "Mr Bricolage",
        "DUPONT EI",
        "  Deux   Espaces ",
        "C001",
        "=A1",
        "Ligne\nBrisée SARL",
    ]
)
NUMBERS = st.sampled_from(
    [
        "552100554",
        "552 100 554",
        "552100555",
        "55210055400013",
        "35600000000048",
        "FR83404833048",
        "NO123",
        "5493001KJTIIGC8Y1R12",
    ]
)


def _texts(schema: LedgerSchema) -> st.SearchStrategy[list[dict[str, str | None]]]:
    """Rows of mostly fitting texts, in odd spacing, with anything at all in between."""
    fields: dict[str, st.SearchStrategy[str | None]] = {}
    for name, field in schema.ledger_fields.items():
        fitting = (
            AMOUNTS
            if isinstance(field, Amount)
            else DATES
            if isinstance(field, LedgerDate)
            else NUMBERS
            if isinstance(field, Identifier)
            else st.sampled_from(["EUR", "eur", "€", "USD", "EURO"])
            if isinstance(field, Currency)
            else st.sampled_from(["oui", "no", "1", "X", "maybe"])
            if isinstance(field, Flag)
            else NAMES
        )
        spaced = st.builds(lambda before, text, after: before + text + after, SPACES, fitting, SPACES)
        fields[name] = st.one_of(fitting, fitting, spaced, ANYTHING, st.none())
    return st.lists(st.fixed_dictionaries(fields), min_size=1, max_size=8)


READINGS = st.builds(
    Reading,
    today=st.just(date(2026, 11, 21)),
    date_format=st.sampled_from([None, "%d/%m/%Y", "%m/%d/%y"]),
    decimal=st.sampled_from([None, ",", "."]),
    currency=st.sampled_from([None, "EUR"]),
    terms_days=st.sampled_from([None, 30]),
    report_date=st.sampled_from([None, date(2026, 10, 31)]),
    country=st.sampled_from([None, "FR"]),
    decimals=st.sampled_from([{}, {"amount": ".", "balance": None}]),
    absent=st.sampled_from([frozenset(), frozenset({"current"})]),
)


def _hold(schema: LedgerSchema, rows: list[dict[str, str | None]]) -> None:
    columns = dict.fromkeys(schema.ledger_fields, pl.String)
    frame = pl.DataFrame(rows, schema=columns, orient="row").with_row_index("row")
    judged = ColumnReader(schema).judge(frame)
    by_column: dict[int, tuple[Any, ...]] = {}
    for row in judged.accepted.iter_rows(named=True):
        by_column[row.pop("row")] = ("accepted", row)
    for row in judged.rejected.iter_rows(named=True):
        by_column[row["row"]] = (row["code"], row["field"])
    for number, row in enumerate(rows):
        values, code, field = verdict(schema, row)
        assert by_column[number] == (("accepted", values) if code is None else (code, field)), row


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(data=st.data(), reading=READINGS)
def test_an_invoice_gets_the_same_verdict_by_row_and_by_column(data: st.DataObject, reading: Reading) -> None:
    schema = InvoiceSchema(reading)
    _hold(schema, data.draw(_texts(schema)))


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(data=st.data(), reading=READINGS)
def test_a_trade_line_gets_the_same_verdict_by_row_and_by_column(
    data: st.DataObject, reading: Reading
) -> None:
    schema = TradeLineSchema(reading)
    _hold(schema, data.draw(_texts(schema)))


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(data=st.data(), reading=READINGS)
def test_an_entry_gets_the_same_verdict_by_row_and_by_column(data: st.DataObject, reading: Reading) -> None:
    schema = EntrySchema(reading)
    _hold(schema, data.draw(_texts(schema)))


DIGITS = st.from_regex(r"[0-9]{8,10}|[0-9]{14}", fullmatch=True)
PLAIN = [
    (InvoiceSchema, "amount", AMOUNTS),
    (InvoiceSchema, "invoice_date", DATES),
    (InvoiceSchema, "invoice_id", NAMES),
    (InvoiceSchema, "siren", DIGITS),
    (InvoiceSchema, "siret", DIGITS),
]


@pytest.mark.parametrize(
    ("declared", "name", "fitting"), PLAIN, ids=lambda value: value if isinstance(value, str) else ""
)
@settings(max_examples=60, deadline=None)
@given(data=st.data(), decimal=st.sampled_from([None, ",", "."]))
def test_the_shortcut_of_a_column_is_silent_or_right(
    data: st.DataObject,
    decimal: str | None,
    declared: type[LedgerSchema],
    name: str,
    fitting: st.SearchStrategy[str],
) -> None:
    schema = declared(Reading(today=date(2026, 11, 21), decimal=decimal))
    field = schema.ledger_fields[name]
    spaced = st.tuples(SPACES, fitting, SPACES).map("".join)
    texts = data.draw(st.lists(fitting | spaced | st.text(max_size=10), min_size=1, max_size=30))
    shortcut = field.well_formed(pl.col("text"), schema.reading)
    assert shortcut is not None
    for text, value in zip(
        texts, pl.DataFrame({"text": texts}).select(shortcut).to_series().to_list(), strict=True
    ):
        if value is not None:
            assert field.verdict(text, schema.reading) == (value, None)


@pytest.mark.parametrize(
    ("name", "number"), [("siren", "552100554"), ("siret", "55210055400013"), ("invoice_date", "2026-01-31")]
)
def test_the_shortcut_is_not_silent_about_plain_texts(name: str, number: str) -> None:
    schema = InvoiceSchema(Reading(today=date(2026, 11, 21)))
    shortcut = schema.ledger_fields[name].well_formed(pl.col("text"), schema.reading)
    assert shortcut is not None
    assert pl.DataFrame({"text": [number]}).select(shortcut).to_series().null_count() == 0


def test_a_column_of_very_many_different_texts_is_forgotten_in_time() -> None:
    reader = ColumnReader(InvoiceSchema(Reading(today=date(2026, 11, 21), currency="EUR", terms_days=30)))
    for start in range(0, 210_000, 70_000):
        names = pl.Series([f"Nom {index} SA" for index in range(start, start + 70_000)])
        frame = pl.DataFrame({"customer_name": names}).with_row_index("row")
        assert set(reader.judge(frame).rejected["code"]) == {"invoice_id_missing"}
    assert len(reader._known["customer_name"]) <= 70_000
