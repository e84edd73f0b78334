"""The port to a search backend. Only backends know their client; all else speaks these types."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from network.search.documents import DebtorDocument
from network.search.queries import SearchQuery


@dataclass(frozen=True, slots=True)
class Visibility:
    """Whom a reader may find: all listed debtors, besides the `own` ones; `everything` for moderators and operators."""

    everything: bool = False
    own: frozenset[uuid.UUID] = frozenset()


class SearchIndex(Protocol):
    """What a search backend does. One contract suite (tests/contracts) holds every backend to it."""

    def find(self, query: SearchQuery, *, visibility: Visibility, limit: int) -> Sequence[DebtorDocument]:
        """Return the debtors that may be meant, in no promised order, at most `limit`; ranking is ours.

        Raises:
            UnavailableError: there is no index, or its engine does not answer.
        """
        ...

    def put(self, documents: Iterable[DebtorDocument]) -> int:
        """Add or replace documents; one older than what is held is ignored. Return how many were written."""
        ...

    def remove(self, debtor_ids: Iterable[uuid.UUID]) -> None:
        """Take documents out; unknown ids are no error."""
        ...

    def rebuild(self, documents: Iterable[DebtorDocument]) -> int:
        """Build a new index beside the old one and switch to it at once; readers never see a half-built one."""
        ...

    def is_ready(self) -> bool:
        """Tell whether there is an index that answers."""
        ...

    def count(self) -> int:
        """Return how many documents are held."""
        ...
