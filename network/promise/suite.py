"""Runs the attacks on all cores, goes on where an earlier run stopped, and judges what came of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

from anonymization.attacks import oracle
from anonymization.attacks.judgement import Trials, Verdict, corrected, judge
from anonymization.attacks.suite import SANITY
from anonymization.parameters import PROFILES, Parameters
from network.promise.cells import NAIVE, Cell, kept, run_cell
from network.promise.jobs import Progress, nobody, work_off
from network.promise.registry import ATTACKS, ELSEWHERE, PRODUCT
from simulation import Churn

DEBTORS, EPOCHS, SEEDS, NAIVE_SEEDS = 1500, 24, 8, 2
NO_CHURN = "any"
"""Churn of what is asked of the running product."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be run. `rules` are sets of parameters; None among them stands for the naive pipeline."""

    attacks: tuple[str, ...] = tuple(ATTACKS)
    churns: tuple[Churn, ...] = tuple(Churn)
    seeds: tuple[int, ...] = tuple(range(1, SEEDS + 1))
    rules: tuple[Parameters | None, ...] = (*PROFILES.values(), None)
    debtors: int = DEBTORS
    epochs: int = EPOCHS

    def cells(self) -> list[Cell]:
        """Return all cells, seed by seed: a run that is cut has whole seeds."""
        return [
            Cell(attack, churn, seed, rules, self.debtors, self.epochs)
            for seed in self.seeds
            for churn in self.churns
            for attack in self.attacks
            if reason_not_to_run(attack) is None
            for rules in self.rules
            if seed in self.seeds_of(rules)
        ]

    def seeds_of(self, rules: Parameters | None) -> tuple[int, ...]:
        """Return the seeds on which these rules are attacked: of the naive pipeline, which breaks at once, two do."""
        return self.seeds[:NAIVE_SEEDS] if rules is None else self.seeds


def reason_not_to_run(attack: str) -> str | None:
    """Return why an attack that is written has nothing to attack yet, in its own words; None where it has."""
    reason: str | None = getattr(ATTACKS[attack], "NOT_RUN", None)
    return reason


@dataclass(frozen=True, slots=True)
class Judged:
    """What came of a plan: verdicts by profile (corrected over each), sanity, and what was not run, with its reason."""

    verdicts: Mapping[str, Sequence[Verdict]]
    sanity: Sequence[Verdict]
    seeds: tuple[int, ...]
    not_run: Mapping[str, str]

    def failing(self, profile: str) -> list[Verdict]:
        """Return the rows of a profile that do not pass, and the attackers that are too weak."""
        return [each for each in (*self.verdicts.get(profile, ()), *self.sanity) if not each.passed]


def run(
    plan: Plan, folder: Path, *, progress: Progress = nobody, workers: int | None = None
) -> dict[Cell, BaseException]:
    """Run every cell that is not kept in `folder` yet; return those that failed to run, with what they raised.

    May be cut at any time: what is finished is kept, and the next call goes on from there.
    """
    return work_off(
        {cell: cell.path(folder) for cell in plan.cells()}, run_cell, progress=progress, workers=workers
    )


def judged(
    plan: Plan,
    folder: Path,
    failed: Mapping[Cell, BaseException],
    *,
    product: Mapping[str, Trials] | None = None,
    profile: str = "default",
) -> Judged:
    """Return the verdicts on everything that ran: an attack and churn with a missing cell is not judged at all.

    `product` are the trials of the attack on the running product, under the rules of `profile`; None if it was left out.
    """
    not_run = dict(ELSEWHERE)
    not_run |= {name: "left out of this run by its name" for name in ATTACKS if name not in plan.attacks}
    not_run |= {name: reason for name in plan.attacks if (reason := reason_not_to_run(name)) is not None}
    not_run |= {
        f"{cell.attack}, {cell.churn} churn, {cell.profile}": f"{type(error).__name__}: {error}"
        for cell, error in failed.items()
    }
    found: dict[str, list[Verdict]] = {}
    naive: dict[tuple[str, str, str], Verdict] = {}
    for rules in sorted(plan.rules, key=lambda each: each is not None):
        for attack in plan.attacks:
            for churn in plan.churns:
                cells = [
                    Cell(attack, churn, seed, rules, plan.debtors, plan.epochs)
                    for seed in plan.seeds_of(rules)
                ]
                if reason_not_to_run(attack) or any(cell in failed for cell in cells):
                    continue
                for verdict in _verdicts(cells, folder, not_run):
                    key = (verdict.attack, verdict.measure, verdict.churn)
                    if verdict.profile == NAIVE:
                        naive[key] = verdict
                    exact = naive[key].figure if key in naive else None
                    found.setdefault(verdict.profile, []).append(replace(verdict, naive=exact))
    found.pop(NAIVE, None)
    if product is None:
        not_run[PRODUCT] = "left out of this run by its name"
    else:
        found.setdefault(profile, []).extend(
            judge(claim, product[claim.attack], churn=NO_CHURN, profile=profile) for claim in oracle.CLAIMS
        )
    return Judged(
        verdicts={profile: corrected(verdicts) for profile, verdicts in found.items()},
        sanity=_sane(naive),
        seeds=plan.seeds,
        not_run=not_run,
    )


def _verdicts(cells: Sequence[Cell], folder: Path, not_run: dict[str, str]) -> Iterator[Verdict]:
    """Yield the verdict on each claim of an attack at one churn under one set of rules, all seeds together.

    A claim on which there was nothing to try goes to `not_run`.
    """
    parts = [kept(cell.path(folder)) for cell in cells]
    first = cells[0]
    joined: dict[str, Trials] = {
        name: type(trials).joined([part[name] for part in parts]) for name, trials in parts[0].items()
    }
    for claim in ATTACKS[first.attack].CLAIMS:
        if claim.measure != "violations" and is_empty(joined[claim.attack]):
            not_run[f"{claim.attack}, {first.churn} churn, {first.profile}"] = (
                "the networks gave no trial of it"
            )
            continue
        yield judge(claim, joined[claim.attack], churn=str(first.churn), profile=first.profile)


def is_empty(trials: Trials) -> bool:
    """Return whether there is nothing to judge."""
    return any(len(getattr(trials, each.name)) == 0 for each in fields(trials))


def _sane(naive: Mapping[tuple[str, str, str], Verdict]) -> list[Verdict]:
    """Return whether each attacker breaks the naive pipeline as it must; here the low end has to reach the threshold."""
    return [
        replace(
            verdict,
            attack=f"sanity: {verdict.attack}",
            threshold=each.least,
            passed=bool(verdict.low >= each.least),
            p_value=1 - verdict.p_value,
            naive=verdict.figure,
        )
        for each in SANITY
        for key, verdict in naive.items()
        if key[:2] == (each.attack, each.measure)
    ]
