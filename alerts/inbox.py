"""A person's inbox: read it page by page, count what is unread, mark what was seen."""

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

from sqlalchemy import ColumnElement, and_, case, func, or_, select, tuple_, update
from sqlalchemy.orm import Session

from alerts.rules import RULES, Severity
from alerts.wording import Telling, tell
from network.errors import NetworkError, NotAllowedError
from network.i18n import mark
from network.models import Debtor, News
from network.permissions import Actor, Permission, require
from network.transaction import reading, unit_of_work

PAGE = 50
_DAMAGED = mark("This link to a piece of news is damaged; open the inbox again.")
_EPOCH = re.compile(r"[0-9]{4}-[0-9]{2}")
_ORDER = tuple(Severity)
_RANKS = {rule.name: _ORDER.index(rule.severity) for rule in RULES}


@dataclass(frozen=True, slots=True)
class NewsKey:
    """What one item of a person's news is about: one rule, one debtor, one epoch."""

    epoch: str
    debtor_id: uuid.UUID
    rule: str

    def __str__(self) -> str:
        return f"{self.epoch}.{self.debtor_id}.{self.rule}"

    @classmethod
    def parse(cls, written: str) -> Self:
        """Read back what `str` wrote; it also serves as the cursor of a page.

        Raises:
            NetworkError: it is no such text.
        """
        try:
            epoch, debtor, rule = written.split(".")
            key = cls(epoch=epoch, debtor_id=uuid.UUID(debtor), rule=rule)
        except ValueError as error:
            raise NetworkError(_DAMAGED) from error
        if key.rule not in _RANKS or not _EPOCH.fullmatch(key.epoch):
            raise NetworkError(_DAMAGED)
        return key


@dataclass(frozen=True, slots=True)
class NewsItem:
    """One item of news. `facts` are excerpts of the two releases, nothing else."""

    key: NewsKey
    debtor_name: str
    facts: dict[str, Any]
    read_at: datetime | None

    def told(self, language: str) -> Telling:
        """Return its words in "en" or "fr"."""
        return tell(self.key.rule, self.facts, language)


@dataclass(frozen=True, slots=True)
class Inbox:
    """One page of news. `after` is the cursor of the next page, None where this is the last; `unread` is of all."""

    items: tuple[NewsItem, ...]
    after: str | None
    unread: int

    @property
    def has_more(self) -> bool:
        """Tell whether the page was cut."""
        return self.after is not None


def read_inbox(actor: Actor, *, limit: int = PAGE, after: str | None = None) -> Inbox:
    """Return the actor's news: newest month first, within a month the most serious first.

    `limit` is 1 to 100. `after` is the cursor that the page before gave: it names the last item shown, so what
    arrives in between is neither skipped nor repeated.

    Raises:
        NetworkError: the cursor is damaged.
    """
    user_id = _person(actor)
    limit = max(1, min(limit, 100))
    chosen = (
        select(News, Debtor.name).join(Debtor, Debtor.id == News.debtor_id).where(News.user_id == user_id)
    )
    if after is not None:
        chosen = chosen.where(_follows(NewsKey.parse(after)))
    chosen = chosen.order_by(News.epoch.desc(), _rank(), News.debtor_id, News.rule).limit(limit + 1)
    with reading() as session:
        rows = session.execute(chosen).all()
        items = tuple(_item(news, name) for news, name in rows[:limit])
        unread = _unread(session, user_id)
    return Inbox(items=items, after=str(items[-1].key) if len(rows) > limit else None, unread=unread)


def unread_count(actor: Actor) -> int:
    """Return how many items of the actor's news are unread; 0 for an actor who is no person."""
    require(actor, Permission.NEWS_READ)
    if actor.user_id is None:
        return 0
    with reading() as session:
        return _unread(session, actor.user_id)


def mark_read(actor: Actor, *, keys: Sequence[NewsKey]) -> int:
    """Mark the named items as read and return how many were not before.

    Items are named one by one, never "all until now": what arrived after the page was drawn stays unread.
    """
    user_id = _person(actor)
    named = [(key.epoch, key.debtor_id, key.rule) for key in keys]
    seen = (
        update(News)
        .where(News.user_id == user_id, News.read_at.is_(None))
        .where(tuple_(News.epoch, News.debtor_id, News.rule).in_(named))
        .values(read_at=datetime.now(UTC))
        .returning(News.rule)
    )
    with unit_of_work() as session:
        return len(session.execute(seen).all())


def _person(actor: Actor) -> uuid.UUID:
    require(actor, Permission.NEWS_READ)
    if actor.user_id is None:
        raise NotAllowedError("A watch and an inbox belong to a person; sign in as one.")
    return actor.user_id


def _unread(session: Session, user_id: uuid.UUID) -> int:
    own = select(func.count()).select_from(News).where(News.user_id == user_id, News.read_at.is_(None))
    return session.scalar(own) or 0


def _rank() -> ColumnElement[int]:
    return case(_RANKS, value=News.rule, else_=len(_ORDER))


def _follows(key: NewsKey) -> ColumnElement[bool]:
    """Hold for news that comes after `key` in the order of the inbox."""
    within = tuple_(_rank(), News.debtor_id, News.rule) > (_RANKS[key.rule], key.debtor_id, key.rule)
    return or_(News.epoch < key.epoch, and_(News.epoch == key.epoch, within))


def _item(news: News, debtor_name: str) -> NewsItem:
    return NewsItem(
        key=NewsKey(epoch=news.epoch, debtor_id=news.debtor_id, rule=news.rule),
        debtor_name=debtor_name,
        facts=news.facts,
        read_at=news.read_at,
    )
