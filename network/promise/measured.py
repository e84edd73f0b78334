"""What the method page shows of the attacks: one small file, read without any of the tools that made it.

`vigie attacks` writes such a file into its own folder; the one beside this module is shipped with the product. Nothing
heavy may be imported here, for every process that serves pages reads it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Self, get_args, get_origin, get_type_hints

FORMAT = "vigie-measured/1"
NAME = "measured.json"
SHIPPED = Path(__file__).with_name(NAME)


class DamagedFiguresError(ValueError):
    """A file of figures cannot be read."""


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of one attack at one churn under one profile, with the ends of its interval and what is promised of it."""

    attack: str
    measure: str
    churn: str
    profile: str
    figure: float
    low: float
    high: float
    threshold: float
    at_most: bool
    is_exact: bool
    passed: bool
    trials: int
    naive: float | None

    @property
    def bad_end(self) -> float:
        """The end of the interval that has to be on the right side of the promise."""
        return self.high if self.at_most else self.low


@dataclass(frozen=True, slots=True)
class Useful:
    """One figure of utility: a mean over seeds and the ends of its interval, by profile and size of the network."""

    figure: str
    profile: str
    members: int
    debtors: int
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Swept:
    """One figure at one value of one rule, all other rules being those of the default; `limit` is None for utility."""

    axis: str
    step: str
    is_default: bool
    figure: str
    value: float
    low: float
    high: float
    limit: float | None
    is_share: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """All figures of one run. `digests` name the parameters of each profile that was attacked."""

    made_on: date
    debtors: int
    epochs: int
    churns: tuple[str, ...]
    seeds: tuple[int, ...]
    digests: Mapping[str, str]
    rows: tuple[Row, ...]
    too_weak: tuple[str, ...]
    not_run: Mapping[str, str]
    utility: tuple[Useful, ...]
    sweep: tuple[Swept, ...]

    def of(self, profile: str) -> tuple[Row, ...]:
        """Return the rows of a profile."""
        return tuple(row for row in self.rows if row.profile == profile)

    def is_of(self, profile: str, digest: str) -> bool:
        """Return whether these figures were measured under exactly these numbers of a profile."""
        return self.digests.get(profile) == digest

    def written(self) -> str:
        """Return the text of the file; the same figures give the same bytes."""
        whole = {"format": FORMAT, **asdict(self), "made_on": self.made_on.isoformat()}
        lists = {name: whole.pop(name) for name in ("rows", "utility", "sweep")}
        parts = [
            f" {json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}" for name, value in whole.items()
        ]
        for name, rows in lists.items():
            lines = ",\n".join(f"  {json.dumps(row, ensure_ascii=False)}" for row in rows)
            parts.append(f" {json.dumps(name)}: [\n{lines}\n ]" if rows else f" {json.dumps(name)}: []")
        return "{\n" + ",\n".join(parts) + "\n}\n"

    @classmethod
    def parsed(cls, text: str) -> Self:
        """Return what :meth:`written` wrote.

        Raises:
            DamagedFiguresError: it is something else.
        """
        try:
            found = json.loads(text)
            if found.pop("format") != FORMAT:
                raise DamagedFiguresError("another format")
            return cls(
                made_on=date.fromisoformat(found["made_on"]),
                debtors=int(found["debtors"]),
                epochs=int(found["epochs"]),
                churns=tuple(map(str, found["churns"])),
                seeds=tuple(map(int, found["seeds"])),
                digests={str(name): str(digest) for name, digest in found["digests"].items()},
                rows=_rows(Row, found["rows"]),
                too_weak=tuple(map(str, found["too_weak"])),
                not_run={str(name): str(reason) for name, reason in found["not_run"].items()},
                utility=_rows(Useful, found["utility"]),
                sweep=_rows(Swept, found["sweep"]),
            )
        except (ValueError, KeyError, TypeError, AttributeError) as fault:
            raise DamagedFiguresError(str(fault)) from fault


def _rows(kind: type[Any], found: Sequence[Mapping[str, Any]]) -> tuple[Any, ...]:
    """Return one object a row; a field of another type than it should have is refused, for the page computes with it."""
    hints = get_type_hints(kind)
    rows = []
    for each in found:
        values = {field.name: each[field.name] for field in fields(kind)}
        for name, value in values.items():
            if not _fits(value, hints[name]):
                raise DamagedFiguresError(f"{name} is {value!r}")
        rows.append(kind(**values))
    return tuple(rows)


def _fits(value: object, hint: Any) -> bool:
    kinds = get_args(hint) if get_origin(hint) else (hint,)
    if isinstance(value, bool):
        return bool in kinds
    return isinstance(value, (*kinds, int) if float in kinds else kinds)


def read(path: Path) -> Measured | None:
    """Return the figures of a file; None where there is none. A file that did not change is not read again.

    Raises:
        DamagedFiguresError: it cannot be read.
    """
    try:
        state = path.stat()
    except FileNotFoundError:
        return None
    except OSError as fault:
        raise DamagedFiguresError(str(fault)) from fault
    return _kept(path, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=4)
def _kept(path: Path, _changed: int, _size: int) -> Measured:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise DamagedFiguresError(str(fault)) from fault
    return Measured.parsed(text)
