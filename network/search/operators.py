"""The operators of the search box: `siren:`, `city:`, `index:<60` and their like, in English and in French. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from network.i18n import mark
from network.registers.activities import DIVISIONS, division_name
from network.resolution.identifiers import Identifier, read_identifier
from network.resolution.normalise import fold, normalise
from network.search.events import event_word, read_event
from network.search.filters import INDEX, KINDS, Filters, city_key

IDENTIFIER = "identifier"

NAMES = {
    "siren": IDENTIFIER,
    "siret": IDENTIFIER,
    "vat": IDENTIFIER,
    "tva": IDENTIFIER,
    "lei": IDENTIFIER,
    "city": "city",
    "ville": "city",
    "department": "department",
    "departement": "department",
    "sector": "sector",
    "secteur": "sector",
    "naf": "sector",
    "country": "country",
    "pays": "country",
    "index": INDEX,
    "indice": INDEX,
    "event": "event",
    "evenement": "event",
}
"""Name, without accents -> what it chooses by."""

_WRITTEN = {
    INDEX: ("index", "indice"),
    "city": ("city", "ville"),
    "department": ("department", "département"),
    "sector": ("sector", "secteur"),
    "country": ("country", "pays"),
    "event": ("event", "événement"),
}

_NAME = re.compile(r"(?<!\S)([^\W\d_]+)\s?:\s*")
_VALUE = re.compile(r"\s*(?:[\"“«]\s*([^\"”»]*?)\s*(?:[\"”»]|$)|(\S+))")
_RANGE = re.compile(r"(\d{1,3})\s*(?:-|–|\.\.)\s*(\d{1,3})")
_BOUND = re.compile(r"(<=|>=|<|>|≤|≥|=)?(\d{1,3})")
_DEPARTMENT = re.compile(r"\d{2,3}")
_COUNTRY = re.compile(r"[A-Z]{2}")
_HIGHEST_INDEX = 100


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator as it was typed: `text` stands at `start` to `stop`. `values` are the keys that it was read as."""

    kind: str
    text: str
    start: int
    stop: int
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fault:
    """An operator that cannot be read: a template in English, marked for translation, with what was typed."""

    message: str
    typed: str


@dataclass(frozen=True, slots=True)
class Read:
    """A text taken apart: its operators, what is left as words, and what was not understood."""

    operators: tuple[Operator, ...]
    words: str
    identifier: Identifier | None
    filters: Filters
    faults: tuple[Fault, ...]


def read_operators(text: str) -> Read:
    """Return the operators of a text and the words around them.

    A value of several words stands in quotes; several values stand with commas between; an operator without a value
    is one that is still being typed and chooses nothing.
    """
    found = [(match, NAMES[name]) for match in _NAME.finditer(text) if (name := fold(match[1])) in NAMES]
    operators: list[Operator] = []
    faults: list[Fault] = []
    rest, end = [], 0
    for place, (match, kind) in enumerate(found):
        until = found[place + 1][0].start() if place + 1 < len(found) else len(text)
        rest.append(text[end : match.start()])
        value, end = _value(text, match.end(), until, kind)
        typed = text[match.start() : end].strip()
        if not value:
            continue
        try:
            values = tuple(_read(kind, value))
        except _UnreadableError as fault:
            faults.append(Fault(message=fault.message, typed=typed))
        else:
            operators.append(Operator(kind, typed, match.start(), end, values))
    rest.append(text[end:])
    words = " ".join(part.strip() for part in rest[:-1] if part.strip())
    words = f"{words} {rest[-1].lstrip()}" if words and rest[-1].strip() else words or rest[-1].lstrip()
    identifier = next((one.values[0] for one in operators if one.kind == IDENTIFIER), None)
    return Read(
        operators=tuple(operators),
        words=words,
        identifier=None if identifier is None else Identifier(*identifier.split(":", 1)),
        filters=_filters(operators),
        faults=tuple(faults),
    )


def written(kind: str, value: str, language: str) -> str:
    """Return the operator that chooses a key, as one would type it in "en" or "fr"."""
    shown = event_word(value, language) if kind == "event" else value
    return f"{_WRITTEN[kind][language == 'fr']}:{shown}"


def without(text: str, operator: Operator) -> str:
    """Return a text without one of its operators."""
    return " ".join(f"{text[: operator.start].rstrip()} {text[operator.stop :].lstrip()}".split())


class _UnreadableError(Exception):
    """Says how an operator is written."""

    def __init__(self, message: str) -> None:
        self.message = message
        super().__init__(message)


def _value(text: str, start: int, until: int, kind: str) -> tuple[str, int]:
    """Return the value that begins at `start` and where it ends; numbers may have blanks inside."""
    if kind == IDENTIFIER:
        whole = text[start:until]
        if read_identifier(whole) is not None:
            return whole.strip(), until
        number = re.match(r"[A-Za-z]{0,2}[\d\s.]*\d", whole)
        if number is not None and read_identifier(number[0]) is not None:
            return number[0], start + number.end()
    match = _VALUE.match(text, start, until)
    if match is None:
        return "", start
    return (match[1] if match[1] is not None else match[2]), match.end()


def _read(kind: str, value: str) -> Iterator[str]:
    if kind == IDENTIFIER:
        identifier = read_identifier(value)
        if identifier is None:
            raise _UnreadableError(
                mark("“%(typed)s” is no valid number: its digits do not check. Look for a slip of the key.")
            )
        yield str(identifier)
    elif kind == INDEX:
        low, high = _index(value)
        yield f"{low}-{high}"
    else:
        parts = [part.strip() for part in value.split(",") if part.strip()]
        yield from dict.fromkeys(key for part in parts for key in _KEYS[kind](part))


def _index(value: str) -> tuple[int, int]:
    """Return the lowest and the highest index that a value asks for."""
    low, high = 0, _HIGHEST_INDEX
    between = _RANGE.fullmatch(value)
    bound = _BOUND.fullmatch(value)
    if between is not None:
        low, high = sorted((int(between[1]), int(between[2])))
    elif bound is not None:
        number = int(bound[2])
        sign = {"≤": "<=", "≥": ">="}.get(bound[1], bound[1])
        low = {">": number + 1, ">=": number, "<": 0, "<=": 0}.get(sign, number)
        high = {"<": number - 1, "<=": number, ">": high, ">=": high}.get(sign, number)
    else:
        raise _UnreadableError(
            mark(
                "“%(typed)s” cannot be read. Write index:<60, index:>80 or index:60-80; the Payment Index goes from 0 to 100."
            )
        )
    return low, min(high, _HIGHEST_INDEX)


def _cities(text: str) -> Sequence[str]:
    key = city_key(text)
    if not key:
        raise _UnreadableError(mark('“%(typed)s” names no city. Write city:lyon or city:"le mans".'))
    return (key,)


def _departments(text: str) -> Sequence[str]:
    code = "20" if text.upper() in {"2A", "2B"} else text
    if not _DEPARTMENT.fullmatch(code):
        raise _UnreadableError(mark("“%(typed)s” is no department. Write department:69."))
    return (code,)


def _sectors(text: str) -> Sequence[str]:
    """Return the divisions that a number, a NAF code or words of a name mean."""
    if text[:1].isdigit():
        if text[:2] in DIVISIONS:
            return (text[:2],)
    else:
        asked = set(normalise(text.replace("-", " ")).words)
        found = [
            code
            for code in DIVISIONS
            if any(asked <= _words(division_name(code, each)) for each in ("en", "fr"))
        ]
        if asked and found:
            return found
    raise _UnreadableError(
        mark(
            "“%(typed)s” is no sector. Write the division of the NAF, sector:46, or a word of its name, sector:retail."
        )
    )


def _words(name: str) -> set[str]:
    return set(normalise(name).words) | set(fold(name).split())


def _countries(text: str) -> Sequence[str]:
    if not _COUNTRY.fullmatch(text.upper()):
        raise _UnreadableError(mark("“%(typed)s” is no country. Write its two letters: country:FR."))
    return (text.upper(),)


def _events(text: str) -> Sequence[str]:
    rule = read_event(text)
    if rule is None:
        raise _UnreadableError(
            mark(
                "“%(typed)s” is no event. Write event:below-60, event:fell, event:past-due or event:unpaid-90."
            )
        )
    return (rule,)


_KEYS = {
    "city": _cities,
    "department": _departments,
    "sector": _sectors,
    "country": _countries,
    "event": _events,
}


def _filters(operators: Sequence[Operator]) -> Filters:
    """Return what the operators choose together: of one kind any, of several all; ranges of the index narrow each other."""
    terms = []
    for kind in KINDS:
        values = dict.fromkeys(value for one in operators if one.kind == kind for value in one.values)
        if values:
            terms.append((kind, tuple(values)))
    ranges = [one.values[0].split("-") for one in operators if one.kind == INDEX]
    return Filters(
        terms=tuple(terms),
        index_from=max((int(low) for low, _ in ranges), default=None),
        index_to=min((int(high) for _, high in ranges), default=None),
    )
