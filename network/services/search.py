"""Find a debtor: what a person types, to what it may know of."""

import uuid
from dataclasses import dataclass

from sqlalchemy import text

from network.permissions import Actor, Permission, require
from network.search.connection import search_connection
from network.search.indexer import rebuild_index, sweep_outbox
from network.search.port import Visibility
from network.search.queries import read_query
from network.search.ranking import Match, rank
from network.services.customer_book import own_debtor_ids
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
    found = index.find(query, visibility=_visibility(actor), limit=max(CANDIDATES, limit))
    return [
        Hit(
            id=ranked.document.id,
            name=ranked.document.name,
            legal_form=ranked.document.legal_form,
            postcode=ranked.document.postcode,
            city=ranked.document.city,
            country=ranked.document.country,
            identifiers={
                scheme: value
                for scheme, _, value in (held.partition(":") for held in ranked.document.identifiers)
            },
            payment_index=ranked.document.payment_index,
            epoch=ranked.document.epoch,
            is_listed=ranked.document.is_listed,
            match=ranked.match,
        )
        for ranked in rank(query, found)[:limit]
    ]


def drain_outbox() -> int:
    """Bring the search index up to all that is committed; commands call it last. Return how many debtors were written."""
    return sweep_outbox()


def _debtors() -> int:
    with reading() as session:
        return int(session.execute(text("SELECT count(*) FROM debtor")).scalar_one())


def _visibility(actor: Actor) -> Visibility:
    if actor.may(Permission.DEBTOR_SEE_UNLISTED):
        return Visibility(everything=True)
    if actor.member_id is None:
        return Visibility()
    with reading() as session:
        return Visibility(own=own_debtor_ids(session, actor.member_id))
