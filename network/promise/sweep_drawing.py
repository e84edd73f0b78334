"""Pictures of a sweep: for each rule the figures along its values, and for all of them privacy against utility.

Small panels of one size, drawn by Altair and vl-convert as every chart of the product, in the same colours. A file
stands alone: it brings the colours of both themes along, and its own ground.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import altair as alt

from network.promise.sweep import Point
from network.web.charts.drawing import Rows, draw, named
from network.web.charts.palette import LIGHT, Tone, placeholder

DARK: dict[Tone, str] = {
    Tone.TEXT: "#ece7db",
    Tone.MUTED: "#a9b6c2",
    Tone.GRID: "#263848",
    Tone.TERMS: "#8c9aa7",
    Tone.LINE: "#d8ebf9",
    Tone.RANGE: "#34536d",
    Tone.GAP: "#182838",
    Tone.PAPER: "#13212f",
    Tone.LATE_0: "#4f7fa8",
    Tone.LATE_1: "#cdb983",
    Tone.LATE_2: "#d3912f",
    Tone.LATE_3: "#c4602b",
    Tone.LATE_4: "#a83a30",
}
"""The dark theme of network/web/static/css, for files that are opened without it."""

_COLUMN, _ROW = 232, 190
_INSET_LEFT, _INSET_TOP, _WIDE, _HIGH = 44, 44, 170, 104
_EDGE = 18


@dataclass(frozen=True, slots=True)
class Panel:
    """One small picture. `steps` are places along the bottom by their words; all else is in the units of its axes."""

    title: str
    dots: Sequence["Dot"]
    is_share: bool = False
    limit: float | None = None
    below: str = ""
    has_share_below: bool = False
    steps: Sequence[tuple[float, str]] = ()
    is_labelled: bool = False


@dataclass(frozen=True, slots=True)
class Dot:
    """A point of a curve, with the ends of its interval."""

    x: float
    y: float
    low: float
    high: float
    is_default: bool
    words: str


@dataclass(slots=True)
class _Drawn:
    """Rows of each named data, in pixels."""

    rows: dict[str, list[dict[str, str | float]]] = field(
        default_factory=lambda: {
            name: []
            for name in (
                "grid",
                "bands",
                "lines",
                "limits",
                "dots",
                "titles",
                "sides",
                "belows",
                "tags",
                "keys",
            )
        }
    )

    def add(self, name: str, **row: str | float) -> None:
        self.rows[name].append(row)


def along(points: Sequence[Point]) -> list[Panel | None]:
    """Return a panel for each figure of one rule, its values from left to right; privacy, the key, then utility."""
    steps = list(dict.fromkeys(point.step for point in points))
    panels: list[Panel | None] = []
    for name in dict.fromkeys(point.figure for point in points):
        own = [point for point in points if point.figure == name]
        if own[0].limit is None and None not in panels:
            panels.append(None)
        panels.append(
            Panel(
                own[0].words,
                [
                    Dot(steps.index(each.step), each.value, each.low, each.high, each.is_default, each.step)
                    for each in own
                ],
                is_share=own[0].is_share,
                limit=own[0].limit,
                steps=list(enumerate(steps)),
            )
        )
    return panels


def svg(panels: Sequence[Panel | None], *, columns: int, title: str, description: str, name: str) -> str:
    """Return the panels as one SVG file, row by row; where there is None, the key stands."""
    drawn = _Drawn()
    for place, panel in enumerate(panels):
        left, top = _EDGE + place % columns * _COLUMN, _EDGE + place // columns * _ROW
        if panel is None:
            _draw_key(drawn, left=left, top=top)
        else:
            _draw_panel(drawn, panel, left=left, top=top)
    size = (2 * _EDGE + columns * _COLUMN, 2 * _EDGE + math.ceil(len(panels) / columns) * _ROW)
    data: dict[str, Rows] = dict(drawn.rows)
    picture = draw(_picture, size, data=data, size=size, title=title, description=description, name=name)
    return _alone(str(picture))


_PROPERTY = re.compile(r"var\(--chart-[a-z0-9-]+, (#[0-9a-f]{6})\)")


def _alone(picture: str) -> str:
    """Return the drawing in the light theme's own colours, with a ground, and with rules for whoever reads at night.

    Programs that know no custom properties draw such a file too.
    """
    night = "".join(
        f'[{part}="{LIGHT[tone]}"]{{{part}:{colour}}}'
        for tone, colour in DARK.items()
        for part in ("fill", "stroke")
    )
    style = (
        f"<style>text{{font-family:system-ui,sans-serif}}@media(prefers-color-scheme:dark){{{night}}}</style>"
        f'<rect width="100%" height="100%" fill="{LIGHT[Tone.PAPER]}"/>'
    )
    return _PROPERTY.sub(r"\1", picture).replace("</desc>", f"</desc>{style}", 1)


def _draw_key(drawn: _Drawn, *, left: float, top: float) -> None:
    x, y = left + _INSET_LEFT, top + _INSET_TOP + 8
    ink, paper = placeholder(Tone.LINE), placeholder(Tone.PAPER)
    drawn.add("dots", x=x, y=y, fill=ink, size=70)
    drawn.add("dots", x=x, y=y + 24, fill=paper, size=34)
    drawn.add("limits", x=x - 9, x2=x + 9, y=y + 48)
    for place, words in enumerate(("in force", "another value", "promised at most", "shaded: 95 % interval")):
        drawn.add("keys", x=x + 18 if place < 3 else x - 9, y=y + 24 * place, words=words)  # noqa: PLR2004


def _draw_panel(drawn: _Drawn, panel: Panel, *, left: float, top: float) -> None:
    x0, y0 = left + _INSET_LEFT, top + _INSET_TOP
    across = _Line([dot.x for dot in panel.dots], start=x0 + 12, end=x0 + _WIDE - 12, from_zero=False)
    values = [dot.high for dot in panel.dots] + ([1.15 * panel.limit] if panel.limit else [])
    up = _Line([0.0, *values], start=y0 + _HIGH, end=y0, from_zero=True, is_share=panel.is_share)
    drawn.add("titles", x=left + 6, y=top + 22, words=panel.title)
    for tick in up.ticks():
        drawn.add("grid", x=x0, x2=x0 + _WIDE, y=up.at(tick))
        drawn.add("sides", x=x0 - 8, y=up.at(tick), words=_written(tick, is_share=panel.is_share))
    for at, words in panel.steps or [
        (tick, _written(tick, is_share=panel.has_share_below)) for tick in across.ticks()
    ]:
        drawn.add("belows", x=across.at(at), y=y0 + _HIGH + 15, words=words)
    if panel.below:
        drawn.add("belows", x=x0 + _WIDE / 2, y=y0 + _HIGH + 32, words=panel.below)
    if panel.limit is not None:
        drawn.add("limits", x=x0, x2=x0 + _WIDE, y=up.at(panel.limit))
    for turn, dot in enumerate(panel.dots):
        x, y = across.at(dot.x), up.at(max(dot.y, 0.0))
        if not panel.is_labelled:
            low, high = up.at(max(dot.low, 0.0)), up.at(max(dot.high, 0.0))
            drawn.add("bands", x=x, y=low, y2=high, panel=f"{left}/{top}")
        drawn.add("lines", x=x, y=y, turn=turn, panel=f"{left}/{top}")
        ink, paper = placeholder(Tone.LINE), placeholder(Tone.PAPER)
        drawn.add("dots", x=x, y=y, fill=ink if dot.is_default else paper, size=70 if dot.is_default else 34)
        if panel.is_labelled:
            drawn.add("tags", x=x, y=y - 10, words=dot.words)


@dataclass(frozen=True, slots=True)
class _Line:
    """An axis: values to pixels."""

    values: Sequence[float]
    start: float
    end: float
    from_zero: bool
    is_share: bool = False

    @property
    def _ends(self) -> tuple[float, float]:
        low, high = min(self.values), max(self.values)
        if self.from_zero:
            return 0.0, _nice(high, least=0.01 if self.is_share else 1.0)
        return (low, high) if high > low else (low - 1, high + 1)

    def at(self, value: float) -> float:
        """Return the pixel of a value."""
        low, high = self._ends
        return self.start + (value - low) / (high - low) * (self.end - self.start)

    def ticks(self) -> list[float]:
        """Return both ends and the middle."""
        low, high = self._ends
        return [low, (low + high) / 2, high]


def _nice(reached: float, *, least: float) -> float:
    """Return the first round number that is not below what is reached; its half has one decimal at most."""
    reached = max(reached, least)
    power = 10.0 ** math.floor(math.log10(reached))
    return next(step * power for step in (1, 2, 3, 4, 5, 6, 8, 10) if step * power >= reached * (1 - 1e-9))


def _written(value: float, *, is_share: bool) -> str:
    """Return a figure with one decimal at most: more would not survive the shortening of numbers in the drawing."""
    number = round(100 * value if is_share else value, 1)
    return f"{number:g} %" if is_share else f"{number:g}"


def _picture(size: tuple[int, int]) -> alt.LayerChart:
    width, height = size
    x = alt.X("x:Q", scale=alt.Scale(domain=[0, width], nice=False, zero=False), axis=None)
    y = alt.Y("y:Q", scale=alt.Scale(domain=[height, 0], nice=False, zero=False), axis=None)
    ink, muted = placeholder(Tone.LINE), placeholder(Tone.MUTED)

    def text(name: str, **options: Any) -> alt.Chart:
        chart: alt.Chart = alt.Chart(named(name)).mark_text(baseline="middle", **options)
        return chart.encode(x=x, y=y, text="words:N")

    dots = alt.Chart(named("dots")).mark_circle(opacity=1, stroke=ink, strokeWidth=1.75)
    layers = (
        alt.Chart(named("grid")).mark_rule(color=placeholder(Tone.GRID)).encode(x=x, x2="x2:Q", y=y),
        alt.Chart(named("bands"))
        .mark_area(color=placeholder(Tone.RANGE), opacity=0.55)
        .encode(x=x, y=y, y2="y2:Q", detail="panel:N"),
        alt.Chart(named("limits"))
        .mark_rule(color=placeholder(Tone.LATE_3), strokeDash=[5, 4], strokeWidth=1.5)
        .encode(x=x, x2="x2:Q", y=y),
        alt.Chart(named("lines"))
        .mark_line(color=ink, strokeWidth=2)
        .encode(x=x, y=y, detail="panel:N", order="turn:Q"),
        dots.encode(
            x=x, y=y, fill=alt.Fill("fill:N", scale=None), size=alt.Size("size:Q", scale=None, legend=None)
        ),
        text("titles", align="left", color=placeholder(Tone.TEXT), fontSize=13, fontWeight=600),
        text("sides", align="right", color=muted),
        text("belows", align="center", color=muted),
        text("keys", align="left", color=muted),
        text("tags", align="center", color=placeholder(Tone.TEXT), fontSize=11),
    )
    return alt.LayerChart(
        layer=list(layers),
        width=width,
        height=height,
        padding={"left": 0, "right": 0, "top": 0, "bottom": 0},
        autosize=alt.AutoSizeParams(type="none"),
    )
