import re
from collections.abc import Sequence
from xml.etree import ElementTree as ET

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given, settings
from hypothesis import strategies as st

from anonymization.parameters import DEFAULT
from network.schemas.release import ReleasedValues
from network.web.charts import Chart, draw_charts, sparkline
from network.web.charts.palette import LIGHT, Tone, placeholder
from network.web.charts.shares import filled
from network.web.charts.timeline import month_before, timeline
from tests.factories.releases import DAYS, EUROS, SHARES, band, months, released

EPOCHS = months("2024-11", 24)
LAST = EPOCHS[-1]
SVG = "{http://www.w3.org/2000/svg}"


def series(steps: Sequence[int | None]) -> list[ReleasedValues]:
    return [
        released(epoch, days=step, past_due=step, exposure=step, over_90=step)
        for epoch, step in zip(EPOCHS[-len(steps) :], steps, strict=True)
        if step is not None
    ]


SLIDE = series([0, 0, 1, 1, 2, None, None, 3, 4, None, 5, 7])


def parsed(svg: str) -> ET.Element:
    element: ET.Element = fromstring(svg)
    return element


@pytest.fixture(scope="module", params=["en", "fr"])
def charts(request: pytest.FixtureRequest) -> dict[str, Chart]:
    return draw_charts(SLIDE, until=LAST, language=request.param)


def drawings(charts: dict[str, Chart]) -> list[str]:
    return [svg for chart in charts.values() for svg in (chart.wide, chart.narrow)]


def test_all_five_are_drawn(charts: dict[str, Chart]) -> None:
    assert list(charts) == ["index", "aging", "paid", "days", "exposure"]


def test_a_strict_content_security_policy_lets_the_drawings_through(charts: dict[str, Chart]) -> None:
    for svg in drawings(charts):
        for element in parsed(svg).iter():
            assert element.tag.removeprefix(SVG) in {
                "svg",
                "title",
                "desc",
                "g",
                "path",
                "line",
                "text",
                "rect",
            }
            assert not {"style", "href", "class"} & set(element.attrib)
            assert not [name for name in element.attrib if name.startswith("on")]


def test_every_colour_is_a_custom_property_of_the_theme(charts: dict[str, Chart]) -> None:
    known = {f"var(--chart-{tone.value}, {colour})" for tone, colour in LIGHT.items()}
    for svg in drawings(charts):
        colours = {
            element.attrib[name]
            for element in parsed(svg).iter()
            for name in ("fill", "stroke")
            if element.attrib.get(name, "none") not in {"none", "transparent"}
        }
        assert colours
        assert colours <= known
        assert not any(placeholder(tone) in svg for tone in Tone)


def test_a_drawing_says_what_it_is_to_who_does_not_see_it(charts: dict[str, Chart]) -> None:
    for svg in drawings(charts):
        root = parsed(svg)
        assert root.attrib["role"] == "img"
        named = root.attrib["aria-labelledby"].split()
        texts = {element.attrib["id"]: element.text for element in root if "id" in element.attrib}
        assert [bool(texts[name]) for name in named] == [True, True]


def test_ids_are_unique_in_the_page(charts: dict[str, Chart]) -> None:
    ids = [
        element.attrib["id"]
        for svg in drawings(charts)
        for element in parsed(svg).iter()
        if "id" in element.attrib
    ]
    assert len(ids) == len(set(ids)) == 20


def test_nothing_is_drawn_outside_the_picture(charts: dict[str, Chart]) -> None:
    for svg in drawings(charts):
        root = parsed(svg)
        width = float(root.attrib["width"])
        origin = re.search(r"translate\(([\d.]+),", root[2].attrib["transform"])
        assert origin is not None
        for path in root.iter(f"{SVG}path"):
            numbers = re.findall(r"[ML]([\d.]+),", path.attrib["d"])
            assert all(0 <= float(x) + float(origin[1]) <= width for x in numbers)


def test_the_table_says_each_month_newest_first_and_what_was_not_published() -> None:
    table = draw_charts(SLIDE, until=LAST, language="en")["index"].table
    assert table.columns == ("Month", "Payment Index", "Range", "Days beyond terms")
    assert table.rows[0] == ("October 2026", "20", "0 to 30", "more than 90 days late")
    assert table.rows[2] == ("August 2026", "not published", "", "")
    assert table.rows[-1][0] == "November 2025"
    assert len(table.rows) == 12
    assert all(len(row) == len(table.columns) for row in table.rows)


def test_the_description_names_the_first_and_the_last_figure() -> None:
    assert draw_charts(SLIDE, until=LAST, language="en")["index"].description == (
        "November 2025: 80. October 2026: 20. Published in 9 of 24 months."
    )


def test_a_month_without_a_release_breaks_the_line() -> None:
    whole = draw_charts(series([1] * 12), until=LAST, language="en")["index"].wide
    broken = draw_charts(series([1] * 5 + [None] + [1] * 6), until=LAST, language="en")["index"].wide
    line = f'stroke="var(--chart-line, {LIGHT[Tone.LINE]})" stroke-width="2"'
    assert whole.count(line) == 1
    assert broken.count(line) == 2


def test_silence_is_told_in_the_legend_only_where_there_is_some() -> None:
    def tones(steps: list[int | None]) -> set[Tone]:
        return {key.tone for key in draw_charts(series(steps), until=LAST, language="en")["index"].legend}

    assert Tone.GAP in tones([1, None, 1])
    assert Tone.GAP in tones([1, 1, None])
    assert Tone.GAP not in tones([None, 1, 1])


def test_a_debtor_without_releases_has_no_charts() -> None:
    assert draw_charts([], until=LAST, language="en") == {}
    assert draw_charts([released("2020-01")], until=LAST, language="en") == {}


def test_a_drawing_is_made_once() -> None:
    once = draw_charts(SLIDE, until=LAST, language="en")["aging"]
    assert draw_charts(list(reversed(SLIDE)), until=LAST, language="en")["aging"] is once
    assert draw_charts(SLIDE, until=LAST, language="fr")["aging"] is not once
    assert draw_charts(SLIDE[:-1], until=EPOCHS[-2], language="en")["aging"] is not once


def test_shares_fill_the_bar() -> None:
    bands = [band(DEFAULT.share, step) for step in (7, 3, 0, 0, 0)]
    assert sum(filled(bands)) == pytest.approx(1)
    assert filled([]) == []


@given(st.lists(st.none() | st.integers(0, 7), min_size=1, max_size=24))
@settings(max_examples=15, deadline=None)
def test_whatever_was_released_can_be_drawn(steps: list[int | None]) -> None:
    releases = [
        released(epoch, days=step % DAYS, past_due=step % SHARES, exposure=(step * 3) % EUROS)
        for epoch, step in zip(EPOCHS, steps, strict=False)
        if step is not None
    ]
    for chart in draw_charts(releases, until=LAST, language="fr").values():
        assert "NaN" not in chart.wide + chart.narrow
        assert "undefined" not in chart.wide + chart.narrow
        assert chart.table.rows


def test_months_are_counted_over_the_year() -> None:
    assert month_before("2026-02", 3) == "2025-11"
    assert timeline([], until="2026-01", months=2).epochs == ("2025-12", "2026-01")


def test_a_sparkline_is_read_out_as_a_sentence() -> None:
    svg = sparkline(SLIDE, until=LAST, language="en")
    assert parsed(svg).attrib["aria-label"] == "Payment Index 80 in November 2025, 20 in October 2026"
    assert sparkline([], until=LAST, language="en") == ""


def test_a_sparkline_breaks_where_nothing_was_published() -> None:
    path = parsed(sparkline(SLIDE, until=LAST, language="en")).find("path")
    assert path is not None
    assert path.attrib["d"].count("M") == 3


def test_the_smallest_and_the_largest_debts_have_a_height() -> None:
    for step in (-4, 13):
        releases = [released(EPOCHS[-1], exposure=step)]
        wide = draw_charts(releases, until=LAST, language="en")["exposure"].wide
        ribbon = next(
            path.attrib["d"]
            for path in parsed(wide).iter(f"{SVG}path")
            if path.attrib.get("fill", "").startswith("var(--chart-range")
        )
        heights = {float(y) for y in re.findall(r"[ML][\d.]+,([\d.]+)", ribbon)}
        assert max(heights) - min(heights) > 10
