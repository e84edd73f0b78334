"""Intake of an invoice CSV, to committed and encrypted, against PostgreSQL's COPY of the same rows in clear."""

import statistics
import time
from datetime import date

from bench.report import publish, rate, scaled
from bench.stage import found_member, fresh_network, seconds_of_copy
from network.services.ledgers import submit_ledger
from simulation.scale import write_invoice_csv

ROWS = 1_000_000
CUSTOMERS = 20_000
RUNS = 3
TODAY = date(2026, 11, 21)


def run() -> None:
    """Time both in turn, RUNS times, and publish the medians."""
    rows, ours, baseline = scaled(ROWS), [], []
    with fresh_network() as home:
        source = home / "invoices.csv"
        write_invoice_csv(source, rows=rows, customers=scaled(CUSTOMERS), seed=1)
        with source.open(encoding="utf-8") as file:
            columns = file.readline().strip().split(",")
        create = (
            f"CREATE TABLE baseline ({', '.join(f'{name} text' for name in columns)}, PRIMARY KEY (invoice_id));"
            "CREATE INDEX ON baseline (customer_id); CREATE INDEX ON baseline (due_date)"
        )
        copy = "COPY baseline FROM STDIN (FORMAT csv, HEADER)"
        for number in range(RUNS):
            baseline.append(seconds_of_copy(create, copy, source))
            actor = found_member(f"Member {number}")
            begin = time.perf_counter()
            receipt = submit_ledger(actor, path=source, today=TODAY)
            ours.append(time.perf_counter() - begin)
            if receipt.statement.accepted != rows:
                raise SystemExit(f"only {receipt.statement.accepted} of {rows} rows were accepted")
    publish(
        "intake",
        [
            rate(
                "invoice CSV to committed and encrypted, new customers",
                rows=rows,
                ours=ours[0],
                baseline=baseline[0],
            ),
            rate(
                "the same, customers known to the network",
                rows=rows,
                ours=statistics.median(ours[1:]),
                baseline=statistics.median(baseline),
            ),
        ],
    )
