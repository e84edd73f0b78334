"""The log of what was released: its tiles, its signed heads, and what each epoch was closed by. Rows are only added."""

from datetime import date

from sqlalchemy import BigInteger, Date, LargeBinary, SmallInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from network.models.base import Base, Epoch


class ReleaseManifest(Base):
    """What one epoch was closed by: the leaf after its releases."""

    __tablename__ = "release_manifest"

    epoch: Mapped[Epoch] = mapped_column(primary_key=True)
    leaf: Mapped[int] = mapped_column(BigInteger, comment="Its place in the Merkle log.")
    body: Mapped[str] = mapped_column(
        Text, comment="Canonical JSON: epoch, profile, digest of parameters, range."
    )


class LogTile(Base):
    """Hashes of the Merkle log, up to 256 of one level; a tile that grew is a row more, never another row changed."""

    __tablename__ = "log_tile"

    level: Mapped[int] = mapped_column(
        SmallInteger, primary_key=True, autoincrement=False, comment="0 holds leaves, t subtrees of 256^t."
    )
    index: Mapped[int] = mapped_column(
        BigInteger, primary_key=True, autoincrement=False, comment="Its place on the level."
    )
    width: Mapped[int] = mapped_column(
        SmallInteger, primary_key=True, autoincrement=False, comment="How many hashes, 1 to 256."
    )
    hashes: Mapped[bytes] = mapped_column(LargeBinary, comment="32 bytes each, from the tile's first on.")


class LogHead(Base):
    """A signed head of the log: the same bytes for every reader."""

    __tablename__ = "log_head"

    day: Mapped[date] = mapped_column(
        Date, primary_key=True, comment="Of the signature; never a time of day."
    )
    size: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    root: Mapped[bytes] = mapped_column(LargeBinary(32))
    note: Mapped[str] = mapped_column(Text, comment="The signed note, as readers keep it.")
    key: Mapped[str] = mapped_column(String(200), comment="The public key that verifies it: name+id+base64.")
