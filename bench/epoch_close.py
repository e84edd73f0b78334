"""Closing an epoch, from sealed ledgers to committed releases, against COPY of as many rows as there are pairs.

The rows of the baseline are the same positions in clear, once keyed by random uuids as all tables of ours are, and
once by ascending integers, which is the harder one to beat.
"""

import time
import uuid
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
from sqlalchemy import text
from sqlalchemy.orm import Session

from bench.report import Figure, duration, publish, rate, scaled
from bench.stage import fresh_network, seconds_of_copy
from network.bulk import copy_frame
from network.models import Debtor, Member
from network.permissions import operator_at_console
from network.services import customer_book, private_pages
from network.services.epochs import close_epoch
from network.services.private_pages import Content
from network.transaction import unit_of_work
from simulation.scale import position_arrays

SIZES = (10_000, 100_000, 1_000_000)
MEMBERS = 503
PAIRS_A_DEBTOR = 10
TODAY = date(2026, 11, 21)
EPOCHS = ("2026-09", "2026-10")
COLUMNS = ("current", "late_1_30", "late_31_60", "late_61_90", "late_91", "dbt_days", "dbt_value")


def _fill(pairs: int, folder: Path) -> tuple[Path, Path]:
    """Make members with sealed ledgers of both epochs; return the same pairs in clear, keyed by uuids and by numbers."""
    arrays = position_arrays(pairs, debtors=pairs // PAIRS_A_DEBTOR, seed=1, groups=MEMBERS)
    ids = np.array([str(uuid.uuid4()) for _ in range(int(arrays.debtor.max()) + 1)])
    members = [uuid.uuid4() for _ in range(int(arrays.group.max()) + 1)]
    rows = pl.DataFrame(
        {
            "member": arrays.group,
            "customer_id": pl.Series(arrays.debtor).cast(pl.String),
            "debtor_id": ids[arrays.debtor],
            **{name: arrays.amounts[:, place].astype(np.int64) for place, name in enumerate(COLUMNS)},
        }
    ).with_columns(pl.lit("EUR").alias("currency"), disputed=pl.lit(0), high_credit=pl.lit(0))
    with unit_of_work() as session:
        session.execute(
            text(
                "TRUNCATE ledger_page, pipeline_state, release, release_epoch, release_manifest, log_tile, log_head, "
                "debtor, member CASCADE"
            )
        )
        for name, frame in (
            (
                Member,
                pl.DataFrame(
                    {
                        "id": list(map(str, members)),
                        "name": list(map(str, members)),
                        "group_id": list(map(str, members)),
                    }
                ),
            ),
            (Debtor, pl.DataFrame({"id": ids, "name": ids, "is_listed": "f", "version": 1})),
        ):
            copy_frame(session, table=name.__tablename__, frame=frame)
        for (number,), held in rows.partition_by("member", as_dict=True, include_key=False).items():
            _write_ledger(session, members[number], held)
    keyed, lean = folder / "keyed.csv", folder / "lean.csv"
    names = pl.Series(list(map(str, members)))
    rows.select(
        pl.Series("id", [str(uuid.uuid4()) for _ in range(rows.height)]),
        names.gather(rows["member"]).alias("member_id"),
        "debtor_id",
        *COLUMNS,
    ).write_csv(keyed)
    rows.select("member", "debtor_id", *COLUMNS).with_row_index("id").write_csv(lean)
    return keyed, lean


def _seconds_of_copy(source: Path, *, key: str, member: str) -> float:
    """Return the seconds of COPY into a table whose primary key and member have these types, with two indexes."""
    amounts = ", ".join(f"{name} bigint" for name in COLUMNS)
    create = (
        f"CREATE TABLE baseline (id {key} PRIMARY KEY, member_id {member}, debtor_id uuid, {amounts});"
        "CREATE INDEX ON baseline (member_id); CREATE INDEX ON baseline (debtor_id)"
    )
    return seconds_of_copy(create, "COPY baseline FROM STDIN (FORMAT csv, HEADER)", source)


def _write_ledger(session: Session, member_id: uuid.UUID, held: pl.DataFrame) -> None:
    missing = [name for name in customer_book.SCHEMA if name not in held.columns]
    customers = held.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in missing)
    customer_book.write_customers(session, member_id, customers)
    positions = private_pages.pack(held.drop("debtor_id"))
    private_pages.write(
        session,
        member_id=member_id,
        content=Content.POSITIONS,
        blobs=[(epoch, positions) for epoch in EPOCHS],
    )


def run() -> None:
    """Close two epochs at each size: the first lists debtors, the second has a state to join."""
    figures: list[Figure] = []
    per_pair: dict[int, float] = {}
    with fresh_network() as home:
        for size in SIZES:
            pairs = scaled(size)
            keyed, lean = _fill(pairs, home)
            baselines = {
                "uuid keys": _seconds_of_copy(keyed, key="uuid", member="uuid"),
                "integer keys": _seconds_of_copy(lean, key="bigint", member="bigint"),
            }
            for epoch, name in zip(EPOCHS, ("first epoch", "next epoch"), strict=True):
                begin = time.perf_counter()
                closed = close_epoch(operator_at_console(), epoch=epoch, today=TODAY)
                seconds = time.perf_counter() - begin
                if not closed.published:
                    raise SystemExit(f"{pairs} pairs, {epoch}: nothing was published")
                figures += [
                    rate(f"{pairs:,} pairs, {name}; {keys}", rows=pairs, ours=seconds, baseline=baseline)
                    for keys, baseline in baselines.items()
                ]
            per_pair[pairs] = 1e6 * seconds / pairs
    smallest, largest = min(per_pair), max(per_pair)
    figures.append(
        duration(
            f"growth: cost of a pair at {largest:,} against {smallest:,}",
            ours=per_pair[largest],
            baseline=per_pair[smallest],
            unit="microseconds",
        )
    )
    publish("epoch_close", figures)
