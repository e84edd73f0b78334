"""What an applied decision changed, kept for as long as it may be taken back, and the taking back itself.

The worker alone reads it: it names members. What taking back cannot undo is in docs/decisions/0122.
"""

import uuid
from collections import defaultdict
from dataclasses import asdict

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from anonymization.vault import SealedPage, seal_blob
from network.bulk import copy_rows
from network.keystore import open_sealed
from network.models import DecisionEffect
from network.resolution.withdrawing import Lesson, withdraw
from network.services import private_pages, review_cases
from network.services.customer_book import take_customer_back
from network.services.review_cases import OpenCase
from network.services.reviews import Settlement
from network.services.sealing_keys import sealing_ring

TABLE = DecisionEffect.__tablename__
_COLUMNS = ("id", "key_id", "wrapped_key", "sealed", "decision_id")


def keep(session: Session, decision_id: uuid.UUID, settlement: Settlement) -> None:
    """Keep what a decision changed."""
    lesson = settlement.lesson
    blob = review_cases.packed(
        {
            "lesson": {**asdict(lesson), "debtor_id": str(lesson.debtor_id)},
            "cases": [
                {"id": str(held.id), "member": str(held.member_id), **asdict(held.case)}
                for held in settlement.cases
            ],
        }
    )
    pages = seal_blob(blob, ring=sealing_ring(session), table=TABLE)
    rows = ((page.id, page.key_id, page.wrapped_key, page.sealed, decision_id) for page in pages)
    copy_rows(session, table=TABLE, columns=_COLUMNS, rows=rows)


def take_back(session: Session, decision_id: uuid.UUID) -> None:
    """Let the lines that a decision settled wait again, and withdraw what it taught; the lock of decisions is held.

    A line that was sent otherwise since, or lies elsewhere, is left where it is.
    """
    lesson, cases = _read(session, decision_id)
    of_member: dict[uuid.UUID, list[OpenCase]] = defaultdict(list)
    for held in cases:
        of_member[held.member_id].append(held)
    for member_id in sorted(of_member):  # all ledgers are locked before anything is written, as decisions do
        private_pages.lock(session, member_id)
    for member_id in sorted(of_member):
        reopened = [
            held
            for held in of_member[member_id]
            if take_customer_back(
                session,
                member_id=member_id,
                customer=held.case.customer,
                debtor_id=lesson.debtor_id,
                reason=held.case.reason,
            )
        ]
        if reopened:
            waiting = review_cases.read_cases(session, member_id)
            review_cases.write_cases(session, member_id, [*waiting, *reopened])
    withdraw(session, lesson)
    session.execute(delete(DecisionEffect).where(DecisionEffect.decision_id == decision_id))


def _read(session: Session, decision_id: uuid.UUID) -> tuple[Lesson, list[OpenCase]]:
    rows = session.execute(
        select(
            DecisionEffect.id, DecisionEffect.key_id, DecisionEffect.wrapped_key, DecisionEffect.sealed
        ).where(DecisionEffect.decision_id == decision_id)
    )
    (blob,) = open_sealed([SealedPage(*row) for row in rows], table=TABLE)
    body = review_cases.unpacked(blob)
    lesson = Lesson(**{**body["lesson"], "debtor_id": uuid.UUID(body["lesson"]["debtor_id"])})
    cases = [
        OpenCase(
            id=uuid.UUID(row["id"]), member_id=uuid.UUID(row["member"]), case=review_cases.case_from(row)
        )
        for row in body["cases"]
    ]
    return lesson, cases
