"""Tests that this machine cannot run are left out by name and told at the end; nothing is skipped in silence.

Under VIGIE_REQUIRE_ALL=1 leaving one out is a failure of the run.
"""

import os
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import elasticsearch

REAL_LEDGERS = Path(__file__).parents[2] / "shared" / "data" / "ledgers"
_left_out: Counter[str] = Counter()
_REQUIRED = os.environ.get("VIGIE_REQUIRE_ALL") == "1"  # read before the tests take our settings away


def chromium() -> str | None:
    """Return the browser's program: $VIGIE_CHROMIUM, or what the machine has."""
    given = os.environ.get("VIGIE_CHROMIUM")
    if given:
        return shutil.which(given)
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def real_ledgers() -> str | None:
    """Return the folder of real ledger files beside the project."""
    return str(REAL_LEDGERS) if REAL_LEDGERS.is_dir() else None


@dataclass(frozen=True, slots=True)
class Need:
    """What the tests of a marker need: how to look for it, and what to say where it is missing.

    `is_required` tells that every machine can have it, so that VIGIE_REQUIRE_ALL=1 insists.
    """

    find: Callable[[], str | None]
    missing: str
    is_required: bool = True


NEEDS = {
    "browser": Need(chromium, "Chromium not found: install the package chromium or set VIGIE_CHROMIUM"),
    "elasticsearch": Need(
        elasticsearch.found,
        "Java 17 and Maven not found: install openjdk-17-jre-headless and maven, or set VIGIE_TEST_ELASTICSEARCH_URL",
    ),
    "real_ledgers": Need(
        real_ledgers, f"no folder {REAL_LEDGERS}; they are not ours to give away", is_required=False
    ),
}


def pytest_configure(config: pytest.Config) -> None:
    """Declare the markers."""
    for name in NEEDS:
        config.addinivalue_line("markers", f"{name}: needs {name}; reported as NOT RUN where there is none")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what cannot run, and count it."""
    missing = {name for name, need in NEEDS.items() if need.find() is None}
    here = [item for item in items if not any(item.get_closest_marker(name) for name in missing)]
    there = [item for item in items if item not in set(here)]
    for item in there:
        _left_out.update(name for name in missing if item.get_closest_marker(name))
    if there:
        config.hook.pytest_deselected(items=there)
        items[:] = here


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand the count to the controller, and fail the run where everything is required."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["left_out"] = dict(_left_out)
    elif _REQUIRED and any(NEEDS[name].is_required for name in _left_out):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object) -> None:
    """Take the count of a worker: all workers collect the same tests."""
    counted = getattr(node, "workeroutput", {}).get("left_out", {})
    for name, number in counted.items():
        _left_out[name] = max(_left_out[name], number)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was not run, by name."""
    for name, number in sorted(_left_out.items()):
        is_fault = _REQUIRED and NEEDS[name].is_required
        sentence = f"NOT RUN: {name} ({NEEDS[name].missing}) - {number} tests"
        terminalreporter.line(sentence, red=is_fault, yellow=not is_fault)
