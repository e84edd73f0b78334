"""Writes what the attacks found: `report.json` for programs, `report.md` for people. No word of the machine, no timings."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from anonymization.attacks.judgement import MEASURES, Verdict
from anonymization.parameters import PROFILES
from network.promise.jobs import written_at_once
from network.promise.suite import Judged, Plan

Row = dict[str, object]
_FAILS, _PASSES = "**FAILS**", "passes"


@dataclass(frozen=True, slots=True)
class Section:
    """Another chapter of the same report, as Markdown: its heading and its text."""

    heading: str
    text: str


def rows(judged: Judged) -> list[Row]:
    """Return one row a figure, failing ones first within their profile; attackers that must succeed come last."""
    ordered = [
        verdict
        for verdicts in (*judged.verdicts.values(), judged.sanity)
        for verdict in sorted(verdicts, key=lambda each: each.passed)
    ]
    return [{**asdict(verdict), "seeds": list(judged.seeds)} for verdict in ordered]


def write_report(
    folder: Path, plan: Plan, judged: Judged, *, today: date, sections: Iterable[Section] = ()
) -> Path:
    """Write both files into `folder`; return the path of the one for people."""
    folder.mkdir(parents=True, exist_ok=True)
    write_text(folder / "report.json", json.dumps(rows(judged), indent=1, ensure_ascii=False) + "\n")
    parts = [_opening(plan, judged, today)]
    parts += [_profile(profile, verdicts) for profile, verdicts in judged.verdicts.items()]
    parts += [_sanity(judged.sanity), _not_run(judged.not_run)]
    parts += [f"## {section.heading}\n\n{section.text}" for section in sections]
    path = folder / "report.md"
    write_text(path, "\n\n".join(part.strip() for part in parts if part) + "\n")
    return path


def write_text(path: Path, text: str) -> None:
    """Write a file at once or not at all."""
    written_at_once(path, lambda draft: draft.write_text(text, encoding="utf-8"))


def table(columns: Sequence[str], lines: Iterable[Sequence[str]], *, figures: int = 0) -> str:
    """Return a Markdown table; the last `figures` columns go to the right."""
    rule = ["---"] * (len(columns) - figures) + ["--:"] * figures
    return "\n".join("| " + " | ".join(line) + " |" for line in (columns, rule, *lines))


def number(figure: float | None) -> str:
    """Return a figure as it stands in the tables: four digits at most, nothing where there is none."""
    if figure is None:
        return ""
    return f"{figure:.0f}" if figure == int(figure) else f"{figure:.3f}"


def _opening(plan: Plan, judged: Judged, today: date) -> str:
    digests = [
        f"- profile `{rules.profile}`: parameters `{rules.digest()}`"
        for rules in plan.rules
        if rules is not None
    ]
    lines = [
        "# The promise, measured",
        "",
        (
            f"Made on {today.isoformat()} by `vigie attacks`, on simulated networks of {plan.debtors} debtors over "
            f"{plan.epochs} months; churn: {', '.join(plan.churns)}; seeds: {', '.join(map(str, judged.seeds))}."
        ),
        "",
        *digests,
        "",
        (
            "A figure passes when the bad end of its 95 % interval is on the right side of the threshold, and still "
            "does after Holm's correction over all rows of its profile (column p). “Naive” is the same attack on exact "
            "figures of every debtor that three groups report. docs/attacks.md tells how to read this."
        ),
    ]
    counts = [
        f"**{profile}**: {sum(each.passed for each in verdicts)} of {len(verdicts)} rows pass."
        for profile, verdicts in judged.verdicts.items()
    ]
    return "\n".join([*lines, "", *counts])


def _profile(profile: str, verdicts: Sequence[Verdict]) -> str:
    lines = [
        (
            _PASSES if each.passed else _FAILS,
            each.attack,
            each.measure,
            each.churn,
            number(each.figure),
            f"{number(each.low)} – {number(each.high)}",
            ("≤ " if MEASURES[each.measure].at_most else "≥ ") + number(each.threshold),
            number(each.naive),
            "exact" if MEASURES[each.measure].is_exact else f"{each.p_value:.2g}",
            str(each.trials),
        )
        for each in sorted(verdicts, key=lambda each: each.passed)
    ]
    columns = ("", "attack", "measure", "churn", "figure", "95 %", "threshold", "naive", "p", "trials")
    needed = "" if profile not in PROFILES else f" (gate {', '.join(map(str, PROFILES[profile].gate))})"
    notes = {f"- {each.attack}, {each.measure}: {each.note}." for each in verdicts}
    return "\n".join(
        [
            f"## Profile {profile}{needed}",
            "",
            table(columns, lines, figures=6),
            "",
            "What the figures are:",
            "",
            *sorted(notes),
        ]
    )


def _sanity(verdicts: Sequence[Verdict]) -> str:
    if not verdicts:
        return ""
    lines = [
        (
            _PASSES if each.passed else "**TOO WEAK**",
            each.attack.removeprefix("sanity: "),
            each.measure,
            each.churn,
            number(each.figure),
            f"{number(each.low)} – {number(each.high)}",
            f"≥ {number(each.threshold)}",
        )
        for each in sorted(verdicts, key=lambda each: each.passed)
    ]
    columns = ("", "attack", "measure", "churn", "figure", "95 %", "must reach")
    words = (
        "The same attackers on exact figures must succeed, or what they say of the pipeline is worth nothing."
    )
    return "\n".join(["## Sanity", "", words, "", table(columns, lines, figures=3)])


def _not_run(reasons: Mapping[str, str]) -> str:
    if not reasons:
        return "## Not run\n\nNothing was left out."
    return "\n".join(["## Not run", "", *(f"- {name}: {reason}" for name, reason in sorted(reasons.items()))])
