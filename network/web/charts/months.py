"""What all charts over the months share: their axis, their silences, their table, and how they are put together."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import altair as alt
from markupsafe import Markup

from network.figures import month_name
from network.i18n import mark, translate
from network.schemas.release import ReleasedValues
from network.web.charts.chart import Chart, Frame, Key, Table
from network.web.charts.drawing import Rows, draw, named
from network.web.charts.palette import Tone, placeholder
from network.web.charts.timeline import MONTHS, Timeline

NOT_PUBLISHED = mark("not published")
MONTH = mark("Month")

Picture = Callable[[Frame, tuple[float, ...]], alt.LayerChart]


@dataclass(frozen=True, slots=True)
class Plot:
    """A chart over the months before it is drawn.

    `picture` makes the template from (frame, scale): no word is part of it, so that one serves every language and month.
    `data` are the rows of its named data; `ticks` are the words along the upright axis by their height; `say` gives the figure of one month for the description; `columns` and `cells` make the table.
    """

    name: str
    title: str
    picture: Picture
    frames: tuple[Frame, Frame]
    scale: tuple[float, ...]
    data: Mapping[str, Rows]
    ticks: Mapping[float, str]
    legend: tuple[Key, ...]
    say: Callable[[ReleasedValues], str]
    columns: tuple[str, ...]
    cells: Callable[[ReleasedValues], tuple[str, ...]]


def put_together(plot: Plot, *, line: Timeline, language: str) -> Chart:
    """Return the chart of a plot: drawn for a column and for a telephone, with its table."""
    description = _describe(line, plot.say, language)
    data: dict[str, Rows] = {
        **plot.data,
        "silences": [{"x": start, "to": end} for start, end in line.silences()],
        "ticks": [{"y": height, "words": words} for height, words in plot.ticks.items()],
    }

    def drawn(frame: Frame) -> Markup:
        return draw(
            plot.picture,
            frame,
            plot.scale,
            data={**data, "months": _months(frame, line, language)},
            size=(frame.width, frame.height),
            title=plot.title,
            description=description,
            name=f"{plot.name}-{frame.name}",
        )

    wide, narrow = plot.frames
    silence = (Key(Tone.GAP, translate(NOT_PUBLISHED, language)),) if line.silences() else ()
    return Chart(
        name=plot.name,
        title=plot.title,
        description=description,
        wide=drawn(wide),
        narrow=drawn(narrow),
        legend=(*plot.legend, *silence),
        table=_table(line, plot.columns, plot.cells, language),
    )


def _table(
    line: Timeline,
    columns: Sequence[str],
    cells: Callable[[ReleasedValues], tuple[str, ...]],
    language: str,
) -> Table:
    """Return a row a month from the first release on, newest first."""
    first = next((place for place, _ in line.published()), len(line.epochs))
    silent = (translate(NOT_PUBLISHED, language), *("" for _ in columns[1:]))
    months = list(zip(line.epochs[first:], line.releases[first:], strict=True))
    return Table(
        columns=(translate(MONTH, language), *columns),
        rows=tuple(
            (month_name(epoch, language), *(silent if release is None else cells(release)))
            for epoch, release in reversed(months)
        ),
    )


def _describe(line: Timeline, say: Callable[[ReleasedValues], str], language: str) -> str:
    """Return a sentence with the first and the last published figure."""
    published = [release for _, release in line.published()]
    if not published:
        return translate(mark("Nothing was published in these months."), language)
    return translate(
        mark(
            "%(first_month)s: %(first)s. %(last_month)s: %(last)s. Published in %(count)s of %(months)s months."
        ),
        language,
        first_month=month_name(published[0].epoch, language),
        first=say(published[0]),
        last_month=month_name(published[-1].epoch, language),
        last=say(published[-1]),
        count=len(published),
        months=len(line.epochs),
    )


# --- Pieces of pictures -----------------------------------------------------------------------------------------


def _months(frame: Frame, line: Timeline, language: str) -> Rows:
    """Return the names under the picture: every third or sixth, counted back from the last."""
    shown = range(len(line.epochs) - 1, 0, -frame.months_a_label)
    return [
        {"x": place + 0.5, "words": month_name(line.epochs[place], language, short=True)} for place in shown
    ]


def month_axis() -> alt.X:
    """Return the axis of months: month number i spans i to i + 1."""
    return alt.X("x:Q", scale=alt.Scale(domain=[0, MONTHS], nice=False, zero=False), axis=None)


def upright_axis(field: str, *, ends: Sequence[float], lines: Sequence[float]) -> alt.Y:
    """Return the upright axis with its grid; its words are the plot's ticks."""
    scale = alt.Scale(domain=list(ends), nice=False)
    return alt.Y(field, scale=scale, axis=alt.Axis(values=list(lines), labels=False))


def words(frame: Frame) -> tuple[alt.Chart, alt.Chart]:
    """Return the layers of words along both axes."""
    below = (
        alt.Chart(named("months"))
        .mark_text(baseline="middle", align="center", dy=15)
        .encode(x="x:Q", y=alt.value(frame.inner_height), text="words:N")
    )
    beside = (
        alt.Chart(named("ticks"))
        .mark_text(baseline="middle", align="right", dx=-7)
        .encode(x=alt.value(0), y="y:Q", text="words:N")
    )
    return below, beside


def silences(frame: Frame) -> alt.Chart:
    """Return the ground behind months in which nothing was published."""
    ground: alt.Chart = (
        alt.Chart(named("silences"))
        .mark_rect(color=placeholder(Tone.GAP))
        .encode(x="x:Q", x2="to:Q", y=alt.value(0), y2=alt.value(frame.inner_height))
    )
    return ground


def layered(frame: Frame, *layers: alt.Chart, height: int | None = None) -> alt.LayerChart:
    """Return the layers in a frame whose margins are exactly those asked for; `height` is the inner one, if not the frame's."""
    return alt.LayerChart(
        layer=list(layers),
        width=frame.inner_width,
        height=frame.inner_height if height is None else height,
        padding=frame.padding,
        autosize=alt.AutoSizeParams(type="none"),
    )
