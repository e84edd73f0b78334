"""What the search index holds of a debtor: names, identifiers, place, and its last released index. Pure."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from network.resolution.normalise import CompanyName, normalise, trigrams

LAYOUT = 3
"""Raise it when what is written into an index changes (a backend's fields, DebtorDocument, the text analysis): an index
of another layout is then no index, and is built anew."""

PREFIX_LENGTH = 12
"""Longest beginning of a word that is indexed; longer ones are found by their first twelve letters and trigrams."""

_LARGEST, _CHANCES = 1 << 40, 1 << 22
"""Exposure in euros and chance share the 62 bits of one sortable integer."""


@dataclass(frozen=True, slots=True)
class DebtorDocument:
    """A debtor as search knows it; all below `version` is stored and comes back as it is.

    `identifiers` are `scheme:value`. `aliases` are confirmed spellings, normalised. `version` grows with every change.
    `payment_index`, `epoch` and `exposure` (whole euros, low end of the band) are those of the last release. `sector` is
    the division of its activity (network/registers/activities.py), `events` are what its last releases told (network/search/events.py).
    """

    id: uuid.UUID
    version: int
    name: str
    legal_form: str | None
    postcode: str | None
    city: str | None
    country: str | None
    is_listed: bool
    identifiers: tuple[str, ...]
    aliases: tuple[str, ...]
    payment_index: int | None
    epoch: str | None
    exposure: int
    sector: str | None = None
    events: tuple[str, ...] = ()

    @property
    def rank(self) -> int:
        """Return the order in which debtors that match alike come: larger exposure first, then chance, but always the same."""
        return min(self.exposure, _LARGEST) * _CHANCES + self.id.int % _CHANCES


def to_body(document: DebtorDocument) -> dict[str, Any]:
    """Return a document as the plain values that a backend stores."""
    return {**asdict(document), "id": str(document.id)}


def from_body(body: Mapping[str, Any]) -> DebtorDocument:
    """Return the document that :func:`to_body` made these values of, after a turn through JSON."""
    lists = {name: tuple(body[name]) for name in ("identifiers", "aliases", "events")}
    return DebtorDocument(**{**body, "id": uuid.UUID(body["id"]), **lists})


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens by which a document is found: all made here, indexed as they are, blanks between."""

    words: tuple[str, ...]
    prefixes: tuple[str, ...]
    trigrams: tuple[str, ...]
    joined: tuple[str, ...]


def tokens(document: DebtorDocument) -> Tokens:
    """Return the tokens of a document: of its name, its confirmed spellings, and of its city as words alone."""
    names = [normalise(document.name), *map(normalise, document.aliases)]
    city = normalise(document.city)
    return Tokens(
        words=_unique(word for name in (*names, city) for word in name.words),
        prefixes=_unique(start for name in names for word in _all_words(name) for start in beginnings(word)),
        trigrams=_unique(gram for name in names for gram in grams(name.joined)),
        joined=_unique(text for name in names for text in (name.joined, name.spelling.replace(" ", ""))),
    )


def beginnings(word: str) -> Sequence[str]:
    """Return the beginnings of a word, from its first letter to its first twelve."""
    return [word[:size] for size in range(1, min(len(word), PREFIX_LENGTH) + 1)]


def grams(joined: str) -> Sequence[str]:
    """Return the trigrams of a name without its blanks, so that blanks put elsewhere do not matter."""
    return [gram.replace(" ", "_") for gram in trigrams(joined)] if joined else []


def _all_words(name: CompanyName) -> Iterable[str]:
    """The words of a name and the name in one word, which one may be typing without its blanks."""
    return (*name.words, name.joined)


def _unique(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))
