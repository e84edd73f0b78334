from pathlib import Path

import numpy as np
import polars as pl
import pytest
from stdnum.fr import siren

from simulation.scale import position_arrays, write_invoice_csv


def test_position_arrays_have_the_asked_size_and_no_pair_twice() -> None:
    arrays = position_arrays(30_000, 4_000, seed=1, groups=500)
    assert arrays.group.size == 30_000
    assert np.unique(arrays.debtor).size == 4_000
    assert arrays.group.max() < 500
    assert np.unique(arrays.group * 4_000 + arrays.debtor).size == 30_000
    degrees = np.bincount(arrays.debtor)
    assert degrees.max() > 5 * np.median(degrees)


def test_position_arrays_are_whole_cents_and_nothing_owed_is_negative() -> None:
    amounts = position_arrays(5_000, 500, seed=2).amounts
    assert amounts.shape == (5_000, 7)
    assert (amounts[:, :5] >= 0).all()
    assert (amounts == np.round(amounts)).all()
    assert (amounts[:, 6] >= amounts[:, :5].sum(axis=1)).all()


def test_epochs_keep_the_pairs_and_change_the_amounts() -> None:
    first, second = position_arrays(5_000, 500, seed=2), position_arrays(5_000, 500, seed=2, epoch=1)
    assert (first.group == second.group).all()
    assert (first.debtor == second.debtor).all()
    assert not (first.amounts == second.amounts).all()
    assert np.corrcoef(np.log1p(first.amounts[:, 6]), np.log1p(second.amounts[:, 6]))[0, 1] > 0.9


def test_impossible_sizes_are_refused() -> None:
    with pytest.raises(ValueError, match="pairs"):
        position_arrays(100, 200, seed=1)
    with pytest.raises(ValueError, match="pairs"):
        position_arrays(100, 10, seed=1, groups=5)


def test_an_invoice_file_has_what_it_says(tmp_path: Path) -> None:
    path = tmp_path / "invoices.csv"
    write_invoice_csv(path, rows=20_000, customers=300, seed=1)
    rows = pl.read_csv(
        path, try_parse_dates=True, schema_overrides={"siren": pl.String, "postcode": pl.String}
    )
    assert rows.height == 20_000
    assert rows["invoice_id"].n_unique() == 20_000
    assert rows["customer_id"].n_unique() == 300
    assert all(siren.is_valid(number) for number in rows["siren"].unique())
    assert (rows["due_date"] > rows["invoice_date"]).all()
    assert 0.001 < rows["settled_date"].null_count() / rows.height < 0.2
    again = tmp_path / "again.csv"
    write_invoice_csv(again, rows=20_000, customers=300, seed=1)
    assert again.read_bytes() == path.read_bytes()
