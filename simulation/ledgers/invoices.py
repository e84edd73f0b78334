"""Invoice ledgers: CSV as an export gives it (English or French), a workbook, NDJSON as a program sends it."""

from pathlib import Path

import polars as pl

from simulation.ledgers.book import CUSTOMER_FIELDS, Book
from simulation.ledgers.text import amount_text, write_mapping, write_text
from simulation.ledgers.workbook import write_workbook

FIELDS = (
    *CUSTOMER_FIELDS,
    "invoice_id",
    "invoice_date",
    "due_date",
    "amount",
    "currency",
    "settled_date",
    "disputed",
)

FRENCH = {
    "customer_id": "Code client",
    "customer_name": "Raison sociale",
    "siren": "SIREN",
    "siret": "SIRET",
    "vat": "N° TVA",
    "lei": "LEI",
    "registration": "Immatriculation",
    "street": "Adresse",
    "postcode": "Code postal",
    "city": "Ville",
    "country": "Pays",
    "email": "Courriel",
    "invoice_id": "N° facture",
    "invoice_date": "Date facture",
    "due_date": "Échéance",
    "amount": "Montant TTC",
    "currency": "Devise",
    "settled_date": "Date de règlement",
    "disputed": "Litige",
}
_HOUSE = {
    "customer_id": "Cpt tiers",
    "customer_name": "Libellé tiers",
    "invoice_id": "Réf. pièce",
    "amount": "Mnt TTC EUR",
    "due_date": "Ech.",
}
"""Headings of a member whose software has its own words: its mapping names them."""


def write_csv(book: Book, path: Path) -> Path | None:
    """Write the invoices; members differ in dialect by their number. Return the mapping file where one is needed."""
    if int(str(book.member["member"])) % 2 == 0:
        book.invoices.with_columns(amount_text(pl.col("amount")).alias("amount")).select(FIELDS).write_csv(
            path
        )
        return None
    own_words = int(str(book.member["member"])) % 4 == 3 and book.currency == "EUR"
    headings = FRENCH | _HOUSE if own_words else FRENCH
    fields = [name for name in FIELDS if not (own_words and name == "currency")]
    rows = book.invoices.select(
        *(_french(name).alias(headings[name]) for name in fields),
    )
    write_text(path, rows.write_csv(separator=";"), "cp1252" if own_words else "utf-8-sig")
    settings: dict[str, str | int] = {"date_format": "%d/%m/%Y", "decimal": ","}
    if own_words:
        settings["currency"] = book.currency
    return write_mapping(path, settings, _HOUSE if own_words else {})


def _french(name: str) -> pl.Expr:
    column = pl.col(name)
    if name.endswith("_date"):
        return column.dt.strftime("%d/%m/%Y")
    if name == "amount":
        return amount_text(column, ",")
    if name == "disputed":
        return pl.when(column).then(pl.lit("oui")).otherwise(pl.lit("non"))
    return column


def write_xlsx(book: Book, path: Path) -> Path | None:
    """Write the invoices as a workbook of typed cells; no mapping is needed."""
    rows = book.invoices.select(
        *((pl.col(name) / 100 if name == "amount" else pl.col(name)).alias(FRENCH[name]) for name in FIELDS)
    )
    write_workbook(path, rows, sheet="Factures", title=None)
    return None


def write_ndjson(book: Book, path: Path) -> Path | None:
    """Write one invoice a line, amounts as decimal strings; blanks are left out by the sender's program."""
    rows = book.invoices.with_columns(amount_text(pl.col("amount")).alias("amount")).select(FIELDS)
    rows.write_ndjson(path)
    return None
