"""Utility over seeds: means with their intervals, as `utility.json` and as a chapter of the report."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from scipy import stats

from network.promise.report import Section, number, table, write_text
from network.promise.usefulness import PATIENCE
from network.promise.utility import Case

LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure over all seeds: its mean, and the ends of the 95 % interval of that mean (Student)."""

    figure: str
    profile: str
    members: int
    debtors: int
    value: float
    low: float
    high: float
    seeds: tuple[int, ...]


def summary(measured: Sequence[Case], folder: Path) -> list[Measured]:
    """Return every figure over the seeds, by profile and size, in the order in which they are named."""
    values: dict[tuple[str, int, int, str], list[float]] = {}
    seeds: dict[tuple[str, int, int], list[int]] = {}
    for case in measured:
        path = case.path(folder)
        if path.exists():
            key = (case.profile, case.members, case.debtors)
            seeds.setdefault(key, []).append(case.seed)
            figures: Mapping[str, float | None] = json.loads(path.read_text(encoding="utf-8"))
            for name, value in figures.items():
                if value is not None:
                    values.setdefault((*key, name), []).append(value)
    return [
        Measured(
            name, profile, members, debtors, *mean_of(found), seeds=tuple(seeds[profile, members, debtors])
        )
        for (profile, members, debtors, name), found in values.items()
    ]


def mean_of(values: Sequence[float]) -> tuple[float, float, float]:
    """Return the mean and its interval; one value alone has none, and stands for both ends."""
    mean = float(np.mean(values))
    if len(values) == 1:
        return mean, mean, mean
    reach = float(stats.t.ppf((1 + LEVEL) / 2, len(values) - 1) * stats.sem(values))
    return mean, mean - reach, mean + reach


def write_utility(folder: Path, measured: Sequence[Measured]) -> Section:
    """Write `utility.json` into `folder`, and return the chapter for people."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [asdict(each) for each in measured]
    write_text(folder / "utility.json", json.dumps(rows, indent=1, ensure_ascii=False) + "\n")
    return Section("Utility", "\n\n".join([_WORDS, *_tables(measured)]))


_WORDS = f"""What readers still learn: everything that is published held against what all members sent, undistorted and
uncapped, and against the days at which the simulated debtors truly pay. Orders are as irregular as in the demo, churn
is normal. A band stands for its middle, days beyond terms and the index for the value that is told. Lags are counted
from the month in which a debtor that is published crosses the line for at least three months to the first release
whose whole band lies over it, cut at {PATIENCE} months. Means over seeds, with the 95 % interval of the mean."""


def _tables(measured: Sequence[Measured]) -> list[str]:
    sizes = sorted({(each.members, each.debtors) for each in measured})
    return [
        f"### {members} members, {debtors} debtors\n\n"
        + _table([each for each in measured if (each.members, each.debtors) == (members, debtors)])
        for members, debtors in sizes
    ]


def _table(measured: Sequence[Measured]) -> str:
    profiles = list(dict.fromkeys(each.profile for each in measured))
    cells = {(each.figure, each.profile): each for each in measured}
    lines = [
        (name, *(_cell(cells.get((name, profile))) for profile in profiles))
        for name in dict.fromkeys(each.figure for each in measured)
    ]
    return table(("figure", *profiles), lines, figures=len(profiles))


def _cell(found: Measured | None) -> str:
    if found is None:
        return ""
    if found.low == found.high:
        return number(found.value)
    return f"{number(found.value)} ({number(found.low)} – {number(found.high)})"
