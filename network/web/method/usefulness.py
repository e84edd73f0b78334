"""What readers still learn, and what moving a rule would do, as pictures with their tables."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from network.figures import number
from network.i18n import mark, translate
from network.promise.measured import Measured, Swept, Useful
from network.web.charts.chart import Chart, Key, Table
from network.web.charts.curve import SMALL_FRAMES, Curve, Point, Tick, curve
from network.web.charts.intervals import Intervals, Line, Mark, intervals
from network.web.charts.palette import Tone
from network.web.method.asked import Asked
from network.web.method.prose import number_of, percentage

NAIVE = "naive"


@dataclass(frozen=True, slots=True)
class _Shown:
    """A figure of utility that the page shows: what it is called, what it means, in which unit, up to what."""

    name: str
    title: str
    words: str
    is_share: bool
    most: float


SHOWN = (
    _Shown(
        "published, of those with 5 suppliers or more",
        mark("Debtors that are published"),
        mark(
            "Of the debtors that at least five companies report, the part that has a release in a month. More is better."
        ),
        is_share=True,
        most=1.0,
    ),
    _Shown(
        "days beyond terms, share of bands that hold the truth",
        mark("Ranges of days that hold the truth"),
        mark(
            "Of the published ranges of days beyond terms, the part in which the true value lies. More is better."
        ),
        is_share=True,
        most=1.0,
    ),
    _Shown(
        "exposure, share of bands that hold the truth",
        mark("Ranges of euros that hold the truth"),
        mark(
            "Of the published ranges of what is owed, the part in which the true total lies. As large balances are lowered, many "
            "lie below it: that is why we say “at least”."
        ),
        is_share=True,
        most=1.0,
    ),
    _Shown(
        "Payment Index, mean error in points against the sent days",
        mark("Error of the Payment Index"),
        mark("How many points the published index is off on average. Less is better."),
        is_share=False,
        most=20.0,
    ),
    _Shown(
        "lag in months, sent days beyond 22",
        mark("Months until a worse payer is shown"),
        mark(
            "From the month in which a debtor crosses 22 days late for good to the release that shows it. Less is better."
        ),
        is_share=False,
        most=6.0,
    ),
)

AXES: Mapping[str, str] = {
    "gate": mark("Suppliers needed"),
    "weight cap": mark("Largest weight of one supplier"),
    "distortion": mark("Secret factor"),
    "cell noise": mark("Noise on amounts"),
    "delay": mark("Secret delay, at most"),
    "wait": mark("Longest wait of newcomers and leavers"),
    "changed groups": mark("Changes that newcomers and leavers wait for"),
    "hold": mark("A figure is held for at most"),
    "change share": mark("Largest part of one group in a movement"),
}
_COSTS: Mapping[str, tuple[str, str]] = {
    "gate": ("published, of those with 5 suppliers or more", mark("debtors published")),
    "weight cap": ("exposure, median error as a log ratio", mark("error of what is owed")),
    "distortion": ("exposure, median error as a log ratio", mark("error of what is owed")),
    "cell noise": ("exposure, median error as a log ratio", mark("error of what is owed")),
}
_OTHERWISE = ("lag in months, sent days beyond 22", mark("months until a worse payer is shown"))


@dataclass(frozen=True, slots=True)
class Explained:
    """A chart with what its figure means."""

    chart: Chart
    words: str


@dataclass(frozen=True, slots=True)
class Moved:
    """A rule that was moved: what attackers reach, and what readers lose."""

    title: str
    reach: Chart
    cost: Chart


def useful(measured: Measured, profile: str, default: str, language: str) -> list[Explained]:
    """Return a chart for each figure of utility that was measured, by size of the network."""
    return _all_useful(Asked(measured, profile, default), language)


@lru_cache(maxsize=8)
def _all_useful(asked: Asked, language: str) -> list[Explained]:
    found = [
        _useful(asked.measured, each, asked.profile, asked.default, language, place)
        for place, each in enumerate(SHOWN)
    ]
    return [each for each in found if each is not None]


def _useful(
    measured: Measured, shown: _Shown, profile: str, default: str, language: str, place: int
) -> Explained | None:
    own = {(each.profile, each.members): each for each in measured.utility if each.figure == shown.name}
    sizes = sorted({members for name, members in own if name == profile})
    if not sizes:
        return None
    write = _share if shown.is_share else _plain
    profiles = list(dict.fromkeys((profile, default, NAIVE)))
    names = {profile: translate(mark("in force"), language), default: translate(mark("default"), language)}
    names |= {profile: names[profile], NAIVE: translate(mark("exact figures"), language)}
    lines = tuple(
        Line(
            _members(size, language),
            tuple(
                _mark(own[name, size], shown.most, Tone.LINE if name == profile else Tone.LATE_2)
                for name in profiles[:-1]
                if (name, size) in own
            ),
            _at(own[NAIVE, size].value, shown.most) if (NAIVE, size) in own else None,
        )
        for size in sizes
    )
    table = Table(
        columns=(translate(mark("Members"), language), *(names[name] for name in profiles)),
        rows=tuple(
            (number(size, language), *(_cell(own.get((name, size)), write, language) for name in profiles))
            for size in sizes
        ),
    )
    title = translate(shown.title, language)
    legend = [Key(Tone.LINE, translate(mark("rules in force"), language))]
    if default != profile:
        legend.append(Key(Tone.LATE_2, translate(mark("default rules"), language)))
    legend.append(Key(Tone.MUTED, translate(mark("if exact figures were published"), language)))
    drawn = Intervals(
        name=f"chart-useful-{place}",
        title=title,
        description="; ".join(
            f"{_members(size, language)}: {_cell(own[profile, size], write, language)}" for size in sizes
        ),
        lines=lines,
        ticks=tuple(
            Tick(quarter, write(quarter * shown.most, language), quarter in {0.0, 0.5, 1.0})
            for quarter in (0.0, 0.25, 0.5, 0.75, 1.0)
        ),
        table=table,
        legend=tuple(legend),
    )
    return Explained(intervals(drawn), translate(shown.words, language))


def _members(size: int, language: str) -> str:
    return translate(mark("network of %(count)s members"), language, count=number(size, language))


def _at(value: float, most: float) -> float:
    return min(1.0, max(0.0, value / most))


def _mark(found: Useful, most: float, tone: Tone) -> Mark:
    return Mark(_at(found.value, most), _at(found.low, most), _at(found.high, most), tone)


def _share(value: float, language: str) -> str:
    return percentage(value, language, digits=0)


def _plain(value: float, language: str) -> str:
    return number_of(round(value, 1), language)


def _cell(found: Useful | None, write: Callable[[float, str], str], language: str) -> str:
    if found is None:
        return "–"
    if found.low == found.high:
        return write(found.value, language)
    return f"{write(found.value, language)} ({write(found.low, language)} – {write(found.high, language)})"


def moved(measured: Measured, language: str) -> list[Moved]:
    """Return two curves for each rule that was moved: the worst attack as a part of what is promised, and the cost."""
    return _all_moved(Asked(measured, "", ""), language)


@lru_cache(maxsize=8)
def _all_moved(asked: Asked, language: str) -> list[Moved]:
    measured = asked.measured
    found = []
    for axis in dict.fromkeys(each.axis for each in measured.sweep):
        own = [each for each in measured.sweep if each.axis == axis]
        cost, words = _COSTS.get(axis, _OTHERWISE)
        paying = [each for each in own if each.figure == cost]
        reach = _worst(own)
        if len(reach) > 1 and len(paying) > 1:
            title = translate(AXES.get(axis, axis), language)
            name = f"chart-sweep-{axis.replace(' ', '-')}"
            found.append(
                Moved(
                    title,
                    _curve(
                        f"{name}-reach",
                        translate(mark("what the worst attack reaches"), language),
                        reach,
                        language,
                        limit=1.0,
                    ),
                    _curve(f"{name}-cost", translate(words, language), paying, language),
                )
            )
    return found


def _worst(points: Sequence[Swept]) -> list[Swept]:
    """Return of each step the figure of privacy that uses up most of what is promised, in parts of that."""
    found: dict[str, Swept] = {}
    for each in points:
        if each.limit:
            part = replace(
                each,
                value=max(0.0, each.value / each.limit),
                low=max(0.0, each.low / each.limit),
                high=max(0.0, each.high / each.limit),
                limit=1.0,
                is_share=True,
            )
            if each.step not in found or part.high > found[each.step].high:
                found[each.step] = part
    return list(found.values())


def _curve(
    name: str, title: str, points: Sequence[Swept], language: str, *, limit: float | None = None
) -> Chart:
    most = max(1e-9, limit or 0.0, *(each.high for each in points)) * 1.1
    write = _share if points[0].is_share else _plain
    return curve(
        Curve(
            name=name,
            title=title,
            description="; ".join(f"{each.step}: {write(each.value, language)}" for each in points),
            points=tuple(
                Point(
                    place / (len(points) - 1),
                    each.value / most,
                    max(0.0, each.low) / most if each.low != each.high else None,
                    each.high / most if each.low != each.high else None,
                    is_marked=each.is_default,
                )
                for place, each in enumerate(points)
            ),
            across=tuple(Tick(place / (len(points) - 1), each.step) for place, each in enumerate(points)),
            upright=(
                Tick(0.0, write(0.0, language)),
                Tick(1 / 1.1, write(most / 1.1, language))
                if limit is None
                else Tick(limit / most, write(limit, language)),
            ),
            table=Table(
                columns=(translate(mark("Value of the rule"), language), title),
                rows=tuple((each.step, write(each.value, language)) for each in points),
            ),
            limit=None if limit is None else limit / most,
        ),
        SMALL_FRAMES,
    )
