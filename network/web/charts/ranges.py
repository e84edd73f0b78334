"""Charts of a figure that is released as a range each month: Payment Index, days beyond terms, exposure.

The range of a month is drawn as wide as the month: a ribbon of steps that ends where nothing was published. A month
that stands alone between two silences is as visible as any other, and no slope pretends to a figure in between.
"""

from bisect import bisect_left
from collections.abc import Callable
from decimal import Decimal

import altair as alt

from network.figures import days_range, index_range, money, money_range, number
from network.i18n import mark, translate
from network.schemas.release import Band, ReleasedValues
from network.web.charts.chart import Chart, Frame, Key
from network.web.charts.drawing import Rows, named
from network.web.charts.months import Plot, layered, month_axis, put_together, silences, upright_axis, words
from network.web.charts.palette import Tone, placeholder
from network.web.charts.timeline import Timeline

INDEX_FRAMES = (
    Frame(name="wide", width=680, height=310, left=34, right=104),
    Frame(name="narrow", width=340, height=250, left=30, right=98, months_a_label=6),
)
COLUMN_FRAMES = (
    Frame(name="wide", width=480, height=230, left=78, right=30, months_a_label=6),
    Frame(name="narrow", width=340, height=210, left=78, right=30, months_a_label=6),
)
ON_TERMS = 80
_ANCHORS = ((80, 0), (70, 15), (50, 30), (40, 60), (30, 90))  # index and days late on the published key
_INDEX_FLOOR = 20.0  # 120 days late; below it the axis begins at 0
_INDEX_CEILING = (
    90.0  # 20 days early: whoever pays on terms or before lies in one range, whose top says little
)
_DAY_START = (
    -6.0
)  # whoever pays on terms or before lies in one range; how long before is a matter of prepayment
_DAY_ENDS = (30.0, 60.0, 90.0, 150.0)  # the axis ends at one of these, so that debtors compare at a glance
_EURO_SERIES = tuple(Decimal(step * 10**power) for power in range(2, 13) for step in (1, 2, 5))


def index_trend(line: Timeline, *, language: str, name: str) -> Chart:
    """Draw the Payment Index with its range over the months, against "on terms" at 80.

    A range that begins on terms and runs on to a month early is cut at the top of the axis; the table says it whole.
    """
    scale = _index_scale(line)

    def figures(release: ReleasedValues) -> tuple[float, float, float]:
        low, middle, high = release.payment_index
        return low, middle, min(high, scale[1])

    def cells(release: ReleasedValues) -> tuple[str, ...]:
        low, middle, high = release.payment_index
        return str(middle), index_range(low, high, language), days_range(release.days_beyond_terms, language)

    anchors: Rows = [{"y": index, "words": _anchor(days, language)} for index, days in _ANCHORS]
    plot = Plot(
        name=name,
        title=translate(mark("Payment Index over 24 months"), language),
        picture=_index_picture,
        frames=INDEX_FRAMES,
        scale=scale,
        data={**_rows(line, figures), "anchors": anchors},
        ticks={tick: str(tick) for tick in _index_ticks(scale)},
        legend=(
            Key(Tone.LINE, translate(mark("Payment Index"), language)),
            Key(Tone.RANGE, translate(mark("Range in which it lies"), language)),
        ),
        say=lambda release: str(release.payment_index[1]),
        columns=tuple(
            translate(words, language)
            for words in (mark("Payment Index"), mark("Range"), mark("Days beyond terms"))
        ),
        cells=cells,
    )
    return put_together(plot, line=line, language=language)


def days_late(line: Timeline, *, language: str, name: str) -> Chart:
    """Draw the released range of days beyond terms over the months; an open range ends at the top."""
    start, end = _days_scale(line)

    def figures(release: ReleasedValues) -> tuple[float, float, float]:
        band = release.days_beyond_terms
        return max(float(band.low), start), float(band.middle), min(_end(band, otherwise=end), end)

    def say(release: ReleasedValues) -> str:
        return days_range(release.days_beyond_terms, language)

    plot = Plot(
        name=name,
        title=translate(mark("Days beyond terms"), language),
        picture=_days_picture,
        frames=COLUMN_FRAMES,
        scale=(start, end),
        data=_rows(line, figures),
        ticks={tick: _day(tick, language) for tick in _day_ticks((start, end))},
        legend=(Key(Tone.RANGE, translate(mark("Average delay lies in this range"), language)),),
        say=say,
        columns=(translate(mark("Days beyond terms"), language),),
        cells=lambda release: (say(release),),
    )
    return put_together(plot, line=line, language=language)


def exposure(line: Timeline, *, language: str, name: str) -> Chart:
    """Draw the released range of what the debtor owes the network's suppliers, in steps of the 1-2-5 series.

    The series is close to a logarithmic scale, and the ranges are its steps. Steps count from the lowest shown, so that
    debtors of every size share a few templates.
    """
    start, span = _euro_steps(line)

    def figures(release: ReleasedValues) -> tuple[float, float, float]:
        band = release.exposure
        low, high = _step(band.low) - start, span if band.high is None else _step(band.high) - start
        return max(low, 0), (low + high) / 2, high

    def say(release: ReleasedValues) -> str:
        return money_range(release.exposure, language)

    plot = Plot(
        name=name,
        title=translate(mark("Owed to the network’s suppliers, at least"), language),
        picture=_exposure_picture,
        frames=COLUMN_FRAMES,
        scale=(span,),
        data=_rows(line, figures),
        ticks={step: money(_EURO_SERIES[start + step], language) for step in range(span + 1)},
        legend=(Key(Tone.RANGE, translate(mark("The total, so counted, lies in this range"), language)),),
        say=say,
        columns=(translate(mark("Owed, at least"), language),),
        cells=lambda release: (say(release),),
    )
    return put_together(plot, line=line, language=language)


def _anchor(days: int, language: str) -> str:
    if days == 0:
        return translate(mark("on terms"), language)
    return translate(mark("%(days)s days late"), language, days=number(days, language))


def _day(days: int, language: str) -> str:
    if days == 0:
        return translate(mark("on terms"), language)
    return translate(mark("%(days)s days"), language, days=number(days, language))


def _index_ticks(scale: tuple[float, ...]) -> list[int]:
    return [tick for tick in (0, 20, 40, 60, 80, 100) if scale[0] <= tick <= scale[1]]


def _day_ticks(scale: tuple[float, ...]) -> list[int]:
    """Return the days with a line; on the longest axis those under a month would touch."""
    ticks = (0, 30, 60, 90, 120) if scale[1] == _DAY_ENDS[-1] else (0, 15, 30, 60, 90)
    return [tick for tick in ticks if tick <= scale[1]]


def _rows(line: Timeline, figures: Callable[[ReleasedValues], tuple[float, float, float]]) -> dict[str, Rows]:
    """Return the rows of the ribbon, of the points in the middle of each month, and of the last point."""
    found = {place: figures(release) for place, release in line.published()}
    ribbon: list[dict[str, float]] = []
    points: list[dict[str, float]] = []
    for run_number, run in enumerate(line.runs()):
        for place in run:
            low, middle, high = found[place]
            ribbon.append({"x": place, "low": low, "high": high, "run": run_number})
            points.append({"x": place + 0.5, "y": middle, "run": run_number})
        low, _, high = found[run[-1]]
        ribbon.append({"x": run[-1] + 1, "low": low, "high": high, "run": run_number})
    return {"ribbon": ribbon, "points": points, "last": points[-1:]}


def _index_scale(line: Timeline) -> tuple[float, ...]:
    """Return the ends of the axis: the floor and the ceiling, unless some index lies outside them."""
    indices = [release.payment_index for _, release in line.published()]
    lowest = min((low for low, _, _ in indices), default=_INDEX_FLOOR)
    highest = max((value for _, value, _ in indices), default=_INDEX_CEILING)
    return (
        _INDEX_FLOOR if lowest >= _INDEX_FLOOR else 0.0,
        _INDEX_CEILING if highest <= _INDEX_CEILING else 100.0,
    )


def _days_scale(line: Timeline) -> tuple[float, float]:
    bands = [release.days_beyond_terms for _, release in line.published()]
    latest = max((_end(band, otherwise=_DAY_ENDS[-1]) for band in bands), default=0.0)
    return _DAY_START, next((end for end in _DAY_ENDS if latest <= end), _DAY_ENDS[-1])


def _euro_steps(line: Timeline) -> tuple[int, int]:
    """Return the first step of the 1-2-5 series that is shown, and how many follow: an even number, at least four."""
    bands = [release.exposure for _, release in line.published()]
    lowest = min((_step(band.low) for band in bands), default=0)
    highest = max(
        (_step(band.low) + 2 if band.high is None else _step(band.high) for band in bands), default=0
    )
    start = max(0, lowest - 1)
    span = max(4, highest + 1 - start)
    return min(start, len(_EURO_SERIES) - 1 - span - span % 2), span + span % 2


def _step(euros: Decimal) -> int:
    return bisect_left(_EURO_SERIES, euros)


def _end(band: Band, *, otherwise: float) -> float:
    return otherwise if band.high is None else float(band.high)


# --- Pictures: built once, drawn for many debtors ----------------------------------------------------------------


def _ribbon(x: alt.X, y: alt.Y) -> alt.Chart:
    ribbon: alt.Chart = (
        alt.Chart(named("ribbon"))
        .mark_area(interpolate="step-after", color=placeholder(Tone.RANGE))
        .encode(x=x, y=y, y2="high:Q", detail="run:N")
    )
    return ribbon


def _terms(y: int) -> alt.Chart:
    rule: alt.Chart = (
        alt.Chart(named("last"))
        .mark_rule(color=placeholder(Tone.TERMS), strokeDash=[5, 4], strokeWidth=1.25)
        .encode(y=alt.datum(y))
    )
    return rule


def _index_picture(frame: Frame, scale: tuple[float, ...]) -> alt.LayerChart:
    days = (
        alt.Chart(named("anchors"))
        .mark_text(align="left", baseline="middle", dx=8)
        .encode(x=alt.value(frame.inner_width), y="y:Q", text="words:N")
    )
    points = alt.Chart(named("points")).encode(x="x:Q", y="y:Q")
    ink = placeholder(Tone.LINE)
    return layered(
        frame,
        silences(frame),
        _ribbon(month_axis(), upright_axis("low:Q", ends=scale, lines=_index_ticks(scale))),
        _terms(ON_TERMS),
        points.mark_line(color=ink, strokeWidth=2).encode(detail="run:N"),
        points.mark_circle(color=ink, size=22, opacity=1),
        alt.Chart(named("last"))
        .mark_circle(color=ink, size=90, opacity=1, stroke=placeholder(Tone.PAPER), strokeWidth=2)
        .encode(x="x:Q", y="y:Q"),
        days,
        *words(frame),
    )


def _days_picture(frame: Frame, scale: tuple[float, ...]) -> alt.LayerChart:
    y = upright_axis("low:Q", ends=scale, lines=_day_ticks(scale))
    return layered(frame, silences(frame), _ribbon(month_axis(), y), _terms(0), *words(frame))


def _exposure_picture(frame: Frame, scale: tuple[float, ...]) -> alt.LayerChart:
    (span,) = scale
    y = upright_axis("low:Q", ends=(0, span), lines=range(int(span) + 1))
    return layered(frame, silences(frame), _ribbon(month_axis(), y), *words(frame))


# --- Every template that a debtor may need -----------------------------------------------------------------------

INDEX_SCALES = tuple((floor, top) for floor in (_INDEX_FLOOR, 0.0) for top in (_INDEX_CEILING, 100.0))
TEMPLATES = (
    (_index_picture, INDEX_FRAMES, INDEX_SCALES),
    (_days_picture, COLUMN_FRAMES, tuple((_DAY_START, end) for end in _DAY_ENDS)),
    (_exposure_picture, COLUMN_FRAMES, ((4,), (6,), (8,))),
)
