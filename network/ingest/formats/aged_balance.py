"""Aged balances: one customer a row, what it owes by days past due, on the day of the report."""

import polars as pl

from network.ingest.columns import ColumnReader
from network.ingest.customers import CustomerBook
from network.ingest.duplicates import DuplicateWatch
from network.ingest.ledger import BUCKETS, POSITION_COLUMNS
from network.ingest.positions import positions_of_trade_lines
from network.ingest.tally import Tally
from network.schemas.ledger import TradeLineSchema
from network.schemas.readings import Reading

_SAID = ["report_date", *BUCKETS, "disputed", "high_credit"]


class AgedBalanceIntake:
    """Reads batches of text columns as trade lines."""

    def __init__(self, reading: Reading, headings: dict[str, str], tally: Tally) -> None:
        self._reader = ColumnReader(TradeLineSchema(reading))
        self._headings = headings
        self._tally = tally
        self._duplicates = DuplicateWatch()
        self._customers = CustomerBook()
        self._positions: list[pl.DataFrame] = []

    def feed(self, frame: pl.DataFrame) -> None:
        """Judge a batch. A customer has one line a month and currency."""
        judged = self._reader.judge(frame)
        self._tally.reject(judged.rejected, self._headings)
        key = ["customer_id", "currency", "month"]
        monthly = judged.accepted.with_columns(month=pl.col("report_date").dt.truncate("1mo").to_physical())
        kept, repeated = self._duplicates.split(monthly, key=key, said=_SAID)
        told = repeated.select("row", "code", "first", field=pl.lit("customer_id"), text="customer_id")
        self._tally.reject(told, self._headings)
        self._tally.accepted += len(kept)
        self._customers.describe(
            kept.rename({"email": "email_domain"}), self._customers.number(kept["customer_id"])
        )
        self._positions.append(positions_of_trade_lines(kept))

    def customers(self) -> pl.DataFrame:
        """Return the customers (CUSTOMER_COLUMNS)."""
        return self._customers.frame()

    def outcome(self) -> tuple[list[str], pl.DataFrame]:
        """Return the months of the reports, and the positions."""
        positions = pl.concat(self._positions) if self._positions else pl.DataFrame(schema=POSITION_COLUMNS)
        return positions["period"].unique().sort().to_list(), positions
