"""The parameters in force in words: label, value, reason, and what the default has where it differs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from anonymization.parameters import DEFAULT, Parameters, Scale
from network import figures
from network.i18n import mark, translate
from network.schemas.release import Band
from network.web.method.prose import any_of, number_of, share_of

LABELS: Mapping[str, str] = {
    "profile": mark("Name of the rules"),
    "carried_epochs": mark("A missing file is bridged for"),
    "swing_factor": mark("A moderator looks from a change by a factor of"),
    "swing_floor": mark("Smaller balances are not looked at"),
    "distortion_least": mark("Secret factor, at least"),
    "distortion_most": mark("Secret factor, at most"),
    "days_floor": mark("Earliest payment that counts"),
    "days_ceiling": mark("Latest payment that counts"),
    "gate": mark("Suppliers needed"),
    "weight_cap": mark("Largest weight of one supplier"),
    "protection": mark("Accomplices must miss the next supplier by"),
    "insiders": mark("Accomplices that are reckoned with"),
    "cell_noise": mark("Noise on amounts"),
    "count_noise": mark("Noise on counts"),
    "states_per_octave": mark("Noise is drawn again, each time an amount doubles"),
    "contributors": mark("Ranges of suppliers"),
    "exposure": mark("Ranges of euros"),
    "share": mark("Ranges of shares"),
    "days": mark("Ranges of days beyond terms"),
    "days_typical": mark("Day at which the index of each range is told"),
    "paid_limits": mark("Limits of the classes of lateness"),
    "changed_groups": mark("Changes that newcomers and leavers wait for"),
    "delay_most": mark("Secret delay, at most"),
    "wait_most": mark("Longest wait of newcomers and leavers"),
    "wait_hollow": mark("Longest wait where hardly anybody speaks any more"),
    "moved_groups": mark("Groups that must move with a figure"),
    "change_share": mark("Largest part of one group in a movement"),
    "hold_most": mark("A figure is held for at most"),
    "memory": mark("A silent debtor is forgotten after"),
}
"""What each number is called; a test fails for one that has no name."""

_STEPS: tuple[tuple[str, ...], ...] = (
    ("carried_epochs",),
    ("swing_factor", "swing_floor"),
    ("distortion_least", "distortion_most"),
    ("gate",),
    ("weight_cap", "protection", "insiders", "days_floor", "days_ceiling"),
    ("cell_noise", "count_noise", "states_per_octave"),
    ("contributors", "exposure", "share", "days", "days_typical", "paid_limits"),
    ("changed_groups", "delay_most", "wait_most", "wait_hollow"),
    ("moved_groups", "change_share", "hold_most"),
    ("memory",),
)
"""The numbers of each of the ten steps; the last one has that of the memory between months."""


@dataclass(frozen=True, slots=True)
class Ruler:
    """Ranges one after the other, in words."""

    bands: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Number:
    """One number of the rules. `default` is None where the default has the same; `ruler` is there for ranges."""

    name: str
    label: str
    value: str
    default: str | None
    reason: str
    ruler: Ruler | None


def numbers_of(rules: Parameters, language: str) -> list[list[Number]]:
    """Return the numbers in force, by step; those that no step claims stand with the last."""
    claimed = {name for step in _STEPS for name in step}
    reasons = rules.reasons()
    rest = tuple(name for name in reasons if name not in claimed and name != "profile")
    return [
        [
            _number(name, rules, reasons[name], language)
            for name in (*step, *(rest if step is _STEPS[-1] else ()))
        ]
        for step in _STEPS
    ]


def _number(name: str, rules: Parameters, reason: str, language: str) -> Number:
    value, usual = getattr(rules, name), getattr(DEFAULT, name)
    return Number(
        name=name,
        label=translate(LABELS.get(name, name), language),
        value=_written(name, value, language),
        default=None if value == usual else _written(name, usual, language),
        reason=_without_step(translate(reason, language)),
        ruler=Ruler(_bands(name, value, language)) if isinstance(value, Scale) else None,
    )


def _without_step(reason: str) -> str:
    """Return a reason without the "Step 4." that it begins with: the number stands with its step."""
    head, _, rest = reason.partition(". ")
    return (
        rest
        if rest and head.split(" ")[0].rstrip("s") in {"Step", "State", "Étape", "État", "Etape"}
        else reason
    )


def _months(value: float, language: str) -> str:
    if value == 1:
        return translate(mark("1 month"), language)
    return translate(mark("%(count)s months"), language, count=number_of(value, language))


def _day(value: float, language: str) -> str:
    template = mark("%(days)s days early") if value < 0 else mark("%(days)s days late")
    return translate(template, language, days=number_of(abs(value), language))


def _euros(value: float, language: str) -> str:
    return translate(mark("under %(high)s"), language, high=figures.money(Decimal(str(value)), language))


def _around(value: float, language: str) -> str:
    return f"±\u202f{number_of(value, language)}"


def _times(value: float, language: str) -> str:
    return translate(mark("%(count)s times"), language, count=number_of(value, language))


_WRITERS: Mapping[str, Callable[[float, str], str]] = {
    **dict.fromkeys(
        ("carried_epochs", "delay_most", "wait_most", "wait_hollow", "hold_most", "memory"), _months
    ),
    **dict.fromkeys(
        (
            "distortion_least",
            "distortion_most",
            "weight_cap",
            "protection",
            "cell_noise",
            "change_share",
        ),
        share_of,
    ),
    **dict.fromkeys(("days_floor", "days_ceiling"), _day),
    "swing_floor": _euros,
    "count_noise": _around,
    "states_per_octave": _times,
}


def _written(name: str, value: object, language: str) -> str:
    """Return a number of the rules in its unit."""
    if isinstance(value, Scale):
        return translate(mark("%(count)s ranges"), language, count=value.bands)
    if isinstance(value, tuple):
        return (
            any_of(value, language)
            if name == "gate"
            else " · ".join(number_of(each, language) for each in value)
        )
    if isinstance(value, int | float):
        return _WRITERS.get(name, number_of)(value, language)
    return str(value)


def _bands(name: str, scale: Scale, language: str) -> tuple[str, ...]:
    words: Callable[[Band, str], str] = {
        "contributors": figures.count_range,
        "exposure": figures.money_range,
        "share": figures.share_range,
        "days": figures.days_range,
    }.get(name, figures.count_range)
    ends = (scale.ends(band) for band in range(scale.bands))
    return tuple(words(Band(low=low, high=high), language) for low, high in ends)
