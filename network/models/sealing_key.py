"""The keys under which this database is sealed: their names and what proves them, never the keys."""

from datetime import date

from sqlalchemy import Boolean, Date, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from network.models.base import Base


class SealingKey(Base):
    """A key-encryption key that sealed rows may name. A retired one has no row, so none can name it any more.

    The checks are keyed tags that only the right ring makes again. They are null where rows came from before this table,
    until the next start fills them in.
    """

    __tablename__ = "sealing_key"
    __table_args__ = (
        Index("uq_sealing_key_current", "is_current", unique=True, postgresql_where="is_current"),
    )

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    root_check: Mapped[bytes | None] = mapped_column(LargeBinary(16), comment="Proves the root key.")
    key_check: Mapped[bytes | None] = mapped_column(LargeBinary(16), comment="Proves this key.")
    is_current: Mapped[bool] = mapped_column(Boolean, comment="It seals what is new.")
    exported_on: Mapped[date | None] = mapped_column(
        Date, comment="When a recovery copy that holds it was written."
    )
