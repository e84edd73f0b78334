"""The one analysis of company names, for matching and for search.

Nothing else in the product folds case, drops accents or cuts words: what the resolver holds for equal, the search box
finds, in every search backend, because all index the tokens made here.

Steps: fold (case, accents, ligatures); join initials ("S.A.R.L.", "J C"); drop "and" in any language; split off legal
forms at the head, the tail, and inside where no company has such a word; drop articles; repeat until nothing changes.
A name that consists of nothing else keeps its words.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from network.resolution.legal_forms import ADJECTIVES, CONJUNCTIONS, FORM_TABLE

SPELLING_LENGTH = 300
"""Longest spelling kept, in characters: the width of the column; the longest real name seen has 160."""

ARTICLES = frozenset(
    [
        "l'",
        "d'",
        "la",
        "le",
        "les",
        "l",
        "de",
        "du",
        "des",
        "d",
        "a",
        "au",
        "aux",
        "the",
        "of",
        "der",
        "die",
        "das",
        "del",
    ]
)
_UNSAID = ARTICLES | CONJUNCTIONS
_LIGATURES = str.maketrans(
    {"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "ø": "o", "Ø": "o", "đ": "d", "Đ": "d", "ł": "l", "Ł": "l"}
    | {"þ": "th", "Þ": "th", "ð": "d", "Ð": "d", "ı": "i", "’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'"}
)
_WORD = re.compile(r"[^\W_]+")
_WORD_OR_ELISION = re.compile(r"[^\W_]+'?")
_DOTTED = re.compile(r"\b[^\W\d_](?:\.[^\W\d_]\b)+\.?")
_LOST_INSIDE = re.compile(r"(?<=[^\W\d_])[?\ufffd](?=[^\W\d_])")
_LOST = re.compile(r"(?<=[^\W\d_])[?\ufffd](?=[^\W\d_]|\s|$)")
_GRAM = 3
_FIRM = frozenset({"societe", "ste", "soc"})


@dataclass(frozen=True, slots=True)
class CompanyName:
    """A name, analysed.

    `spelling` is the key by which names are compared: words, blanks between. `legal_form` is shown as the table of
    forms shows it, None where none was written. `joined` is the name in one word, articles included, so that
    "L'Oréal", "LOREAL" and "L OREAL" meet.
    """

    spelling: str
    legal_form: str | None
    joined: str

    @property
    def words(self) -> list[str]:
        """The words of the spelling."""
        return self.spelling.split()


EMPTY_NAME = CompanyName(spelling="", legal_form=None, joined="")


def fold(text: str) -> str:
    """Return text in lower case without accents and ligatures; every other sign stays."""
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", text.translate(_LIGATURES).casefold())
        return "".join(sign for sign in decomposed if not unicodedata.combining(sign)).casefold()
    return text.lower()


def _with_lost_letters(text: str) -> str:
    """Return text with an e for each letter that some program could not write: "Soci?t?" is "Societe".

    Of the accented letters of French, nine in ten are an e; a question mark that ends a word alone is one.
    """
    if ("?" in text or "\ufffd" in text) and _LOST_INSIDE.search(text):
        return _LOST.sub("e", text)
    return text


def cut(text: str) -> list[str]:
    """Return the words of a text, folded, dotted initials joined, "and" dropped; articles and legal forms stay."""
    folded = fold(_with_lost_letters(text))
    if "." in folded:
        folded = _DOTTED.sub(lambda found: found.group().replace(".", "") + " ", folded)
    if "'" in folded:
        words = [word if word in ARTICLES else word.rstrip("'") for word in _WORD_OR_ELISION.findall(folded)]
    else:
        words = _WORD.findall(folded)
    return [word for word in words if word not in CONJUNCTIONS]


def normalise(text: str | None) -> CompanyName:
    """Return the analysed name. Normalising a spelling again gives the same spelling; a text without words is empty."""
    if not text:
        return EMPTY_NAME
    words = cut(text)
    if not words:
        return EMPTY_NAME
    form: str | None = None
    joined = ""
    while True:
        named, found = _without_forms(_join_initials(words))
        form = form or found
        joined = joined or "".join(named).replace("'", "")
        kept = [word for word in named if word not in _UNSAID] or [word.rstrip("'") for word in named]
        if kept == words:
            kept = ["societe" if word in _FIRM else word for word in kept[:1]] + kept[1:]
            return CompanyName(
                spelling=" ".join(kept)[:SPELLING_LENGTH].rstrip(), legal_form=form, joined=joined
            )
        words = kept


def normalise_all(texts: Iterable[str | None]) -> list[CompanyName]:
    """Return the analysed names of a whole column; a text that comes again is analysed once."""
    known: dict[str | None, CompanyName] = {}
    names = []
    for text in texts:
        name = known.get(text)
        if name is None:
            name = known[text] = normalise(text)
        names.append(name)
    return names


def trigrams(word: str) -> list[str]:
    """Return the pieces of three letters of a word with a blank at each end: " du", "dup", ..., "nt "."""
    padded = f" {word} "
    return [padded[start : start + _GRAM] for start in range(len(padded) - _GRAM + 1)]


def _join_initials(words: list[str]) -> list[str]:
    """Join single letters that follow each other: j, c, decaux is jc decaux. "à l'" without its signs is no initials."""
    if not any(len(word) == 1 for word in words):
        return words
    joined: list[str] = []
    run: list[str] = []
    for word in [*words, ""]:
        if len(word) == 1 and word.isalpha():
            run.append(word)
            continue
        joined.extend(run if len(run) == 1 or (run == ["a", "l"] and word) else ["".join(run)] if run else [])
        run = []
        if word:
            joined.append(word)
    return joined


def _without_forms(words: list[str]) -> tuple[list[str], str | None]:
    """Take legal forms off, one after the other, and return the first that says something."""
    shown: str | None = None
    while True:
        phrase = _form_in(words)
        if phrase is None:
            return words, shown
        start, stop = phrase
        form = FORM_TABLE.forms[tuple(words[start:stop])]
        if form.family and shown is None:
            shown = form.shown
        words = words[:start] + words[stop:]


def _form_in(words: list[str]) -> tuple[int, int] | None:
    """Return where a form stands (start, stop): the tail before the head before the inside; never the whole name."""
    count = len(words)
    for phrase in FORM_TABLE.tail.get(words[-1], ()):
        size = len(phrase)
        if size < count and tuple(words[-size:]) == phrase:
            return count - size, count
    for phrase in FORM_TABLE.head.get(words[0], ()):
        size = len(phrase)
        if size < count and tuple(words[:size]) == phrase and not _names_nothing(phrase, words[size:]):
            return 0, size
    for start, word in enumerate(words):
        for phrase in FORM_TABLE.inside.get(word, ()):
            stop = start + len(phrase)
            if len(phrase) < count and tuple(words[start:stop]) == phrase:
                return start, stop
    return None


def _names_nothing(phrase: Sequence[str], rest: Sequence[str]) -> bool:
    """Tell whether what is left without "Société" is an adjective alone."""
    return len(rest) == 1 and rest[0] in ADJECTIVES and phrase[0] in _FIRM
