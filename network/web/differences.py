"""What agrees and what differs between a line and a debtor that it may mean, ready to be drawn."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz import fuzz, process
from rapidfuzz.distance import Levenshtein

from network.resolution.legal_forms import CONJUNCTIONS, forms_conflict
from network.resolution.normalise import fold, normalise
from network.resolution.outcome import CustomerLine
from network.services.reviews import Review, ReviewCandidate

_TOKENS = re.compile(r"\w+|\W+")
_MISSPELT_FROM = 60.0
"""Likeness of two words, in per cent, from which one is shown as the other with letters changed: "dupond" and "dupont"
have 83, "lyon" and "paris" 0."""


class Agreement(StrEnum):
    """Whether two facts are the same, may be, or cannot be compared."""

    SAME = "same"
    OTHER = "other"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a name; `differs` where the other name has it not."""

    text: str
    differs: bool


@dataclass(frozen=True, slots=True)
class SharedNumber:
    """An identifier of a candidate beside the line's own."""

    scheme: str
    value: str
    agreement: Agreement


@dataclass(frozen=True, slots=True)
class ShownCandidate:
    """A candidate beside the line: `missing` are words of the line that the candidate's name lacks."""

    found: ReviewCandidate
    name: tuple[Part, ...]
    missing: tuple[str, ...]
    form: Agreement
    place: Agreement
    numbers: tuple[SharedNumber, ...]


@dataclass(frozen=True, slots=True)
class ShownReview:
    """A review with its candidates compared; `form` is the legal form that the line's name holds, if any."""

    review: Review
    form: str | None
    numbers: tuple[tuple[str, str], ...]
    candidates: tuple[ShownCandidate, ...]


def compare(review: Review) -> ShownReview:
    """Return a review as it is drawn."""
    line = review.customer
    name = normalise(line.customer_name)
    return ShownReview(
        review=review,
        form=name.legal_form,
        numbers=tuple(numbers_of(line).items()),
        candidates=tuple(_compare(line, name.legal_form, found) for found in review.candidates),
    )


def numbers_of(line: CustomerLine) -> dict[str, str]:
    """Return the identifiers of a line by scheme; a SIRET counts as its SIREN."""
    schemes = {
        "siren": line.siren or (line.siret or "")[:9],
        "vat": line.vat,
        "lei": line.lei,
        "registration": line.registration,
    }
    return {scheme: value for scheme, value in schemes.items() if value}


def _compare(line: CustomerLine, form: str | None, found: ReviewCandidate) -> ShownCandidate:
    ours = numbers_of(line)
    return ShownCandidate(
        found=found,
        name=marked(found.name, beside=line.customer_name or ""),
        missing=missing_words(line.customer_name or "", found.name),
        form=_forms(form, found.legal_form),
        place=_places(line, found),
        numbers=tuple(
            SharedNumber(scheme, value, _same(ours.get(scheme), value))
            for scheme, value in found.identifiers.items()
        ),
    )


def _same(ours: str | None, theirs: str | None) -> Agreement:
    if not ours or not theirs:
        return Agreement.UNKNOWN
    return Agreement.SAME if ours == theirs else Agreement.OTHER


def _forms(ours: str | None, theirs: str | None) -> Agreement:
    if not ours or not theirs:
        return Agreement.UNKNOWN
    return Agreement.OTHER if forms_conflict(ours, theirs) else Agreement.SAME


def _places(line: CustomerLine, found: ReviewCandidate) -> Agreement:
    """The same postcode or city is the same place; postcodes that begin otherwise (in France: departments) are others."""
    if line.postcode and line.postcode == found.postcode:
        return Agreement.SAME
    if line.city and found.city and fold(line.city) == fold(found.city):
        return Agreement.SAME
    if not line.postcode or not found.postcode:
        return Agreement.UNKNOWN
    return Agreement.UNKNOWN if line.postcode[:2] == found.postcode[:2] else Agreement.OTHER


def marked(name: str, *, beside: str) -> tuple[Part, ...]:
    """Cut a name into pieces that another one has and pieces that it has not, letter by letter in misspelt words."""
    if normalise(name).joined == normalise(beside).joined:
        return (Part(name, differs=False),)
    theirs = [fold(token) for token in _TOKENS.findall(beside) if token[0].isalnum()]
    pieces: list[Part] = []
    for token in _TOKENS.findall(name):
        if not token[0].isalnum() or fold(token) in theirs or fold(token) in CONJUNCTIONS:
            pieces.append(Part(token, differs=False))
        else:
            pieces += _letters(token, theirs)
    return tuple(_run_together(pieces))


def missing_words(ours: str, theirs: str) -> tuple[str, ...]:
    """Return words of our name, without its legal form, to which none of theirs comes near."""
    asked = normalise(ours)
    if asked.joined == normalise(theirs).joined:
        return ()
    known = [fold(token) for token in _TOKENS.findall(theirs)]
    counted = set(asked.words)
    return tuple(
        token
        for token in _TOKENS.findall(ours)
        if fold(token) in counted
        and process.extractOne(fold(token), known, score_cutoff=_MISSPELT_FROM, scorer=fuzz.ratio) is None
    )


def _letters(token: str, theirs: Sequence[str]) -> list[Part]:
    folded = fold(token)
    near = process.extractOne(folded, theirs, scorer=fuzz.ratio, score_cutoff=_MISSPELT_FROM)
    if near is None or len(folded) != len(token):
        return [Part(token, differs=True)]
    steps = Levenshtein.opcodes(near[0], folded)
    pieces = [
        Part(token[step.dest_start : step.dest_end], differs=step.tag != "equal")
        for step in steps
        if step.dest_end > step.dest_start
    ]
    # letters that only ours has leave no piece of theirs to mark: then the word as a whole is another one
    return pieces if any(piece.differs for piece in pieces) else [Part(token, differs=True)]


def _run_together(pieces: Sequence[Part]) -> list[Part]:
    """Join neighbours that are alike, and blanks between two pieces that differ."""
    joined: list[Part] = []
    for piece in pieces:
        if joined and joined[-1].differs == piece.differs:
            joined[-1] = Part(joined[-1].text + piece.text, differs=piece.differs)
        else:
            joined.append(piece)
    return joined
