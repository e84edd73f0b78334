"""The private ledger: sealed pages of one size, without any clock, serial or clear reference."""

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from network.models.base import Base, RandomId, Tag


class LedgerPage(Base):
    """One sealed page of a member's private ledger (see docs/privacy.md, "Two stores").

    `slot_tag` is a keyed tag of (member, kind of content, period): it finds what a corrected file replaces.
    """

    __tablename__ = "ledger_page"

    id: Mapped[RandomId]
    owner_tag: Mapped[Tag] = mapped_column(index=True)
    slot_tag: Mapped[Tag] = mapped_column(index=True)
    key_id: Mapped[str] = mapped_column(String(16), ForeignKey("sealing_key.id"), index=True)
    wrapped_key: Mapped[bytes] = mapped_column(
        LargeBinary, comment="Nonce and data key under the key-encryption key."
    )
    sealed: Mapped[bytes] = mapped_column(LargeBinary, comment="Nonce and AES-256-GCM of one padded page.")
