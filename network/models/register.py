"""Official registers as they were loaded: who companies are, and who controls them."""

import uuid
from datetime import date

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from network.models.base import Base, Epoch, RandomId


class RegisterEntry(Base):
    """A company as a register has it: SIRENE by SIREN, GLEIF by LEI. Of a natural person the number alone is kept.

    Tells nothing of the network: all companies of a country are there, whether any member supplies them or not.
    """

    __tablename__ = "register_entry"
    __table_args__ = (
        CheckConstraint("scheme IN ('siren', 'lei')", name="scheme"),
        CheckConstraint(
            "NOT is_person OR COALESCE(name, usual_name, legal_form, activity, postcode, city) IS NULL",
            name="persons_have_a_number_alone",
        ),
        Index("ix_register_entry_siren", "siren", postgresql_where="siren IS NOT NULL"),
    )

    scheme: Mapped[str] = mapped_column(String(8), primary_key=True)
    value: Mapped[str] = mapped_column(String(20), primary_key=True)
    name: Mapped[str | None] = mapped_column(String(300), comment="NULL for natural persons.")
    usual_name: Mapped[str | None] = mapped_column(String(300))
    legal_form: Mapped[str | None] = mapped_column(String(8), comment="Code as the register writes it.")
    activity: Mapped[str | None] = mapped_column(String(8), comment="NAF rev. 2, as 46.73A.")
    postcode: Mapped[str | None] = mapped_column(String(12), comment="Of the head office.")
    city: Mapped[str | None] = mapped_column(String(120))
    country: Mapped[str | None] = mapped_column(String(2))
    is_active: Mapped[bool] = mapped_column(Boolean)
    ceased_on: Mapped[date | None] = mapped_column(Date)
    is_person: Mapped[bool] = mapped_column(Boolean)
    siren: Mapped[str | None] = mapped_column(String(9), comment="Of a LEI: the SIREN it was given for.")
    as_of: Mapped[date] = mapped_column(Date, comment="Of the register that first said so.")


class ParentLink(Base):
    """One company controls another: as GLEIF publishes it, or as the operator entered it.

    A link that ended stays, with its day: groups never split by themselves.
    """

    __tablename__ = "parent_link"
    __table_args__ = (
        CheckConstraint("kind IN ('direct', 'ultimate')", name="kind"),
        CheckConstraint("source IN ('gleif', 'entered')", name="source"),
    )

    child_scheme: Mapped[str] = mapped_column(String(8), primary_key=True)
    child_value: Mapped[str] = mapped_column(String(20), primary_key=True)
    parent_scheme: Mapped[str] = mapped_column(String(8), primary_key=True)
    parent_value: Mapped[str] = mapped_column(String(20), primary_key=True)
    kind: Mapped[str] = mapped_column(String(8), primary_key=True)
    source: Mapped[str] = mapped_column(String(8), primary_key=True)
    as_of: Mapped[date] = mapped_column(Date, comment="Of the register that said so last.")
    ended_on: Mapped[date | None] = mapped_column(Date, comment="Kept: an ended link splits no group.")
    is_refused: Mapped[bool] = mapped_column(
        Boolean, default=False, comment="The operator ended it; a later load leaves it."
    )


class RegisterLoad(Base):
    """A file of a register, and how far it was read: a load that was cut goes on from there."""

    __tablename__ = "register_load"
    __table_args__ = (
        UniqueConstraint("source", "fingerprint"),
        CheckConstraint(
            "source IN ('sirene_units', 'sirene_sites', 'gleif_entities', 'gleif_links')", name="source"
        ),
        CheckConstraint("state IN ('loading', 'done')", name="state"),
    )

    id: Mapped[RandomId]
    source: Mapped[str] = mapped_column(String(20))
    file_name: Mapped[str] = mapped_column(String(200))
    fingerprint: Mapped[str] = mapped_column(String(64), comment="SHA-256, of samples.")
    as_of: Mapped[date] = mapped_column(Date)
    bytes_done: Mapped[int] = mapped_column(BigInteger, default=0, comment="Of the text, unpacked.")
    rows_done: Mapped[int] = mapped_column(BigInteger, default=0)
    written: Mapped[int] = mapped_column(BigInteger, default=0, comment="Entries or links new or changed.")
    refused: Mapped[int] = mapped_column(BigInteger, default=0, comment="Rows that could not be read.")
    state: Mapped[str] = mapped_column(String(8), default="loading")


class GroupChange(Base):
    """A member counted with another group from a close on. Rows are added, never changed: they are the audit of it."""

    __tablename__ = "group_change"

    id: Mapped[RandomId]
    member_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("member.id"))
    from_group: Mapped[uuid.UUID]
    to_group: Mapped[uuid.UUID]
    epoch: Mapped[Epoch] = mapped_column(comment="The close from which it counts.")
    because: Mapped[str] = mapped_column(String(60), comment="Identifier of the common parent.")
