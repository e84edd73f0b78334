"""Open lines as moderators read them in the pages: one sealed row a case, without whose it is.

The cases themselves lie under their members' tags, for the worker and their owners alone. The worker writes a sheet for
each; the database shows sheets to nobody but the pages of a moderator (docs/decisions/0120). The sheets are a copy: they
may vanish at any time and are written again from the cases.
"""

import uuid
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass, replace

from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from anonymization.vault import ROOM, SealedPage, seal_in_one_page
from network.bulk import copy_rows
from network.keystore import open_sealed
from network.models import Outbox, ReviewSheet
from network.permissions import Actor, Permission, require
from network.resolution.outcome import ReviewCase
from network.services import review_cases
from network.services.dealing import have_dealt_afterwards
from network.services.sealing_keys import sealing_ring
from network.transaction import unit_of_work

TABLE = ReviewSheet.__tablename__
_COLUMNS = ("id", "key_id", "wrapped_key", "sealed")
_LOCK = 7_104_102
"""Advisory lock: one process at a time writes sheets."""

_LONGEST_FIELD = 300
"""Characters of a field that a sheet keeps where the whole case does not fit into a page."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """An open case without its member; `id` is that of the case, which stands in clear nowhere else."""

    id: uuid.UUID
    case: ReviewCase


def write_sheets() -> int:
    """Bring the sheets into step with the open cases, where any changed; return how many were written or removed."""
    with unit_of_work() as session:
        session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
        asked = delete(Outbox).where(Outbox.topic == review_cases.TOPIC_CHANGED).returning(Outbox.id)
        if not session.scalars(asked).all():
            return 0
        have_dealt_afterwards(session)
        open_now = {held.id: held.case for held in review_cases.read_cases(session)}
        written = set(session.scalars(select(ReviewSheet.id)))
        gone = written - set(open_now)
        session.execute(
            text(f"DELETE FROM {TABLE} WHERE id = ANY (CAST(:ids AS uuid[]))"),  # noqa: S608  # our own name
            {"ids": list(map(str, gone))},
        )
        fresh = sorted(set(open_now) - written)
        if fresh:
            ring = sealing_ring(session)
            pages = (
                seal_in_one_page(_pack(open_now[case_id]), page_id=case_id, ring=ring, table=TABLE)
                for case_id in fresh
            )
            rows = ((page.id, page.key_id, page.wrapped_key, page.sealed) for page in pages)
            copy_rows(session, table=TABLE, columns=_COLUMNS, rows=rows)
        return len(gone) + len(fresh)


def read_sheets(
    session: Session, actor: Actor, *, after: uuid.UUID, limit: int, without: Collection[uuid.UUID] = ()
) -> list[Sheet]:
    """Return sheets in the order of their ids, from the first beyond `after` on and around again, at most `limit`."""
    require(actor, Permission.MATCH_REVIEW)
    columns = select(ReviewSheet.id, ReviewSheet.key_id, ReviewSheet.wrapped_key, ReviewSheet.sealed)
    wanted = columns.where(ReviewSheet.id.not_in(list(without))).order_by(ReviewSheet.id)
    rows = list(session.execute(wanted.where(ReviewSheet.id > after).limit(limit)))
    if len(rows) < limit:
        rows += session.execute(wanted.where(ReviewSheet.id <= after).limit(limit - len(rows)))
    return [_open(SealedPage(*row)) for row in rows]


def find_sheet(session: Session, actor: Actor, case_id: uuid.UUID) -> Sheet | None:
    """Return one sheet, or None where its case is settled."""
    require(actor, Permission.MATCH_REVIEW)
    columns = select(ReviewSheet.id, ReviewSheet.key_id, ReviewSheet.wrapped_key, ReviewSheet.sealed)
    row = session.execute(columns.where(ReviewSheet.id == case_id)).one_or_none()
    return None if row is None else _open(SealedPage(*row))


def count_sheets(session: Session, actor: Actor, *, without: Collection[uuid.UUID] = ()) -> int:
    """Return how many lines wait."""
    require(actor, Permission.MATCH_REVIEW)
    statement = select(func.count()).select_from(ReviewSheet).where(ReviewSheet.id.not_in(list(without)))
    return session.scalar(statement) or 0


def _open(page: SealedPage) -> Sheet:
    (blob,) = open_sealed([page], table=TABLE)
    return Sheet(id=page.id, case=review_cases.case_from(review_cases.unpacked(blob)))


def _pack(case: ReviewCase) -> bytes:
    """Return a case for a sheet: without the number that its member gives the customer, and short enough for a page.

    A case of ordinary length takes about 1 kB. Of one that no page holds the reasons go first, then what is longer than
    any name.
    """
    nameless = replace(case, customer=replace(case.customer, customer_id=""))
    shortened: Sequence[Callable[[ReviewCase], ReviewCase]] = (lambda whole: whole, _without_reasons, _cut)
    for shorten in shortened:
        nameless = shorten(nameless)
        blob = review_cases.packed(asdict(nameless))
        if len(blob) <= ROOM:
            break
    return blob


def _without_reasons(case: ReviewCase) -> ReviewCase:
    return replace(case, candidates=tuple(replace(found, reasons=()) for found in case.candidates))


def _cut(case: ReviewCase) -> ReviewCase:
    fields = {
        name: value[:_LONGEST_FIELD] if value else value for name, value in asdict(case.customer).items()
    }
    return replace(case, customer=type(case.customer)(**fields))
