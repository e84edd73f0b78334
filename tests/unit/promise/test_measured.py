"""The small file of figures: written, read, refused when damaged, chosen among two."""

import json
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from anonymization.attacks.judgement import Claim, Guesses, corrected, judge
from anonymization.parameters import DEFAULT
from network.promise.measured import NAME, SHIPPED, DamagedFiguresError, Measured, read
from network.promise.pipeline import PIPELINE, pipeline_digest
from network.promise.publishing import measured_of, write_measured
from network.promise.suite import Judged, Plan
from network.web.method.choice import choose
from tests.factories import measured as factory


def test_what_is_written_is_read_back_and_the_same_figures_give_the_same_bytes() -> None:
    found = factory.measured()
    assert Measured.parsed(found.written()) == found
    assert Measured.parsed(found.written()).written() == found.written()


def test_there_may_be_no_file(tmp_path: Path) -> None:
    assert read(tmp_path / NAME) is None


def test_a_file_that_changed_is_read_again(tmp_path: Path) -> None:
    path = factory.put(tmp_path / NAME, factory.measured())
    first = read(path)
    assert read(path) is first
    factory.put(path, factory.measured(factory.row("leaver")))
    second = read(path)
    assert second is not None
    assert [row.attack for row in second.rows] == ["leaver"]


@pytest.mark.parametrize("text", ["", "[]", "null", "{", '{"format": "vigie-measured/1"}'])
def test_something_else_is_refused_by_name(tmp_path: Path, text: str) -> None:
    path = tmp_path / NAME
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DamagedFiguresError):
        read(path)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("vigie-measured/1", "vigie-measured/0"),
        ('"threshold": 0.1', '"threshold": "0.1"'),
        ('"passed": true', '"passed": 1'),
        ('"rows": [', '"rows": [5,'),
        ('"made_on": "2026-11-20"', '"made_on": "yesterday"'),
        ('"seeds": [1', '"seeds": [null'),
    ],
)
def test_a_damaged_file_is_refused_by_name(tmp_path: Path, right: str, wrong: str) -> None:
    text = factory.measured().written()
    assert right in text
    path = tmp_path / NAME
    path.write_text(text.replace(right, wrong), encoding="utf-8")
    with pytest.raises(DamagedFiguresError):
        read(path)


def test_bytes_that_are_no_text_and_a_folder_are_refused(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DamagedFiguresError):
        read(tmp_path / NAME)
    (tmp_path / "folder").mkdir()
    with pytest.raises(DamagedFiguresError):
        read(tmp_path / "folder")


def test_the_shipped_file_can_be_read() -> None:
    found = read(SHIPPED)
    assert found is not None
    assert found.of("default")


def test_reading_needs_none_of_the_tools_that_measured() -> None:
    code = "import sys, network.promise.measured; print({'scipy', 'sklearn', 'numpy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_a_run_becomes_a_file_with_its_rules_seeds_and_what_was_not_run(tmp_path: Path) -> None:
    claim = Claim("subtraction/largest/3 insiders", "residual", 0.05, "within 10 %")
    trials = Guesses(attack=np.arange(1000) % 10 == 0, control=np.arange(1000) % 10 == 0)
    verdicts = corrected([judge(claim, trials, churn="normal", profile="default")])
    judged = Judged(verdicts={"default": verdicts}, sanity=(), seeds=(1, 2), not_run={"gaps": "left out"})
    plan = Plan(seeds=(1, 2), rules=(DEFAULT, None), debtors=40)
    path = write_measured(tmp_path / NAME, measured_of(plan, judged, (), (), today=factory.DAY))
    found = read(path)
    assert found is not None
    assert found.digests == {"default": DEFAULT.digest(), PIPELINE: pipeline_digest()}
    assert (found.seeds, found.debtors) == ((1, 2), 40)
    assert found.not_run == {"gaps": "left out"}
    (row,) = found.rows
    assert (row.attack, row.at_most, row.is_exact, row.passed) == (
        claim.attack,
        True,
        False,
        verdicts[0].passed,
    )
    assert json.loads(path.read_text(encoding="utf-8"))["format"] == "vigie-measured/1"


class TestChoice:
    """Which of two files is shown."""

    @pytest.fixture
    def own(self, tmp_path: Path) -> Path:
        return tmp_path / "own" / NAME

    @pytest.fixture
    def shipped(self, tmp_path: Path) -> Path:
        return factory.put(tmp_path / "shipped" / NAME, factory.measured())

    def test_without_any_figures_there_are_none(self, own: Path, tmp_path: Path) -> None:
        choice = choose(own, "default", DEFAULT.digest(), shipped=tmp_path / "nowhere")
        assert (choice.measured, choice.is_damaged) == (None, False)
        assert choice.not_run("en") == []

    def test_shipped_figures_stand_in_until_the_operator_has_some(self, own: Path, shipped: Path) -> None:
        choice = choose(own, "default", DEFAULT.digest(), shipped=shipped)
        assert (choice.is_own, choice.is_current) == (False, True)

    @pytest.mark.parametrize(("days", "is_own"), [(0, True), (1, True), (-1, False)])
    def test_the_newer_wins_and_the_own_of_two_of_a_day(
        self, own: Path, shipped: Path, days: int, *, is_own: bool
    ) -> None:
        factory.put(own, factory.measured(day=factory.DAY + timedelta(days=days)))
        assert choose(own, "default", DEFAULT.digest(), shipped=shipped).is_own is is_own

    def test_figures_of_the_numbers_in_force_win_over_newer_ones_of_others(
        self, own: Path, shipped: Path
    ) -> None:
        newer = factory.measured(day=factory.DAY + timedelta(days=9))
        factory.put(own, factory.of_other_numbers(newer))
        choice = choose(own, "default", DEFAULT.digest(), shipped=shipped)
        assert (choice.is_own, choice.is_current) == (False, True)

    def test_figures_of_other_numbers_are_shown_as_such_where_there_are_no_better(
        self, own: Path, shipped: Path
    ) -> None:
        choice = choose(own, "default", "another digest", shipped=shipped)
        assert choice.measured is not None
        assert not choice.is_current

    def test_an_own_file_that_is_damaged_is_told_and_the_shipped_one_shown(
        self, own: Path, shipped: Path
    ) -> None:
        factory.put(own, factory.measured()).write_text("{", encoding="utf-8")
        choice = choose(own, "default", DEFAULT.digest(), shipped=shipped)
        assert (choice.is_own, choice.is_damaged) == (False, True)
        assert choice.measured is not None

    def test_figures_of_another_pipeline_are_not_current_though_its_numbers_are_the_same(
        self, own: Path
    ) -> None:
        found = factory.measured()
        factory.put(own, replace(found, digests={**found.digests, PIPELINE: "0" * 64}))
        assert not choose(own, "default", DEFAULT.digest(), shipped=own.with_name("none")).is_current
