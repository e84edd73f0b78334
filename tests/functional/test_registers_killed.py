"""A load of a register that is killed in the middle, at any instant, goes on from its last part: nothing lost or twice."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text

from tests.factories.registers import unit, units_file
from tests.functional.conftest import Told

ROWS = 20_000
SMALL_PARTS = (
    "import sys\n"
    "from network.registers.archive import Archive\n"
    "Archive.records.__defaults__ = (0, 50_000)\n"
    "from network.cli import run\n"
    "sys.exit(run(sys.argv[1:]))\n"
)
"""The command itself, with parts of 50 kB in place of 16 MiB, so that a small file has many."""


@pytest.mark.parametrize("suffix", ["csv", "csv.zip"])
def test_a_load_that_is_killed_goes_on_from_its_last_part(
    network: Engine, told: Told, tmp_path: Path, suffix: str
) -> None:
    path = units_file(
        tmp_path / f"StockUniteLegale_utf8.{suffix}",
        [unit(f"{100_000_000 + place}", f"SOCIETE, {place * 7919}") for place in range(ROWS)],
    )
    load = [sys.executable, "-c", SMALL_PARTS, "registers", "load", str(path), "--json"]
    database = create_engine(network.url, isolation_level="AUTOCOMMIT")
    assert told("registers", "status")["loads"] == []

    def done() -> int:
        with database.connect() as connection:
            rows: int | None = connection.scalar(text("SELECT rows_done FROM register_load"))
            return rows or 0

    reached = []
    for _ in range(2):
        process = subprocess.Popen(load, env=os.environ, stdout=subprocess.DEVNULL)
        before, deadline = (reached or [0])[-1], time.monotonic() + 60
        while done() < before + 1_000 and time.monotonic() < deadline and process.poll() is None:
            time.sleep(0.01)
        os.kill(process.pid, signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL, "it was still at work"
        reached.append(done())
    assert 0 < reached[0] < reached[1] < ROWS
    with database.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM register_entry")) == reached[-1]
    assert [card["is_done"] for card in told("registers", "status")["loads"]] == [False]

    (card,) = told("registers", "load", str(path))["loads"]
    assert (card["rows"], card["written"], card["refused"], card["is_done"]) == (ROWS, ROWS, 0, True)
    with database.connect() as connection:
        found = connection.execute(text("SELECT count(*), min(value), max(value) FROM register_entry")).one()
    assert tuple(found) == (ROWS, "100000000", f"{100_000_000 + ROWS - 1}")
    database.dispose()
