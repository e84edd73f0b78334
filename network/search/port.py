"""The port to a search backend. Only backends know their client; all else speaks these types."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from network.search.documents import DebtorDocument
from network.search.filters import Facet
from network.search.queries import SearchQuery

GONE = 1 << 62
"""Version at which a debtor is removed whose row is no more: ids are random and never used again."""


@dataclass(frozen=True, slots=True)
class Visibility:
    """Whom a reader may find: all listed debtors, besides the `own` ones; `everything` for moderators and operators."""

    everything: bool = False
    own: frozenset[uuid.UUID] = frozenset()


class SearchIndex(Protocol):
    """What a search backend does. One contract suite (tests/contracts) holds every backend to it.

    What was written is found by the next search, of any process.
    """

    def find(self, query: SearchQuery, *, visibility: Visibility, limit: int) -> Sequence[DebtorDocument]:
        """Return the debtors that may be meant, in no promised order, at most `limit`; ranking is ours.

        Where the query has filters, own debtors that are not listed are left out: what the directory knows of them came
        with other members' files (docs/decisions/0112).

        Raises:
            UnavailableError: there is no index, or its engine does not answer.
        """
        ...

    def facets(self, query: SearchQuery, *, visibility: Visibility, limit: int) -> Sequence[Facet]:
        """Return how many debtors have what, of those that pass the filters and hold the words as typed.

        Only listed debtors are counted, or all where the reader may see everything. At most `limit` values a kind.

        Raises:
            UnavailableError: as above.
        """
        ...

    def put(self, documents: Iterable[DebtorDocument]) -> int:
        """Add or replace documents; one not newer than what is held is ignored. Return how many were written.

        Raises:
            UnavailableError: the engine does not answer, or refused a document; whoever asks again loses nothing.
        """
        ...

    def remove(self, gone: Mapping[uuid.UUID, int]) -> None:
        """Take documents out, each at the version at which it went: an older `put` that comes late brings none back."""
        ...

    def rebuild(self, documents: Iterable[DebtorDocument]) -> int:
        """Build a new index beside the old one and switch to it at once; return how many documents were given.

        Readers never see a half-built one. What others write meanwhile is in the new one too.
        """
        ...

    def versions(self, debtor_ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, int]:
        """Return the versions held of these debtors, removed ones left out."""
        ...

    def is_ready(self) -> bool:
        """Tell whether there is an index that answers."""
        ...

    def count(self) -> int:
        """Return how many documents are held."""
        ...
