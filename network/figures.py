"""Released figures in a reader's words: ranges of days, money, shares and counts, and the names of months.

Pages, charts and alerts say a figure with the same words because they all ask here. Every function takes the
language ("en" or "fr"); numbers and dates follow Babel's rules for it.
"""

from datetime import date
from decimal import Decimal

from babel.dates import format_date
from babel.numbers import format_compact_currency, format_decimal, format_percent

from network.i18n import mark, translate
from network.schemas.release import Band

RANGE = mark("%(low)s to %(high)s")
OR_MORE = mark("%(low)s or more")
UNDER = mark("under %(high)s")
LATE = mark("%(low)s to %(high)s days late")
LATE_UP_TO = mark("0 to %(high)s days late")
LATE_OPEN = mark("more than %(low)s days late")
EARLY = mark("%(low)s to %(high)s days early")
EARLY_UP_TO = mark("0 to %(high)s days early")
ON_TIME = mark("on time, or at most %(late)s days late")

LATE_WITHOUT_END = 240  # days; the published key of the index ends here, so a range up to it is an open one


def first_day(epoch: str) -> date:
    """Return the first day of the month `epoch` ("YYYY-MM")."""
    return date(int(epoch[:4]), int(epoch[5:]), 1)


def month_name(epoch: str, language: str, *, short: bool = False) -> str:
    """Return "August 2026", or "Aug 2026" where `short`, for the month "2026-08"."""
    return format_date(first_day(epoch), "MMM y" if short else "LLLL yyyy", locale=language)


def number(value: int | Decimal, language: str) -> str:
    """Return a plain number with the separators of the language."""
    return format_decimal(value, format="#,##0.#", locale=language)


def money(value: Decimal, language: str) -> str:
    """Return whole euros, rounded to thousands or millions with their sign: "€200K", "200 k €"."""
    return format_compact_currency(value, "EUR", locale=language, fraction_digits=1 if value % 1000 else 0)


def money_range(band: Band, language: str) -> str:
    """Return a range of euros: "€200K to €500K"; an open end is "€5M or more", a range from nothing "under €1K"."""
    if band.high is None:
        return translate(OR_MORE, language, low=money(band.low, language))
    if band.low <= 0:
        return translate(UNDER, language, high=money(band.high, language))
    return translate(RANGE, language, low=money(band.low, language), high=money(band.high, language))


def share(value: Decimal, language: str) -> str:
    """Return a fraction of 1 as a percentage without decimals."""
    return format_percent(value, format="#,##0%" if language == "en" else None, locale=language)


def share_range(band: Band, language: str) -> str:
    """Return a range of shares: "10% to 20%"; from nothing "under 2%"; open or up to all "75% or more"."""
    if band.high is None or band.high >= 1:
        return translate(OR_MORE, language, low=share(band.low, language))
    if band.low <= 0:
        return translate(UNDER, language, high=share(band.high, language))
    return translate(RANGE, language, low=share(band.low, language), high=share(band.high, language))


def count_range(band: Band, language: str) -> str:
    """Return a range of whole things: "5 to 9"; open: "20 or more"."""
    if band.high is None:
        return translate(OR_MORE, language, low=number(band.low, language))
    if band.low == band.high:
        return number(band.low, language)
    return translate(RANGE, language, low=number(band.low, language), high=number(band.high, language))


def days_range(band: Band, language: str) -> str:
    """Return days beyond terms in words: "15 to 22 days late", "on time, or at most 3 days late".

    A range that is open, or that runs to the end of the key, is "more than 90 days late".
    """
    low, high = band.low, band.high
    if high is None or high >= LATE_WITHOUT_END:
        return translate(LATE_OPEN, language, low=number(low, language))
    if high <= 0:
        template = EARLY_UP_TO if high == 0 else EARLY
        return translate(template, language, low=number(-high, language), high=number(-low, language))
    if low < 0:
        return translate(ON_TIME, language, late=number(high, language))
    template = LATE_UP_TO if low == 0 else LATE
    return translate(template, language, low=number(low, language), high=number(high, language))


def index_range(low: int, high: int, language: str) -> str:
    """Return the range of a Payment Index: "60 to 70"."""
    if low == high:
        return str(low)
    return translate(RANGE, language, low=low, high=high)
