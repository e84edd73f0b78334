"""How identifiers, runs of months and patterns of dates are written on a page."""

from collections.abc import Sequence
from datetime import date

from flask import Flask

from network.ingest import RowProblem
from network.ingest import explain as sentence_of
from network.web.amounts import owed
from network.web.language import month, page_language

_THIN = "\u202f"
_LAST_DAY = date(2026, 12, 31)
"""Shows every pattern of dates without a doubt: 31 is no month."""


def identifier(value: str, scheme: str) -> str:
    """Write an identifier the way its register does: a SIREN in threes, a country apart from its number."""
    if scheme == "siren":
        return _THIN.join((value[:3], value[3:6], value[6:]))
    if scheme == "vat":
        return f"{value[:2]}{_THIN}{value[2:]}"
    return value.replace(":", _THIN)


def months(periods: Sequence[str]) -> str:
    """Write months as runs: "Jan 2026 – Mar 2026, May 2026". `periods` ascend, "YYYY-MM"."""
    runs: list[list[str]] = []
    for period in periods:
        if runs and _next(runs[-1][-1]) == period:
            runs[-1].append(period)
        else:
            runs.append([period])
    return ", ".join(
        month(run[0], form="short")
        if len(run) == 1
        else f"{month(run[0], form='short')} – {month(run[-1], form='short')}"
        for run in runs
    )


def _next(period: str) -> str:
    year, number = divmod(int(period[:4]) * 12 + int(period[5:]), 12)
    return f"{year}-{number + 1:02d}"


def date_example(pattern: str) -> str:
    """Show a strptime pattern by the last day of a year: "31/12/2026"."""
    return _LAST_DAY.strftime(pattern)


def explain(problem: RowProblem) -> str:
    """Say why a row was not accepted, with what to mend, in the page's language."""
    return sentence_of(problem, page_language())


def install(app: Flask) -> None:
    """Give the templates of `app` these ways of writing."""
    app.jinja_env.filters.update(
        identifier=identifier, months=months, date_example=date_example, explain=explain, owed=owed
    )
