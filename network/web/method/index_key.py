"""The key of the Payment Index as a curve."""

from functools import lru_cache

from network import figures
from network.i18n import mark, translate
from network.indicators.payment_index import ANCHORS
from network.web.charts.chart import Chart, Table
from network.web.charts.curve import Curve, Point, Tick, curve

_DAYS = (-30, 0, 30, 60, 90, 120, 240)
_KEPT = (-30, 0, 60, 120, 240)
_INDEX = (0, 20, 40, 60, 80, 100)
_SAID = (0, 30, 90)


@lru_cache(maxsize=2)
def index_key(language: str) -> Chart:
    """Return the curve from days beyond terms to the index, with its table."""
    first, last = ANCHORS[0][0], ANCHORS[-1][0]

    def across(days: float) -> float:
        return (days - first) / (last - first)

    title = translate(mark("From days beyond terms to the Payment Index"), language)
    return curve(
        Curve(
            name="chart-key",
            title=title,
            description=translate(
                mark(
                    "A falling line: 100 at 30 days early, 80 on terms, 50 at 30 days late, 30 at 90 days late, 0 at 240."
                ),
                language,
            ),
            points=tuple(
                Point(
                    across(days),
                    index / 100,
                    is_marked=days == 0,
                    words=f"{index:.0f}" if days in _SAID else "",
                )
                for days, index in ANCHORS
            ),
            across=tuple(Tick(across(days), _day(days, language), days in _KEPT) for days in _DAYS),
            upright=tuple(Tick(index / 100, figures.number(index, language)) for index in _INDEX),
            table=Table(
                columns=tuple(
                    translate(each, language) for each in (mark("Average delay"), mark("Payment Index"))
                ),
                rows=tuple((_late(int(days), language), f"{index:.0f}") for days, index in ANCHORS),
            ),
        )
    )


def _day(days: int, language: str) -> str:
    return figures.number(days, language).replace("-", "\u2212")


def _late(days: int, language: str) -> str:
    if days == 0:
        return translate(mark("on terms"), language)
    template = mark("%(days)s days early") if days < 0 else mark("%(days)s days late")
    return translate(template, language, days=abs(days))
