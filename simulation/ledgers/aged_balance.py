"""Aged balances: French headings, the headings of the North American exchanges, and a workbook."""

from pathlib import Path

import polars as pl

from simulation.ledgers.book import Book
from simulation.ledgers.text import amount_text, write_mapping, write_text
from simulation.ledgers.workbook import write_workbook

BUCKETS = ("current", "late_1_30", "late_31_60", "late_61_90", "late_91")

FRENCH = {
    "customer_id": "Compte",
    "customer_name": "Raison sociale",
    "siren": "SIREN",
    "siret": "SIRET",
    "vat": "N° TVA intracommunautaire",
    "postcode": "Code postal",
    "city": "Ville",
    "country": "Pays",
    "balance": "Encours",
    "current": "Non échu",
    "late_1_30": "1-30 j",
    "late_31_60": "31-60 j",
    "late_61_90": "61-90 j",
    "late_91": "91 j et plus",
    "high_credit": "Plus haut encours",
    "report_date": "Date d'arrêté",
}
ENGLISH = {
    "customer_id": "Customer Account #",
    "customer_name": "Company Name",
    "street": "Street",
    "city": "City",
    "state": "State",
    "postcode": "Zip",
    "phone": "Phone",
    "terms": "Terms of Sale",
    "high_credit": "Recent High Credit",
    "balance": "Account Balance",
    "current": "Current Due",
    "late_1_30": "1-30 Days Past Due",
    "late_31_60": "31-60 Days Past Due",
    "late_61_90": "61-90 Days Past Due",
    "late_91": "91+ Days Past Due",
    "last_sale": "Date of Last Sale",
    "siren": "SIREN",
    "vat": "VAT Number",
    "report_date": "Report Date",
    "comment": "Comment Code",
    "country": "Country",
}


def aged_rows(book: Book, positions: pl.DataFrame) -> pl.DataFrame:
    """Return what an aged balance has for customers who owe anything; amounts in cents, report_date the month's last day."""
    sales = (
        book.invoices.filter(pl.col("amount") > 0)
        .select("customer_id", last_sale="invoice_date")
        .sort("last_sale")
    )
    owing = (
        positions.drop("accepted")
        .with_columns(
            balance=pl.sum_horizontal(BUCKETS),
            report_date=(pl.col("period") + "-01").str.to_date().dt.month_end(),
        )
        .filter(pl.col("balance") > 0)
        .join(book.customers, on="customer_id", how="left", maintain_order="left")
    )
    return (
        owing.with_row_index("place")
        .sort("report_date")
        .join_asof(
            sales,
            left_on="report_date",
            right_on="last_sale",
            by="customer_id",
            check_sortedness=False,
            coalesce=False,
        )
        .sort("place")
        .with_columns(
            pl.lit(None, dtype=pl.String).alias("state"),
            pl.lit(None, dtype=pl.String).alias("phone"),
            pl.lit(None, dtype=pl.String).alias("comment"),
            pl.concat_str(pl.lit("Net "), "terms_days").alias("terms"),
        )
    )


def write_french(book: Book, rows: pl.DataFrame, path: Path) -> Path | None:
    """Write one balance with French headings, semicolons and decimal commas; return its mapping file."""
    text = rows.select(*(_dressed(name, ",", "%d/%m/%Y").alias(heading) for name, heading in FRENCH.items()))
    write_text(path, text.write_csv(separator=";"), "cp1252")
    return write_mapping(path, {"date_format": "%d/%m/%Y", "decimal": ",", "currency": book.currency}, {})


def write_english(book: Book, rows: pl.DataFrame, path: Path) -> Path | None:
    """Write balances with the columns of the North American exchanges, month first; return the mapping file."""
    text = rows.select(*(_dressed(name, ".", "%m/%d/%Y").alias(heading) for name, heading in ENGLISH.items()))
    text.write_csv(path)
    return write_mapping(path, {"date_format": "%m/%d/%Y", "decimal": ".", "currency": book.currency}, {})


def write_xlsx(book: Book, rows: pl.DataFrame, path: Path) -> Path | None:
    """Write balances as a workbook, under a title line as reporting tools put one; return the mapping file."""
    typed = rows.select(
        *(
            (pl.col(name) / 100 if name in _MONEY else pl.col(name)).alias(heading)
            for name, heading in FRENCH.items()
        )
    )
    write_workbook(path, typed, sheet="Balance âgée", title=f"Balance âgée clients - {book.name}")
    return write_mapping(path, {"currency": book.currency}, {})


_MONEY = (*BUCKETS, "balance", "high_credit")


def _dressed(name: str, decimal: str, date_format: str) -> pl.Expr:
    column = pl.col(name)
    if name in _MONEY:
        return amount_text(column, decimal)
    if name in {"report_date", "last_sale"}:
        return column.dt.strftime(date_format)
    return column
