"""What changed x who watches it, by sets.

The cost grows with the debtors that are both watched and changed, never with the network: one statement finds them
through the primary key of the releases, by comparing this epoch's text with that of the epoch before. Equal figures
are no news under any rule (see `alerts.rules`), but for a steady return, so nothing is missed. Only the found debtors' releases of the window
are fetched, in chunks, so that memory stays flat.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter

from sqlalchemy import Row, select, text
from sqlalchemy.orm import Session

from alerts.movements import WINDOW, movement_at
from alerts.rules import Happening, happenings
from network.models import ReleaseEpoch
from network.schemas.release import read_release

CHUNK = 5_000  # rows in flight: 5,000 bodies of 900 bytes are 5 MB

# Two texts of one debtor differ in their month by nature; apart from it they are equal where no figure changed. A
# debtor that may be back after a silence is looked at even so. A watch on a debtor for which another one stands sees that one.
_CHANGED = text("""
    WITH watched AS (
        SELECT DISTINCT coalesce(debtor.merged_into, debtor.id) AS debtor_id
        FROM watch JOIN debtor ON debtor.id = watch.debtor_id
    ),
    changed AS MATERIALIZED (
        SELECT watched.debtor_id,
               (SELECT min(epoch) FROM release AS every WHERE every.debtor_id = watched.debtor_id) AS first
        FROM watched
        LEFT JOIN release AS now ON now.debtor_id = watched.debtor_id AND now.epoch = :epoch
        LEFT JOIN release AS last ON last.debtor_id = watched.debtor_id AND last.epoch = :last
        LEFT JOIN release AS oldest ON oldest.debtor_id = watched.debtor_id AND oldest.epoch = :oldest
        WHERE now.body IS DISTINCT FROM replace(last.body, '"epoch":"' || :last || '"', '"epoch":"' || :epoch || '"')
           OR (now.body IS NOT NULL AND oldest.body IS NULL)
    )
    SELECT CAST(changed.debtor_id AS text) AS debtor, release.epoch, release.body, changed.first
    FROM changed
    JOIN release ON release.debtor_id = changed.debtor_id AND release.epoch = ANY(:months)
    ORDER BY changed.debtor_id, release.epoch
""")


def find_happenings(session: Session, *, epoch: str) -> Iterator[Happening]:
    """Yield what is news in a closed epoch about every debtor that somebody watches, ordered by debtor.

    Reads releases and watches alone. `epoch` must have its releases in the session's transaction; it need not have
    its row among the closed epochs yet.
    """
    earlier = _closed_before(session, epoch=epoch)
    found = session.execute(
        _CHANGED.execution_options(yield_per=CHUNK),
        {
            "epoch": epoch,
            "last": earlier[-1] if earlier else "",
            "oldest": earlier[0] if earlier else "",
            "months": [*earlier, epoch],
        },
    )
    for debtor, rows in groupby(found, key=attrgetter("debtor")):
        yield from _of_debtor(debtor, list(rows), earlier=earlier, epoch=epoch)


def closed_epochs(session: Session, *, limit: int | None = None) -> tuple[str, ...]:
    """Return the closed epochs of the network, oldest first; the last `limit` of them where it is given."""
    latest = session.scalars(select(ReleaseEpoch.epoch).order_by(ReleaseEpoch.epoch.desc()).limit(limit))
    return tuple(reversed(latest.all()))


def _closed_before(session: Session, *, epoch: str) -> tuple[str, ...]:
    earlier = session.scalars(
        select(ReleaseEpoch.epoch)
        .where(ReleaseEpoch.epoch < epoch)
        .order_by(ReleaseEpoch.epoch.desc())
        .limit(WINDOW)
    )
    return tuple(reversed(earlier.all()))


def _of_debtor(
    debtor: str, rows: Sequence[Row[tuple[str, str, str, str]]], *, earlier: Sequence[str], epoch: str
) -> tuple[Happening, ...]:
    published = {row.epoch: read_release(row.body) for row in rows}
    movement = movement_at(earlier, epoch, published, first=rows[0].first)
    return happenings(movement, debtor=debtor, epoch=epoch)
