"""`vigie attacks`: what would it take to find a contributor out?"""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from network.cli.console import complain, example, json_option, note, print_json, print_table, progress, say
from network.i18n import mark

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from anonymization.attacks.judgement import Trials
    from network.promise.suite import Judged, Plan
    from network.promise.utility_report import Measured as Utility

FOLDER = "attacks"
ATTACKED = ("default", "trade", "naive")
CHURNS = ("low", "normal", "high")


@click.command(
    help=say(
        mark(
            "Attack simulated networks with everything that the suite knows, and write a report: each figure beside what is "
            "promised and beside the naive pipeline. A run that is cut goes on where it stopped."
        )
    ),
    epilog=example("vigie attacks", "vigie attacks --seeds 2 --attack differencing", "vigie attacks --sweep"),
)
@click.option(
    "--seeds",
    type=click.IntRange(min=1),
    help=say(mark("Networks of each kind; more give narrower intervals. Without it, 8; for a sweep, 2.")),
)
@click.option(
    "--profile",
    "profiles",
    multiple=True,
    type=click.Choice(ATTACKED),
    help=say(mark("Rules to attack; may be repeated. Without it, all of them.")),
)
@click.option(
    "--attack",
    "attacks_",
    multiple=True,
    metavar="NAME",
    help=say(mark("Run this attack alone; may be repeated. Without it, all of them.")),
)
@click.option(
    "--churn",
    "churns",
    multiple=True,
    type=click.Choice(CHURNS),
    help=say(mark("How often suppliers come and go; may be repeated. Without it, all three.")),
)
@click.option("--debtors", default=1500, show_default=True, help=say(mark("Debtors of each network.")))
@click.option(
    "--sweep",
    is_flag=True,
    help=say(
        mark("Move one rule at a time and draw what that gains and what it costs, in place of the report.")
    ),
)
@click.option(
    "--publish",
    is_flag=True,
    help=say(
        mark(
            "For developers, in a copy of the sources: also write the figures that the method page ships with "
            "(those of the sweep too, as far as they are there)."
        )
    ),
)
@json_option
def attacks(
    seeds: int | None,
    profiles: tuple[str, ...],
    attacks_: tuple[str, ...],
    churns: tuple[str, ...],
    debtors: int,
    *,
    sweep: bool,
    publish: bool,
    as_json: bool,
) -> int:
    """Run what is missing, judge all of it and write the report; 1 where a row of the profile in force fails."""
    from network.promise.registry import PRODUCT
    from network.promise.report import rows, write_report
    from network.promise.suite import SEEDS, judged, run
    from network.promise.utility_report import write_utility
    from network.settings import Settings

    settings = Settings.from_environment()
    folder = settings.home / FOLDER
    if sweep:
        return _sweep(folder, seeds=seeds, debtors=debtors, as_json=as_json)
    if publish:
        _refuse_outside_the_sources()
    plan = _plan(seeds or SEEDS, profiles or ATTACKED, attacks_, churns or CHURNS, debtors)
    with progress(say(mark("Attacking simulated networks")), quiet=as_json) as advance:
        failed = run(plan, folder / "trials", progress=advance)
    product = (
        _attack_product(settings.profile, quiet=as_json) if PRODUCT in (attacks_ or (PRODUCT,)) else None
    )
    found = judged(plan, folder / "trials", failed, product=product, profile=settings.profile)
    today = datetime.now(tz=UTC).date()
    utility, unmeasured = ((), 0) if attacks_ else _utility(plan, folder, quiet=as_json)
    chapters = (write_utility(folder, utility),) if utility else ()
    path = write_report(folder, plan, found, today=today, sections=chapters)
    _keep_figures(folder, plan, found, utility, is_whole=not attacks_, publish=publish)
    failing = found.failing(settings.profile)
    if as_json:
        print_json(
            {
                "report": path,
                "profile": settings.profile,
                "failing": [each.attack for each in failing],
                "not_run": found.not_run,
                "rows": rows(found),
            }
        )
    else:
        _tell(found, path)
    return 1 if failing or failed or unmeasured else 0


def _plan(
    seeds: int, profiles: tuple[str, ...], attacks_: tuple[str, ...], churns: tuple[str, ...], debtors: int
) -> "Plan":
    from anonymization.parameters import PROFILES
    from network.promise.registry import ATTACKS, PRODUCT
    from network.promise.suite import Plan
    from simulation import Churn

    unknown = [name for name in attacks_ if name not in {*ATTACKS, PRODUCT}]
    if unknown:
        raise click.BadParameter(
            say(
                mark("there is no attack %(name)s; there are %(known)s."),
                name=unknown[0],
                known=", ".join((*ATTACKS, PRODUCT)),
            )
        )
    return Plan(
        attacks=tuple(name for name in attacks_ or ATTACKS if name in ATTACKS),
        churns=tuple(map(Churn, churns)),
        seeds=tuple(range(1, seeds + 1)),
        rules=tuple(PROFILES.get(name) for name in profiles),
        debtors=debtors,
    )


def _attack_product(profile: str, *, quiet: bool) -> "Mapping[str, Trials]":
    from network.promise.oracle import attack_product

    with progress(say(mark("Asking a running product what it must not tell")), quiet=quiet):
        return attack_product(profile, with_times=True)


def _utility(plan: "Plan", folder: Path, *, quiet: bool) -> "tuple[Sequence[Utility], int]":
    """Measure what is missing, say what failed, and return the figures and the number of failures."""
    from network.promise.utility import cases, measure
    from network.promise.utility_report import summary

    wanted = cases(plan.seeds, plan.rules)
    with progress(say(mark("Measuring what readers still learn")), quiet=quiet) as advance:
        failed = measure(wanted, folder / "utility", progress=advance)
    for case, error in failed.items():
        complain(say(mark("Utility of %(case)s could not be measured: %(why)s"), case=case, why=repr(error)))
    return summary([case for case in wanted if case not in failed], folder / "utility"), len(failed)


def _refuse_outside_the_sources() -> None:
    from network.promise.measured import SHIPPED

    if not (SHIPPED.parents[2] / "pyproject.toml").exists():
        raise click.UsageError(say(mark("--publish writes into the sources, and this is an installed copy.")))


def _keep_figures(
    folder: Path,
    plan: "Plan",
    found: "Judged",
    utility: "Sequence[Utility]",
    *,
    is_whole: bool,
    publish: bool,
) -> None:
    """Write the file of the method page: of a whole run, or where a developer asks for it.

    A run of some attacks would take the others' figures off the page.
    """
    from network.promise.measured import NAME, SHIPPED
    from network.promise.publishing import measured_of, write_measured
    from network.promise.sweep import Sweep, points

    if not is_whole and not publish:
        return
    swept = points(Sweep(debtors=plan.debtors), folder)
    measured = measured_of(plan, found, utility, swept, today=datetime.now(tz=UTC).date())
    if is_whole:
        write_measured(folder / NAME, measured)
    if publish:
        note(say(mark("The figures of the method page: %(path)s"), path=write_measured(SHIPPED, measured)))


def _sweep(folder: Path, *, seeds: int | None, debtors: int, as_json: bool) -> int:
    """Run what is missing of the sweep, draw it, and say where it lies; 1 where a part did not run."""
    from network.promise.sweep import SEEDS, Sweep, points, run_sweep
    from network.promise.sweep_report import write_sweep

    wanted = Sweep(seeds=tuple(range(1, (seeds or SEEDS) + 1)), debtors=debtors)
    with progress(say(mark("Moving one rule at a time")), quiet=as_json) as advance:
        failed = run_sweep(wanted, folder, progress=advance)
    path = write_sweep(folder / "sweep", wanted, points(wanted, folder), today=datetime.now(tz=UTC).date())
    if as_json:
        print_json({"report": path, "failed": [str(error) for error in failed.values()]})
    else:
        for error in dict.fromkeys(map(repr, failed.values())):
            note(say(mark("Not run: %(name)s (%(reason)s)"), name="--sweep", reason=error))
        note(say(mark("The report: %(path)s"), path=path))
    return 1 if failed else 0


def _tell(found: "Judged", path: Path) -> None:
    """Print the rows that fail, how many pass, and where the report lies."""
    failing = [each for rows in (*found.verdicts.values(), found.sanity) for each in rows if not each.passed]
    if failing:
        heads = [mark("Profile"), mark("Fails"), mark("Measure"), mark("Churn"), mark("Figure")]
        heads += [mark("From"), mark("To"), mark("Promised"), mark("Naive")]
        print_table(
            [say(head) for head in heads],
            [
                (
                    *(each.profile, each.attack, each.measure, each.churn, each.figure),
                    *(each.low, each.high, each.threshold, each.naive),
                )
                for each in failing
            ],
        )
    for profile, verdicts in found.verdicts.items():
        note(
            say(
                mark("Profile %(profile)s: %(passed)s of %(count)s figures pass."),
                profile=profile,
                passed=sum(each.passed for each in verdicts),
                count=len(verdicts),
            )
        )
    for name, reason in found.not_run.items():
        note(say(mark("Not run: %(name)s (%(reason)s)"), name=name, reason=reason))
    note(say(mark("The report: %(path)s"), path=path))
