"""The fields of the embedded index, and how a query becomes tantivy's. Knows no folder and no state."""

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import tantivy
from tantivy import Occur, Query

from network.search.documents import DebtorDocument, from_body, to_body, tokens
from network.search.filters import BANDS, INDEX, KINDS, Facet, Filters, band_name, counted, keys
from network.search.queries import SearchQuery
from network.search.weights import EXACT, GRAM, PREFIX, WORD

_VALUES_READ = 5_000
"""Values of a kind that are counted out of which the most frequent are shown: there are 36,000 communes in France, and
equals must be ordered by us. Listing them costs less than counting."""

Clause = tuple[Occur, Query]


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("version", fast=True)
    builder.add_integer_field("rank", fast=True)
    builder.add_integer_field("key", fast=True)
    builder.add_boolean_field("is_listed", indexed=True)
    builder.add_boolean_field("is_gone", indexed=True)
    builder.add_integer_field("payment_index", indexed=True, fast=True)
    for name in KINDS:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    for name in ("identifiers", "words", "prefixes", "trigrams", "joined"):
        builder.add_text_field(name, tokenizer_name="tokens", index_option="freq")
    builder.add_bytes_field("body", stored=True)
    return builder.build()


SCHEMA = _schema()


def _constant(query: Query) -> Query:
    """Have a query choose without weighing."""
    return Query.const_score_query(query, 0.0)


LISTED = _constant(Query.term_query(SCHEMA, "is_listed", True))  # noqa: FBT003  # tantivy's own order
GONE_ONLY = _constant(Query.term_query(SCHEMA, "is_gone", True))  # noqa: FBT003  # as above


def written(document: DebtorDocument) -> tantivy.Document:
    """Return a document as the index holds it."""
    found = tokens(document)
    index = {} if document.payment_index is None else {"payment_index": document.payment_index}
    return tantivy.Document(
        id=str(document.id),
        version=document.version,
        rank=document.rank,
        key=key_of(document.id),
        is_listed=document.is_listed,
        is_gone=False,
        identifiers=" ".join(document.identifiers),
        words=" ".join(found.words),
        prefixes=" ".join(found.prefixes),
        trigrams=" ".join(found.trigrams),
        joined=" ".join(found.joined),
        body=json.dumps(to_body(document), ensure_ascii=False).encode(),
        **index,
        **{kind: list(values) for kind, values in keys(document).items() if values},
    )


def tombstone(debtor_id: uuid.UUID, version: int) -> tantivy.Document:
    """Return what stands for a document that was removed: its version alone, which nothing finds."""
    return tantivy.Document(
        id=str(debtor_id), version=version, rank=0, key=key_of(debtor_id), is_listed=False, is_gone=True
    )


def key_of(debtor_id: uuid.UUID) -> int:
    """Return an id in the 62 bits of a number that the index can hand out fast; two may share one."""
    return debtor_id.int & ((1 << 62) - 1)


def read(document: tantivy.Document) -> DebtorDocument:
    """Return the document that :func:`written` made it of."""
    return from_body(json.loads(document.get_first("body") or b"{}"))


@dataclass(frozen=True, slots=True)
class Asked:
    """One question to the index; `order` names the field that orders the answers, None orders by score."""

    query: Query
    order: str | None = None


def asked(query: SearchQuery) -> Iterator[Asked]:
    """Yield what to look for: the identifier, the largest that hold the words, and the most alike; or all, largest first."""
    if not query.is_named:
        yield Asked(all_of(chosen(query.filters)), order="rank")
        return
    if query.identifier is not None:
        yield Asked(_term("identifiers", str(query.identifier), EXACT))
    if not query.joined:
        return
    should: list[Clause] = [(Occur.Should, _term("joined", query.joined, EXACT))]
    should += [(Occur.Should, _term("words", word, WORD)) for word in query.words]
    should += [(Occur.Should, _term("trigrams", gram, GRAM)) for gram in query.trigrams]
    if query.prefix is not None:
        should.append((Occur.Should, _term("prefixes", query.prefix, PREFIX)))
    if query.words or query.prefix is not None:
        yield Asked(_every_word(query), order="rank")
    yield Asked(Query.boolean_query(should))


def as_typed(query: SearchQuery) -> Query:
    """Return those that hold the words as they were typed, or have the identifier: what facets count."""
    if not query.is_named:
        return all_of(chosen(query.filters))
    any_of: list[Clause] = []
    if query.identifier is not None:
        any_of.append((Occur.Should, _term("identifiers", str(query.identifier))))
    if query.joined:
        any_of.append((Occur.Should, _term("joined", query.joined)))
        if query.words or query.prefix is not None:
            any_of.append((Occur.Should, _every_word(query)))
    return all_of([(Occur.Must, Query.boolean_query(any_of)), *chosen(query.filters)])


def _every_word(query: SearchQuery) -> Query:
    """Return those that hold every finished word, and one that begins like the unfinished one, or is it: a city's too."""
    every = [_term("words", word) for word in query.words]
    if query.prefix is not None:
        begun = [_term("prefixes", query.prefix), _term("words", query.prefix)]
        every.append(Query.boolean_query([(Occur.Should, term) for term in begun]))
    return Query.boolean_query([(Occur.Must, term) for term in every])


def chosen(filters: Filters) -> list[Clause]:
    """Return the filters as clauses that weigh nothing."""
    clauses = [
        (Occur.Must, _constant(Query.term_set_query(SCHEMA, kind, list(values))))
        for kind, values in filters.terms
    ]
    if filters.has_index:
        bounds = Query.range_query(
            SCHEMA,
            "payment_index",
            tantivy.FieldType.Integer,
            filters.index_from if filters.index_from is not None else 0,
            filters.index_to if filters.index_to is not None else 100,
        )
        clauses.append((Occur.Must, _constant(bounds)))
    return clauses


def all_of(clauses: Sequence[Clause]) -> Query:
    """Return what passes every clause."""
    return Query.boolean_query(list(clauses))


def _term(field: str, token: str, weight: float = 1.0) -> Query:
    return Query.boost_query(Query.term_query(SCHEMA, field, token, index_option="freq"), weight)


COUNTS: Mapping[str, Any] = {
    **{kind: {"terms": {"field": kind, "size": _VALUES_READ}} for kind in KINDS},
    INDEX: {
        "range": {
            "field": "payment_index",
            "ranges": [{"from": low, "to": high + 1, "key": band_name(low, high)} for low, high in BANDS],
        }
    },
}
"""What is counted; the range ends before its `to`."""


def facets_in(counts: Mapping[str, Any], *, limit: int) -> list[Facet]:
    """Return the facets in the answer to :data:`COUNTS`."""
    bands = {band_name(low, high) for low, high in BANDS}
    found = []
    for kind in (INDEX, *KINDS):
        buckets = {str(bucket["key"]): int(bucket["doc_count"]) for bucket in counts[kind]["buckets"]}
        if kind == INDEX:
            buckets = {name: count for name, count in buckets.items() if name in bands}
        found.append(counted(kind, buckets, limit=limit))
    return found
