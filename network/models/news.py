"""Who watches which debtor, and the news in their inbox."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, ForeignKey, Index, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from network.models.base import Base, Epoch, RandomId


class Watch(Base):
    """A person watches a debtor."""

    __tablename__ = "watch"
    __table_args__ = (Index("ix_watch_debtor_id", "debtor_id"),)

    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    debtor_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("debtor.id"), primary_key=True)


class News(Base):
    """One piece of news in one person's inbox: which rule, and the released values before and after.

    The key says it: one rule tells one person once about one debtor in one epoch.
    """

    __tablename__ = "news"
    __table_args__ = (Index("ix_news_user_id_epoch", "user_id", "epoch"),)

    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    debtor_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("debtor.id"), primary_key=True)
    epoch: Mapped[Epoch] = mapped_column(primary_key=True)
    rule: Mapped[str] = mapped_column(String(40), primary_key=True)
    facts: Mapped[dict[str, Any]] = mapped_column(
        JSONB, comment="Released values before and after, nothing else."
    )
    read_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Outbox(Base):
    """Work that must follow a commit. Claimed with FOR UPDATE SKIP LOCKED and deleted when done; carries ids only."""

    __tablename__ = "outbox"

    id: Mapped[RandomId]
    topic: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(60))
