"""The search backend of one machine: tantivy, in a folder that any process may read and one at a time may write.

The folder holds one sub-folder for each built index and a file `current` that names the one in force, replaced in one
step. A writer holds the lock file; readers look at two file times before each search and reopen when they changed, so
what one process has written, the next search of every other one finds. Nothing here is worth keeping: all of it can be
built again from PostgreSQL.
"""

import os
import shutil
import threading
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import tantivy
from tantivy import Occur, Query

from network.embedded.locks import exclusive
from network.errors import UnavailableError
from network.i18n import mark
from network.search import embedded_fields as fields
from network.search.documents import LAYOUT, DebtorDocument
from network.search.embedded_fields import LISTED, SCHEMA, Asked, Clause
from network.search.filters import Facet
from network.search.port import Visibility
from network.search.queries import SearchQuery

_POINTER = f"current-{LAYOUT}"
_LOCK = "writer.lock"
_WRITER_BYTES = 64_000_000
_IDS_AT_ONCE = 1_000

_OWN_AS_TERMS = 200
"""Own unlisted debtors up to which the index itself picks them: 300 ids cost 2.6 ms, 1,000 cost 8. Beyond that they
are picked here from the best unlisted ones."""
_UNLISTED_READ = 1_000
_READERS_REMEMBERED = 256


def _with_tokenizer(index: tantivy.Index) -> tantivy.Index:
    """Have our own tokens indexed as they are."""
    index.register_tokenizer("tokens", tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())
    return index


def _parts(keys: Sequence[uuid.UUID]) -> Iterator[Sequence[uuid.UUID]]:
    for start in range(0, len(keys), _IDS_AT_ONCE):
        yield keys[start : start + _IDS_AT_ONCE]


@dataclass(frozen=True, slots=True)
class _Opened:
    """An index as it was opened: which one, and the state of its files then.

    `unlisted` remembers which of a reader's own debtors are not listed in this state.
    """

    name: str
    written: int
    index: tantivy.Index
    searcher: tantivy.Searcher
    unlisted: dict[frozenset[uuid.UUID], frozenset[uuid.UUID]] = field(default_factory=dict)


class EmbeddedIndex:
    """The index in a folder. Safe for threads and processes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._opened: _Opened | None = None

    # Reading

    def find(self, query: SearchQuery, *, visibility: Visibility, limit: int) -> Sequence[DebtorDocument]:
        """Return debtors that may be meant (see :class:`~network.search.port.SearchIndex`)."""
        opened = self._current()
        searcher = opened.searcher
        if query.is_empty or limit < 1:
            return []
        found: dict[uuid.UUID, DebtorDocument] = {}
        asked = list(fields.asked(query))
        scope = fields.chosen(query.filters)
        if visibility.everything:
            self._read(searcher, asked, scope, limit, found)
            return list(found.values())
        self._read(searcher, asked, [(Occur.Must, LISTED), *scope], limit, found)
        own = frozenset[uuid.UUID]() if scope else self._unlisted(opened, visibility.own)
        if own:
            self._read_own(searcher, asked, limit, own, found)
        return list(found.values())

    def facets(self, query: SearchQuery, *, visibility: Visibility, limit: int) -> Sequence[Facet]:
        """Count what those have that hold the words as typed (see the port)."""
        searcher = self._searcher()
        if query.is_empty:
            return []
        scope: list[Clause] = [] if visibility.everything else [(Occur.Must, LISTED)]
        chosen = fields.all_of([(Occur.Must, fields.as_typed(query)), *scope])
        return fields.facets_in(searcher.aggregate(chosen, dict(fields.COUNTS)), limit=limit)

    def _read(
        self,
        searcher: tantivy.Searcher,
        asked: Sequence[Asked],
        scope: Sequence[Clause],
        limit: int,
        found: dict[uuid.UUID, DebtorDocument],
    ) -> None:
        seen: set[tuple[int, int]] = (
            set()
        )  # what two questions find is read once: reading costs most of a search
        for one in asked:
            both = Query.boolean_query([(Occur.Must, one.query), *scope])
            hits = searcher.search(both, limit=limit, count=False, order_by_field=one.order).hits
            for _, address in hits:
                place = (address.segment_ord, address.doc)
                if place not in seen:
                    seen.add(place)
                    document = fields.read(searcher.doc(address))
                    found[document.id] = document

    def _read_own(
        self,
        searcher: tantivy.Searcher,
        asked: Sequence[Asked],
        limit: int,
        own: frozenset[uuid.UUID],
        found: dict[uuid.UUID, DebtorDocument],
    ) -> None:
        """Read the reader's own debtors that are not listed: everything asked at once, for picking them costs most."""
        any_of = Query.boolean_query([(Occur.Should, one.query) for one in asked])
        if len(own) <= _OWN_AS_TERMS:
            ids = Query.term_set_query(SCHEMA, "id", [str(key) for key in own])
            picked = (Occur.Must, Query.const_score_query(ids, 0.0))
            self._read(searcher, [Asked(any_of)], [picked], limit, found)
            return
        both = Query.boolean_query([(Occur.Must, any_of), (Occur.MustNot, LISTED)])
        hits = searcher.search(both, limit=max(limit, _UNLISTED_READ), count=False).hits
        addresses = [address for _, address in hits]
        keys = {fields.key_of(debtor_id) for debtor_id in own}
        for address, key in zip(addresses, searcher.fast_field_values("key", addresses), strict=True):
            if key in keys:
                document = fields.read(searcher.doc(address))
                if document.id in own:
                    found[document.id] = document

    def is_ready(self) -> bool:
        """Tell whether there is an index that opens."""
        try:
            self._searcher()
        except UnavailableError:
            return False
        return True

    def count(self) -> int:
        """Return how many documents are held."""
        searcher = self._searcher()
        gone = searcher.search(fields.GONE_ONLY, limit=1, count=True).count or 0  # type: ignore[attr-defined]  # missing in its stubs
        return int(searcher.num_docs - gone)

    def versions(self, debtor_ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, int]:
        """Return the versions held."""
        return self._versions(self._searcher(), debtor_ids, and_gone=False)

    def _searcher(self) -> tantivy.Searcher:
        """Return a searcher over what is written by now."""
        return self._current().searcher

    def _current(self) -> _Opened:
        """Return the index as it stands by now, opened again if another process has written."""
        try:
            name = (self._folder / _POINTER).read_text(encoding="ascii")
            written = (self._folder / name / "meta.json").stat().st_mtime_ns
            with self._lock:
                opened = self._opened
                if opened is None or opened.name != name:
                    index = _with_tokenizer(tantivy.Index.open(str(self._folder / name)))
                    index.config_reader(reload_policy="manual")
                elif opened.written != written:
                    index = opened.index
                else:
                    return opened
                index.reload()
                self._opened = _Opened(name, written, index, index.searcher())
                return self._opened
        except (OSError, ValueError) as fault:  # tantivy says ValueError to a folder that is gone or damaged
            raise UnavailableError(mark("The search index is being built. Try again in a moment.")) from fault

    def _unlisted(self, opened: _Opened, own: frozenset[uuid.UUID]) -> frozenset[uuid.UUID]:
        """Return those of the reader's own debtors that are not listed; asked of the index once for each state of it."""
        if own not in opened.unlisted:
            found: set[uuid.UUID] = set()
            for some in _parts(sorted(own)):
                ids = Query.term_set_query(SCHEMA, "id", [str(key) for key in some])
                hidden = Query.boolean_query([(Occur.Must, ids), (Occur.MustNot, LISTED)])
                hits = opened.searcher.search(hidden, limit=len(some), count=False).hits
                found.update(uuid.UUID(opened.searcher.doc(address).get_first("id")) for _, address in hits)
            if len(opened.unlisted) >= _READERS_REMEMBERED:
                opened.unlisted.clear()
            opened.unlisted[own] = frozenset(found)
        return opened.unlisted[own]

    # Writing

    def put(self, documents: Iterable[DebtorDocument]) -> int:
        """Add or replace documents that are newer than those held."""
        newest: dict[uuid.UUID, DebtorDocument] = {}
        for document in documents:
            held = newest.get(document.id)
            if held is None or held.version < document.version:
                newest[document.id] = document
        if not newest:
            return 0
        ready = {key: (document.version, fields.written(document)) for key, document in newest.items()}
        return self._replace(ready)

    def remove(self, gone: Mapping[uuid.UUID, int]) -> None:
        """Take documents out; what is left of each is its version."""
        if gone:
            self._replace({key: (version, fields.tombstone(key, version)) for key, version in gone.items()})

    def _replace(self, ready: Mapping[uuid.UUID, tuple[int, tantivy.Document]]) -> int:
        """Write those that are newer than what is held; return how many."""
        with self._writing():
            held = self._versions(self._searcher(), list(ready))
            fresh = {key: made for key, (version, made) in ready.items() if version > held.get(key, -1)}
            if fresh:
                with self._open_for_writing().writer(heap_size=_WRITER_BYTES, num_threads=1) as writer:
                    for key, made in fresh.items():
                        writer.delete_documents_by_term("id", str(key))
                        writer.add_document(made)
        return len(fresh)

    def rebuild(self, documents: Iterable[DebtorDocument]) -> int:
        """Build anew beside the present index, then switch. The documents are read once nobody else writes any more."""
        with self._writing():
            name = uuid.uuid4().hex
            home = self._folder / name
            home.mkdir()
            count = 0
            try:
                index = _with_tokenizer(tantivy.Index(SCHEMA, path=str(home)))
                with index.writer(heap_size=2 * _WRITER_BYTES, num_threads=1) as writer:
                    for document in documents:
                        writer.add_document(fields.written(document))
                        count += 1
            except BaseException:
                shutil.rmtree(home, ignore_errors=True)
                raise
            draft = self._folder / f"{_POINTER}.{name}"
            draft.write_text(name, encoding="ascii")
            draft.replace(self._folder / _POINTER)
            for old in self._folder.iterdir():
                if old.is_dir() and old.name != name:
                    shutil.rmtree(old, ignore_errors=True)
                elif old.name not in {_POINTER, _LOCK} and old.is_file():
                    old.unlink(missing_ok=True)
        return count

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Wait until no other process writes."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with exclusive(self._folder / _LOCK):
            yield

    def _open_for_writing(self) -> tantivy.Index:
        name = (self._folder / _POINTER).read_text(encoding="ascii")
        return _with_tokenizer(tantivy.Index.open(os.fspath(self._folder / name)))

    def _versions(
        self, searcher: tantivy.Searcher, keys: Sequence[uuid.UUID], *, and_gone: bool = True
    ) -> dict[uuid.UUID, int]:
        """Return the versions held of these documents, with those of removed ones."""
        if not searcher.num_docs:
            return {}
        held: dict[uuid.UUID, int] = {}
        for some in _parts(keys):
            ids = Query.term_set_query(SCHEMA, "id", [str(key) for key in some])
            clauses: list[Clause] = [(Occur.Must, ids)]
            if not and_gone:
                clauses.append((Occur.MustNot, fields.GONE_ONLY))
            asked = fields.all_of(clauses)
            addresses = [hit[1] for hit in searcher.search(asked, limit=len(some), count=False).hits]
            versions = searcher.fast_field_values("version", addresses)
            for address, version in zip(addresses, versions, strict=True):
                key = searcher.doc(address).get_first("id")
                held[uuid.UUID(key)] = int(version or 0)
        return held
