"""The search backend of many machines: Elasticsearch 8, one cluster for any number of processes.

An index is never changed in its kind: another one is built beside it and the names roll over. Three names (aliases) hold
an index: that of readers, on the one in force; that of writers, on every index that must take what is written, so on two
while one is being built; and the index's own, under which alone it is written to: where that is gone nothing is made anew
by accident. Whoever writes looks up the names of writers before and after: an index that joined meanwhile gets the same
documents, so that nothing is missed whatever process builds. Nothing here is worth keeping: all of it can be built again
from PostgreSQL.
"""

import re
import threading
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from itertools import islice
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

from elasticsearch import ApiError, Elasticsearch, NotFoundError, SerializationError, TransportError

from network.errors import UnavailableError
from network.i18n import mark
from network.search import elastic_fields as fields
from network.search.documents import LAYOUT, DebtorDocument
from network.search.elastic_bulk import BusyError, Item, TargetGoneError, write
from network.search.filters import Facet
from network.search.port import Visibility
from network.search.queries import SearchQuery

_READ_SECONDS = 5.0
"""A reader waits no longer; the page then says so."""
_WRITE_SECONDS = 60.0
_IDS_AT_ONCE = 5_000
_READERS_REMEMBERED = 256
_ROLLS_MET = 5
"""Times that a write may meet another index in force before it gives up."""

_BUILDING = mark("The search index is being built. Try again in a moment.")
_SILENT = mark(
    "Search does not answer at the moment. Debtors’ pages and alerts go on; try again in a few minutes."
)


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where the cluster is, and who we are there. `prefix` begins the names of all our indexes."""

    urls: tuple[str, ...] = field(repr=False)
    api_key: str | None = field(default=None, repr=False)
    ca_file: str | None = None
    prefix: str = "vigie"


@dataclass(frozen=True, slots=True)
class Health:
    """What the cluster says of itself: green, yellow (a copy is missing) or red, and how many nodes it has."""

    status: str
    nodes: int


@dataclass(frozen=True, slots=True)
class _Indexes:
    """Our indexes by what they are for: in force, to be written to, and all of this layout or an earlier one."""

    in_force: frozenset[str]
    written: frozenset[str]
    all: frozenset[str]


def _client(cluster: Cluster) -> Elasticsearch:
    """Return a client; a user and password in an address are taken from the first."""
    parts = [urlsplit(url) for url in cluster.urls]
    hosts = [
        urlunsplit(
            (
                part.scheme,
                f"{part.hostname}:{part.port or (443 if part.scheme == 'https' else 9200)}",
                part.path,
                "",
                "",
            )
        )
        for part in parts
    ]
    options: dict[str, Any] = {}
    if cluster.api_key:
        options["api_key"] = cluster.api_key
    elif parts[0].username:
        options["basic_auth"] = (unquote(parts[0].username), unquote(parts[0].password or ""))
    if cluster.ca_file:
        options["ca_certs"] = cluster.ca_file
    return Elasticsearch(
        hosts,
        request_timeout=_READ_SECONDS,
        max_retries=max(1, len(hosts) - 1),  # a node that is down: the next one
        retry_on_status=(502,),
        http_compress=False,
        **options,
    )


@contextmanager
def _answering() -> Iterator[None]:
    """Say in one sentence that the index is not there, or that the cluster does not answer."""
    try:
        yield
    except NotFoundError as fault:
        raise UnavailableError(_BUILDING) from fault
    except (ApiError, TransportError, SerializationError) as fault:
        raise UnavailableError(_SILENT) from fault


class ElasticIndex:
    """The index in a cluster. Safe for threads and processes."""

    def __init__(self, cluster: Cluster) -> None:
        self._client = _client(cluster)
        self._writer = self._client.options(request_timeout=_WRITE_SECONDS, max_retries=0)
        self._prefix = cluster.prefix
        self._readers = f"{cluster.prefix}-{LAYOUT}"
        self._writers = f"{self._readers}-write"
        self._ours = re.compile(rf"{re.escape(cluster.prefix)}-(\d+)-\d{{14}}-[0-9a-f]{{8}}")
        self._lock = threading.Lock()
        self._unlisted: dict[frozenset[uuid.UUID], tuple[uuid.UUID, ...]] = {}

    # Reading

    def find(self, query: SearchQuery, *, visibility: Visibility, limit: int) -> Sequence[DebtorDocument]:
        """Return debtors that may be meant (see :class:`~network.search.port.SearchIndex`)."""
        if query.is_empty or limit < 1:
            self._require_index()
            return []
        visible = [] if visibility.everything else [fields.LISTED]
        searches = fields.searches(query, visible=visible, limit=limit)
        if not visibility.everything and visibility.own and query.filters.is_empty:
            own = self._unlisted_of(visibility.own)
            searches += [fields.search_own(query, own, limit=limit)] if own else []
        answers = self._ask(searches)
        found = [fields.read(hit) for answer in answers for hit in answer["hits"]["hits"]]
        return list({document.id: document for document in found}.values())

    def facets(self, query: SearchQuery, *, visibility: Visibility, limit: int) -> Sequence[Facet]:
        """Count what those have that hold the words as typed (see the port)."""
        if query.is_empty:
            self._require_index()
            return []
        visible = [] if visibility.everything else [fields.LISTED]
        (answer,) = self._ask([fields.counts(query, visible=visible)])
        return fields.facets_in(answer, limit=limit)

    def _unlisted_of(self, own: frozenset[uuid.UUID]) -> tuple[uuid.UUID, ...]:
        """Return the reader's own debtors without those that are listed, which never become unlisted: asked once."""
        with self._lock:
            known = self._unlisted.get(own)
        if known is None:
            listed: set[str] = set()
            ids = sorted(own)
            for start in range(0, len(ids), _IDS_AT_ONCE):
                some = ids[start : start + _IDS_AT_ONCE]
                (answer,) = self._ask([fields.versions_of(some, only=fields.LISTED)])
                listed.update(hit["_id"] for hit in answer["hits"]["hits"])
            known = tuple(key for key in ids if str(key) not in listed)
            with self._lock:
                if len(self._unlisted) >= _READERS_REMEMBERED:
                    self._unlisted.clear()
                self._unlisted[own] = known
        return known

    def _ask(self, bodies: Sequence[fields.Json]) -> list[dict[str, Any]]:
        """Return the answers to searches, of which none is in part; once more where the index was rolled over meanwhile."""
        header = {"index": self._readers, "allow_partial_search_results": False}
        lines = [line for body in bodies for line in (header, body)]
        for is_last in (False, True):
            with _answering():
                answers: list[dict[str, Any]] = self._client.msearch(searches=lines)["responses"]
            faults = [answer for answer in answers if "error" in answer]
            if not faults:
                return answers
            if is_last:
                is_missing = all(answer.get("status") == HTTPStatus.NOT_FOUND for answer in faults)
                raise UnavailableError(_BUILDING if is_missing else _SILENT)
        raise AssertionError

    def is_ready(self) -> bool:
        """Tell whether there is an index in force and the cluster answers."""
        try:
            return bool(self._indexes().in_force)
        except UnavailableError:
            return False

    def count(self) -> int:
        """Return how many documents are held."""
        with _answering():
            return int(self._client.count(index=self._readers, query=fields.HELD)["count"])

    def versions(self, debtor_ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, int]:
        """Return the versions held."""
        held: dict[uuid.UUID, int] = {}
        for start in range(0, len(debtor_ids), _IDS_AT_ONCE):
            some = debtor_ids[start : start + _IDS_AT_ONCE]
            (answer,) = self._ask([fields.versions_of(some, only=fields.HELD)])
            held |= {uuid.UUID(hit["_id"]): hit["_version"] for hit in answer["hits"]["hits"]}
        return held

    def health(self) -> Health:
        """Return what the cluster says of itself.

        Raises:
            UnavailableError: it does not answer.
        """
        with _answering():
            said = self._client.cluster.health()
        return Health(status=str(said["status"]), nodes=int(said["number_of_nodes"]))

    # Writing

    def put(self, documents: Iterable[DebtorDocument]) -> int:
        """Add or replace documents that are newer than those held."""
        newest: dict[uuid.UUID, DebtorDocument] = {}
        for document in documents:
            held = newest.get(document.id)
            if held is None or held.version < document.version:
                newest[document.id] = document
        return self._write(
            [Item(key, document.version, fields.source_of(document)) for key, document in newest.items()]
        )

    def remove(self, gone: Mapping[uuid.UUID, int]) -> None:
        """Take documents out; what is left of each is its version."""
        self._write([Item(key, version, fields.TOMBSTONE) for key, version in gone.items()])

    def _write(self, items: Sequence[Item]) -> int:
        """Write to every index of writers; return how many items were newer than those of the index in force."""
        written = 0
        done: set[str] = set()
        for _ in range(_ROLLS_MET):
            indexes = self._require_index()
            targets = indexes.written - done if items else frozenset()
            if not targets:
                return written
            for target in sorted(targets):
                done.add(target)
                try:
                    count = self._bulk(items, target)
                    written = count if target in indexes.in_force else written
                except TargetGoneError:
                    pass  # rolled over meanwhile: the next look finds the one that took its place
                finally:
                    self._refresh(target)  # where an item was refused, for the sake of the others
        raise UnavailableError(_BUILDING)

    def _bulk(self, items: Iterable[Item], target: str) -> int:
        with _answering():
            return write(items, target=_own_name(target), send=self._send)

    def _send(self, lines: Sequence[str]) -> Mapping[str, Any]:
        """Send one bulk request; it makes no index by itself, for the name that it writes to must be an alias."""
        try:
            answer: Mapping[str, Any] = self._writer.bulk(operations=lines, require_alias=True).body  # type: ignore[arg-type]  # lines that are JSON already go as they are
        except ApiError as refusal:
            if refusal.status_code in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}:
                raise BusyError from refusal
            raise
        return answer

    def _refresh(self, target: str) -> None:
        """Let searches find what was written: 20 ms once a batch, where waiting for the cluster's own turn takes a second."""
        with _answering():
            self._writer.indices.refresh(index=target, ignore_unavailable=True)

    # Building

    def rebuild(self, documents: Iterable[DebtorDocument]) -> int:
        """Build anew beside the index in force, then roll the names over. One at a time: the indexer sees to that.

        The names of writers hold the new index before the first document is read, so whatever is committed later reaches
        it by them; versions decide where both bring the same debtor.
        """
        name = f"{self._readers}-{datetime.now(UTC):%Y%m%d%H%M%S}-{uuid.uuid4().hex[:8]}"
        with _answering():
            self._drop_leftovers()
            self._writer.indices.create(
                index=name,
                mappings=fields.MAPPINGS,
                settings=fields.SETTINGS,
                aliases={self._writers: {}, _own_name(name): {}},
            )
        count = 0
        try:
            for part in _batches(documents):
                self._bulk((Item(one.id, one.version, fields.source_of(one)) for one in part), name)
                count += len(part)
            self._refresh(name)
            self._roll(name)
        except TargetGoneError as fault:
            raise UnavailableError(_BUILDING) from fault
        except BaseException:
            with suppress(UnavailableError):  # the cluster is gone: the next build drops what is left
                self._drop([name])
            raise
        with self._lock:
            self._unlisted.clear()
        return count

    def _roll(self, name: str) -> None:
        """Give readers the new index in one step of the cluster, and only then drop all others.

        In one step both, a node takes the shards of the old one away before it shows the new names: 5 of 2,527 searches
        failed, asked twice, while indexes rolled 25 times; as it is, none of 3,633.
        """
        indexes = self._indexes()
        others = sorted(indexes.all - {name})
        retired = [other for other in others if other in indexes.in_force | indexes.written]
        names = [self._readers, self._writers]
        with _answering():
            self._writer.indices.update_aliases(
                actions=[
                    {"add": {"index": name, "alias": self._readers}},
                    *(
                        {"remove": {"index": other, "aliases": names, "must_exist": False}}
                        for other in retired
                    ),
                ]
            )
        self._drop(others)

    def _drop_leftovers(self) -> None:
        """Drop what a build left that was killed, of this layout: who has an earlier Vigie still reads from its own."""
        indexes = self._indexes()
        self._drop(
            sorted(one for one in indexes.all - indexes.in_force if one.startswith(f"{self._readers}-"))
        )

    def _drop(self, names: Sequence[str]) -> None:
        if names:
            with _answering():
                self._writer.indices.delete(index=list(names), ignore_unavailable=True)

    def _indexes(self) -> _Indexes:
        """Return our indexes by the names that hold them."""
        with _answering():
            found = self._client.indices.get_alias(index=f"{self._prefix}-*", expand_wildcards="all").body
        ours = {
            name: set(held["aliases"])
            for name, held in found.items()
            if (match := self._ours.fullmatch(name)) and int(match[1]) <= LAYOUT
        }
        return _Indexes(
            in_force=frozenset(name for name, aliases in ours.items() if self._readers in aliases),
            written=frozenset(name for name, aliases in ours.items() if self._writers in aliases),
            all=frozenset(ours),
        )

    def _require_index(self) -> _Indexes:
        """Return our indexes, of which one is in force."""
        indexes = self._indexes()
        if not indexes.in_force:
            raise UnavailableError(_BUILDING)
        return indexes


def _own_name(index: str) -> str:
    """Return the alias under which one index is written to."""
    return f"{index}-own"


def _batches(documents: Iterable[DebtorDocument]) -> Iterator[Sequence[DebtorDocument]]:
    every = iter(documents)
    while some := list(islice(every, _IDS_AT_ONCE)):
        yield some
