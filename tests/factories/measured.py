"""Figures of an attack run, as the method page reads them."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from anonymization.parameters import PROFILES
from network.promise.measured import Measured, Row, Swept, Useful
from network.promise.pipeline import PIPELINE, pipeline_digest

DAY = date(2026, 11, 20)


def row(
    attack: str = "joiner", *, figure: float = 0.02, passed: bool = True, profile: str = "default"
) -> Row:
    """Return a figure of which at most 0.1 is promised."""
    return Row(
        attack=attack,
        measure="AUC gap",
        churn="normal",
        profile=profile,
        figure=figure,
        low=figure - 0.01,
        high=figure + 0.01,
        threshold=0.1,
        at_most=True,
        is_exact=False,
        passed=passed,
        trials=900,
        naive=0.4,
    )


def useful(profile: str = "default", value: float = 0.8) -> Useful:
    """Return the share of debtors that is published in a network of 60 members."""
    return Useful(
        "published, of those with 5 suppliers or more", profile, 60, 1500, value, value - 0.05, value + 0.05
    )


def swept(step: str, figure: str, value: float, limit: float | None) -> Swept:
    """Return a figure at one value of the gate, 5-7 being the default."""
    return Swept("gate", step, step == "5-7", figure, value, value, value, limit, is_share=True)


SWEEP = tuple(
    swept(step, figure, value, limit)
    for step, reach, published in (("5", 0.08, 0.9), ("5-7", 0.04, 0.8), ("8-10", 0.01, 0.5))
    for figure, value, limit in (
        ("joiner: TPR at 1 % FPR", reach, 0.05),
        ("published, of those with 5 suppliers or more", published, None),
    )
)


def measured(*rows: Row, day: date = DAY) -> Measured:
    """Return a run under the numbers of today; without rows, one figure that holds and one that does not."""
    return Measured(
        made_on=day,
        debtors=1500,
        epochs=24,
        churns=("low", "normal", "high"),
        seeds=(1, 2, 3),
        digests={
            PIPELINE: pipeline_digest(),
            **{name: rules.digest() for name, rules in PROFILES.items()},
        },
        rows=rows or (row("delta/largest/doubled"), row("joiner", figure=0.3, passed=False)),
        too_weak=(),
        not_run={"authorship": "no discussions yet"},
        utility=(useful(), useful("trade", 0.9), useful("naive", 1.0)),
        sweep=SWEEP,
    )


def of_other_numbers(found: Measured) -> Measured:
    """Return the same figures as if measured under other numbers."""
    return replace(found, digests=dict.fromkeys(found.digests, "0" * 64))


def put(path: Path, found: Measured) -> Path:
    """Write figures where the page looks for them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(found.written(), encoding="utf-8")
    return path
