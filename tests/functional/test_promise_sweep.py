"""Utility and sweep from end to end, small: what is kept, written and drawn."""

import json
from datetime import date
from pathlib import Path
from xml.etree import ElementTree as ET

from defusedxml.ElementTree import parse

from anonymization.parameters import DEFAULT
from network.promise.sweep import AXES, Sweep, points, run_sweep
from network.promise.sweep_report import OVERVIEW, write_sweep
from network.promise.utility import cases, measure
from network.promise.utility_report import summary, write_utility

SVG = "{http://www.w3.org/2000/svg}"


def test_every_axis_passes_through_the_rules_in_force() -> None:
    for axis, steps in AXES.items():
        assert [step.is_default for step in steps].count(True) == 1, axis
        assert len({step.parameters.digest() for step in steps}) == len(steps) >= 3


def test_utility_is_measured_kept_and_written(tmp_path: Path) -> None:
    wanted = cases((1, 2), (DEFAULT, None), members=(20,), debtors=60)
    assert measure(wanted, tmp_path / "kept") == {}
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "kept").iterdir()}
    assert len(before) == len(wanted) == 4
    assert measure(wanted, tmp_path / "kept") == {}
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "kept").iterdir()} == before

    section = write_utility(tmp_path, summary(wanted, tmp_path / "kept"))
    rows = json.loads((tmp_path / "utility.json").read_text(encoding="utf-8"))
    assert {row["profile"] for row in rows} == {"default", "naive"}
    for row in rows:
        assert row["low"] <= row["value"] <= row["high"]
        assert row["seeds"] == [1, 2]
    assert "### 20 members, 60 debtors" in section.text
    assert "| figure | default | naive |" in section.text


def test_a_sweep_is_drawn_with_a_table_that_says_the_same(tmp_path: Path) -> None:
    sweep = Sweep(axes=("hold",), seeds=(1,), debtors=80, attacks=())
    assert run_sweep(sweep, tmp_path) == {}
    found = points(sweep, tmp_path)
    assert {point.step for point in found} == {"0", "1", "2", "4", "6"}
    report = write_sweep(tmp_path / "sweep", sweep, found, today=date(2026, 11, 21)).read_text("utf-8")
    assert "| 2, in force |" in report
    assert len(json.loads((tmp_path / "sweep" / "sweep.json").read_text("utf-8"))) == len(found)
    picture: ET.Element = parse(tmp_path / "sweep" / "hold.svg").getroot()
    words = {element.text for element in picture.iter(f"{SVG}text")}
    assert {"Debtors published", "in force", "0", "6"} <= words
    assert "var(" not in (tmp_path / "sweep" / "hold.svg").read_text("utf-8")
    assert not (tmp_path / "sweep" / f"{OVERVIEW}.svg").exists()  # nothing of privacy was measured
