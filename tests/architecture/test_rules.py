"""Rules of the house that no linter knows."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODE = ("network", "alerts", "anonymization", "simulation", "bench", "tests")
FACES = (
    "network/web",
    "network/cli",
    "network/promise",
    "network/tasks.py",
    "network/wsgi.py",
    "network/__init__.py",
    "network/extensions.py",
)
LONGEST_FILE = 400
BANNED_NAMES = {"utils", "util", "helpers", "helper", "manager", "common", "misc"}


def python_files(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


def called_methods(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.func.attr, node.lineno


def imported_names(path: Path) -> Iterator[tuple[str, str, int]]:
    """Yield (module, name, line) of each `from module import name`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node.module, alias.name, node.lineno) for alias in node.names)


def test_no_file_is_longer_than_a_person_reads_at_once() -> None:
    suffixes = {".py", ".js", ".css", ".html"}
    files = [path for folder in CODE for path in (ROOT / folder).rglob("*") if path.suffix in suffixes]
    lengths = {
        path: len(path.read_text(encoding="utf-8").splitlines())
        for path in files
        if "vendor" not in path.parts
    }
    assert len(lengths) > 100
    assert {
        str(path.relative_to(ROOT)): lines for path, lines in lengths.items() if lines > LONGEST_FILE
    } == {}


def test_only_the_unit_of_work_commits() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in python_files("network", "alerts")
        for method, line in called_methods(path)
        if method == "commit"
    ]
    assert found == [f"network/transaction.py:{found[0].rpartition(':')[2]}"]


def test_nothing_below_the_faces_reads_the_request() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line} {name}"
        for path in python_files("network", "alerts", "anonymization")
        if not path.relative_to(ROOT).as_posix().startswith(FACES)
        for module, name, line in imported_names(path)
        if module.split(".")[0] in {"flask", "flask_login"}
    ]
    assert found == []


def test_names_say_what_a_file_is_about() -> None:
    assert [str(path) for path in python_files(*CODE) if path.stem in BANNED_NAMES] == []


@pytest.mark.parametrize("word", ["TODO", "FIXME", "XXX"])
def test_nothing_is_left_for_later_in_the_code(word: str) -> None:
    here = Path(__file__)
    assert [
        str(path) for path in python_files(*CODE) if path != here and word in path.read_text("utf-8")
    ] == []


def test_no_test_is_skipped_in_silence() -> None:
    here = Path(__file__)
    for path in python_files("tests"):
        text = path.read_text(encoding="utf-8")
        assert path == here or ("mark.skip" not in text and "pytest.skip(" not in text), path


def test_no_exception_is_caught_without_saying_which() -> None:
    found = []
    for path in python_files("network", "alerts", "anonymization", "simulation", "bench"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            is_bare = isinstance(node, ast.ExceptHandler) and node.type is None
            is_wide = (
                isinstance(node, ast.ExceptHandler)
                and isinstance(node.type, ast.Name)
                and node.type.id == "Exception"
            )
            if is_bare or is_wide:
                found.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert found == []


def test_every_decision_has_a_number_of_its_own() -> None:
    numbers = [path.name.partition("-")[0] for path in (ROOT / "docs" / "decisions").glob("*.md")]
    assert len(numbers) == len(set(numbers)) > 0
