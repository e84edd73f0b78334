"""`vigie attacks --publish`: from a run to the figures that the method page ships with."""

from pathlib import Path

import pytest

from anonymization.parameters import DEFAULT
from network import cli
from network.promise import measured as files
from network.promise.measured import NAME, read

SMALL = ("attacks", "--seeds", "1", "--debtors", "40", "--churn", "low", "--attack", "invariants")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VIGIE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the sources, as far as figures are concerned."""
    folder = tmp_path / "sources"
    (folder / "network" / "promise").mkdir(parents=True)
    (folder / "pyproject.toml").touch()
    monkeypatch.setattr(files, "SHIPPED", folder / "network" / "promise" / NAME)
    return folder


def test_a_developer_publishes_the_figures_of_a_run(home: Path, sources: Path) -> None:
    assert cli.run([*SMALL, "--publish"]) == 0
    found = read(sources / "network" / "promise" / NAME)
    assert found is not None
    assert found.is_of("default", DEFAULT.digest())
    assert (found.seeds, found.debtors, found.churns) == ((1,), 40, ("low",))
    assert {row.attack.partition(":")[0] for row in found.rows} == {"invariant"}
    assert "subtraction" in found.not_run
    assert not (home / "attacks" / NAME).exists(), "a run of some attacks leaves those of all where they are"


def test_an_installed_copy_refuses_before_anything_is_run(
    home: Path, sources: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (sources / "pyproject.toml").unlink()
    assert cli.run([*SMALL, "--publish"]) == 2
    assert "this is an installed copy" in capsys.readouterr().err
    assert not (home / "attacks").exists()
