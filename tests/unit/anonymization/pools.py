"""Pools for the tests of the pipeline: small networks from a seed, and the epochs that follow."""

from dataclasses import dataclass, replace

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from anonymization.parameters import DEFAULT, Parameters
from anonymization.pseudonyms import ID, Ids, ReleaseKeys
from anonymization.records import Closed, Contributions, Releases
from anonymization.release import close
from anonymization.state import State

KEYS = ReleaseKeys.derived(bytes(range(32)))
FREE_GATE = replace(DEFAULT, gate=(5,))
"""The default with a gate that the test can foresee."""
PATIENT = replace(FREE_GATE, delay_most=0)
"""And without the keyed delay."""


def ids(count: int, *, start: int = 0) -> Ids:
    """Distinct identities whose order is not that of their numbers."""
    rng = np.random.default_rng(7)
    return np.frombuffer(rng.bytes(16 * (start + count)), dtype=ID)[start:]


@dataclass(frozen=True)
class Pool:
    """Groups by debtors, as index arrays, with amounts in cents."""

    group: NDArray[np.int64]
    debtor: NDArray[np.int64]
    amounts: NDArray[np.float64]

    def contributions(self, order: NDArray[np.int64] | None = None) -> Contributions:
        rows = np.arange(len(self.group)) if order is None else order
        return Contributions(
            ids(200)[self.group[rows]],
            ids(20_000, start=200)[self.debtor[rows]],
            self.amounts[rows],
            np.zeros(len(rows), np.int8),
        )

    def without(self, *groups: int) -> "Pool":
        keep = ~np.isin(self.group, groups)
        return Pool(self.group[keep], self.debtor[keep], self.amounts[keep])

    def with_amounts(self, group: int, factor: float | list[float]) -> "Pool":
        amounts = self.amounts.copy()
        amounts[self.group == group] *= np.asarray(factor)
        return Pool(self.group, self.debtor, np.rint(amounts))


def amounts(euros: NDArray[np.float64], mix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Amounts of positions with that exposure and aging mix; days as an aged balance gives them."""
    buckets = np.rint(euros[:, None] * 100 * mix)
    days = buckets @ np.array([0, 15, 45, 75, 105])
    return np.column_stack([buckets, days, buckets.sum(axis=1)])


def one_debtor(groups: int, *, euros: float = 10_000.0, seed: int = 1) -> Pool:
    """A debtor with so many groups of about the same size and of mixed lateness."""
    rng = np.random.default_rng(seed)
    sizes = euros * rng.uniform(0.8, 1.25, groups)
    mix = rng.dirichlet([6, 2, 1, 1, 1], groups)
    return Pool(np.arange(groups), np.zeros(groups, np.int64), amounts(sizes, mix))


def network(seed: int, *, debtors: int, groups: int = 30, spread: float = 1.0) -> Pool:
    """Some debtors, each with 1 to 15 of the groups, sizes lognormal."""
    rng = np.random.default_rng(seed)
    rows = [(g, d) for d in range(debtors) for g in rng.choice(groups, rng.integers(1, 16), replace=False)]
    pairs = np.array(rows, dtype=np.int64)
    sizes = np.exp(rng.normal(9, spread, len(pairs)))
    return Pool(pairs[:, 0], pairs[:, 1], amounts(sizes, rng.dirichlet([6, 2, 1, 1, 1], len(pairs))))


def months(seed: int, *, debtors: int, epochs: int, churn: float, movement: float) -> list[Pool]:
    """A network over some months: each month some pairs pause or come back, and some of the others move."""
    rng = np.random.default_rng(seed)
    pool = network(seed, debtors=debtors)
    present = rng.random(len(pool.group)) > churn
    result = []
    for _ in range(epochs):
        present ^= rng.random(len(pool.group)) < churn
        moves = rng.random(len(pool.group)) < movement
        factor = np.where(moves[:, None], np.exp(rng.normal(0, 0.6, (len(pool.group), 7))), 1.0)
        pool = Pool(pool.group, pool.debtor, np.rint(pool.amounts * factor))
        result.append(Pool(pool.group[present], pool.debtor[present], pool.amounts[present]))
    return result


def run(pools: list[Pool], parameters: Parameters = DEFAULT) -> list[Closed]:
    """Close one epoch after the other."""
    state, closed = State.empty(), []
    for pool in pools:
        closed.append(close(pool.contributions(), state, KEYS, parameters))
        state = closed[-1].state
    return closed


def content(releases: Releases) -> bytes:
    """All bytes of the releases of an epoch."""
    columns = (getattr(releases, name) for name in Releases.__slots__)
    return b"".join(np.ascontiguousarray(column).tobytes() for column in columns)


def cells(releases: Releases) -> dict[bytes, tuple[int, ...]]:
    """The twelve cells of each debtor, in the order of the state."""
    r = releases
    columns = [r.contributors, r.exposure, r.past_due_share, r.aging, r.days_beyond_terms, r.paid]
    stacked = np.column_stack(columns) if len(releases) else np.empty((0, 12), np.int8)
    return {
        debtor.tobytes(): tuple(row.tolist()) for debtor, row in zip(releases.debtor, stacked, strict=True)
    }


def applied(state: State) -> dict[bytes, dict[int, tuple[float, ...]]]:
    """What the applied set of each debtor says: by debtor and tag, the amounts in force."""
    sets: dict[bytes, dict[int, tuple[float, ...]]] = {debtor.tobytes(): {} for debtor in state.debtor}
    for row in np.flatnonzero(state.is_applied):
        sets[state.debtor[state.owner[row]].tobytes()][int(state.tag[row])] = tuple(
            state.spoken[row].tolist()
        )
    return sets


seeds = st.integers(0, 2**32 - 1)
