"""From an Altair chart to the SVG of a page, fast enough to draw while the reader waits.

Altair's validation and the compilation of Vega-Lite take about as long as drawing itself, and they depend on the
size of a picture and its scale, not on the debtor, the month or the language. So a picture is compiled once as a
template with named, empty data, words included, and drawn with each debtor's figures (docs/decisions/0070-charts-are-compiled-once.md).
"""

import copy
import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any
from xml.sax.saxutils import escape

import altair as alt
import vl_convert
from markupsafe import Markup

from network.web.charts.palette import Tone, placeholder, with_custom_properties

Rows = Sequence[Mapping[str, str | float]]
Drawable = alt.Chart | alt.LayerChart

FONT_SIZE = 12
_CONFIG: dict[str, Any] = {
    "background": None,
    "font": "sans-serif",
    "view": {"stroke": None},
    "axis": {
        "labelColor": placeholder(Tone.MUTED),
        "labelFontSize": FONT_SIZE,
        "labelPadding": 6,
        "gridColor": placeholder(Tone.GRID),
        "domain": False,
        "ticks": False,
        "title": None,
        "labelOverlap": False,
    },
    "axisX": {"grid": False},
    "text": {"fontSize": FONT_SIZE, "color": placeholder(Tone.MUTED)},
}

# What Vega writes for tools that read its groups. Under one role="img" it is weight without use.
_NOISE = re.compile(r'\s(?:aria-[a-z]+|role|class|font-family|pointer-events|stroke-miterlimit)="[^"]*"')
_EMPTY = re.compile(r'<path(?: d="[^"]*")?(?: display="none")?/>|<g(?:\s[^>]*)?/>|<g(?:\s[^>]*)?></g>')
_ROOT = re.compile(r"<svg[^>]*>", re.DOTALL)
_LONG_NUMBER = re.compile(r"(\d+\.\d)\d+")
_OPACITY = re.compile(r'\sopacity="1"')


def named(name: str) -> alt.NamedData:
    """Return data to be given when the chart is drawn."""
    return alt.NamedData(name=name)


@lru_cache(maxsize=128)
def compiled(build: Callable[..., Drawable], arguments: tuple[object, ...]) -> dict[str, Any]:
    """Return the Vega specification of `build(*arguments)`: one a picture, size and scale. Not to be changed."""
    spec = {**build(*arguments).to_dict(), "config": _CONFIG}
    template: dict[str, Any] = vl_convert.vegalite_to_vega(spec)
    return template


def draw(
    build: Callable[..., Drawable],
    *arguments: object,
    data: Mapping[str, Rows],
    size: tuple[int, int],
    title: str,
    description: str,
    name: str,
) -> Markup:
    """Return the SVG of a chart, to be put into a page as it is.

    Args:
        build: makes the chart; its data is `named`.
        *arguments: what it makes it from; hashable.
        data: the rows of each named data.
        size: width and height in pixels, axes included.
        title: what the picture is, in plain text.
        description: what it shows, in plain text, for a reader who does not see it.
        name: unique in the page; the ids inside begin with it.

    The drawing holds no style attribute, no script and no reference to elsewhere, so a strict content security
    policy lets it through; its colours are custom properties (see `palette`).
    """
    template = compiled(build, arguments)
    spec = {**template, "data": [_filled(source, data) for source in template["data"]]}
    svg = vl_convert.vega_to_svg(spec)
    return _dressed(svg, size=size, title=title, description=description, name=name)


def _filled(source: Mapping[str, Any], data: Mapping[str, Rows]) -> dict[str, Any]:
    filled = copy.copy(dict(source))
    if source["name"] in data:
        filled["values"] = list(data[source["name"]])
    return filled


def _dressed(svg: str, *, size: tuple[int, int], title: str, description: str, name: str) -> Markup:
    width, height = size
    svg = _OPACITY.sub("", svg)
    svg = _NOISE.sub("", svg)
    before = None
    while before != svg:
        before, svg = svg, _EMPTY.sub("", svg)
    svg = with_custom_properties(_LONG_NUMBER.sub(r"\1", svg))
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" aria-labelledby="{name}-title {name}-desc">'
        f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-desc">{escape(description)}</desc>'
    )
    return Markup(_ROOT.sub(lambda _: opening, svg, count=1))  # noqa: S704  # drawn here; its two texts are escaped
