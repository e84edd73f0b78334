"""How every benchmark reports: a table to read and a file to keep."""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

OUT = Path("var/bench")


@dataclass(frozen=True, slots=True)
class Figure:
    """One comparison. `ratio` is above 1 where ours is faster, whatever the unit."""

    name: str
    ours: float
    baseline: float
    ratio: float
    unit: str


def rate(name: str, *, rows: int, ours: float, baseline: float) -> Figure:
    """Return a figure in rows a second from the seconds that both took for `rows`."""
    return Figure(name=name, ours=rows / ours, baseline=rows / baseline, ratio=baseline / ours, unit="rows/s")


def duration(name: str, *, ours: float, baseline: float, unit: str) -> Figure:
    """Return a figure of two durations, in `unit`; shorter is better."""
    return Figure(name=name, ours=ours, baseline=baseline, ratio=baseline / ours, unit=unit)


def scaled(size: int) -> int:
    """Return a size cut by BENCH_SCALE, at least 100."""
    return max(100, int(size * float(os.environ.get("BENCH_SCALE", "1"))))


def publish(name: str, figures: Sequence[Figure]) -> None:
    """Print the table of a benchmark and write var/bench/NAME.json."""
    table = Table(title=name)
    table.add_column("what")
    for heading in ("ours", "baseline", "ratio"):
        table.add_column(heading, justify="right")
    table.add_column("unit")
    for figure in figures:
        ours, baseline = f"{figure.ours:,.4g}", f"{figure.baseline:,.4g}"
        if figure.unit == "rows/s":
            ours, baseline = f"{figure.ours:,.0f}", f"{figure.baseline:,.0f}"
        table.add_row(figure.name, ours, baseline, f"{figure.ratio:.2f}", figure.unit)
    Console().print(table)
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / f"{name}.json").write_text(json.dumps([asdict(figure) for figure in figures], indent=2) + "\n")
