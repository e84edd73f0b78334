"""From what a person types to what an index is asked. Pure: the same for every backend."""

import re
from dataclasses import dataclass

from network.resolution.identifiers import Identifier, read_identifier
from network.resolution.legal_forms import CONJUNCTIONS
from network.resolution.normalise import cut, fold, normalise
from network.search.documents import PREFIX_LENGTH, grams

WORDS_LENGTH = 200
"""Characters read of what is typed: the longest real name seen has 160."""

_OPERATOR = re.compile(r"^\s*(siren|siret|vat|tva|lei)\s*:\s*(.*)$", re.IGNORECASE)
_LAST_WORD = re.compile(r"[^\W_]+$")


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What is asked.

    `identifier` where the words are one. `words` are the finished words of the name; `prefix` is the beginning of the
    one that is being typed, None after a blank. `trigrams` and `joined` are of the whole name typed so far, `spelling`
    is its normalised form. `is_operator` tells that only the identifier counts.
    """

    identifier: Identifier | None
    words: tuple[str, ...]
    prefix: str | None
    trigrams: tuple[str, ...]
    joined: str
    spelling: str
    legal_form: str | None
    is_operator: bool = False

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing to look for."""
        return self.identifier is None and not self.joined


def read_query(text: str) -> SearchQuery:
    """Return the query that a text means.

    Nine digits, fourteen, a VAT number or a LEI are an identifier when their check digits hold; `siren:` and its like
    say so. All else is a name of which the last word may be unfinished.
    """
    text = text[:WORDS_LENGTH]
    operator = _OPERATOR.match(text)
    if operator:
        return SearchQuery(read_identifier(operator[2]), (), None, (), "", "", None, is_operator=True)
    name = normalise(text)
    typed = cut(text)
    words, prefix = name.words, None
    if typed and text[-1].isalnum():
        ending = _LAST_WORD.search(fold(text))
        is_and = ending is not None and ending[0] in CONJUNCTIONS  # "garage et" may become "garage etoile"
        last = ending[0] if ending and is_and else typed[-1].rstrip("'")
        prefix = last[:PREFIX_LENGTH]
        if words and words[-1] == last:
            words = words[:-1]
    return SearchQuery(
        identifier=read_identifier(text),
        words=tuple(dict.fromkeys(words)),
        prefix=prefix,
        trigrams=tuple(dict.fromkeys(grams(name.joined))),
        joined=name.joined,
        spelling=name.spelling,
        legal_form=name.legal_form,
    )
