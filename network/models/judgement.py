"""Judgements: what people said of two debtors, as edges that can be taken back."""

import uuid
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Date, ForeignKey, Index, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from network.models.base import Base, RandomId

IN_FORCE = "state = 'in_force'"


class Judgement(Base):
    """Two debtors are the same company, different ones, or nobody can say; never deleted, only withdrawn.

    The pages write rows in state "asked"; the worker puts them in force or refuses them. `revision` numbers the changes
    of what is in force, one after the other: who keeps something that follows from it keeps the number beside it.
    `withdraws` makes the row a request to withdraw that judgement. Who decided is a role, when is a day.
    """

    __tablename__ = "judgement"
    __table_args__ = (
        CheckConstraint("verdict IN ('same', 'different', 'unsure')", name="verdict"),
        CheckConstraint("state IN ('asked', 'in_force', 'refused', 'withdrawn')", name="state"),
        CheckConstraint("left_id < right_id", name="in_order"),
        CheckConstraint("decided_by IN ('moderator', 'operator')", name="decided_by"),
        CheckConstraint("(state = 'withdrawn') = (withdrawn_on IS NOT NULL)", name="withdrawn"),
        Index("uq_judgement_in_force", "left_id", "right_id", unique=True, postgresql_where=IN_FORCE),
        Index("ix_judgement_right_id", "right_id"),
        Index("ix_judgement_revision", "revision"),
    )

    id: Mapped[RandomId]
    left_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("debtor.id"), comment="The smaller of the two ids.")
    right_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("debtor.id"))
    verdict: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(10))
    decided_by: Mapped[str] = mapped_column(String(20), comment="A role, never a person or a company.")
    decided_on: Mapped[date] = mapped_column(Date, comment="A day, never a time.")
    reason: Mapped[str] = mapped_column(String(400), comment="In the words of who decided; may be empty.")
    despite_identifiers: Mapped[bool] = mapped_column(
        Boolean, comment="Said knowing that a VAT number, LEI or register number differs."
    )
    withdraws: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("judgement.id"))
    refusal: Mapped[dict[str, Any] | None] = mapped_column(
        JSONB, comment="Why it was refused: a template and its values."
    )
    withdrawn_by: Mapped[str | None] = mapped_column(String(20), comment="A role.")
    withdrawn_on: Mapped[date | None] = mapped_column(Date)
    withdrawn_because: Mapped[str | None] = mapped_column(String(400))
    revision: Mapped[int | None] = mapped_column(
        BigInteger, comment="Number of the last change of what is in force that this row made."
    )
