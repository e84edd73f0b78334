"""Sealed rows, as members and the pipeline leave them."""

import os
import uuid

import polars as pl
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from anonymization.vault import SealedPage, open_blobs, seal_blob
from network.bulk import copy_rows
from network.keystore import keys
from network.models import PipelineState
from network.resolution.outcome import CustomerLine, ReviewCase
from network.services import private_pages, review_cases
from network.services.private_pages import Content
from network.services.review_cases import OpenCase
from network.services.sealing_keys import SEALED, sealing_ring
from network.transaction import reading, unit_of_work


def send(member_id: uuid.UUID, *, pages: int = 3) -> None:
    """Seal pages of random bytes as the invoices of a month."""
    frame = private_pages.pack(pl.DataFrame({"bytes": [os.urandom(6_300)]}))
    with unit_of_work() as session:
        private_pages.write(
            session, member_id=member_id, content=Content.INVOICES, blobs=[("2026-09", frame)] * pages
        )


def read_back(member_id: uuid.UUID) -> int:
    """Return how many pages of :func:`send` open."""
    with reading() as session:
        return private_pages.read(
            session, member_id=member_id, content=Content.INVOICES, periods=["2026-09"]
        )["2026-09"].height


def seal_everywhere(member_id: uuid.UUID) -> None:
    """Put a sealed row into each table that has any."""
    send(member_id)
    line = CustomerLine(customer_id="C1", customer_name="Garage Dupont")
    with unit_of_work() as session:
        review_cases.write_cases(
            session, member_id, [OpenCase(uuid.uuid4(), member_id, ReviewCase(line, "name_alone", ()))]
        )
        rows = [
            (page.id, "2026-09", page.key_id, page.wrapped_key, page.sealed)
            for page in seal_blob(b"state", ring=sealing_ring(session), table=PipelineState.__tablename__)
        ]
        copy_rows(
            session,
            table=PipelineState.__tablename__,
            columns=("id", "epoch", "key_id", "wrapped_key", "sealed"),
            rows=rows,
        )


def state_opens() -> bool:
    """Tell whether the pipeline's row of :func:`seal_everywhere` opens."""
    with reading() as session:
        columns = (PipelineState.id, PipelineState.key_id, PipelineState.wrapped_key, PipelineState.sealed)
        pages = [SealedPage(*row) for row in session.execute(select(*columns))]
    return open_blobs(pages, ring=keys.ring_with(pages[0].key_id), table=PipelineState.__tablename__) == [
        b"state"
    ]


def key_ids(engine: Engine) -> set[str]:
    """Return the keys that sealed rows name."""
    with Session(engine) as session:
        return {key_id for table in SEALED for key_id in session.scalars(select(table.key_id))}
