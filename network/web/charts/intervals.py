"""Figures with their intervals, one a row, on one axis: what attackers reach of what is promised, and utility.

Places are given between 0 and 1 with the words that stand there, so that a template depends on the number of rows alone.
"""

from dataclasses import dataclass, field

import altair as alt
from markupsafe import Markup

from network.web.charts.chart import Chart, Frame, Key, Table
from network.web.charts.curve import Tick
from network.web.charts.drawing import Rows, draw, named
from network.web.charts.months import layered
from network.web.charts.palette import Tone, placeholder

SLOT = 34
"""Pixels from one row to the next; on a telephone half as much again, for the words stand over the row there."""
_WIDE = Frame(name="wide", width=680, height=0, left=270, right=22, top=30, bottom=8)
_NARROW = Frame(name="narrow", width=340, height=0, left=24, right=20, top=30, bottom=8)

_SLOTS = ((_WIDE, SLOT), (_NARROW, SLOT + SLOT // 2))
_USUAL = 3
"""Rows of the pictures of utility: three sizes of networks."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A figure of a row: its place and that of the ends of its interval, in the colour of `tone`."""

    at: float
    low: float
    high: float
    tone: Tone = Tone.LINE


@dataclass(frozen=True, slots=True)
class Line:
    """A row: its words, its figures (at most two, one under the other), and a hollow mark to compare with."""

    words: str
    marks: tuple[Mark, ...]
    other: float | None = None


@dataclass(frozen=True, slots=True)
class Intervals:
    """What is drawn. `limit` is the place of what is promised."""

    name: str
    title: str
    description: str
    lines: tuple[Line, ...]
    ticks: tuple[Tick, ...]
    table: Table
    limit: float | None = None
    legend: tuple[Key, ...] = field(default=())


def intervals(drawn: Intervals) -> Chart:
    """Return the chart; it must have a row."""
    wide, narrow = (_svg(drawn, frame, slot) for frame, slot in ((_WIDE, SLOT), (_NARROW, SLOT + SLOT // 2)))
    return Chart(
        name=drawn.name,
        title=drawn.title,
        description=drawn.description,
        wide=wide,
        narrow=narrow,
        legend=drawn.legend,
        table=drawn.table,
    )


def _svg(drawn: Intervals, frame: Frame, slot: int) -> Markup:
    inner = slot * len(drawn.lines)
    height = inner + frame.top + frame.bottom
    return draw(
        _picture,
        frame,
        inner,
        data=_rows(drawn, slot, is_narrow=frame.name == "narrow"),
        size=(frame.width, height),
        title=drawn.title,
        description=drawn.description,
        name=f"{drawn.name}-{frame.name}",
    )


def _rows(drawn: Intervals, slot: int, *, is_narrow: bool) -> dict[str, Rows]:
    spans: list[dict[str, str | float]] = []
    names: list[dict[str, str | float]] = []
    others: list[dict[str, str | float]] = []
    for place, line in enumerate(drawn.lines):
        middle = slot * (place + 0.5) + (slot / 5 if is_narrow else 0)
        names.append({"y": middle - (slot * 0.38 if is_narrow else 0), "words": line.words})
        if line.other is not None:
            others.append({"x": line.other, "y": middle})
        for turn, mark in enumerate(line.marks):
            y = middle + 9 * (turn - (len(line.marks) - 1) / 2)
            tone = placeholder(mark.tone)
            spans.append({"x": mark.at, "y": y, "low": mark.low, "high": mark.high, "fill": tone})
    ticks = [tick for tick in drawn.ticks if tick.is_kept or not is_narrow]
    return {
        "spans": spans,
        "names": names,
        "others": others,
        "rails": [{"y": slot * (place + 1)} for place in range(len(drawn.lines))],
        "ticks": [{"at": tick.at, "words": tick.words} for tick in ticks],
        "limit": [] if drawn.limit is None else [{"at": drawn.limit}],
    }


def _picture(frame: Frame, inner: int) -> alt.LayerChart:
    across = alt.Scale(domain=[0, 1], nice=False, zero=False)
    down = alt.Scale(domain=[0, inner], range=[0, inner], nice=False)
    x, y = alt.X("x:Q", scale=across, axis=None), alt.Y("y:Q", scale=down, axis=None)
    places = alt.X("at:Q", scale=across, axis=None)
    spans = alt.Chart(named("spans")).encode(y=y)
    fill = alt.Color("fill:N", scale=None)
    is_narrow = frame.name == "narrow"
    return layered(
        frame,
        alt.Chart(named("ticks")).mark_rule(color=placeholder(Tone.GRID)).encode(x=places),
        alt.Chart(named("rails")).mark_rule(color=placeholder(Tone.GRID), strokeWidth=0.75).encode(y=y),
        alt.Chart(named("limit"))
        .mark_rule(color=placeholder(Tone.LATE_3), strokeDash=[5, 4], strokeWidth=1.75)
        .encode(x=places),
        alt.Chart(named("others"))
        .mark_point(shape="diamond", size=64, color=placeholder(Tone.MUTED), strokeWidth=1.5, opacity=1)
        .encode(x=x, y=y),
        spans.mark_rule(strokeWidth=6, opacity=0.45, strokeCap="round").encode(
            x=alt.X("low:Q", scale=across, axis=None), x2="high:Q", color=fill
        ),
        spans.mark_circle(size=56, opacity=1).encode(x=x, color=fill),
        alt.Chart(named("names"))
        .mark_text(
            align="left" if is_narrow else "right",
            baseline="middle",
            dx=-18 if is_narrow else -12,
            color=placeholder(Tone.TEXT),
        )
        .encode(x=alt.value(0), y=y, text="words:N"),
        alt.Chart(named("ticks"))
        .mark_text(align="center", baseline="middle", dy=-14)
        .encode(x=places, y=alt.value(0), text="words:N"),
        height=inner,
    )


TEMPLATES = tuple((_picture, (frame, slot * _USUAL)) for frame, slot in _SLOTS)
"""The templates that serve several pictures: picture and arguments. Others are compiled when they are first drawn."""
