"""The customers of a file: numbered as they come, described at the end by what most of their rows say."""

import polars as pl

from network.ingest.ledger import CUSTOMER_COLUMNS

_DETAILS = [name for name in CUSTOMER_COLUMNS if name != "customer_id"]
COMPACT_AT = 400_000
"""Rows of different descriptions kept before they are merged again."""


class CustomerBook:
    """Gives each customer a number (0, 1, ...) and remembers how often each description of it was read."""

    def __init__(self) -> None:
        self._numbers = pl.DataFrame(schema={"customer_id": pl.String, "number": pl.UInt32})
        self._seen: list[pl.DataFrame] = []
        self._kept = 0

    def __len__(self) -> int:
        return len(self._numbers)

    @property
    def ids(self) -> pl.Series:
        """The customer ids in the order of their numbers."""
        return self._numbers["customer_id"]

    def number(self, ids: pl.Series) -> pl.Series:
        """Return the numbers of customer ids, new ones numbered in the order in which they first come."""
        ids = ids.alias("customer_id")
        new = pl.DataFrame(ids.unique(maintain_order=True)).join(
            self._numbers, on="customer_id", how="anti", maintain_order="left"
        )
        if len(new):
            fresh = new.with_row_index("number", offset=len(self._numbers)).select("customer_id", "number")
            self._numbers = pl.concat([self._numbers, fresh], rechunk=True)
        return pl.DataFrame(ids).join(self._numbers, on="customer_id", how="left", maintain_order="left")[
            "number"
        ]

    def describe(self, rows: pl.DataFrame, numbers: pl.Series) -> None:
        """Count the descriptions of accepted rows; `rows` may lack any column of CUSTOMER_COLUMNS."""
        found = [name for name in _DETAILS if name in rows.columns and rows[name].null_count() < len(rows)]
        described = rows.select(numbers.alias("number"), *found)
        self._seen.append(described.group_by("number", *found).len("times"))
        self._kept += len(self._seen[-1])
        if self._kept > COMPACT_AT:
            self._compact()

    def _compact(self) -> None:
        if not self._seen:
            return
        merged = pl.concat(self._seen, how="diagonal")
        self._seen = [merged.group_by(pl.exclude("times")).agg(pl.col("times").sum())]
        self._kept = len(self._seen[0])

    def frame(self) -> pl.DataFrame:
        """Return one row a customer (CUSTOMER_COLUMNS): of each detail the most frequent, the first in order among equals."""
        self._compact()
        seen = self._seen[0] if self._seen else pl.DataFrame(schema={"number": pl.UInt32, "times": pl.UInt32})
        customers = self._numbers
        for name in _DETAILS:
            if name not in seen.columns:
                customers = customers.with_columns(pl.lit(None, dtype=pl.String).alias(name))
                continue
            ranked = (
                seen.lazy()
                .drop_nulls(name)
                .group_by("number", name)
                .agg(pl.col("times").sum())
                .sort("number", "times", name, descending=[False, True, False])
                .unique("number", keep="first", maintain_order=True)
                .select("number", name)
                .collect()
            )
            customers = customers.join(ranked, on="number", how="left", maintain_order="left")
        return customers.select(list(CUSTOMER_COLUMNS))
