"""What narrows a search on its page: the operators in force, each with a link that takes it away, and counts to choose from."""

from collections.abc import Iterator
from dataclasses import dataclass

from babel import Locale
from flask import url_for

from network.i18n import mark
from network.registers.activities import division_name
from network.search.filters import INDEX, Facet, city_key
from network.search.operators import IDENTIFIER, Operator, without, written
from network.services.search import Found
from network.web.departments import DEPARTMENTS
from network.web.language import page_language, say

_HEADINGS = {
    INDEX: mark("Payment Index"),
    "city": mark("City"),
    "department": mark("Department"),
    "sector": mark("Sector"),
    "country": mark("Country"),
    "event": mark("Lately"),
    IDENTIFIER: mark("Number"),
}
_EVENTS = {
    "index_below_50": mark("Index below 50"),
    "index_below_60": mark("Index below 60"),
    "index_fell": mark("Index fell"),
    "index_recovered": mark("Index recovered"),
    "long_unpaid_rose": mark("More wait over 90 days"),
    "past_due_rose": mark("More is past due"),
    "exposure_rose": mark("Owes much more"),
    "exposure_fell": mark("Owes much less"),
    "no_longer_published": mark("No longer published"),
    "first_published": mark("Published for the first time"),
    "published_again": mark("Published again"),
}
_ORDER = ("event", INDEX, "sector", "department", "city", "country")


@dataclass(frozen=True, slots=True)
class Chip:
    """An operator in force: what it says, and where it is not any more."""

    label: str
    href: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A value that narrows: its name, how many debtors have it, and where it is chosen."""

    label: str
    count: int
    href: str


@dataclass(frozen=True, slots=True)
class Group:
    """The values of one kind."""

    heading: str
    choices: tuple[Choice, ...]


def chips(found: Found, words: str) -> list[Chip]:
    """Return the operators of a search as they are shown."""
    names = _cities(found)
    return [
        Chip(
            label=say(
                mark("%(kind)s: %(value)s"),
                kind=say(_HEADINGS[one.kind]),
                value=", ".join(_shown(one, names)),
            ),
            href=url_for("search.show", q=without(words, one) or None),
        )
        for one in found.query.operators
    ]


def groups(found: Found, words: str) -> list[Group]:
    """Return what the hits can be narrowed by: kinds that are not chosen yet and that tell the hits apart."""
    chosen = {one.kind for one in found.query.operators}
    facets = {facet.kind: facet for facet in found.facets}
    return [
        Group(say(_HEADINGS[kind]), tuple(_choices(facets[kind], found, words)))
        for kind in _ORDER
        if kind in facets and kind not in chosen and _is_telling(facets[kind])
    ]


def examples() -> list[tuple[str, str]]:
    """Return searches to begin with, in the page's language, and what each finds."""
    language = page_language()
    return [
        (
            f"{written(INDEX, '0-59', language).replace('0-59', '<60')} {written('department', '69', language)}",
            say(mark("who pays late in one department")),
        ),
        (f"{written('sector', '46', language)} lyon", say(mark("wholesalers with a word of name or city"))),
        (
            f"{written('event', 'index_fell', language)} {written('city', 'paris', language)}",
            say(mark("whose index fell lately, in one city")),
        ),
    ]


def _is_telling(facet: Facet) -> bool:
    return len(facet.counts) > 1 or (facet.kind == "event" and bool(facet.counts))


def _choices(facet: Facet, found: Found, words: str) -> Iterator[Choice]:
    """Yield the choices; the operator goes before the words, of which the last may be unfinished."""
    names = _cities(found)
    for value, count in facet.counts:
        operator = written(facet.kind, value, page_language())
        yield Choice(
            label=_label(facet.kind, value, names),
            count=count,
            href=url_for("search.show", q=f"{operator} {words}".strip()),
        )


def _shown(operator: Operator, cities: dict[str, str]) -> Iterator[str]:
    for value in operator.values:
        yield value.partition(":")[2] if operator.kind == IDENTIFIER else _label(operator.kind, value, cities)


def _label(kind: str, value: str, cities: dict[str, str]) -> str:
    if kind == INDEX:
        return _range(value)
    if kind == "city":
        return cities.get(value) or " ".join(word.capitalize() for word in value.split("-"))
    if kind == "department":
        return f"{value} {DEPARTMENTS.get(value, '')}".strip()
    if kind == "sector":
        return division_name(value, page_language())
    if kind == "country":
        return str(Locale.parse(page_language()).territories.get(value, value))
    return say(_EVENTS[value])


def _range(value: str) -> str:
    """Return a range of the index in words: "below 50", "80 and more", "50 to 59"."""
    low, _, high = value.partition("-")
    if low == "0":
        return say(mark("%(high)s and less"), high=high)
    if high == "100":
        return say(mark("%(low)s and more"), low=low)
    return low if low == high else say(mark("%(low)s to %(high)s"), low=low, high=high)


def _cities(found: Found) -> dict[str, str]:
    """Return the names of cities as hits write them, by key; "LYON CEDEX 03" is not how one names a city."""
    written_as = {hit.city for hit in found.hits if hit.city and hit.is_listed}
    return {
        city_key(city): city
        for city in sorted(written_as, reverse=True)
        if not city.isupper() and "cedex" not in city.casefold() and not any(map(str.isdigit, city))
    }
