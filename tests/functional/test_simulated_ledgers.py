"""What the simulation writes, intake reads: the same lines, and the same positions to the cent."""

from datetime import date
from functools import cache
from pathlib import Path

import polars as pl
import pytest

from network.ingest import Mapping, Summary, open_ledger
from simulation import Economy, LedgerFileInfo, Parameters, make_economy, write_ledgers
from simulation.formats import LedgerFormat
from simulation.ledgers import fec
from simulation.ledgers.book import book_positions, open_book
from simulation.positions import COLUMNS

TODAY = date(2026, 11, 21)
RULES = {"natural_person", "identifier_invalid"}
"""The only reasons for which lines of a simulated ledger are rejected."""


@cache
def simulated() -> Economy:
    """Eighteen members have every format; enough faults that rejections happen."""
    return make_economy(
        21,
        Parameters(members=18, debtors=220, months=8, invalid_identifier_share=0.02, sole_trader_share=0.02),
    )


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> list[LedgerFileInfo]:
    return write_ledgers(simulated(), tmp_path_factory.mktemp("ledgers"))


def read(path: Path, mapping: Path | None) -> Summary:
    ledger = open_ledger(path, mapping=Mapping.from_toml(mapping) if mapping else None, today=TODAY)
    return ledger.summary()


def stated(economy: Economy, file: LedgerFileInfo) -> pl.DataFrame:
    """Return the positions that the file should give, for customers whose lines are accepted."""
    expected = book_positions(economy, open_book(economy, file.member))
    return expected.filter(pl.col("period").is_in(file.periods), pl.col("accepted"))


def lettered_credit(economy: Economy, member: int) -> pl.Series:
    """Return customers whose credit notes are lettered with an invoice: a FEC reduces it from its date on, SAF-T ties them to nothing."""
    notes = pl.col("credits").is_not_null() & pl.col("settled_date").is_not_null()
    return open_book(economy, member).invoices.filter(notes)["customer_id"].unique()


def assert_same_positions_without_credit(
    found: pl.DataFrame, file_member: int, expected: pl.DataFrame
) -> None:
    plain = ~pl.col("customer_id").is_in(lettered_credit(simulated(), file_member).implode())
    assert expected.filter(plain).height > 0.8 * expected.height
    assert_same_positions(found.filter(plain), expected.filter(plain), tuple(simulated().months))


def assert_same_positions(found: pl.DataFrame, expected: pl.DataFrame, periods: tuple[str, ...]) -> None:
    key = ["customer_id", "period", "currency"]
    columns = [*key, *COLUMNS]
    seen = found.filter(pl.col("period").is_in(periods)).select(columns).sort(key)
    is_same = seen.equals(expected.select(columns).sort(key))
    assert is_same, _difference(seen, expected.select(columns), key)


def _difference(seen: pl.DataFrame, expected: pl.DataFrame, key: list[str]) -> str:
    joined = expected.join(seen, on=key, how="full", suffix="_seen", coalesce=True)
    wrong = pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_seen")) for name in COLUMNS)
    return f"{joined.filter(wrong).height} of {joined.height} differ, as {joined.filter(wrong).head(3).to_dicts()}"


@pytest.mark.parametrize("ledger_format", list(LedgerFormat))
def test_a_written_ledger_is_read_as_it_was_meant(
    ledger_format: LedgerFormat, written: list[LedgerFileInfo]
) -> None:
    files = [file for file in written if file.format == ledger_format]
    assert files
    for file in files:
        summary = read(file.path, file.mapping_path)
        assert set(summary.rejected_by_code) <= RULES
        assert (summary.accepted, summary.accepted + summary.rejected) == (file.accepted, file.rows)
        assert set(file.periods) <= set(summary.periods)
        if ledger_format in {LedgerFormat.FEC, LedgerFormat.SAFT}:
            assert_same_positions_without_credit(summary.positions, file.member, stated(simulated(), file))
        else:
            assert_same_positions(summary.positions, stated(simulated(), file), file.periods)


@pytest.mark.parametrize("dialect", range(len(fec.DIALECTS)))
def test_every_dialect_of_fec_tells_the_same(dialect: int, tmp_path: Path) -> None:
    economy = simulated()
    member = economy.members.filter(pl.col("format") == LedgerFormat.FEC)["member"][0]
    book = open_book(economy, member)
    path = tmp_path / fec.file_name(book)
    summary = read(path, fec.write_fec(book, path, seed=economy.seed, dialect=dialect))
    assert_same_positions_without_credit(
        summary.positions, member, book_positions(economy, book).filter("accepted")
    )


def test_some_lines_are_rejected_so_that_the_counts_mean_something(written: list[LedgerFileInfo]) -> None:
    assert sum(file.rows - file.accepted for file in written) > 20


def test_the_identifiers_that_intake_keeps_are_those_of_the_debtors(written: list[LedgerFileInfo]) -> None:
    economy = simulated()
    file = next(
        file for file in written if file.format == LedgerFormat.INVOICES_CSV and file.mapping_path is None
    )
    customers = read(file.path, file.mapping_path).customers
    mine = economy.accounts.filter(pl.col("member") == file.member, pl.col("fault") == "none")
    both = customers.join(mine, on="customer_id", suffix="_known")
    assert both.height > 30
    for name in ("siren", "vat", "lei", "postcode", "city", "country"):
        assert both[name].equals(both[f"{name}_known"]), name


def test_files_have_the_same_bytes_when_written_again(written: list[LedgerFileInfo], tmp_path: Path) -> None:
    again = write_ledgers(simulated(), tmp_path)
    assert [file.path.name for file in again] == [file.path.name for file in written]
    for first, second in zip(written, again, strict=True):
        assert first.path.read_bytes() == second.path.read_bytes(), first.path.name
