"""People who sign in."""

import uuid

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from network.models.base import Base, RandomId
from network.permissions import Actor, Role


class User(Base):
    """A person with one role; `member_id` is empty for moderators and operators who belong to no member."""

    __tablename__ = "user"
    __table_args__ = (
        CheckConstraint("role IN ('credit_manager', 'subscriber', 'moderator', 'operator')", name="role"),
        CheckConstraint("email = lower(email)", name="email_lower"),
    )

    id: Mapped[RandomId]
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(20))
    member_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("member.id"), index=True)
    password_hash: Mapped[str] = mapped_column(String(200), comment="Argon2id.")
    locale: Mapped[str] = mapped_column(String(5), default="en")
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)

    def actor(self) -> Actor:
        """Return the actor that services take."""
        return Actor(role=Role(self.role), user_id=self.id, member_id=self.member_id)
