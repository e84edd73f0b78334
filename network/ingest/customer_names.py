"""The customers that a file names, whatever else it tells of them: a list, a ledger, the books."""

from codecs import BOM_UTF8
from datetime import date
from pathlib import Path

import polars as pl

from network.ingest.company_list import COMPANIES, open_companies
from network.ingest.formats.fec import fec_heading
from network.ingest.ledger_file import open_ledger
from network.ingest.mapping import Mapping
from network.ingest.source import Source

_RECORDS = (b"<", b"{")


def read_customers(path: Path, *, today: date, original_name: str | None = None) -> pl.DataFrame:
    """Return each customer of a file once (COMPANIES; `id` is its number there, "" where it has none).

    Tables are read for their names alone, so a ledger need not say its currency or its date. The books and records of
    one line each are read as ledgers are; what they owe is thrown away.

    Raises:
        UnreadableError: nothing in the file names customers; one sentence that says what to do.
    """
    source = Source(path)
    look = source.look()
    unsaid = Mapping(currency="EUR", report_date=today)  # of amounts and dates, which nobody looks at
    is_record = look.start.removeprefix(BOM_UTF8).lstrip().startswith(_RECORDS)
    if is_record or (look.encoding and fec_heading(source, look, unsaid) is not None):
        ledger = open_ledger(path, mapping=unsaid, today=today, original_name=original_name)
        customers = ledger.summary().customers.rename({"customer_id": "id", "customer_name": "name"})
        return _once(
            customers.with_row_index("row", offset=1).with_columns(
                pl.col("id", "name").fill_null(""), fault=pl.lit(None, pl.String)
            )
        )
    found = pl.DataFrame(schema=COMPANIES)
    for batch in open_companies(path).batches():
        found = _once(
            pl.concat([found, batch.frame.filter(~pl.col("fault").fill_null("").str.starts_with("line_"))])
        )
    return found


def _once(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the first row of each customer: by its number, else by all that is said of it."""
    said = [name for name in COMPANIES.names() if name not in {"row", "fault"}]
    rows = rows.select(COMPANIES.names()).cast(COMPANIES).unique(said, keep="first", maintain_order=True)
    numbered = pl.when(pl.col("id") == "").then(pl.concat_str(pl.lit("\0"), pl.col("row").cast(pl.String)))
    return rows.unique(numbered.otherwise("id"), keep="first", maintain_order=True)
