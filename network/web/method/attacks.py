"""The attack figures as the page shows them: by kind of attack, failing ones first, each beside what is promised."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from network.figures import number
from network.i18n import mark, translate
from network.promise.measured import Measured, Row
from network.web.charts.chart import Chart, Key, Table
from network.web.charts.curve import Tick
from network.web.charts.intervals import Intervals, Line, Mark, intervals
from network.web.charts.palette import Tone
from network.web.method.asked import Asked
from network.web.method.attack_words import MEASURES, named, titled
from network.web.method.prose import number_of, percentage

_WORTHLESS = {"AUC": 0.5, "times the prior": 1.0, "error ratio": 1.0}
"""What the measure is where nothing is learned; 0 for the others."""
_INVERSE = ("narrowest", "KS p")
_CAP = 25.0
_TICKS: tuple[tuple[float, str, bool], ...] = (
    (0.0, mark("nothing"), True),
    (1.0, mark("promised"), True),
    (4.0, "×4", True),
    (9.0, "×9", False),
    (_CAP, "≥ ×25", True),
)


class State(StrEnum):
    """How a figure stands to its promise.

    UNPROVEN: the figure keeps it, but the bad end of its interval, or the correction for so many figures, does not.
    """

    BROKEN = "broken"
    UNPROVEN = "unproven"
    KEPT = "kept"


_BY_STATE = {state: place for place, state in enumerate(State)}
_TONES = {State.BROKEN: Tone.LATE_3, State.UNPROVEN: Tone.LATE_2, State.KEPT: Tone.LINE}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a figure, its interval and exact figures stand on the axis from nothing (0) to 25 times the promise (1)."""

    at: float
    low: float
    high: float
    naive: float | None


@dataclass(frozen=True, slots=True)
class Told:
    """One figure in words: `figure` with its interval, what is promised, and what exact figures would give."""

    words: str
    measure: str
    figure: str
    interval: str
    promised: str
    naive: str
    state: State
    place: Place
    other: str
    other_state: State
    other_place: Place | None


@dataclass(frozen=True, slots=True)
class Family:
    """One kind of attack: what it tries, and its figures, failing ones first."""

    name: str
    title: str
    tries: str
    rows: tuple[Told, ...]

    @property
    def broken(self) -> int:
        """How many figures are beyond the promise."""
        return sum(row.state is State.BROKEN for row in self.rows)

    @property
    def failing(self) -> int:
        """How many figures do not keep the promise for certain."""
        return sum(row.state is not State.KEPT for row in self.rows)

    @property
    def by_measure(self) -> list[tuple[str, list[Told]]]:
        """Return the figures by what they measure, those that fail first."""
        return [
            (measure, [row for row in self.rows if row.measure == measure])
            for measure in dict.fromkeys(row.measure for row in self.rows)
        ]


@dataclass(frozen=True, slots=True)
class Attacks:
    """All kinds of attack under one profile, beside the default where that is another; a picture of the worst of each."""

    families: tuple[Family, ...]
    chart: Chart | None
    figures: int
    failing: int
    broken: int
    default_figures: int
    default_failing: int


def scaled(row: Row, value: float) -> float:
    """Return how much of what is promised a figure uses up: 0 where nothing is learned, 1 at the promise, at most 25."""
    if row.measure in _INVERSE:
        return min(_CAP, row.threshold / value) if value > 0 else _CAP
    base = _WORTHLESS.get(row.measure, 0.0)
    room = row.threshold - base
    if not room:
        return 0.0 if value <= base else _CAP
    return min(_CAP, max(0.0, (value - base) / room))


def on_axis(used: float) -> float:
    """Return the place on the axis, 0 to 1: a root, so that what is small can be seen beside what is large."""
    return float((used / _CAP) ** 0.5)


@lru_cache(maxsize=8)
def _told(key: Asked, language: str) -> Attacks:
    measured, profile, default = key.measured, key.profile, key.default
    others = {} if default == profile else _worst(measured.of(default))
    found: dict[str, list[Told]] = {}
    for claim, row in _worst(measured.of(profile)).items():
        named_as = named(row.attack, language)
        found.setdefault(named_as.family, []).append(
            _in_words(row, named_as.words, others.get(claim), language)
        )
    families = [
        Family(
            name,
            *titled(name, language),
            rows=tuple(sorted(rows, key=lambda each: _BY_STATE[each.state])),
        )
        for name, rows in found.items()
    ]
    families.sort(key=lambda each: _rank(each.rows[0], -max(row.place.high for row in each.rows)))
    theirs = list(others.values()) if others else []
    return Attacks(
        families=tuple(families),
        chart=_chart(families, language) if families else None,
        figures=sum(len(each.rows) for each in families),
        failing=sum(each.failing for each in families),
        broken=sum(each.broken for each in families),
        default_figures=len(theirs),
        default_failing=sum(not row.passed for row in theirs),
    )


def attacks_of(measured: Measured, profile: str, default: str, language: str) -> Attacks:
    """Return the figures of a profile; of each promise the worst churn."""
    return _told(Asked(measured, profile, default), language)


def _worst(rows: Iterable[Row]) -> Mapping[tuple[str, str], Row]:
    """Return the worst row of each promise: one that fails before one that holds, then by the bad end of its interval."""
    found: dict[tuple[str, str], Row] = {}
    for row in rows:
        key = (row.attack, row.measure)
        if key not in found or _badness(row) > _badness(found[key]):
            found[key] = row
    return found


def _badness(row: Row) -> tuple[bool, float]:
    return not row.passed, scaled(row, row.bad_end)


def _in_words(row: Row, words: str, other: Row | None, language: str) -> Told:
    figure = written(row.measure, row.figure, language)
    return Told(
        words=words,
        measure=translate(MEASURES.get(row.measure, row.measure), language),
        figure=figure,
        interval=""
        if row.is_exact
        else f"{written(row.measure, row.low, language)} – {written(row.measure, row.high, language)}",
        promised=_promised(row, language),
        naive="–" if row.naive is None else written(row.measure, row.naive, language),
        state=_state(row),
        place=_place(row),
        other="–" if other is None else written(other.measure, other.figure, language),
        other_state=State.KEPT if other is None else _state(other),
        other_place=None if other is None else _place(other),
    )


def _place(row: Row) -> Place:
    low, high = sorted(on_axis(scaled(row, end)) for end in (row.low, row.high))
    naive = None if row.naive is None else on_axis(scaled(row, row.naive))
    return Place(on_axis(scaled(row, row.figure)), low, high, naive)


def _state(row: Row) -> State:
    if row.passed:
        return State.KEPT
    return State.BROKEN if row.is_exact or scaled(row, row.figure) > 1 else State.UNPROVEN


def _rank(row: Told, otherwise: float) -> tuple[int, float]:
    return _BY_STATE[row.state], otherwise


def _promised(row: Row, language: str) -> str:
    threshold = written(row.measure, row.threshold, language)
    if row.measure == "violations":
        return translate(mark("none"), language)
    template = mark("at most %(limit)s") if row.at_most else mark("at least %(limit)s")
    return translate(template, language, limit=threshold)


def written(measure: str, value: float, language: str) -> str:
    """Return a figure in the unit of its measure."""
    if measure == "violations":
        return number(int(value), language)
    if measure == "times the prior":
        return f"{number_of(round(value, 2), language)}\u202f×"
    return percentage(value, language)


def _marks(row: Told) -> tuple[Mark, ...]:
    own = Mark(row.place.at, row.place.low, row.place.high, _TONES[row.state])
    usual = row.other_place
    return (own,) if usual is None else (own, Mark(usual.at, usual.low, usual.high, Tone.RANGE))


def _chart(families: Sequence[Family], language: str) -> Chart:
    """Draw of each kind of attack the figure that is worst for the promise."""
    title = translate(mark("How far each kind of attack comes"), language)
    worst = [min(family.rows, key=lambda row: _rank(row, -row.place.high)) for family in families]
    lines = tuple(
        Line(
            family.title,
            _marks(row),
            row.place.naive,
        )
        for family, row in zip(families, worst, strict=True)
    )
    over = [family.title for family in families if family.broken]
    description = (
        translate(
            mark("Beyond what is promised: %(names)s. All others stay within it."),
            language,
            names=", ".join(over),
        )
        if over
        else translate(mark("All stay within what is promised."), language)
    )
    columns = (
        mark("Attack"),
        mark("Worst case"),
        mark("Measured"),
        mark("Interval"),
        mark("Promised"),
        mark("Exact figures"),
    )
    return intervals(
        Intervals(
            name="chart-attacks",
            title=title,
            description=description,
            lines=lines,
            ticks=tuple(Tick(on_axis(at), translate(words, language), kept) for at, words, kept in _TICKS),
            table=Table(
                columns=tuple(translate(each, language) for each in columns),
                rows=tuple(
                    (family.title, row.words, row.figure, row.interval, row.promised, row.naive)
                    for family, row in zip(families, worst, strict=True)
                ),
            ),
            limit=on_axis(1.0),
            legend=(
                Key(Tone.LINE, translate(mark("worst figure and its 95 % interval"), language)),
                Key(Tone.LATE_3, translate(mark("beyond the promise: a known limit"), language)),
                Key(Tone.LATE_2, translate(mark("within the promise, but not for certain"), language)),
                *(
                    (Key(Tone.RANGE, translate(mark("under the default rules"), language)),)
                    if any(row.other_place for row in worst)
                    else ()
                ),
                Key(Tone.MUTED, translate(mark("the same attack if exact figures were published"), language)),
            ),
        )
    )
