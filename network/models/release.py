"""What the network publishes: immutable releases, their log, and the sealed state between epochs."""

import uuid
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    func,
)
from sqlalchemy.orm import Mapped, mapped_column

from network.models.base import Base, Epoch, RandomId


class ReleaseEpoch(Base):
    """A closed epoch: one row a month."""

    __tablename__ = "release_epoch"

    epoch: Mapped[Epoch] = mapped_column(primary_key=True)
    closed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    profile: Mapped[str] = mapped_column(String(20), comment="Name of the parameter profile in force.")
    debtors: Mapped[int] = mapped_column(Integer)
    published: Mapped[int] = mapped_column(Integer)
    withheld: Mapped[int] = mapped_column(Integer)
    log_size: Mapped[int] = mapped_column(BigInteger, comment="Leaves of the Merkle log after this epoch.")
    log_frontier: Mapped[bytes] = mapped_column(
        LargeBinary, comment="Roots of the full subtrees, 32 bytes each, largest first: enough to append."
    )
    log_root: Mapped[bytes] = mapped_column(LargeBinary(32))


class Release(Base):
    """One debtor's release of one epoch: the same bytes for every reader, never changed."""

    __tablename__ = "release"
    __table_args__ = (Index("ix_release_epoch", "epoch"),)

    debtor_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("debtor.id"), primary_key=True)
    epoch: Mapped[Epoch] = mapped_column(primary_key=True)
    leaf: Mapped[int] = mapped_column(BigInteger, comment="Its place in the Merkle log.")
    payment_index: Mapped[int] = mapped_column(SmallInteger, comment="As in body; for facets and portfolios.")
    body: Mapped[str] = mapped_column(Text, comment="Canonical JSON of the released values.")


class PipelineState(Base):
    """The sealed state that the release pipeline carries from one epoch to the next. Only the worker may read it."""

    __tablename__ = "pipeline_state"

    id: Mapped[RandomId]
    epoch: Mapped[Epoch] = mapped_column(index=True)
    key_id: Mapped[str] = mapped_column(String(16), ForeignKey("sealing_key.id"))
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
