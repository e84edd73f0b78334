"""Companies of the network."""

import uuid

from sqlalchemy import String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from network.models.base import Base, RandomId


class Member(Base):
    """A company of the network. That it is a member is no secret; what it contributes is.

    Affiliates share one `group_id`: members under one control have one voice in a release. Its SIREN or LEI, which the
    operator enters, tells from registers who its affiliates are.
    """

    __tablename__ = "member"

    id: Mapped[RandomId]
    name: Mapped[str] = mapped_column(String(200), unique=True)
    group_id: Mapped[uuid.UUID] = mapped_column(Uuid, default=uuid.uuid4, comment="Economic group.")
    siren: Mapped[str | None] = mapped_column(String(9))
    lei: Mapped[str | None] = mapped_column(String(20))
