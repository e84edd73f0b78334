"""The search backend of one machine: tantivy, in a folder that any process may read and one at a time may write.

The folder holds one sub-folder for each built index and a file `current` that names the one in force, replaced in one
step. A writer holds the lock file; readers look at two file times before each search and reopen when they changed, so
what one process has written, the next search of every other one finds. Nothing here is worth keeping: all of it can be
built again from PostgreSQL.
"""

import json
import os
import shutil
import threading
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import tantivy
from tantivy import Occur, Query

from network.embedded.locks import exclusive
from network.errors import UnavailableError
from network.i18n import mark
from network.search.documents import DebtorDocument, tokens
from network.search.port import Visibility
from network.search.queries import SearchQuery

_LAYOUT = 2
"""Raise it when what is written into a document changes (the schema, DebtorDocument, the text analysis): an index of
another layout is then no index, and is built anew."""
_POINTER = f"current-{_LAYOUT}"
_LOCK = "writer.lock"
_WRITER_BYTES = 64_000_000
_IDS_AT_ONCE = 1_000

_OWN_AS_TERMS = 200
"""Own unlisted debtors up to which the index itself picks them: 300 ids cost 2.6 ms, 1,000 cost 8. Beyond that they
are picked here from the best unlisted ones."""
_UNLISTED_READ = 1_000
_READERS_REMEMBERED = 256

_EXACT, _WORD, _PREFIX, _GRAM = 20.0, 2.0, 3.0, 1.0
"""Weights that decide who is among the candidates, not in which order they are shown."""

Clause = tuple[Occur, Query]


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("version", fast=True)
    builder.add_integer_field("rank", fast=True)
    builder.add_integer_field("key", fast=True)
    builder.add_boolean_field("is_listed", indexed=True)
    for name in ("identifiers", "words", "prefixes", "trigrams", "joined"):
        builder.add_text_field(name, tokenizer_name="tokens", index_option="freq")
    builder.add_bytes_field("body", stored=True)
    return builder.build()


def _with_tokenizer(index: tantivy.Index) -> tantivy.Index:
    """Have our own tokens indexed as they are."""
    index.register_tokenizer("tokens", tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())
    return index


def _written(document: DebtorDocument) -> tantivy.Document:
    found = tokens(document)
    body = {**asdict(document), "id": str(document.id)}
    return tantivy.Document(
        id=str(document.id),
        version=document.version,
        rank=document.rank,
        key=_key(document.id),
        is_listed=document.is_listed,
        identifiers=" ".join(document.identifiers),
        words=" ".join(found.words),
        prefixes=" ".join(found.prefixes),
        trigrams=" ".join(found.trigrams),
        joined=" ".join(found.joined),
        body=json.dumps(body, ensure_ascii=False).encode(),
    )


def _parts(keys: Sequence[uuid.UUID]) -> Iterator[Sequence[uuid.UUID]]:
    for start in range(0, len(keys), _IDS_AT_ONCE):
        yield keys[start : start + _IDS_AT_ONCE]


def _key(debtor_id: uuid.UUID) -> int:
    """Return an id in the 62 bits of a number that the index can hand out fast; two may share one."""
    return debtor_id.int & ((1 << 62) - 1)


def _read(document: tantivy.Document) -> DebtorDocument:
    body: dict[str, Any] = json.loads(document.get_first("body") or b"{}")
    return DebtorDocument(
        **{
            **body,
            "id": uuid.UUID(body["id"]),
            "identifiers": tuple(body["identifiers"]),
            "aliases": tuple(body["aliases"]),
        }
    )


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


@dataclass(frozen=True, slots=True)
class _Asked:
    """One question to the index; `order` names the field that orders the answers, None orders by score."""

    query: Query
    order: str | None = None


class EmbeddedIndex:
    """The index in a folder. Safe for threads and processes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._schema = _schema()
        self._listed = Query.const_score_query(Query.term_query(self._schema, "is_listed", True), 0.0)  # noqa: FBT003  # tantivy's own order
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
        asked = list(self._asked(query))
        if visibility.everything:
            self._read(searcher, asked, [], limit, found)
        else:
            self._read(searcher, asked, [(Occur.Must, self._listed)], limit, found)
            own = self._unlisted(opened, visibility.own)
            if own:
                self._read_own(searcher, asked, limit, own, found)
        return list(found.values())

    def _read(
        self,
        searcher: tantivy.Searcher,
        asked: Sequence[_Asked],
        scope: Sequence[Clause],
        limit: int,
        found: dict[uuid.UUID, DebtorDocument],
    ) -> None:
        for one in asked:
            both = Query.boolean_query([(Occur.Must, one.query), *scope])
            hits = searcher.search(both, limit=limit, count=False, order_by_field=one.order).hits
            for _, address in hits:
                document = _read(searcher.doc(address))
                found[document.id] = document

    def _read_own(
        self,
        searcher: tantivy.Searcher,
        asked: Sequence[_Asked],
        limit: int,
        own: frozenset[uuid.UUID],
        found: dict[uuid.UUID, DebtorDocument],
    ) -> None:
        """Read the reader's own debtors that are not listed: everything asked at once, for picking them costs most."""
        any_of = Query.boolean_query([(Occur.Should, one.query) for one in asked])
        if len(own) <= _OWN_AS_TERMS:
            ids = Query.term_set_query(self._schema, "id", [str(key) for key in own])
            picked = (Occur.Must, Query.const_score_query(ids, 0.0))
            self._read(searcher, [_Asked(any_of)], [picked], limit, found)
            return
        both = Query.boolean_query([(Occur.Must, any_of), (Occur.MustNot, self._listed)])
        hits = searcher.search(both, limit=max(limit, _UNLISTED_READ), count=False).hits
        addresses = [address for _, address in hits]
        keys = {_key(debtor_id) for debtor_id in own}
        for address, key in zip(addresses, searcher.fast_field_values("key", addresses), strict=True):
            if key in keys:
                document = _read(searcher.doc(address))
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
        return self._searcher().num_docs

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
                ids = Query.term_set_query(self._schema, "id", [str(key) for key in some])
                hidden = Query.boolean_query([(Occur.Must, ids), (Occur.MustNot, self._listed)])
                hits = opened.searcher.search(hidden, limit=len(some), count=False).hits
                found.update(uuid.UUID(opened.searcher.doc(address).get_first("id")) for _, address in hits)
            if len(opened.unlisted) >= _READERS_REMEMBERED:
                opened.unlisted.clear()
            opened.unlisted[own] = frozenset(found)
        return opened.unlisted[own]

    def _asked(self, query: SearchQuery) -> Iterator[_Asked]:
        """Yield what to look for: the identifier, the largest that begin as typed, and the most alike."""
        if query.identifier is not None:
            yield _Asked(self._term("identifiers", str(query.identifier), _EXACT))
        if not query.joined:
            return
        should: list[Clause] = [(Occur.Should, self._term("joined", query.joined, _EXACT))]
        should += [(Occur.Should, self._term("words", word, _WORD)) for word in query.words]
        should += [(Occur.Should, self._term("trigrams", gram, _GRAM)) for gram in query.trigrams]
        if query.prefix is not None:
            should.append((Occur.Should, self._term("prefixes", query.prefix, _PREFIX)))
            every = [
                self._term("prefixes", query.prefix),
                *(self._term("words", word) for word in query.words),
            ]
            yield _Asked(Query.boolean_query([(Occur.Must, term) for term in every]), order="rank")
        yield _Asked(Query.boolean_query(should))

    def _term(self, field: str, token: str, weight: float = 1.0) -> Query:
        return Query.boost_query(Query.term_query(self._schema, field, token, index_option="freq"), weight)

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
        with self._writing():
            searcher = self._searcher()
            held_versions = self._versions(searcher, list(newest))
            fresh = [doc for key, doc in newest.items() if doc.version > held_versions.get(key, -1)]
            ready = [(str(document.id), _written(document)) for document in fresh]
            if ready:
                with self._open_for_writing().writer(heap_size=_WRITER_BYTES, num_threads=1) as writer:
                    for key, written in ready:
                        writer.delete_documents_by_term("id", key)
                        writer.add_document(written)
        return len(ready)

    def remove(self, debtor_ids: Iterable[uuid.UUID]) -> None:
        """Take documents out."""
        keys = [str(key) for key in debtor_ids]
        if keys:
            with self._writing():
                self._searcher()
                with self._open_for_writing().writer(heap_size=_WRITER_BYTES, num_threads=1) as writer:
                    for key in keys:
                        writer.delete_documents_by_term("id", key)

    def rebuild(self, documents: Iterable[DebtorDocument]) -> int:
        """Build anew beside the present index, then switch. The documents are read once nobody else writes any more."""
        with self._writing():
            name = uuid.uuid4().hex
            home = self._folder / name
            home.mkdir()
            count = 0
            try:
                index = _with_tokenizer(tantivy.Index(self._schema, path=str(home)))
                with index.writer(heap_size=2 * _WRITER_BYTES, num_threads=1) as writer:
                    for document in documents:
                        writer.add_document(_written(document))
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

    def _versions(self, searcher: tantivy.Searcher, keys: Sequence[uuid.UUID]) -> dict[uuid.UUID, int]:
        """Return the versions held of these documents."""
        if not searcher.num_docs:
            return {}
        held: dict[uuid.UUID, int] = {}
        for some in _parts(keys):
            asked = Query.term_set_query(self._schema, "id", [str(key) for key in some])
            addresses = [hit[1] for hit in searcher.search(asked, limit=len(some), count=False).hits]
            versions = searcher.fast_field_values("version", addresses)
            for address, version in zip(addresses, versions, strict=True):
                key = searcher.doc(address).get_first("id")
                held[uuid.UUID(key)] = int(version or 0)
        return held
