"""A very small picture of a trend, for lists: a Payment Index over its months, without axes.

It is written by hand: a list draws many at once, and a polyline needs no compiler (0.05 ms against 25 ms). It takes
the colour of the text around it, so it needs no style sheet.
"""

from collections.abc import Sequence

from markupsafe import Markup, escape

from network.figures import month_name
from network.i18n import mark, translate
from network.schemas.release import ReleasedValues
from network.web.charts.timeline import Timeline, timeline

WIDTH, HEIGHT = 96, 24
_INSET = 3.0


def sparkline(releases: Sequence[ReleasedValues], *, until: str, language: str, months: int = 12) -> Markup:
    """Return the Payment Index of the last months as a small SVG that is read out as a sentence.

    The picture spans 0 to 100 from bottom to top, so that those of a list compare. A month without a release breaks
    the line. Empty where nothing was published in these months.
    """
    line = timeline(releases, until=until, months=months)
    published = [release for _, release in line.published()]
    if not published:
        return Markup("")
    words = translate(
        mark("Payment Index %(first)s in %(first_month)s, %(last)s in %(last_month)s"),
        language,
        first=published[0].payment_index[1],
        first_month=month_name(published[0].epoch, language),
        last=published[-1].payment_index[1],
        last_month=month_name(published[-1].epoch, language),
    )
    parts = "".join(_run(line, run) for run in line.runs())
    place, release = list(line.published())[-1]
    return Markup(
        '<svg class="sparkline" width="{w}" height="{h}" viewBox="0 0 {w} {h}" role="img" aria-label="{words}">'
        '<path d="{parts}" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linejoin="round" '
        'stroke-linecap="round"/><circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="currentColor"/></svg>'
    ).format(
        w=WIDTH,
        h=HEIGHT,
        words=escape(words),
        parts=parts,
        x=_x(line, place),
        y=_y(release),
    )


def _run(line: Timeline, run: Sequence[int]) -> str:
    points = [(place, release) for place, release in line.published() if place in run]
    drawn = "L".join(f"{_x(line, place):.1f},{_y(release):.1f}" for place, release in points)
    return f"M{drawn}h.01"


def _x(line: Timeline, place: int) -> float:
    return _INSET + (WIDTH - 2 * _INSET) * place / max(len(line.epochs) - 1, 1)


def _y(release: ReleasedValues) -> float:
    return _INSET + (HEIGHT - 2 * _INSET) * (1 - release.payment_index[1] / 100)
