"""The search index of this process, set once at start."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from network.search.port import SearchIndex


class SearchConnection:
    """Holds how to open the index; it is opened when first asked for."""

    def __init__(self) -> None:
        self._open: Callable[[], SearchIndex] | None = None
        self._index: SearchIndex | None = None

    def use(self, opening: Callable[[], SearchIndex]) -> None:
        """Set the index of this process."""
        self._open, self._index = opening, None

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
