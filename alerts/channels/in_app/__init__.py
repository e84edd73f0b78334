"""The inbox in the product: news is written in the transaction that publishes the releases it is about.

So there is no moment at which a release is public and its news is not, and a close that is rolled back tells nobody
anything. The key of a news row is (person, debtor, epoch, rule): delivering an epoch again writes nothing twice.
"""

import json
from collections.abc import Sequence
from itertools import islice

from sqlalchemy import text
from sqlalchemy.orm import Session

from alerts.matching import find_happenings
from alerts.rules import Happening
from network.permissions import ROLE_PERMISSIONS, Permission

CHUNK = 2_000  # happenings a statement: about 1 MB of JSON

_READERS = sorted(role.value for role, rights in ROLE_PERMISSIONS.items() if Permission.NEWS_READ in rights)

_DELIVER = text("""
    INSERT INTO news (user_id, debtor_id, epoch, rule, facts)
    SELECT watch.user_id, happening.debtor, happening.epoch, happening.rule, happening.facts
    FROM jsonb_to_recordset(CAST(:happenings AS jsonb)) AS happening (debtor uuid, epoch text, rule text, facts jsonb)
    JOIN debtor ON debtor.id = happening.debtor OR debtor.merged_into = happening.debtor
    JOIN watch ON watch.debtor_id = debtor.id
    JOIN "user" AS person ON person.id = watch.user_id
    WHERE person.is_active AND person.role = ANY(:readers)
    ON CONFLICT DO NOTHING
    RETURNING 1
""")


def deliver_release(session: Session, epoch: str) -> int:
    """Write the news of a closed epoch into the inboxes of all who watch; return how many items were new.

    Runs in the caller's transaction, after its releases are written, and commits nothing. Safe to repeat. Raises
    whatever went wrong: the close must then fail as a whole.
    """
    found = find_happenings(session, epoch=epoch)
    delivered = 0
    while chunk := list(islice(found, CHUNK)):
        delivered += _deliver(session, chunk)
    return delivered


def _deliver(session: Session, chunk: Sequence[Happening]) -> int:
    records = [
        {"debtor": item.debtor, "epoch": item.epoch, "rule": item.rule.name, "facts": item.facts}
        for item in chunk
    ]
    written = session.execute(_DELIVER, {"happenings": json.dumps(records), "readers": _READERS})
    return len(written.all())
