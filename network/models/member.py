"""Companies of the network."""

import uuid

from sqlalchemy import String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from network.models.base import Base, RandomId


class Member(Base):
    """A company of the network. That it is a member is no secret; what it contributes is.

    Affiliates share one `group_id`: members under one control have one voice in a release.
    """

    __tablename__ = "member"

    id: Mapped[RandomId]
    name: Mapped[str] = mapped_column(String(200), unique=True)
    group_id: Mapped[uuid.UUID] = mapped_column(Uuid, default=uuid.uuid4, comment="Economic group.")
