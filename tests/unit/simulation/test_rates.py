from pathlib import Path

import numpy as np
import polars as pl

from simulation import Economy, write_exchange_rates
from simulation.rates import euro_factors
from simulation.trading import UNITS_A_EURO


def test_the_file_of_rates_has_a_column_a_currency_and_a_row_a_weekday(
    economy: Economy, tmp_path: Path
) -> None:
    table = pl.read_csv(write_exchange_rates(economy, tmp_path / "rates.csv"), try_parse_dates=True)
    assert table.columns == ["Date", *UNITS_A_EURO]
    assert (table["Date"].dt.weekday() <= 5).all()
    assert table["Date"].n_unique() == table.height
    for currency, level in UNITS_A_EURO.items():
        assert table[currency].is_between(0.8 * level, 1.25 * level).all()


def test_the_truth_is_converted_at_the_last_rate_on_or_before_the_month_end(
    economy: Economy, tmp_path: Path
) -> None:
    table = pl.read_csv(write_exchange_rates(economy, tmp_path / "rates.csv"), try_parse_dates=True)
    factors = euro_factors(economy.seed, economy.calendar, ["EUR", "NOK"])
    assert (factors[0] == 1).all()
    for month, end in enumerate(economy.calendar.month_ends):
        known = table.filter(pl.col("Date") <= pl.lit(end))
        assert np.isclose(factors[1, month], 1 / known["NOK"][-1])
