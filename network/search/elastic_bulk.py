"""Writing to Elasticsearch in bulk: in parts of a bounded size, with back-pressure, and an answer for every item. No client.

Every write names its version (`version_type` external), so sending one again changes nothing: whatever may have arrived is
simply sent again.
"""

import json
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from network.errors import UnavailableError
from network.i18n import mark

PART_ITEMS, PART_BYTES = 1_000, 4_000_000
"""Items and bytes of a request: beyond, a request costs memory of the cluster and gains no speed."""

FIRST_PAUSE, LONGEST_PAUSE, TRIES = 0.1, 5.0, 10
"""Seconds between tries, doubled each time: 20 s in all, within which a busy cluster works its queue off."""

_BUSY = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})


@dataclass(frozen=True, slots=True)
class Item:
    """One document, or what is left of one, with its version."""

    id: uuid.UUID
    version: int
    source: str


class BusyError(Exception):
    """The cluster asks for patience: it refused a whole request."""


class TargetGoneError(Exception):
    """The index that was written to is no more: it was rolled over or wiped."""


Send = Callable[[Sequence[str]], Mapping[str, Any]]
"""Sends the lines of one bulk request and returns its answer; raises :class:`BusyError` when all of it was refused."""


def write(items: Iterable[Item], *, target: str, send: Send) -> int:
    """Write items and return how many were newer than what is held; an older one is no error.

    What a busy cluster refused is sent again after a growing pause. What it refuses for another reason is told at the
    end, when all else is written.

    Raises:
        UnavailableError: the cluster stayed busy, or refused items.
        TargetGoneError: `target` is gone.
    """
    written, refused, total = 0, [], 0
    for part in _parts(items):
        total += len(part)
        done, bad = _write_part(part, target=target, send=send)
        written += done
        refused += bad
    if refused:
        raise UnavailableError(
            mark(
                "The search engine refused %(count)s of %(total)s documents (%(why)s). They are sent again; if it stays so, run: vigie reindex"
            ),
            count=len(refused),
            total=total,
            why=", ".join(sorted(set(refused))),
        )
    return written


def _parts(items: Iterable[Item]) -> Iterator[list[Item]]:
    part: list[Item] = []
    size = 0
    for item in items:
        part.append(item)
        size += len(item.source)
        if len(part) >= PART_ITEMS or size >= PART_BYTES:
            yield part
            part, size = [], 0
    if part:
        yield part


def _write_part(part: Sequence[Item], *, target: str, send: Send) -> tuple[int, list[str]]:
    """Return how many items were written, and why others were refused."""
    written = 0
    refused: list[str] = []
    waiting, pause = list(part), FIRST_PAUSE
    for _ in range(TRIES):
        try:
            answers = send(list(_lines(waiting, target)))["items"]
        except BusyError:
            answers = None
        if answers is not None:
            again = []
            for item, answer in zip(waiting, (answer["index"] for answer in answers), strict=True):
                status = answer["status"]
                if status in _BUSY:
                    again.append(item)
                elif status < HTTPStatus.MULTIPLE_CHOICES:
                    written += 1
                elif status == HTTPStatus.NOT_FOUND:
                    raise TargetGoneError(target)
                elif status != HTTPStatus.CONFLICT:
                    refused.append(str(answer["error"]["type"]))  # its reason would quote the document
            if not again:
                return written, refused
            waiting = again
        time.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE)
    raise UnavailableError(
        mark("The search engine is too busy to take documents. Nothing is lost: they are sent again.")
    )


def _lines(items: Iterable[Item], target: str) -> Iterator[str]:
    for item in items:
        yield json.dumps(
            {
                "index": {
                    "_index": target,
                    "_id": str(item.id),
                    "version": item.version,
                    "version_type": "external",
                }
            }
        )
        yield item.source
