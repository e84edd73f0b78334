"""What a chart is: two drawings of one picture, and a table that says the same."""

from dataclasses import dataclass

from markupsafe import Markup

from network.web.charts.palette import Tone


@dataclass(frozen=True, slots=True)
class Table:
    """The twin of a chart: the same figures in words. Each row's first cell is its heading."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Key:
    """One entry of a legend."""

    tone: Tone
    words: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart in one language, for both themes.

    `wide` and `narrow` are SVG for a column and for a telephone; the style sheet shows one of them. `title` and
    `description` say what the picture shows; `table` holds every figure of it.
    """

    name: str
    title: str
    description: str
    wide: Markup
    narrow: Markup
    legend: tuple[Key, ...]
    table: Table


@dataclass(frozen=True, slots=True)
class Frame:
    """The outer size of a drawing in pixels and the margins in which its axes stand."""

    name: str
    width: int
    height: int
    left: int
    right: int
    top: int = 10
    bottom: int = 26
    months_a_label: int = 3

    @property
    def inner_width(self) -> int:
        """Width between the margins."""
        return self.width - self.left - self.right

    @property
    def inner_height(self) -> int:
        """Height between the margins."""
        return self.height - self.top - self.bottom

    @property
    def padding(self) -> dict[str, int]:
        """The margins as Vega wants them."""
        return {"left": self.left, "right": self.right, "top": self.top, "bottom": self.bottom}
