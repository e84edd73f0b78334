"""Colours of the charts: drawn as placeholders, shown as custom properties.

A chart is drawn once for the light and the dark theme. Vega draws with one odd colour per role; afterwards each is
replaced by `var(--chart-ROLE, FALLBACK)` in the same presentation attribute, so that the page's style sheet decides
the colour, the content security policy has nothing to forbid, and a saved file still shows the light theme.

The scale of lateness runs from ink blue over sand and amber to a dark rust. Its steps fall evenly in lightness, so it
also reads without colour vision and on a grey printer.
"""

from enum import StrEnum


class Tone(StrEnum):
    """What a colour stands for; the value is its custom property, `--chart-` taken off."""

    TEXT = "text"
    MUTED = "muted"
    GRID = "grid"
    TERMS = "terms"
    LINE = "line"
    RANGE = "range"
    GAP = "gap"
    PAPER = "paper"
    LATE_0 = "late-0"
    LATE_1 = "late-1"
    LATE_2 = "late-2"
    LATE_3 = "late-3"
    LATE_4 = "late-4"


LIGHT: dict[Tone, str] = {
    Tone.TEXT: "#1c2b3a",
    Tone.MUTED: "#566574",
    Tone.GRID: "#dfe3e6",
    Tone.TERMS: "#566574",
    Tone.LINE: "#1d4468",
    Tone.RANGE: "#a9c1d6",
    Tone.GAP: "#eeeae1",
    Tone.PAPER: "#fffdf8",
    Tone.LATE_0: "#1d4468",
    Tone.LATE_1: "#e9cf94",
    Tone.LATE_2: "#d9932f",
    Tone.LATE_3: "#b0531c",
    Tone.LATE_4: "#6b1f14",
}

_PLACEHOLDERS = {tone: f"#0ff{place:03x}" for place, tone in enumerate(Tone, start=1)}
LATENESS = (Tone.LATE_0, Tone.LATE_1, Tone.LATE_2, Tone.LATE_3, Tone.LATE_4)


def placeholder(tone: Tone) -> str:
    """Return the colour with which Vega draws a tone."""
    return _PLACEHOLDERS[tone]


def with_custom_properties(svg: str) -> str:
    """Return the drawing with every placeholder replaced by its custom property and its light colour."""
    for tone, colour in _PLACEHOLDERS.items():
        svg = svg.replace(f'"{colour}"', f'"var(--chart-{tone.value}, {LIGHT[tone]})"')
    return svg
