"""The search index of this process, set once at start."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session

    from network.search.port import SearchIndex

    EventReader = Callable[[Session, Sequence[uuid.UUID]], Mapping[uuid.UUID, Sequence[str]]]


def no_events(_session: Session, _debtor_ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, Sequence[str]]:
    """Tell of no events."""
    return {}


class SearchConnection:
    """Holds how to open the index, which is opened when first asked for, and who tells the events of debtors.

    News is derived above the services (alerts), so whoever starts the process hands the reader of events in.
    """

    def __init__(self) -> None:
        self._open: Callable[[], SearchIndex] | None = None
        self._index: SearchIndex | None = None
        self.events: EventReader = no_events

    def use(self, opening: Callable[[], SearchIndex], *, events: EventReader = no_events) -> None:
        """Set the index of this process."""
        self._open, self._index, self.events = opening, None, events

    @property
    def index(self) -> SearchIndex:
        """The index.

        Raises:
            RuntimeError: `use` was never called; a fault of ours.
        """
        if self._index is None:
            if self._open is None:
                raise RuntimeError("search_connection.use() has not been called")
            self._index = self._open()
        return self._index


search_connection = SearchConnection()
