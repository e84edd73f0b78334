"""Text to figures and dates, without a guess: one meaning, or a code that says why there is none.

An amount is read in minor units (hundredths, whatever the currency) so that every later sum is exact.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

MAX_CENTS = 10**14
FIRST_YEAR, LAST_YEAR = 1990, 2099

_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))
_APOSTROPHES = str.maketrans(dict.fromkeys("'\u2019", " "))
_BODY = re.compile(r"[0-9 .,]*[0-9]")
_GROUPED = re.compile(r"[0-9]{1,3}(?:([ .,])[0-9]{3})(?:\1[0-9]{3})*")
_DIGITS = re.compile(r"[0-9]+")
_YEAR_FIRST = re.compile(r"([0-9]{4})([-/.]?)([0-9]{2})\2([0-9]{2})(?:[T ][0-9:.]+(?:Z|[+-][0-9:]+)?)?")
_YEAR_LAST = re.compile(r"([0-9]{1,2})([-/. ])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})")
_DIRECTIVES = {
    "%d": r"(?P<d>[0-9]{1,2})",
    "%m": r"(?P<m>[0-9]{1,2})",
    "%Y": r"(?P<Y>[0-9]{4})",
    "%y": r"(?P<y>[0-9]{2})",
}
_LETTERS = {"dd": "%d", "jj": "%d", "mm": "%m", "yyyy": "%Y", "aaaa": "%Y", "yy": "%y", "aa": "%y"}


Persons = Callable[[Sequence[str]], frozenset[str]]
"""Asked for numbers (SIRENs and LEIs), returns those that a register gives to natural persons."""


class UnfitError(ValueError):
    """A text that has no single meaning; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Reading:
    """How the texts of one file are read: what its sender declared, and the day it came in.

    `decimals` overrides `decimal` for a field (a workbook's column of numbers); `absent` names the fields for which the
    file has no column, so that a blank and a missing column are told apart. `persons` is asked about the numbers of a
    batch; None where no register is.
    """

    today: date
    date_format: str | None = None
    decimal: str | None = None
    currency: str | None = None
    terms_days: int | None = None
    report_date: date | None = None
    country: str | None = None
    decimals: dict[str, str | None] = field(default_factory=dict)
    absent: frozenset[str] = frozenset()
    persons: Persons | None = None

    def decimal_of(self, name: str) -> str | None:
        """Return the declared decimal sign of a field, or None where nothing was declared."""
        return self.decimals.get(name, self.decimal)


def tidy(text: str) -> str:
    """Return the text without invisible characters and with every run of blanks or controls as one space."""
    if text.isprintable():
        return " ".join(text.split())
    shown = text.translate(_INVISIBLE)
    return " ".join("".join(c if c.isprintable() or c.isspace() else " " for c in shown).split())


def read_amount(text: str, decimal: str | None) -> int:
    """Return the minor units of an amount; raise UnfitError.

    Signs before or after, brackets as minus; spaces (plain, no-break, narrow) and apostrophes between thousands.
    Without a declared `decimal`, a single "." or "," before exactly three digits is ambiguous.
    """
    body, negative = _unsigned(tidy(text).translate(_APOSTROPHES).strip())
    if not _BODY.fullmatch(body):
        raise UnfitError("amount_invalid")
    sign = decimal or _decimal_sign(body)
    whole, point, fraction = body.partition(sign)
    if not (_DIGITS.fullmatch(whole) or _GROUPED.fullmatch(whole)):
        raise UnfitError("amount_invalid")
    if point and not _DIGITS.fullmatch(fraction):
        raise UnfitError("amount_invalid")
    units = re.sub(r"[ .,]", "", whole)
    if len(units.lstrip("0")) > len(str(MAX_CENTS)):
        raise UnfitError("amount_invalid")
    cents = _cents(units, fraction)
    return -cents if negative else cents


def _unsigned(text: str) -> tuple[str, bool]:
    text = text.replace("\u2212", "-")
    if text.startswith("(") and text.endswith(")"):
        return text[1:-1].strip(), True
    for sign in "-+":
        if text.startswith(sign):
            return text[1:].strip(), sign == "-"
        if text.endswith(sign):
            return text[:-1].strip(), sign == "-"
    return text, False


def _decimal_sign(body: str) -> str:
    """Return the sign that can only be the decimal one; raise where it could be either."""
    signs = [c for c in body if c in ".,"]
    if len(set(signs)) == 2:  # noqa: PLR2004 - both signs occur: the last one is the decimal one
        return signs[-1]
    if not signs:
        return "."
    if len(signs) > 1:
        return "," if signs[0] == "." else "."
    whole, _, fraction = body.partition(signs[0])
    if re.fullmatch(r"[1-9][0-9]{0,2}", whole) and re.fullmatch(r"[0-9]{3}", fraction):
        raise UnfitError("amount_ambiguous")
    return signs[0]


def _cents(units: str, fraction: str) -> int:
    """Return hundredths, halves away from zero: a float's noise (2309.7899999999995) and converted amounts are rounded."""
    exact = Decimal(f"{units}.{fraction[:12] or 0}")
    cents = int((exact * 100).to_integral_value(ROUND_HALF_UP))
    if cents > MAX_CENTS:
        raise UnfitError("amount_invalid")
    return cents


def read_date(text: str, date_format: str | None) -> date:
    """Return the day of a text; raise UnfitError.

    Year first is always accepted (2026-03-04, 20260304, with or without a time). Otherwise the declared format alone
    decides; without one a date is accepted only where a day above 12, or day = month, leaves one meaning.
    """
    text = tidy(text)
    declared = re.fullmatch(date_pattern(date_format), text) if date_format else None
    if declared:
        parts = declared.groupdict()
        year = int(parts["Y"]) if "Y" in parts else 2000 + int(parts["y"])
        return _day(year, int(parts["m"]), int(parts["d"]))
    first = _YEAR_FIRST.fullmatch(text)
    if first:
        return _day(int(first[1]), int(first[3]), int(first[4]))
    if date_format:
        raise UnfitError("date_invalid")
    last = _YEAR_LAST.fullmatch(text)
    if not last:
        raise UnfitError("date_invalid")
    one, two = int(last[1]), int(last[3])
    readings = {_possible(int(last[4]), month, day) for month, day in ((two, one), (one, two))} - {None}
    if len(readings) > 1 or len(last[4]) == 2:  # noqa: PLR2004 - 26 may be a year or a day
        raise UnfitError("date_ambiguous")
    if not readings:
        raise UnfitError("date_invalid")
    return _day(int(last[4]), *((two, one) if _possible(int(last[4]), two, one) else (one, two)))


def date_pattern(date_format: str) -> str:
    """Return the pattern of a declared format; numbers may lack their leading zero where signs keep them apart."""
    escaped = re.sub(r"[^%\w]", lambda sign: re.escape(sign[0]), date_format)
    pattern = re.sub(r"%[dmYy]", lambda found: _DIRECTIVES[found[0]], escaped)
    return pattern.replace("{1,2}", "{2}") if re.search("%.%", date_format) else pattern


def declared_format(text: str) -> str:
    """Return "%d/%m/%Y" for the ways in which people write it (DD/MM/YYYY, jj/mm/aaaa); raise ValueError."""
    found = re.sub(
        r"(?i)(?<![%a-z])(dd|jj|mm|yyyy|aaaa|yy|aa)(?![a-z])", lambda m: _LETTERS[m[0].lower()], text.strip()
    )
    names = re.findall(r"%(.)", found)
    if names == ["Y", "d", "m"]:  # nobody writes it, and it would contradict ISO
        raise ValueError(text)
    if sorted(names) not in (sorted("dmY"), sorted("dmy")) or re.search(
        r"[0-9A-Za-z]", re.sub(r"%.", "", found)
    ):
        raise ValueError(text)
    return found


def _possible(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _day(year: int, month: int, day: int) -> date:
    found = _possible(year, month, day)
    if found is None or not FIRST_YEAR <= year <= LAST_YEAR:
        raise UnfitError("date_invalid")
    return found
