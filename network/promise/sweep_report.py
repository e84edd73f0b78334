"""What a sweep found: a picture and a table for each rule, an overview, and `sweep.json`."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path

from anonymization.parameters import DEFAULT
from network.promise.report import number, table, write_text
from network.promise.sweep import Point, Sweep, is_over
from network.promise.sweep_drawing import Dot, Panel, along, svg

OVERVIEW = "privacy-against-utility"
_COST: Mapping[str, str] = {
    "gate": "published, of those with 5 suppliers or more",
    "weight cap": "exposure, median error as a log ratio",
    "distortion": "exposure, median error as a log ratio",
    "cell noise": "exposure, median error as a log ratio",
}
_OTHERWISE = "lag in months, sent days beyond 22"
"""What a rule costs, as the overview shows it: that figure of utility which it bears on."""


def write_sweep(folder: Path, sweep: Sweep, points: Sequence[Point], *, today: date) -> Path:
    """Write pictures, tables and figures into `folder`; return the path of the page for people."""
    folder.mkdir(parents=True, exist_ok=True)
    found = json.dumps([asdict(each) for each in points], indent=1, ensure_ascii=False)
    write_text(folder / "sweep.json", found + "\n")
    by_axis = {axis: [each for each in points if each.axis == axis] for axis in sweep.axes}
    by_axis = {axis: own for axis, own in by_axis.items() if own}
    panels = [panel for axis, own in by_axis.items() for panel in _against(axis, own)]
    parts = [_opening(sweep, today)]
    if panels:
        title = "Privacy against utility as each rule moves"
        words = "One panel a rule: what it costs from left to right, the worst figure of privacy as a share of what is promised upwards."
        write_text(
            folder / f"{OVERVIEW}.svg", svg(panels, columns=3, title=title, description=words, name=OVERVIEW)
        )
        parts.append(f"![{title}]({OVERVIEW}.svg)\n\n{_READING}")
    for axis, own in by_axis.items():
        name = axis.replace(" ", "-")
        drawn = svg(
            along(own), columns=4, title=f"The rule “{axis}”", description=_described(axis, own), name=name
        )
        write_text(folder / f"{name}.svg", drawn)
        parts.append(f"## {axis.capitalize()}\n\n![{_described(axis, own)}]({name}.svg)\n\n{_table(own)}")
    path = folder / "sweep.md"
    write_text(path, "\n\n".join(parts) + "\n")
    return path


_READING = (
    "Upwards: the worst of the watched attacks, as a share of what is promised of it (1 is the limit). To the right: the "
    "figure of utility that the rule bears on. The filled point is the value in force."
)


def _opening(sweep: Sweep, today: date) -> str:
    return (
        "# The rules, moved one at a time\n\n"
        f"Made on {today.isoformat()} by `vigie attacks --sweep`: profile `default` (parameters `{DEFAULT.digest()}`), one "
        f"rule moved at a time, all others as they are. Normal churn, {sweep.debtors} debtors, seeds "
        f"{', '.join(map(str, sweep.seeds))}. Figures of privacy that lie over what is promised are **bold**; utility is "
        "measured as in the report of the attacks. docs/attacks.md tells how to read this."
    )


def _against(axis: str, points: Sequence[Point]) -> list[Panel]:
    """Return the panel of one rule in the overview; none where privacy or utility is missing."""
    cost = _COST.get(axis, _OTHERWISE)
    dots, example = [], None
    for step in dict.fromkeys(point.step for point in points):
        own = {point.figure: point for point in points if point.step == step}
        worst = max((point.value / point.limit for point in own.values() if point.limit), default=None)
        if worst is not None and cost in own:
            example = own[cost]
            dots.append(Dot(example.value, worst, worst, worst, example.is_default, step))
    if example is None:
        return []
    return [
        Panel(
            axis.capitalize(),
            dots,
            limit=1.0,
            below=example.words,
            has_share_below=example.is_share,
            is_labelled=True,
        )
    ]


def _described(axis: str, points: Sequence[Point]) -> str:
    steps = ", ".join(dict.fromkeys(point.step for point in points))
    return f"Figures of privacy and of utility at the values {steps} of the rule “{axis}”; the table below says the same."


def _table(points: Sequence[Point]) -> str:
    figures = list(dict.fromkeys((point.figure, point.words, point.limit) for point in points))
    columns = [
        "value",
        *(words if limit is None else f"{words} (≤ {number(limit)})" for _, words, limit in figures),
    ]
    cells = {(point.step, point.figure): point for point in points}
    lines = []
    for step in dict.fromkeys(point.step for point in points):
        own = [cells.get((step, figure)) for figure, _, _ in figures]
        is_default = any(point is not None and point.is_default for point in own)
        lines.append((f"{step}, in force" if is_default else step, *map(_cell, own)))
    return table(columns, lines, figures=len(figures))


def _cell(point: Point | None) -> str:
    if point is None:
        return ""
    words = number(point.value)
    if point.low != point.high:
        words += f" ({number(point.low)} – {number(point.high)})"
    return f"**{words}**" if is_over(point) else words
