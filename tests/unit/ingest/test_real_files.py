"""Real ledgers, where they stand beside the project; elsewhere the run tells that they were not read."""

from pathlib import Path

import pytest

from network.ingest import Mapping
from tests.not_run import REAL_LEDGERS
from tests.unit.ingest.conftest import read

pytestmark = pytest.mark.real_ledgers

ROOT = Path(__file__).parents[3]
EXPECTED = {
    "111111111FEC20221231.txt": ("fec", None, 934, 151, 0, 34, ("2023-01", "2023-06")),
    "saft_financial_888888888.xml": ("saft", None, 174, 29, 0, 6, ("2017-01", "2017-04")),
    "open_invoices_usd_2020.csv": (
        "invoices_csv",
        "open_invoices_usd.toml",
        9681,
        9654,
        27,
        692,
        ("2020-05", "2020-05"),
    ),
}


@pytest.mark.parametrize("name", list(EXPECTED))
def test_a_real_ledger_is_read_whole(name: str) -> None:
    expected_format, mapping, rows, accepted, rejected, customers, (first, last) = EXPECTED[name]
    declared = Mapping.from_toml(ROOT / "examples" / mapping) if mapping else None
    found = read(REAL_LEDGERS / name, declared)
    summary = found.summary
    assert found.file.format == expected_format
    assert (summary.rows_read, summary.accepted, summary.rejected) == (rows, accepted, rejected)
    assert len(summary.customers) == customers
    assert (summary.periods[0], summary.periods[-1]) == (first, last)
    buckets = ["current", "late_1_30", "late_31_60", "late_61_90", "late_91", "dbt_value"]
    assert summary.positions.select(buckets).min_horizontal().min() == 0


def test_the_closing_balances_of_the_file_come_out() -> None:
    last = read(REAL_LEDGERS / "saft_financial_888888888.xml").summary.positions.filter(period="2017-04")
    owed = {
        row["customer_id"]: row["current"] + row["late_1_30"] + row["late_31_60"] + row["late_61_90"]
        for row in last.to_dicts()
    }
    assert {customer: amount for customer, amount in owed.items() if amount} == {
        "1001": 26550000,
        "1004": 1000000,
    }
