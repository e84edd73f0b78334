"""What a browser remembers of a sitting over open lines: the last decisions, and how many were made within the hour.

It lies in the signed session, so a sitting goes on without JavaScript and on any machine that serves pages. It holds
random ids and counts: no name, and nothing that the services would take its word for.
"""

import time
import uuid
from dataclasses import dataclass, field

from flask import session

LAST = 12
"""Decisions that are remembered: a cookie has 4 kB, and each takes 70 bytes."""

_KEY = "sitting"
_SLICE = 300
"""Seconds of one count: the hour is told to five minutes."""
_HOUR = 3600


@dataclass(slots=True)
class Sitting:
    """The last decisions, oldest first, each with its line; and counts by slices of five minutes."""

    decisions: list[tuple[uuid.UUID, uuid.UUID]] = field(default_factory=list)
    counts: dict[int, int] = field(default_factory=dict)

    @property
    def reviews(self) -> list[uuid.UUID]:
        """Lines that were decided just now: the worker may not have come to them yet."""
        return [review for _, review in self.decisions]

    @property
    def in_the_hour(self) -> int:
        """How many decisions were made within the last hour."""
        return sum(self.counts.values())

    def add(self, decision: uuid.UUID, review: uuid.UUID) -> None:
        """Remember a decision."""
        self.decisions = [*self.decisions, (decision, review)][-LAST:]
        now = _slice()
        self.counts[now] = self.counts.get(now, 0) + 1

    def drop(self, decision: uuid.UUID, *, is_undone: bool = False) -> None:
        """Forget a decision; one that was taken back is not counted either."""
        self.decisions = [held for held in self.decisions if held[0] != decision]
        if is_undone and self.counts:
            newest = max(self.counts)
            self.counts[newest] = max(0, self.counts[newest] - 1)

    def keep(self) -> None:
        """Write it into the session."""
        session[_KEY] = {
            "decisions": [[decision.hex, review.hex] for decision, review in self.decisions],
            "counts": {str(slot): count for slot, count in self.counts.items()},
        }


def read_sitting() -> Sitting:
    """Return what this browser remembers; of the counts, those of the last hour."""
    held = session.get(_KEY, {})
    since = _slice() - _HOUR // _SLICE
    return Sitting(
        decisions=[
            (uuid.UUID(decision), uuid.UUID(review)) for decision, review in held.get("decisions", [])
        ],
        counts={int(slot): count for slot, count in held.get("counts", {}).items() if int(slot) > since},
    )


def _slice() -> int:
    return int(time.time()) // _SLICE
