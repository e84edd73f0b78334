"""A curve over two axes that are the caller's own: the key of the Payment Index, and what moving a rule does.

Places are given between 0 and 1 with the words that stand there, so that one template serves every curve.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import altair as alt
from markupsafe import Markup

from network.web.charts.chart import Chart, Frame, Key, Table
from network.web.charts.drawing import Rows, draw, named
from network.web.charts.months import layered
from network.web.charts.palette import Tone, placeholder

KEY_FRAMES = (
    Frame(name="wide", width=680, height=300, left=40, right=30, top=14, bottom=30),
    Frame(name="narrow", width=340, height=250, left=34, right=18, top=14, bottom=30),
)
SMALL_FRAMES = (Frame(name="wide", width=330, height=170, left=44, right=24, top=16, bottom=30),) * 2


@dataclass(frozen=True, slots=True)
class Tick:
    """Words at a place of an axis; on a telephone those that are not `is_kept` are left out."""

    at: float
    words: str
    is_kept: bool = True


@dataclass(frozen=True, slots=True)
class Point:
    """A point of the curve; `low` and `high` are the ends of its interval where it has one; `words` stand over it."""

    x: float
    y: float
    low: float | None = None
    high: float | None = None
    is_marked: bool = False
    words: str = ""


@dataclass(frozen=True, slots=True)
class Curve:
    """What is drawn. `limit` is a height that should not be crossed."""

    name: str
    title: str
    description: str
    points: tuple[Point, ...]
    across: tuple[Tick, ...]
    upright: tuple[Tick, ...]
    table: Table
    limit: float | None = None
    legend: tuple[Key, ...] = field(default=())


def curve(drawn: Curve, frames: Sequence[Frame] = KEY_FRAMES) -> Chart:
    """Return the chart of a curve."""

    def svg(frame: Frame) -> Markup:
        return draw(
            _picture,
            frame,
            data=_rows(drawn, is_narrow=frame.name == "narrow"),
            size=(frame.width, frame.height),
            title=drawn.title,
            description=drawn.description,
            name=f"{drawn.name}-{frame.name}",
        )

    wide, narrow = frames
    return Chart(
        name=drawn.name,
        title=drawn.title,
        description=drawn.description,
        wide=svg(wide),
        narrow=Markup("") if narrow == wide else svg(narrow),
        legend=drawn.legend,
        table=drawn.table,
    )


def _rows(drawn: Curve, *, is_narrow: bool) -> dict[str, Rows]:
    def ticks(axis: Sequence[Tick]) -> Rows:
        return [{"at": tick.at, "words": tick.words} for tick in axis if tick.is_kept or not is_narrow]

    return {
        "line": [{"x": point.x, "y": point.y} for point in drawn.points],
        "spans": [
            {"x": point.x, "low": point.low, "high": point.high}
            for point in drawn.points
            if point.low is not None and point.high is not None
        ],
        "dots": [
            {
                "x": point.x,
                "y": point.y,
                "fill": placeholder(Tone.LINE if point.is_marked else Tone.PAPER),
                "words": point.words,
            }
            for point in drawn.points
        ],
        "across": ticks(drawn.across),
        "upright": ticks(drawn.upright),
        "limit": [] if drawn.limit is None else [{"at": drawn.limit}],
    }


def _picture(frame: Frame) -> alt.LayerChart:
    unit = alt.Scale(domain=[0, 1], nice=False, zero=False)
    x, y = alt.X("x:Q", scale=unit, axis=None), alt.Y("y:Q", scale=unit, axis=None)
    heights = alt.Y("at:Q", scale=unit, axis=None)
    ink = placeholder(Tone.LINE)
    grid = alt.Chart(named("upright")).mark_rule(color=placeholder(Tone.GRID)).encode(y=heights)
    beside = (
        alt.Chart(named("upright"))
        .mark_text(baseline="middle", align="right", dx=-8)
        .encode(x=alt.value(0), y=heights, text="words:N")
    )
    below = (
        alt.Chart(named("across"))
        .mark_text(baseline="middle", align="center", dy=16)
        .encode(x=alt.X("at:Q", scale=unit, axis=None), y=alt.value(frame.inner_height), text="words:N")
    )
    limit = (
        alt.Chart(named("limit"))
        .mark_rule(color=placeholder(Tone.LATE_3), strokeDash=[5, 4], strokeWidth=1.5)
        .encode(y=heights)
    )
    spans = (
        alt.Chart(named("spans"))
        .mark_rule(color=placeholder(Tone.RANGE), strokeWidth=7)
        .encode(x=x, y=alt.Y("low:Q", scale=unit, axis=None), y2="high:Q")
    )
    dots = alt.Chart(named("dots")).encode(x=x, y=y)
    return layered(
        frame,
        grid,
        limit,
        spans,
        alt.Chart(named("line")).mark_line(color=ink, strokeWidth=2).encode(x=x, y=y),
        dots.mark_circle(size=52, opacity=1, stroke=ink, strokeWidth=1.75).encode(
            fill=alt.Fill("fill:N", scale=None)
        ),
        dots.mark_text(align="left", baseline="bottom", dx=7, dy=-4, color=placeholder(Tone.TEXT)).encode(
            text="words:N"
        ),
        beside,
        below,
    )


TEMPLATES = tuple((_picture, (frame,)) for frame in dict.fromkeys((*KEY_FRAMES, *SMALL_FRAMES)))
"""Every template of a curve: picture and arguments."""
