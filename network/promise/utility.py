"""Utility: what readers still learn, by size of the network and by profile, with intervals over seeds."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from anonymization.attacks.naive import publish_exactly
from anonymization.attacks.network import Network, shipped
from anonymization.parameters import PROFILES, Parameters
from anonymization.pseudonyms import ReleaseKeys
from anonymization.release import State, close
from network.promise import usefulness
from network.promise.jobs import Progress, nobody, work_off, written_at_once
from network.promise.networks import network_of
from network.promise.sources import digest_of
from network.promise.truth import sent_truth, true_days
from simulation import Churn, Economy, make_economy
from simulation import Parameters as Simulated

MEMBERS = (20, 60, 150)
DEBTORS_A_MEMBER = 25
_TYPICAL_MEMBERS, _TYPICAL_SUPPLIERS = 60, 6.6
MONTHS = 24
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Case:
    """One economy under one set of rules; None where figures are published exactly."""

    members: int
    seed: int
    parameters: Parameters | None
    debtors: int

    @property
    def profile(self) -> str:
        """Return the name of the rules."""
        return "naive" if self.parameters is None else self.parameters.profile

    def path(self, folder: Path) -> Path:
        """Return where its figures are kept; another path once a rule or the pipeline has changed."""
        rules = "naive" if self.parameters is None else self.parameters.digest()
        name = f"{self.profile}-{self.members}x{self.debtors}-{self.seed}-{_code()[:12]}-{rules[:12]}.json"
        return folder / name


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure over all seeds: its mean, and the ends of the 95 % interval of that mean (Student)."""

    figure: str
    profile: str
    members: int
    value: float
    low: float
    high: float
    seeds: tuple[int, ...]


@cache
def _code() -> str:
    return digest_of([__name__])


def cases(
    seeds: Iterable[int],
    rules: Sequence[Parameters | None] = (*PROFILES.values(), None),
    *,
    members: Sequence[int] = MEMBERS,
    debtors: int | None = None,
) -> list[Case]:
    """Return what is to be measured; without `debtors`, 25 for each member."""
    return [
        Case(size, seed, each, debtors or DEBTORS_A_MEMBER * size)
        for seed in seeds
        for size in members
        for each in rules
    ]


def measure(
    wanted: Sequence[Case], folder: Path, *, progress: Progress = nobody, workers: int | None = None
) -> dict[Case, BaseException]:
    """Measure every case that is not kept in `folder` yet; return those that failed, and how."""
    return work_off(
        {case: case.path(folder) for case in wanted}, measure_case, progress=progress, workers=workers
    )


def measure_case(case: Case, path: Path) -> None:
    """Write the figures of one case into `path`."""
    text = json.dumps(figures_of(case), indent=1)
    written_at_once(path, lambda draft: draft.write_text(text, encoding="utf-8"))


def figures_of(case: Case) -> dict[str, float | None]:
    """Return the figures of one case by name; None where there was nothing to measure."""
    economy, network = economy_of(case.members, case.seed, case.debtors)
    root = f"utility {case.seed}".encode().ljust(32)
    history = (publish_exactly if case.parameters is None else shipped(case.parameters))(network, root)
    found = dict(usefulness.figures(history, sent_truth(network), true_days(economy), case.parameters))
    if case.parameters is not None:
        found |= [usefulness.staleness(stale_sets(network, root, case.parameters), history.is_published)]
    return {name: None if np.isnan(figure) else figure for name, figure in found.items()}


@lru_cache(maxsize=2)
def economy_of(members: int, seed: int, debtors: int) -> tuple[Economy, Network]:
    """Return an economy of so many members, and what they send.

    A debtor has the more suppliers among the members the more members there are, but less than in proportion: who joins
    brings customers of its own. Suppliers grow with the square root, from 6.6 for 60 members: 3.8 for 20, 10.4 for 150.
    Orders are as irregular as in the demo, so that contributor sets change from month to month.
    """
    suppliers = _TYPICAL_SUPPLIERS * float(np.sqrt(members / _TYPICAL_MEMBERS))
    economy = make_economy(
        seed,
        Simulated(
            members=members, debtors=debtors, months=MONTHS, churn=Churn.NORMAL, median_suppliers=suppliers
        ),
    )
    return economy, network_of(economy)


def stale_sets(network: Network, root: bytes, parameters: Parameters) -> NDArray[np.bool_]:
    """Return where the set that a release speaks of is not the set that speaks, shape (t, debtors).

    The set of the moment is what a pipeline without a memory would take.
    """
    keys, state = ReleaseKeys.derived(root), State.empty()
    stale = np.zeros((network.epochs, network.debtors), dtype=np.bool_)
    for epoch in range(network.epochs):
        contributions = network.contributions(epoch)
        state = close(contributions, state, keys, parameters).state
        afresh = close(contributions, State.empty(), keys, parameters).state
        for one, other in ((state, afresh), (afresh, state)):
            stale[epoch, _lacking(one, other)] = True
    return stale


def _lacking(one: State, other: State) -> NDArray[np.uint64]:
    """Return the debtors with a pair in the applied set of `one` that is not in that of `other`."""
    missing = one.is_applied & ~np.isin(one.tag, other.tag[other.is_applied])
    numbers: NDArray[np.uint64] = one.debtor.view(np.uint64).reshape(-1, 2)[:, 0]
    return numbers[one.owner[missing]]
