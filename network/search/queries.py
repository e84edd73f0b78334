"""From what a person types to what an index is asked. Pure: the same for every backend."""

import re
from dataclasses import dataclass

from network.resolution.identifiers import Identifier, read_identifier
from network.resolution.legal_forms import CONJUNCTIONS
from network.resolution.normalise import cut, fold, normalise
from network.search.documents import PREFIX_LENGTH, grams
from network.search.filters import NO_FILTERS, Filters
from network.search.operators import Fault, Operator, read_operators

WORDS_LENGTH = 200
"""Characters read of what is typed: the longest real name seen has 160."""

_LAST_WORD = re.compile(r"[^\W_]+$")


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What is asked.

    `identifier` where the words are one. `words` are the finished words of the name; `prefix` is the beginning of the
    one that is being typed, None after a blank. `trigrams` and `joined` are of the whole name typed so far, `spelling`
    is its normalised form. `is_operator` tells that only the identifier counts. `filters` hold for every debtor found;
    `operators` are those that were typed, `faults` what of them cannot be read: then nothing is looked for.
    """

    identifier: Identifier | None
    words: tuple[str, ...]
    prefix: str | None
    trigrams: tuple[str, ...]
    joined: str
    spelling: str
    legal_form: str | None
    is_operator: bool = False
    filters: Filters = NO_FILTERS
    operators: tuple[Operator, ...] = ()
    faults: tuple[Fault, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing to look for."""
        return bool(self.faults) or not (self.is_named or self.filters.terms or self.filters.has_index)

    @property
    def is_named(self) -> bool:
        """Tell whether somebody is looked for by name or number, and not by filters alone."""
        return self.identifier is not None or bool(self.joined)


def read_query(text: str) -> SearchQuery:
    """Return the query that a text means.

    Nine digits, fourteen, a VAT number or a LEI are an identifier when their check digits hold; `siren:` and its like
    say so. Other operators choose among those found. All else is a name of which the last word may be unfinished.
    """
    read = read_operators(text[:WORDS_LENGTH])
    if read.identifier is not None:
        return SearchQuery(
            read.identifier,
            (),
            None,
            (),
            "",
            "",
            None,
            is_operator=True,
            filters=read.filters,
            operators=read.operators,
            faults=read.faults,
        )
    words, prefix = _words(read.words)
    name = normalise(read.words)
    return SearchQuery(
        identifier=read_identifier(read.words),
        words=tuple(dict.fromkeys(words)),
        prefix=prefix,
        trigrams=tuple(dict.fromkeys(grams(name.joined))),
        joined=name.joined,
        spelling=name.spelling,
        legal_form=name.legal_form,
        filters=read.filters,
        operators=read.operators,
        faults=read.faults,
    )


def _words(text: str) -> tuple[list[str], str | None]:
    """Return the finished words of a text, and the beginning of the one that is being typed."""
    words = normalise(text).words
    typed = cut(text)
    if not typed or not text[-1].isalnum():
        return words, None
    ending = _LAST_WORD.search(fold(text))
    is_and = ending is not None and ending[0] in CONJUNCTIONS  # "garage et" may become "garage etoile"
    last = ending[0] if ending and is_and else typed[-1].rstrip("'")
    return words[:-1] if words and words[-1] == last else words, last[:PREFIX_LENGTH]
