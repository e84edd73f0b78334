"""Charts of shares: how old the balance is, month by month, and how many suppliers are paid how late.

Shares are released as ranges. What is drawn are the middles of the ranges, scaled so that they fill the bar; the table
beside it says the ranges.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import altair as alt
from markupsafe import Markup

from network.figures import month_name, share, share_range
from network.i18n import mark, translate
from network.schemas.release import AGING_BUCKETS, PAID_CLASSES, Band, ReleasedValues
from network.web.charts.chart import Chart, Frame, Key, Table
from network.web.charts.drawing import Rows, draw, named
from network.web.charts.months import Plot, layered, month_axis, put_together, silences, upright_axis, words
from network.web.charts.palette import LATENESS, Tone, placeholder
from network.web.charts.timeline import Timeline, month_before

AGING_FRAMES = (
    Frame(name="wide", width=480, height=230, left=46, right=30, months_a_label=6),
    Frame(name="narrow", width=340, height=210, left=46, right=30, months_a_label=6),
)
PAID_FRAMES = (
    Frame(name="wide", width=480, height=132, left=0, right=0, top=4, bottom=4),
    Frame(name="narrow", width=340, height=132, left=0, right=0, top=4, bottom=4),
)
AGING_NAMES = {
    "current": mark("Not yet due"),
    "late_1_30": mark("1–30 days late"),
    "late_31_60": mark("31–60 days late"),
    "late_61_90": mark("61–90 days late"),
    "late_91": mark("over 90 days late"),
}
PAID_NAMES = {
    "under_30": mark("Paid under 30 days late"),
    "from_30_to_90": mark("30 to 90 days late"),
    "over_90": mark("Over 90 days late"),
}
_PAID_TONES = (Tone.LATE_0, Tone.LATE_2, Tone.LATE_4)
_BAR = 34  # pixels
_SLOT = 62  # pixels from one bar to the next, with the month's name above it
_QUARTERS = (0, 0.25, 0.5, 0.75, 1)
_AIR = 0.09  # of a month, on both sides of its column


def filled(bands: Sequence[Band]) -> list[float]:
    """Return the middles of ranges of shares, scaled so that they add up to 1; all 0 where all are 0."""
    middles = [float(band.middle) for band in bands]
    total = sum(middles)
    return [middle / total for middle in middles] if total else middles


def aging_mix(line: Timeline, *, language: str, name: str) -> Chart:
    """Draw the shares of the balance by age over the months as stacked columns."""
    rows: list[dict[str, str | float]] = []
    for place, release in line.published():
        for start, end, tone in _stacked([release.aging[bucket] for bucket in AGING_BUCKETS], LATENESS):
            rows.append(
                {"x": place + _AIR, "to": place + 1 - _AIR, "y": start, "y2": end, "fill": placeholder(tone)}
            )
    names = [translate(AGING_NAMES[bucket], language) for bucket in AGING_BUCKETS]
    plot = Plot(
        name=name,
        title=translate(mark("How old the balance is"), language),
        picture=_aging_picture,
        frames=AGING_FRAMES,
        scale=(),
        data={"columns": rows},
        ticks={quarter: share(Decimal(str(quarter)), language) for quarter in _QUARTERS},
        legend=tuple(Key(tone, words) for tone, words in zip(LATENESS, names, strict=True)),
        say=lambda release: translate(
            mark("past due %(share)s of the balance"),
            language,
            share=share_range(release.past_due_share, language),
        ),
        columns=tuple(names),
        cells=lambda release: tuple(share_range(release.aging[bucket], language) for bucket in AGING_BUCKETS),
    )
    return put_together(plot, line=line, language=language)


def paid_shares(line: Timeline, *, language: str, name: str) -> Chart:
    """Draw the shares of suppliers, each counted once, by how late they are paid: last month and a year before.

    The timeline must hold at least one release.
    """
    published = {release.epoch: release for _, release in line.published()}
    latest = max(published)
    shown = [latest, *(month for month in (month_before(latest, 12),) if month in published)]
    names = [translate(PAID_NAMES[paid], language) for paid in PAID_CLASSES]
    title = translate(mark("Suppliers by how late they are paid"), language)
    description = " ".join(_sentence(published[month], names, language) for month in shown)
    data = _bars([published[month] for month in shown], language)

    def drawn(frame: Frame) -> Markup:
        size = (frame.width, frame.height - _SLOT * (2 - len(shown)))
        return draw(
            _paid_picture,
            frame,
            size,
            data=data,
            size=size,
            title=title,
            description=description,
            name=f"{name}-{frame.name}",
        )

    wide, narrow = (drawn(frame) for frame in PAID_FRAMES)
    return Chart(
        name=name,
        title=title,
        description=description,
        wide=wide,
        narrow=narrow,
        legend=tuple(Key(tone, words) for tone, words in zip(_PAID_TONES, names, strict=True)),
        table=_paid_table([release for _, release in line.published()], names, language),
    )


def _stacked(bands: Sequence[Band], tones: Sequence[Tone]) -> list[tuple[float, float, Tone]]:
    """Return (start, end, tone) of each part of a bar from 0 to 1; empty parts are left out."""
    parts: list[tuple[float, float, Tone]] = []
    start = 0.0
    for part, tone in zip(filled(bands), tones, strict=True):
        if part > 0:
            parts.append((start, start + part, tone))
        start += part
    return parts


def _bars(releases: Sequence[ReleasedValues], language: str) -> Mapping[str, Rows]:
    bars: list[dict[str, str | float]] = []
    names: list[dict[str, str | float]] = []
    for place, release in enumerate(releases):
        top = place * _SLOT + (_SLOT - _BAR) - 4
        names.append({"y": top - 7, "words": month_name(release.epoch, language)})
        bars.extend(
            {"x": start, "to": end, "y": top, "y2": top + _BAR, "fill": placeholder(tone)}
            for start, end, tone in _stacked([release.paid[paid] for paid in PAID_CLASSES], _PAID_TONES)
        )
    return {"bars": bars, "words": names}


def _sentence(release: ReleasedValues, names: Sequence[str], language: str) -> str:
    parts = ", ".join(
        f"{each}: {share_range(release.paid[paid], language)}"
        for paid, each in zip(PAID_CLASSES, names, strict=True)
    )
    return f"{month_name(release.epoch, language)}: {parts}."


def _paid_table(releases: Sequence[ReleasedValues], names: Sequence[str], language: str) -> Table:
    return Table(
        columns=(translate(mark("Month"), language), *names),
        rows=tuple(
            (
                month_name(release.epoch, language),
                *(share_range(release.paid[paid], language) for paid in PAID_CLASSES),
            )
            for release in reversed(releases)
        ),
    )


# --- Pictures ---------------------------------------------------------------------------------------------------


def _aging_picture(frame: Frame, _: tuple[float, ...]) -> alt.LayerChart:
    y = upright_axis("y:Q", ends=(0, 1), lines=_QUARTERS)
    columns = (
        alt.Chart(named("columns"))
        .mark_rect()
        .encode(x=month_axis(), x2="to:Q", y=y, y2="y2:Q", color=alt.Color("fill:N", scale=None))
    )
    return layered(frame, silences(frame), columns, *words(frame))


def _paid_picture(frame: Frame, size: tuple[int, int]) -> alt.LayerChart:
    height = size[1] - frame.top - frame.bottom
    down = alt.Scale(domain=[0, height], range=[0, height], nice=False)
    bars = (
        alt.Chart(named("bars"))
        .mark_rect(stroke=placeholder(Tone.PAPER), strokeWidth=1.5)
        .encode(
            x=alt.X("x:Q", scale=alt.Scale(domain=[0, 1], nice=False), axis=None),
            x2="to:Q",
            y=alt.Y("y:Q", scale=down, axis=None),
            y2="y2:Q",
            color=alt.Color("fill:N", scale=None),
        )
    )
    months = (
        alt.Chart(named("words"))
        .mark_text(align="left", baseline="bottom")
        .encode(x=alt.value(0), y="y:Q", text="words:N")
    )
    return layered(frame, bars, months, height=height)


TEMPLATES = ((_aging_picture, AGING_FRAMES, ((),)),)
