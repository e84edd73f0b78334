"""An installation as its user has it: the program, its pages and its processes."""

import subprocess
import sys
import urllib.request
from pathlib import Path

VIGIE = (sys.executable, "-m", "network.cli")


def vigie(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*VIGIE, *words], capture_output=True, text=True, timeout=300, check=False)


def page(url: str) -> int:
    with urllib.request.urlopen(url, timeout=20) as answer:  # noqa: S310  # our own address
        return int(answer.status)


def processes_of(home: Path) -> list[str]:
    """Return the command lines of all processes that name this home."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                words = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
            if str(home) in words:
                found.append(words)
    return found


def web_processes(home: Path) -> set[int]:
    """Return the processes that serve the pages of this home."""
    found = set()
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                words = (folder / "cmdline").read_bytes().split(b"\0")
                environment = (folder / "environ").read_bytes()
            except OSError:
                continue
            if b"web" in words and f"VIGIE_HOME={home}".encode() in environment.split(b"\0"):
                found.add(int(folder.name))
    return found
