"""From a run of the attacks to the small file that the method page reads."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from anonymization.attacks.judgement import MEASURES, Verdict
from network.promise.measured import Measured, Row, Swept, Useful
from network.promise.pipeline import PIPELINE, pipeline_digest
from network.promise.report import write_text
from network.promise.suite import Judged, Plan
from network.promise.sweep import Point
from network.promise.utility_report import Measured as Utility

DIGITS = 5


def measured_of(
    plan: Plan, judged: Judged, utility: Sequence[Utility], points: Sequence[Point], *, today: date
) -> Measured:
    """Return the figures of a run, with everything that a reader needs to place them."""
    return Measured(
        made_on=today,
        debtors=plan.debtors,
        epochs=plan.epochs,
        churns=tuple(map(str, plan.churns)),
        seeds=tuple(judged.seeds),
        digests={
            PIPELINE: pipeline_digest(),
            **{rules.profile: rules.digest() for rules in plan.rules if rules is not None},
        },
        rows=tuple(_row(each) for verdicts in judged.verdicts.values() for each in verdicts),
        too_weak=tuple(f"{each.attack}, {each.churn}" for each in judged.sanity if not each.passed),
        not_run=dict(judged.not_run),
        utility=tuple(
            Useful(
                each.figure,
                each.profile,
                each.members,
                each.debtors,
                *map(_short, (each.value, each.low, each.high)),
            )
            for each in utility
        ),
        sweep=tuple(
            Swept(
                axis=each.axis,
                step=each.step,
                is_default=each.is_default,
                figure=each.figure,
                value=_short(each.value),
                low=_short(each.low),
                high=_short(each.high),
                limit=each.limit,
                is_share=each.is_share,
            )
            for each in points
        ),
    )


def write_measured(path: Path, measured: Measured) -> Path:
    """Write the file at once or not at all; return its path."""
    write_text(path, measured.written())
    return path


def _row(found: Verdict) -> Row:
    measure = MEASURES[found.measure]
    return Row(
        attack=found.attack,
        measure=found.measure,
        churn=found.churn,
        profile=found.profile,
        figure=_short(found.figure),
        low=_short(found.low),
        high=_short(found.high),
        threshold=found.threshold,
        at_most=measure.at_most,
        is_exact=measure.is_exact,
        passed=found.passed,
        trials=found.trials,
        naive=None if found.naive is None else _short(found.naive),
    )


def _short(figure: float) -> float:
    return round(float(figure), DIGITS)
