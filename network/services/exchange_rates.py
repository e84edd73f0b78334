"""Exchange rates as the European Central Bank publishes them: units of a currency for one euro, by day."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl
from sqlalchemy import text

from network.bulk import copy_frame
from network.errors import UnreadableError
from network.i18n import mark
from network.permissions import Actor, Permission, require
from network.transaction import unit_of_work

_DAY = "Date"
_ABSENT = ("N/A", "")


@dataclass(frozen=True, slots=True)
class RatesLoaded:
    """What a file of rates gave: how many rates of how many currencies, and its first and last day."""

    rates: int
    currencies: int
    first: date
    last: date


def load_rates(actor: Actor, *, path: Path) -> RatesLoaded:
    """Take in a table in the layout of the ECB's `eurofxref-hist.csv`: Date, then one column a currency.

    A rate that is there already is replaced; blanks and N/A are days without a rate.

    Raises:
        UnreadableError: the file is no such table; nothing was written.
    """
    require(actor, Permission.NETWORK_OPERATE)
    rates = _read(path)
    with unit_of_work() as session:
        session.execute(text("CREATE TEMPORARY TABLE incoming_rate (LIKE exchange_rate) ON COMMIT DROP"))
        copy_frame(session, table="incoming_rate", frame=rates)
        session.execute(
            text(
                "INSERT INTO exchange_rate (currency, day, rate) SELECT currency, day, rate FROM incoming_rate "
                "ON CONFLICT (currency, day) DO UPDATE SET rate = excluded.rate"
            )
        )
        session.execute(text("DROP TABLE incoming_rate"))
    days = rates["day"]
    return RatesLoaded(
        rates=rates.height,
        currencies=rates["currency"].n_unique(),
        first=days.min(),  # type: ignore[arg-type]  # polars types the minimum of any column
        last=days.max(),  # type: ignore[arg-type]  # as above
    )


def _read(path: Path) -> pl.DataFrame:
    """Return (currency, day, rate), one row a rate."""
    try:
        table = pl.read_csv(path, infer_schema=False, null_values=list(_ABSENT), truncate_ragged_lines=True)
        currencies = [
            name for name in table.columns if name.strip().isupper() and len(name.strip()) == len("USD")
        ]
        rates = (
            table.select(pl.col(_DAY).str.to_date("%Y-%m-%d").alias("day"), pl.col(currencies))
            .unpivot(index="day", variable_name="currency", value_name="rate")
            .with_columns(
                pl.col("currency").str.strip_chars(), pl.col("rate").str.strip_chars().cast(pl.Decimal(18, 8))
            )
            .drop_nulls()
            .select("currency", "day", "rate")
        )
    except (OSError, pl.exceptions.PolarsError) as error:
        raise UnreadableError(
            mark(
                "%(path)s is not a table of rates: it needs a column Date (YYYY-MM-DD) and one for each currency. %(why)s"
            ),
            path=path.name,
            why=str(error).partition("\n")[0],
        ) from error
    if rates.is_empty() or rates["rate"].min() <= 0:  # type: ignore[operator]  # a decimal
        raise UnreadableError(mark("%(path)s holds no rate, or one that is not above zero."), path=path.name)
    return rates.unique(["currency", "day"], keep="last", maintain_order=True)
