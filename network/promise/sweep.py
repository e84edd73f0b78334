"""Moves one rule at a time, and measures what is gained and what it costs: privacy against utility."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from anonymization.attacks.judgement import Claim, Trials, judge
from anonymization.parameters import DEFAULT, Parameters
from network.promise.cells import Cell, kept, run_cell
from network.promise.jobs import Progress, nobody, work_off
from network.promise.registry import ATTACKS
from network.promise.utility import Case, measure_case
from network.promise.utility_report import mean_of
from simulation import Churn

SEEDS = 2
DEBTORS, EPOCHS, MEMBERS = 1500, 24, 60


@dataclass(frozen=True, slots=True)
class Step:
    """One value of one rule: how it is written, and the rules with it."""

    axis: str
    words: str
    parameters: Parameters

    @property
    def is_default(self) -> bool:
        """Return whether it is the value in force by default."""
        return self.parameters == DEFAULT


@dataclass(frozen=True, slots=True)
class Watched:
    """A figure of utility that the sweep follows."""

    name: str
    words: str
    is_share: bool = False


@dataclass(frozen=True, slots=True)
class Point:
    """A figure at one step."""

    axis: str
    step: str
    is_default: bool
    figure: str
    words: str
    value: float
    low: float
    high: float
    limit: float | None
    is_share: bool
    seeds: tuple[int, ...]


_ATTACKED: Mapping[str, Sequence[tuple[str, str, str]]] = {
    "subtraction": [("subtraction/largest/3 insiders", "residual", "Largest told by three others")],
    "differencing": [("joiner", "TPR at 1 % FPR", "Joiners found")],
    "delta": [("delta/largest/all late", "TPR at 1 % FPR", "Arrears of the largest found")],
}
UTILITY = (
    Watched("published, of those with 5 suppliers or more", "Debtors published", is_share=True),
    Watched("exposure, median error as a log ratio", "Exposure: error (log ratio)", is_share=True),
    Watched("Payment Index, mean error in points against the sent days", "Index: error, points"),
    Watched("lag in months, sent days beyond 22", "Index under 60: lag, months"),
)
"""Beside it stands what the attackers reach; docs/attacks.md says why these."""


def _fields(**changes: object) -> Parameters:
    return replace(DEFAULT, **changes)  # type: ignore[arg-type]  # the names below are those of the fields


def _steps(axis: str, values: Mapping[str, Mapping[str, object]]) -> tuple[Step, ...]:
    return tuple(
        Step(
            axis,
            words,
            varied
            if varied == DEFAULT
            else replace(varied, profile=f"{axis} {words}".replace(" %", "").replace(" ", "-")),
        )
        for words, changes in values.items()
        for varied in (_fields(**changes),)
    )


def _one(axis: str, name: str, *values: int) -> tuple[Step, ...]:
    return _steps(axis, {str(value): {name: value} for value in values})


def _shares(axis: str, name: str, *percent: int) -> tuple[Step, ...]:
    return _steps(axis, {f"{value} %": {name: value / 100} for value in percent})


AXES: Mapping[str, tuple[Step, ...]] = {
    "gate": _steps(
        "gate",
        {
            "5": {"gate": (5,)},
            "5-7": {"gate": (5, 6, 7)},
            "6-8": {"gate": (6, 7, 8)},
            "8-10": {"gate": (8, 9, 10)},
        },
    ),
    "weight cap": _shares("weight cap", "weight_cap", 20, 25, 33, 50, 100),
    "distortion": _steps(
        "distortion",
        {
            f"{low}-{high} %": {"distortion_least": low / 100, "distortion_most": high / 100}
            for low, high in ((1, 2), (5, 12), (10, 25), (20, 40))
        },
    ),
    "cell noise": _shares("cell noise", "cell_noise", 1, 5, 10, 20),
    "delay": _one("delay", "delay_most", 0, 1, 2, 4),
    "wait": _one("wait", "wait_most", 1, 3, 6, 12),
    "changed groups": _one("changed groups", "changed_groups", 1, 2, 3, 5),
    "hold": _one("hold", "hold_most", 0, 1, 2, 4, 6),
    "change share": _shares("change share", "change_share", 30, 50, 70, 100),
}
"""The rules that are moved, the value in force among the others."""


@dataclass(frozen=True, slots=True)
class Sweep:
    """What is to be swept: axes, seeds, and the size of the networks."""

    axes: tuple[str, ...] = tuple(AXES)
    seeds: tuple[int, ...] = tuple(range(1, SEEDS + 1))
    debtors: int = DEBTORS
    attacks: tuple[str, ...] = tuple(name for name in _ATTACKED if name in ATTACKS)

    def steps(self) -> list[Step]:
        """Return all steps of all axes."""
        return [step for axis in self.axes for step in AXES[axis]]

    def cell(self, attack: str, step: Step, seed: int) -> Cell:
        """Return one attack at one step."""
        return Cell(attack, Churn.NORMAL, seed, step.parameters, self.debtors, EPOCHS)

    def case(self, step: Step, seed: int) -> Case:
        """Return the measure of utility at one step."""
        return Case(MEMBERS, seed, step.parameters, self.debtors)


def _do(job: Cell | Case, path: Path) -> None:
    if isinstance(job, Cell):
        run_cell(job, path)
    else:
        measure_case(job, path)


def run_sweep(
    sweep: Sweep, folder: Path, *, progress: Progress = nobody, workers: int | None = None
) -> dict[Cell | Case, BaseException]:
    """Do what is not kept yet in `folder` (that of the whole suite); return what failed, and how."""
    jobs: dict[Cell | Case, Path] = {}
    for seed in sweep.seeds:
        for step in sweep.steps():
            case = sweep.case(step, seed)
            jobs[case] = case.path(folder / "utility")
            for attack in sweep.attacks:
                cell = sweep.cell(attack, step, seed)
                jobs[cell] = cell.path(folder / "trials")
    return work_off(jobs, _do, progress=progress, workers=workers)


def points(sweep: Sweep, folder: Path) -> list[Point]:
    """Return every figure at every step that was run for all seeds."""
    found: list[Point] = []
    for step in sweep.steps():
        make = partial(Point, step.axis, step.words, step.is_default)
        found += _privacy(sweep, step, folder / "trials", make)
        found += _usefulness(sweep, step, folder / "utility", make)
    return found


def _privacy(sweep: Sweep, step: Step, folder: Path, make: Callable[..., Point]) -> Iterator[Point]:
    for attack in sweep.attacks:
        paths = [sweep.cell(attack, step, seed).path(folder) for seed in sweep.seeds]
        if not all(path.exists() for path in paths):
            continue
        parts = [kept(path) for path in paths]
        for name, measure, words in _ATTACKED[attack]:
            claim = _claim(attack, name, measure)
            joined: Trials = type(parts[0][name]).joined([part[name] for part in parts])
            verdict = judge(claim, joined, churn=str(Churn.NORMAL), profile=step.parameters.profile)
            yield make(
                f"{name}: {measure}",
                words,
                verdict.figure,
                verdict.low,
                verdict.high,
                claim.threshold,
                is_share=True,
                seeds=sweep.seeds,
            )


def _claim(attack: str, name: str, measure: str) -> Claim:
    return next(each for each in ATTACKS[attack].CLAIMS if (each.attack, each.measure) == (name, measure))


def _usefulness(sweep: Sweep, step: Step, folder: Path, make: Callable[..., Point]) -> Iterator[Point]:
    paths = [sweep.case(step, seed).path(folder) for seed in sweep.seeds]
    if not all(path.exists() for path in paths):
        return
    cases: list[dict[str, float | None]] = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
    for watched in UTILITY:
        values = [value for case in cases if (value := case[watched.name]) is not None]
        if values:
            yield make(
                watched.name,
                watched.words,
                *mean_of(values),
                None,
                is_share=watched.is_share,
                seeds=sweep.seeds,
            )


def is_over(point: Point) -> bool:
    """Return whether a figure of privacy lies over what is promised, on the bad end of its interval."""
    return point.limit is not None and point.high > point.limit
