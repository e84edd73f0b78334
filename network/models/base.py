"""Declarative base: naming of constraints, and the column types that several tables share."""

import uuid
from typing import Annotated

from sqlalchemy import LargeBinary, MetaData, String, Uuid
from sqlalchemy.orm import DeclarativeBase, mapped_column

RandomId = Annotated[uuid.UUID, mapped_column(Uuid, primary_key=True, default=uuid.uuid4)]
Epoch = Annotated[str, mapped_column(String(7), comment="Month, YYYY-MM.")]
Tag = Annotated[bytes, mapped_column(LargeBinary(16), comment="Keyed tag; tells nothing without the keys.")]


class Base(DeclarativeBase):
    """Base of every table."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
