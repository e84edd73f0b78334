"""What goes on between the pages and the worker about open lines: sheets to read, decisions to apply, effects to take back."""

import uuid

from sqlalchemy import CheckConstraint, ForeignKey, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from network.models.base import Base, RandomId, Tag


class ReviewSheet(Base):
    """An open case as a moderator reads it, without whose it is; its id is that of the case. The worker writes it."""

    __tablename__ = "review_sheet"

    id: Mapped[RandomId]
    key_id: Mapped[str] = mapped_column(String(16), ForeignKey("sealing_key.id"))
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class MatchDecision(Base):
    """What a person said of a case, until the worker has done it and for as long as it may be taken back.

    Who decided, about which case and when stands inside the seal. `decider_tag` is a keyed tag of the person alone: it
    agrees with no owner tag, so a copy of the database tells no company by it.
    """

    __tablename__ = "match_decision"
    __table_args__ = (
        CheckConstraint("state IN ('made', 'applied', 'gone', 'refused', 'undone')", name="state"),
    )

    id: Mapped[RandomId]
    key_id: Mapped[str] = mapped_column(String(16), ForeignKey("sealing_key.id"))
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    decider_tag: Mapped[Tag] = mapped_column(index=True)
    state: Mapped[str] = mapped_column(String(8))
    settled: Mapped[int | None] = mapped_column(
        Integer, comment="Lines that it placed, of those the person may see."
    )


class DecisionEffect(Base):
    """What an applied decision changed, members included: pages of one sealed blob that the worker alone may read."""

    __tablename__ = "decision_effect"

    id: Mapped[RandomId]
    key_id: Mapped[str] = mapped_column(String(16), ForeignKey("sealing_key.id"))
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    decision_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("match_decision.id", ondelete="CASCADE"), index=True
    )
