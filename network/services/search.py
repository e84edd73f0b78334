"""Find a debtor: what a person types, to what it may know of."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import text

from network.errors import UnavailableError
from network.permissions import Actor, Permission, require
from network.search.connection import search_connection
from network.search.documents import DebtorDocument
from network.search.filters import Facet
from network.search.indexer import build_missing, sweep_outbox
from network.search.port import Visibility
from network.search.queries import SearchQuery, read_query
from network.search.ranking import Match, Ranked, rank
from network.services.customer_book import OwnDebtor, own_debtor_ids, own_debtors
from network.transaction import reading

CANDIDATES = 60
"""Documents that a backend is asked for, of which the best are shown: where the right one is among them at all, it is
among the first 30 (docs/search.md)."""

VALUES = 8
"""Values of a kind by which a list can be narrowed: what a person looks through at once."""

_BUILT_AT_ONCE = 20_000
"""Debtors up to which a missing index is built while the reader waits: about 2 seconds."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A debtor that was found. `identifiers` by scheme; index and epoch are those of its last release."""

    id: uuid.UUID
    name: str
    legal_form: str | None
    postcode: str | None
    city: str | None
    country: str | None
    identifiers: dict[str, str]
    payment_index: int | None
    epoch: str | None
    is_listed: bool
    match: Match


@dataclass(frozen=True, slots=True)
class Found:
    """An answer: how the words were read, the best hits, whether there are more, and what could narrow them."""

    query: SearchQuery
    hits: tuple[Hit, ...]
    is_cut: bool
    facets: tuple[Facet, ...] = ()


def search_debtors(actor: Actor, *, words: str, limit: int = 10) -> list[Hit]:
    """Return the debtors that `words` may mean, best first, at most `limit`; ask for one more to know whether it is cut.

    Everybody finds listed debtors and those among their own company's customers; who may see unlisted ones finds all.

    Raises:
        UnavailableError: the index is being built, or its engine does not answer.
    """
    require(actor, Permission.DEBTOR_SEARCH)
    query = read_query(words)
    return [] if query.is_empty else _hits(actor, query, limit=limit)


def find_debtors(actor: Actor, *, words: str, limit: int = 20) -> Found:
    """Return what answers to `words`, operators among them, with counts that could narrow it.

    Raises:
        UnavailableError: as above.
    """
    require(actor, Permission.DEBTOR_SEARCH)
    query = read_query(words)
    if query.is_empty:
        return Found(query=query, hits=(), is_cut=False)
    hits = _hits(actor, query, limit=limit + 1)
    visibility = Visibility(everything=actor.may(Permission.DEBTOR_SEE_UNLISTED))
    facets = search_connection.index.facets(query, visibility=visibility, limit=VALUES) if hits else ()
    return Found(query=query, hits=tuple(hits[:limit]), is_cut=len(hits) > limit, facets=tuple(facets))


def _hits(actor: Actor, query: SearchQuery, *, limit: int) -> list[Hit]:
    own: Mapping[uuid.UUID, OwnDebtor] = {}
    visibility = Visibility(everything=actor.may(Permission.DEBTOR_SEE_UNLISTED))
    if actor.member_id is not None and not visibility.everything:
        with reading() as session:
            own = own_debtors(session, actor.member_id)
            visibility = Visibility(own=own_debtor_ids(session, actor.member_id))
    found = _find(query, visibility=visibility, limit=max(CANDIDATES, limit))
    return [_hit(ranked, own) for ranked in rank(query, found)[:limit]]


def _find(query: SearchQuery, *, visibility: Visibility, limit: int) -> Sequence[DebtorDocument]:
    """Ask the index; a missing one of a small network is built while the reader waits."""
    index = search_connection.index
    try:
        return index.find(query, visibility=visibility, limit=limit)
    except UnavailableError:
        if _debtors() > _BUILT_AT_ONCE:
            raise
    build_missing(index, wait=True)
    return index.find(query, visibility=visibility, limit=limit)


def _hit(ranked: Ranked, own: Mapping[uuid.UUID, OwnDebtor]) -> Hit:
    """Return what is shown; an unlisted debtor in the words of the reader's own file (see `own_debtors`)."""
    document = ranked.document
    shown = None if document.is_listed else own.get(document.id)
    identifiers = {
        scheme: value for scheme, _, value in (held.partition(":") for held in document.identifiers)
    }
    return Hit(
        id=document.id,
        name=shown.name if shown else document.name,
        legal_form=None if shown else document.legal_form,
        postcode=shown.postcode if shown else document.postcode,
        city=shown.city if shown else document.city,
        country=shown.country if shown else document.country,
        identifiers=shown.identifiers if shown else identifiers,
        payment_index=document.payment_index,
        epoch=document.epoch,
        is_listed=document.is_listed,
        match=ranked.match,
    )


def drain_outbox() -> int:
    """Bring the search index up to all that is committed; commands call it last. Return how many debtors were written."""
    return sweep_outbox()


def _debtors() -> int:
    with reading(unlisted=True) as session:
        return int(session.execute(text("SELECT count(*) FROM debtor")).scalar_one())
