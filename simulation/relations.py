"""Who supplies whom, from which month to which: heavy-tailed, by affinity of trades and by country, with turnover."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from simulation.parameters import TURNOVER, Parameters
from simulation.randomness import stream
from simulation.sectors import affinity

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Relations:
    """Supply relations, sorted by member and debtor; a pair stands once.

    All arrays have shape (pairs,). `first` and `last` are the first and last month of trade, counted from the first of
    the window (warm-up is negative; `last` may be the month before `first` only if nothing was ever sold). `weight` is
    the share of the debtor's purchases in the member's trade, relative to the median.
    """

    member: npt.NDArray[np.int32]
    debtor: npt.NDArray[np.int32]
    first: npt.NDArray[np.int32]
    last: npt.NDArray[np.int32]
    weight: Floats


def make_relations(
    seed: int, parameters: Parameters, members: pl.DataFrame, debtors: pl.DataFrame
) -> Relations:
    """Return the supply relations, joiners and leavers of the whole window included.

    Each debtor ranks all members by the logarithm of its liking plus Gumbel noise, which is weighted sampling without
    replacement. The first k in that order supply it at the start; whoever joins later comes next in the same order.
    """
    random = stream(seed, "relations")
    order, sizes = _preferences(random, members, debtors), debtors["size"].to_numpy()
    count = members.height
    initial = _suppliers(random, parameters, sizes, count)
    turnover = TURNOVER[parameters.churn]
    span = parameters.months + parameters.warmup_months
    joining = np.minimum(random.poisson(turnover * initial * (span - 1)), count - initial)
    debtor = np.repeat(np.arange(debtors.height), initial + joining)
    place = np.arange(debtor.size) - np.repeat(
        np.cumsum(initial + joining) - initial - joining, initial + joining
    )
    joins = place >= initial[debtor]
    first = np.where(joins, random.integers(1, span, debtor.size), 0) - parameters.warmup_months
    stays = random.geometric(turnover, debtor.size)
    last = np.minimum(first + stays - 1, parameters.months - 1)
    member = order[debtor, place]
    sort = np.lexsort((debtor, member))
    return Relations(
        member=member[sort].astype(np.int32),
        debtor=debtor[sort].astype(np.int32),
        first=first[sort].astype(np.int32),
        last=last[sort].astype(np.int32),
        weight=np.exp(0.6 * random.standard_normal(debtor.size))[sort],
    )


def _preferences(random: np.random.Generator, members: pl.DataFrame, debtors: pl.DataFrame) -> Integers:
    """Return for each debtor all members, the likeliest supplier first, shape (debtors, members)."""
    liking = affinity()[np.ix_(debtors["sector_index"].to_numpy(), members["sector_index"].to_numpy())]
    liking = liking * members["size"].to_numpy()
    buyers, sellers = debtors["country"].to_numpy(), members["country"].to_numpy()
    same = buyers[:, None] == sellers[None, :]
    french = (sellers == "FR")[None, :]
    liking = liking * np.where(same, np.where(french, 1.0, 6.0), np.where(french, 0.5, 0.35))
    noisy = np.log(liking) + random.gumbel(size=liking.shape)
    order: Integers = np.argsort(-noisy, axis=1, kind="stable")
    return order


def _suppliers(random: np.random.Generator, parameters: Parameters, sizes: Floats, members: int) -> Integers:
    """Return how many members supply each debtor at the start: log-normal, larger for larger debtors."""
    half = parameters.supplier_spread / np.sqrt(2)
    known = half * np.log(sizes) / 0.9 + half * random.standard_normal(sizes.size)
    drawn = np.floor(parameters.median_suppliers * np.exp(known) + random.random(sizes.size))
    counts: Integers = np.clip(drawn, 1, max(1, int(0.7 * members))).astype(np.int64)
    return counts
