"""Which of our own files decide an attack's trials: changed ones make what is kept stale."""

import ast
import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

OURS = ("anonymization", "simulation", "network")
LEFT_OUT = frozenset(
    {"anonymization.attacks.judgement", "anonymization.attacks.suite", "network", "network.promise.registry"}
)
"""Judges look at trials that are there already, lists name all attacks, `network` names all pages."""


def digest_of(modules: Iterable[str]) -> str:
    """Return the SHA-256, hexadecimal, of the sources of these modules and of all of ours that they import."""
    whole = hashlib.sha256()
    for name, path in sorted(reached(modules).items()):
        whole.update(f"{name}\n".encode())
        whole.update(path.read_bytes())
    return whole.hexdigest()


def reached(modules: Iterable[str]) -> dict[str, Path]:
    """Return the files of these modules and of all of ours that they import, by name."""
    found: dict[str, Path] = {}
    waiting = list(modules)
    while waiting:
        name = waiting.pop()
        if name not in found and name not in LEFT_OUT and (path := _path(name)) is not None:
            found[name] = path
            waiting += _imported(path)
    return found


@cache
def _path(name: str) -> Path | None:
    """Return the file of a module of ours; None where `name` is no module, but something in one."""
    parent = name.rpartition(".")[0]
    if name.partition(".")[0] not in OURS or (parent and _path(parent) is None):
        return None
    if parent and _path(parent).name != "__init__.py":  # type: ignore[union-attr]  # not None: see above
        return None
    spec = find_spec(name)
    return Path(spec.origin) if spec is not None and spec.origin is not None else None


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
