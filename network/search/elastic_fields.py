"""The fields of an index in Elasticsearch, and how a query becomes its JSON. Pure: knows no client and no server.

Only what every cluster has, without plugins and scripts: the built-in analyser `whitespace` over our own tokens, term
filters, counts. Nothing that a person typed becomes a pattern.
"""

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from network.search.documents import DebtorDocument, from_body, to_body, tokens
from network.search.filters import BANDS, INDEX, KINDS, Facet, Filters, band_name, counted, keys
from network.search.queries import SearchQuery
from network.search.weights import EXACT, GRAM, PREFIX, WORD

Json = dict[str, Any]

_IDS_AT_ONCE = 10_000
"""Ids in one clause; a cluster refuses more than 65,536."""

_VALUES_READ = 1_000
"""Values of a kind that are counted, most frequent first and equals in their order, as we want them ourselves."""

_TEXT: Json = {"type": "text", "analyzer": "whitespace", "similarity": "tokens", "index_options": "freqs"}
_KEYWORD: Json = {"type": "keyword"}

MAPPINGS: Json = {
    "dynamic": "strict",
    "_source": {"includes": ["body"]},
    "properties": {
        "is_listed": {"type": "boolean"},
        "is_gone": {"type": "boolean"},
        "rank": {"type": "long"},
        "payment_index": {"type": "short"},
        "identifiers": _KEYWORD,
        **dict.fromkeys(KINDS, _KEYWORD),
        **dict.fromkeys(("words", "prefixes", "trigrams", "joined"), _TEXT),
        "body": {"type": "object", "enabled": False},
    },
}
"""Tokens are indexed and not kept: what is read is `body` alone."""

SETTINGS: Json = {
    "number_of_shards": 1,  # a million debtors are 1 GB, and one shard ranks by one set of frequencies
    "auto_expand_replicas": "0-1",  # a copy on a second node where there is one
    "refresh_interval": "-1",  # writers refresh when they are done
    "similarity": {"tokens": {"type": "BM25", "k1": 1.2, "b": 0.75}},  # tantivy's own numbers
}


def source_of(document: DebtorDocument) -> str:
    """Return a document as the index takes it."""
    found = tokens(document)
    source = {
        "is_listed": document.is_listed,
        "rank": document.rank,
        "payment_index": document.payment_index,
        "identifiers": document.identifiers,
        **{kind: list(values) for kind, values in keys(document).items()},
        "words": " ".join(found.words),
        "prefixes": " ".join(found.prefixes),
        "trigrams": " ".join(found.trigrams),
        "joined": " ".join(found.joined),
        "body": to_body(document),
    }
    return json.dumps(source, ensure_ascii=False)


TOMBSTONE = json.dumps({"is_listed": False, "is_gone": True})
"""What stands for a document that was removed: its version alone, which nothing finds."""


def read(hit: Mapping[str, Any]) -> DebtorDocument:
    """Return the document of a hit."""
    return from_body(hit["_source"]["body"])


def searches(query: SearchQuery, *, visible: Sequence[Json], limit: int) -> list[Json]:
    """Return what to look for: the identifier, the largest that hold the words, and the most alike; or all, largest first.

    Args:
        query: what is asked; not empty.
        visible: filters of what the reader may find.
        limit: the most that each search returns.
    """
    scope = [*visible, *chosen(query.filters)]
    return [
        _search({**matching, "filter": [*matching.get("filter", ()), *scope]}, limit) | order
        for matching, order in _asked(query)
    ]


def search_own(query: SearchQuery, own: Sequence[uuid.UUID], *, limit: int) -> Json:
    """Return the search among these debtors alone, for anything that the query asks for."""
    any_of = [{"bool": matching} for matching, _ in _asked(query)]
    picked = {"bool": {"should": _ids(own), "minimum_should_match": 1}}
    return _search({"should": any_of, "minimum_should_match": 1, "filter": [picked]}, limit)


def _search(clauses: Json, limit: int) -> Json:
    return {"size": limit, "track_total_hits": False, "_source": ["body"], "query": {"bool": clauses}}


_LARGEST_FIRST: Json = {"sort": [{"rank": "desc"}]}


def _asked(query: SearchQuery) -> Iterator[tuple[Json, Json]]:
    """Yield clauses and their order."""
    if not query.is_named:
        yield {}, _LARGEST_FIRST
        return
    if query.identifier is not None:
        yield {"filter": [_term("identifiers", str(query.identifier))]}, {}
    if not query.joined:
        return
    should = [
        _weighed("joined", query.joined, EXACT),
        *(_weighed("words", word, WORD) for word in query.words),
        *(_weighed("trigrams", gram, GRAM) for gram in query.trigrams),
    ]
    if query.prefix is not None:
        should.append(_weighed("prefixes", query.prefix, PREFIX))
    if query.words or query.prefix is not None:
        yield {"filter": _every_word(query)}, _LARGEST_FIRST
    yield {"should": should, "minimum_should_match": 1}, {}


def counts(query: SearchQuery, *, visible: Sequence[Json]) -> Json:
    """Return what counts the values of those that hold the words as they were typed, or have the identifier."""
    any_of: list[Json] = []
    if query.identifier is not None:
        any_of.append(_term("identifiers", str(query.identifier)))
    if query.joined:
        any_of.append(_term("joined", query.joined))
        if query.words or query.prefix is not None:
            any_of.append({"bool": {"filter": _every_word(query)}})
    named = [{"bool": {"should": any_of, "minimum_should_match": 1}}] if any_of else []
    return {
        "size": 0,
        "track_total_hits": False,
        "query": {"bool": {"filter": [*named, *visible, *chosen(query.filters)]}},
        "aggs": _COUNTS,
    }


_COUNTS: Json = {
    **{kind: {"terms": {"field": kind, "size": _VALUES_READ}} for kind in KINDS},
    INDEX: {
        "range": {
            "field": "payment_index",
            "ranges": [{"from": low, "to": high + 1, "key": band_name(low, high)} for low, high in BANDS],
        }
    },
}
"""The range ends before its `to`. Equals come in the order of their keys."""


def facets_in(answer: Mapping[str, Any], *, limit: int) -> list[Facet]:
    """Return the facets in the answer to :func:`counts`."""
    return [
        counted(
            kind,
            {bucket["key"]: bucket["doc_count"] for bucket in answer["aggregations"][kind]["buckets"]},
            limit=limit,
        )
        for kind in (INDEX, *KINDS)
    ]


LISTED: Json = {"term": {"is_listed": True}}
HELD: Json = {"bool": {"must_not": [{"term": {"is_gone": True}}]}}


def versions_of(debtor_ids: Sequence[uuid.UUID], *, only: Json) -> Json:
    """Return the search for those of these ids that pass `only`, with their versions."""
    picked = {"ids": {"values": [str(key) for key in debtor_ids]}}
    return {
        "size": len(debtor_ids),
        "track_total_hits": False,
        "_source": False,
        "version": True,
        "query": {"bool": {"filter": [picked, only]}},
    }


def chosen(filters: Filters) -> list[Json]:
    """Return the filters of a query."""
    clauses: list[Json] = [{"terms": {kind: list(values)}} for kind, values in filters.terms]
    if filters.has_index:
        bounds = {"gte": filters.index_from, "lte": filters.index_to}
        clauses.append(
            {"range": {"payment_index": {name: end for name, end in bounds.items() if end is not None}}}
        )
    return clauses


def _ids(own: Sequence[uuid.UUID]) -> list[Json]:
    return [
        {"ids": {"values": [str(key) for key in own[start : start + _IDS_AT_ONCE]]}}
        for start in range(0, len(own), _IDS_AT_ONCE)
    ]


def _every_word(query: SearchQuery) -> list[Json]:
    """Return those that hold every finished word, and one that begins like the unfinished one, or is it: a city's too."""
    every = [_term("words", word) for word in query.words]
    if query.prefix is not None:
        begun = [_term("prefixes", query.prefix), _term("words", query.prefix)]
        every.append({"bool": {"should": begun, "minimum_should_match": 1}})
    return every


def _term(field: str, token: str) -> Json:
    return {"term": {field: token}}


def _weighed(field: str, token: str, weight: float) -> Json:
    return {"term": {field: {"value": token, "boost": weight}}}
