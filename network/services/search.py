"""Find a debtor: what a person types, to what it may know of."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import text

from network.permissions import Actor, Permission, require
from network.search.connection import search_connection
from network.search.indexer import rebuild_index, sweep_outbox
from network.search.port import Visibility
from network.search.queries import read_query
from network.search.ranking import Match, Ranked, rank
from network.services.customer_book import OwnDebtor, own_debtor_ids, own_debtors
from network.transaction import reading

CANDIDATES = 60
"""Documents that a backend is asked for, of which the best are shown: where the right one is among them at all, it is
among the first 30 (docs/search.md)."""

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


def search_debtors(actor: Actor, *, words: str, limit: int = 10) -> list[Hit]:
    """Return the debtors that `words` may mean, best first, at most `limit`; ask for one more to know whether it is cut.

    Everybody finds listed debtors and those among their own company's customers; who may see unlisted ones finds all.

    Raises:
        UnavailableError: the index is being built.
    """
    require(actor, Permission.DEBTOR_SEARCH)
    query = read_query(words)
    if query.is_empty:
        return []
    index = search_connection.index
    if not index.is_ready() and _debtors() <= _BUILT_AT_ONCE:
        rebuild_index(index)
    own: Mapping[uuid.UUID, OwnDebtor] = {}
    visibility = Visibility(everything=actor.may(Permission.DEBTOR_SEE_UNLISTED))
    if actor.member_id is not None and not visibility.everything:
        with reading() as session:
            own = own_debtors(session, actor.member_id)
            visibility = Visibility(own=own_debtor_ids(session, actor.member_id))
    found = index.find(query, visibility=visibility, limit=max(CANDIDATES, limit))
    return [_hit(ranked, own) for ranked in rank(query, found)[:limit]]


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
