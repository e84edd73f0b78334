"""Debtors, the identifiers and spellings by which lines find them, and links that a person must look at."""

import uuid
from datetime import date
from decimal import Decimal

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ColumnElement,
    Date,
    ForeignKey,
    Index,
    LargeBinary,
    Numeric,
    String,
    func,
)
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from network.models.base import Base, RandomId, Tag


class Debtor(Base):
    """A company that members supply on credit.

    `is_listed` is false until its first release: before that, only members who have it in their own ledger may know
    that the network has heard of it. `version` grows with each change and is the version of its search document.
    Debtors that people judged to be one company keep their rows and lines; `merged_into` names who stands for them.
    """

    __tablename__ = "debtor"

    id: Mapped[RandomId]
    name: Mapped[str] = mapped_column(String(300), index=True)
    legal_form: Mapped[str | None] = mapped_column(String(40))
    postcode: Mapped[str | None] = mapped_column(String(12))
    city: Mapped[str | None] = mapped_column(String(120))
    country: Mapped[str | None] = mapped_column(String(2), comment="ISO 3166-1 alpha-2.")
    is_listed: Mapped[bool] = mapped_column(Boolean, default=False)
    version: Mapped[int] = mapped_column(BigInteger, default=1)
    merged_into: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("debtor.id"),
        index=True,
        comment="Who stands for it, by judgement; NULL: it stands for itself.",
    )

    @hybrid_property
    def standing_id(self) -> uuid.UUID:
        """Who stands for this debtor; itself where nobody else does."""
        return self.merged_into or self.id

    @standing_id.inplace.expression
    @classmethod
    def _standing_id(cls) -> ColumnElement[uuid.UUID]:
        return func.coalesce(cls.merged_into, cls.id)


class DebtorIdentifier(Base):
    """A verified identifier. One value belongs to one debtor for ever; two SIRENs never merge."""

    __tablename__ = "debtor_identifier"
    __table_args__ = (
        CheckConstraint("scheme IN ('siren', 'vat', 'lei', 'registration')", name="scheme"),
        Index("ix_debtor_identifier_debtor_id", "debtor_id"),
        Index("uq_debtor_identifier_siren", "debtor_id", unique=True, postgresql_where="scheme = 'siren'"),
    )

    scheme: Mapped[str] = mapped_column(String(12), primary_key=True)
    value: Mapped[str] = mapped_column(
        String(40), primary_key=True, comment="Compact; registration as CC:NUMBER."
    )
    debtor_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("debtor.id"))


class DebtorSpelling(Base):
    """A spelling under which a debtor is known, at a place. Counts members, never tells which."""

    __tablename__ = "debtor_spelling"
    __table_args__ = (Index("ix_debtor_spelling_debtor_id", "debtor_id"),)

    spelling: Mapped[str] = mapped_column(
        String(300), primary_key=True, comment="Normalised, without legal form."
    )
    area: Mapped[str] = mapped_column(
        String(12), primary_key=True, comment="CC:department or CC:postcode; '' if unknown."
    )
    debtor_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("debtor.id"), primary_key=True)
    confirmations: Mapped[int] = mapped_column(BigInteger, default=1)


class MatchReview(Base):
    """A customer of some member for which no sure debtor was found; a person decides. Sealed like a ledger page."""

    __tablename__ = "match_review"

    id: Mapped[RandomId]
    owner_tag: Mapped[Tag] = mapped_column(index=True)
    key_id: Mapped[str] = mapped_column(String(16), ForeignKey("sealing_key.id"))
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class ExchangeRate(Base):
    """Units of `currency` for one euro on a day, as the ECB publishes; loaded by the operator."""

    __tablename__ = "exchange_rate"

    currency: Mapped[str] = mapped_column(String(3), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    rate: Mapped[Decimal] = mapped_column(Numeric(18, 8))
