"""Large inputs for benchmarks, without an economy behind them: arrays of positions, and one long invoice file."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from simulation.economy import PositionArrays
from simulation.identifiers import draw_sirens
from simulation.naming import Picker, french_name
from simulation.randomness import stream
from simulation.sectors import DEBTOR_SECTORS
from simulation.vocabulary.places import french_towns

Integers = npt.NDArray[np.int64]
SPREAD = 0.8
"""Sigma of the log of a debtor's number of groups."""


def position_arrays(
    pairs: int, debtors: int, seed: int, *, groups: int = 2003, epoch: int = 0
) -> PositionArrays:
    """Return exactly `pairs` positions of one month end on `debtors` debtors, sorted by group and debtor.

    A group stands at most once on a debtor; how many stand there is log-normal, at least 1. Who trades with whom and
    how large they are hang on the seed; what is owed varies with `epoch`, so that consecutive epochs can be closed.
    `member` equals `group` here. A prime number of `groups` gives the most even spread.

    Raises:
        ValueError: there are fewer pairs than debtors, or more than debtors x groups.
    """
    if not debtors <= pairs <= debtors * groups:
        raise ValueError("pairs must lie between debtors and debtors x groups")
    random = stream(seed, "scale", "pairs")
    degree = _degrees(random, pairs, debtors, groups)
    debtor = np.repeat(np.arange(debtors), degree)
    place = np.arange(pairs) - np.repeat(np.cumsum(degree) - degree, degree)
    start, step = random.integers(0, groups, debtors), _steps(random, groups, debtors)
    group = (start[debtor] + place * step[debtor]) % groups
    level = 12.0 + 0.9 * random.standard_normal(debtors)[debtor] + 0.8 * random.standard_normal(pairs)
    lateness = np.clip(random.gamma(1.2, 0.18, debtors), 0, 0.9)[debtor]
    sort = np.lexsort((debtor, group))
    amounts = _amounts(stream(seed, "scale", "epoch", epoch), np.exp(level), lateness)
    return PositionArrays(
        member=group[sort],
        group=group[sort],
        debtor=debtor[sort],
        amounts=amounts[sort],
        age=np.zeros(pairs, dtype=np.int8),
    )


def _degrees(random: np.random.Generator, pairs: int, debtors: int, groups: int) -> Integers:
    """Return how many groups stand on each debtor: log-normal shares of the pairs, 1 to `groups`, exact in sum."""
    share = np.exp(SPREAD * random.standard_normal(debtors))
    degree: Integers = np.clip(np.round(share / share.sum() * pairs).astype(np.int64), 1, groups)
    while (missing := pairs - int(degree.sum())) != 0:
        able = np.flatnonzero(degree < groups if missing > 0 else degree > 1)
        chosen = random.permutation(able)[: abs(missing)]
        degree[chosen] += np.sign(missing)
    return degree


def _steps(random: np.random.Generator, groups: int, debtors: int) -> Integers:
    """Return steps that have no factor in common with the number of groups: a walk by them meets no group twice."""
    coprime = np.flatnonzero(np.gcd(np.arange(groups), groups) == 1) if groups > 1 else np.array([1])
    steps: Integers = coprime[random.integers(0, coprime.size, debtors)]
    return steps


def _amounts(
    random: np.random.Generator, level: npt.NDArray[np.float64], lateness: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return whole cents, shape (n, 7): five buckets that shrink with age, days x value, and the value under them."""
    total = np.round(level * np.exp(0.25 * random.standard_normal(level.size)))
    parts = np.empty((level.size, 5))
    parts[:, 4] = np.floor(total * lateness**3)
    parts[:, 3] = np.floor(total * lateness**2 * (1 - lateness) * 0.5)
    parts[:, 2] = np.floor(total * lateness**1.5 * (1 - lateness) * 0.5)
    parts[:, 1] = np.floor(total * lateness * (1 - lateness) * 0.6)
    parts[:, 0] = total - parts[:, 1:].sum(axis=1)
    settled = np.round(total * 0.6)
    days = parts[:, 1:] @ np.array([15.0, 45.0, 75.0, 105.0]) + settled * np.round(40 * lateness - 4)
    return np.column_stack([parts, days, total + settled])


def write_invoice_csv(path: Path, rows: int, customers: int, seed: int) -> None:
    """Write an invoice ledger of so many lines: comma-separated, ISO dates, euros, canonical English headings.

    Columns: customer_id, customer_name, siren, postcode, invoice_id, invoice_date, due_date, amount, currency,
    settled_date, disputed. Invoice numbers differ; dates lie between November 2024 and October 2026.
    """
    random = stream(seed, "scale", "csv")
    pick = Picker(stream(seed, "scale", "csv", "names"))
    towns = french_towns()
    book = pl.DataFrame(
        {
            "customer_id": [f"C{number:07d}" for number in range(customers)],
            "customer_name": [
                french_name(pick, number % len(DEBTOR_SECTORS)).full for number in range(customers)
            ],
            "siren": [f"{number:09d}" for number in draw_sirens(random, customers)],
            "postcode": [pick.one(towns)[0] for _ in range(customers)],
        }
    )
    weight = np.exp(random.standard_normal(customers))
    customer = np.searchsorted(np.cumsum(weight) / weight.sum(), random.random(rows))
    first, days = np.datetime64("2024-11-01"), 730
    made = first + np.sort(random.integers(0, days, rows))
    due = made + random.choice(np.array([30, 45, 60]), rows)
    settled = np.maximum(due + np.round(8 + 12 * random.standard_normal(rows)).astype(np.int64), made + 1)
    cents = pl.Series(np.round(np.exp(11.2 + random.standard_normal(rows))).astype(np.int64) + 1000)
    frame = book[customer].with_columns(
        pl.Series("invoice_id", np.arange(rows)).cast(pl.String).str.zfill(8),
        pl.Series("invoice_date", made),
        pl.Series("due_date", due),
        (cents / 100).round(2).alias("amount"),
        pl.lit("EUR").alias("currency"),
        pl.Series("settled_date", np.where(settled < first + days, settled, np.datetime64("NaT"))),
        pl.Series("disputed", random.random(rows) < 0.01),
    )
    frame.write_csv(path, float_precision=2)
