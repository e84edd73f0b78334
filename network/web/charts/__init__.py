"""Charts, drawn on the server from released values alone.

Everything here is a pure function of releases, the last month and the language; the theme is the style sheet's. As
releases never change, a drawing is kept as long as its process lives and there is room.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from network.schemas.release import ReleasedValues
from network.web.charts import curve, intervals, ranges, shares
from network.web.charts.chart import Chart, Key, Table
from network.web.charts.drawing import compiled
from network.web.charts.ranges import days_late, exposure, index_trend
from network.web.charts.shares import aging_mix, paid_shares
from network.web.charts.sparkline import sparkline
from network.web.charts.timeline import month_before, timeline

__all__ = ["Chart", "Key", "Table", "draw_charts", "month_before", "prepare", "sparkline"]

KEPT = 1_500  # drawings of about 25 kB: at most 40 MB a process, five for each of 300 debtors

_CHARTS: dict[str, Callable[..., Chart]] = {
    "index": index_trend,
    "aging": aging_mix,
    "paid": paid_shares,
    "days": days_late,
    "exposure": exposure,
}


@dataclass(frozen=True, slots=True)
class _Drawn:
    """What tells one drawing from another; the releases follow from it, because they are immutable."""

    debtor: str
    until: str
    published: tuple[str, ...]
    releases: tuple[ReleasedValues, ...] = field(compare=False, repr=False)


def draw_charts(releases: Sequence[ReleasedValues], *, until: str, language: str) -> dict[str, Chart]:
    """Return the charts of one debtor by name: index, aging, paid, days, exposure; none where nothing is published.

    Args:
        releases: of one debtor, in any order.
        until: the last closed epoch; the charts show the 24 months that end with it.
        language: "en" or "fr".
    """
    months = timeline(releases, until=until)
    shown = tuple(release for _, release in months.published())
    if not shown:
        return {}
    subject = _Drawn(
        debtor=shown[0].debtor,
        until=until,
        published=tuple(release.epoch for release in shown),
        releases=shown,
    )
    return {name: _chart(name, subject, language) for name in _CHARTS}


def prepare() -> None:
    """Compile every template, about 2 s of one core: a process that serves pages does so before its first reader."""
    for picture, frames, scales in (*ranges.TEMPLATES, *shares.TEMPLATES):
        for frame in frames:
            for scale in scales:
                compiled(picture, (frame, scale))
    for template, arguments in (*curve.TEMPLATES, *intervals.TEMPLATES):
        compiled(template, arguments)


@lru_cache(maxsize=KEPT)
def _chart(name: str, subject: _Drawn, language: str) -> Chart:
    line = timeline(subject.releases, until=subject.until)
    return _CHARTS[name](line, language=language, name=f"chart-{name}")
