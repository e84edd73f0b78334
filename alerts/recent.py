"""What turned lately about debtors, for search: the rules over the last closed months, whether or not anybody watched."""

import uuid
from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import attrgetter

from sqlalchemy import text
from sqlalchemy.orm import Session

from alerts.matching import closed_epochs
from alerts.movements import WINDOW
from alerts.rules import turns
from network.schemas.release import read_release

_RELEASES = text("""
    SELECT debtor_id, epoch, body,
           replace(body, '"epoch":"' || epoch || '"', '') AS figures,
           EXISTS (SELECT FROM release older WHERE older.debtor_id = release.debtor_id AND older.epoch < :first) AS older
    FROM release
    WHERE debtor_id = ANY (CAST(:ids AS uuid[])) AND epoch = ANY (CAST(:epochs AS text[]))
    ORDER BY debtor_id, epoch
""")


def recent_turns(
    session: Session, debtor_ids: Sequence[uuid.UUID], *, months: int
) -> Mapping[uuid.UUID, tuple[str, ...]]:
    """Return the names of the rules that held for each debtor in the last closed months, newest first.

    A debtor with the same figures in every month looked at is passed over, which most are: no rule holds for it.
    """
    epochs = closed_epochs(session, limit=months + WINDOW)
    if not epochs or not debtor_ids:
        return {}
    rows = session.execute(
        _RELEASES, {"ids": list(debtor_ids), "epochs": list(epochs), "first": epochs[0]}
    ).all()
    found = {}
    for debtor_id, of_debtor in groupby(rows, key=attrgetter("debtor_id")):
        releases = list(of_debtor)
        if len(releases) == len(epochs) and releases[0].older and len({row.figures for row in releases}) == 1:
            continue
        happened = turns(
            [read_release(row.body) for row in releases],
            epochs=epochs,
            since=epochs[-months:][0],
            published_earlier=releases[0].older,
        )
        found[debtor_id] = tuple(dict.fromkeys(one.rule.name for one in happened))
    return found
