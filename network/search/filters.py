"""By what else than words debtors are chosen and counted: place, sector, index, events. Pure; one meaning for every backend.

Every kind but the index is a set of keys that a document holds (:func:`keys`); the index is a range. A filter of several
values of one kind holds for a debtor that has one of them; filters of several kinds must all hold.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from network.resolution.normalise import cut
from network.search.documents import DebtorDocument

KINDS = ("city", "department", "sector", "country", "event")
"""What a document is chosen by besides its index; the names of the fields in every backend."""

INDEX = "index"
BANDS = ((0, 49), (50, 59), (60, 69), (70, 79), (80, 100))
"""Ranges of the Payment Index that are counted. 50 and 60 are where news is told (alerts), 80 is on terms."""

_FRANCE = frozenset({"FR", "RE", "GP", "MQ", "GF", "YT"})
_POSTCODE = re.compile(r"\d{5}")
_SAINTS = {"st": "saint", "ste": "sainte"}


@dataclass(frozen=True, slots=True)
class Filters:
    """What a debtor must have: `terms` as (kind, keys), each kind once; the index from and to, both included."""

    terms: tuple[tuple[str, tuple[str, ...]], ...] = ()
    index_from: int | None = None
    index_to: int | None = None

    @property
    def has_index(self) -> bool:
        """Tell whether the index is bounded."""
        return self.index_from is not None or self.index_to is not None

    @property
    def is_empty(self) -> bool:
        """Tell whether every debtor passes."""
        return not self.terms and not self.has_index

    def accepts(self, document: DebtorDocument) -> bool:
        """Tell whether a document passes: what every backend must agree with."""
        if self.is_empty:
            return True
        if self.has_index:
            index = document.payment_index
            low = 0 if self.index_from is None else self.index_from
            high = 100 if self.index_to is None else self.index_to
            if index is None or not low <= index <= high:
                return False
        held = keys(document)
        return all(set(values) & set(held[kind]) for kind, values in self.terms)


NO_FILTERS = Filters()


@dataclass(frozen=True, slots=True)
class Facet:
    """How many debtors have each value of a kind, most first, equals by value. A band of the index is "50-59"."""

    kind: str
    counts: tuple[tuple[str, int], ...]


def keys(document: DebtorDocument) -> Mapping[str, Sequence[str]]:
    """Return the keys of a document by kind."""
    department = department_of(document.postcode, document.country)
    city = city_key(document.city)
    return {
        "city": (city,) if city else (),
        "department": (department,) if department else (),
        "sector": (document.sector,) if document.sector else (),
        "country": (document.country,) if document.country else (),
        "event": document.events,
    }


def city_key(city: str | None) -> str:
    """Return the key of a city: "LYON CEDEX 03", "Lyon 3e" and "Lyon" are lyon; "St Denis" is saint-denis."""
    words = [word.rstrip("'") for word in cut(city or "")]
    if "cedex" in words[1:]:
        words = words[: words.index("cedex")]
    while len(words) > 1 and words[-1][0].isdigit():
        words.pop()
    return "-".join(_SAINTS.get(word, word) for word in words)


def department_of(postcode: str | None, country: str | None) -> str | None:
    """Return the French department of a postcode, "69" or "974"; None elsewhere. Corsica is "20"."""
    code = re.sub(r"\s", "", postcode or "")
    if country not in _FRANCE or not _POSTCODE.fullmatch(code):
        return None
    return code[:3] if code[:2] in {"97", "98"} else code[:2]


def counted(kind: str, counts: Mapping[str, int], *, limit: int) -> Facet:
    """Return a facet of the `limit` most frequent values; of the index, all bands in their order."""
    found = [(value, count) for value, count in counts.items() if count]
    if kind == INDEX:
        order = [band_name(low, high) for low, high in BANDS]
        found.sort(key=lambda pair: order.index(pair[0]))
    else:
        found = sorted(found, key=lambda pair: (-pair[1], pair[0]))[:limit]
    return Facet(kind, tuple(found))


def band_name(low: int, high: int) -> str:
    """Return the name of a band of the index, as the operator takes it: "50-59"."""
    return f"{low}-{high}"
