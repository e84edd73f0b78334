"""What changed x who watches it, by sets.

The cost grows with the debtors that are both watched and changed, never with the network: one statement finds them
through the primary key of the releases, by comparing this epoch's text with that of the epoch before. Equal figures
are no news under any rule (see `alerts.rules`), so nothing is missed. Only the found debtors' releases of the window
are fetched, in chunks, so that memory stays flat.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from sqlalchemy import Row, select, text
from sqlalchemy.orm import Session

from alerts.rules import WINDOW, Happening, Movement, happenings
from network.models import ReleaseEpoch
from network.schemas.release import ReleasedValues, read_release

CHUNK = 5_000  # rows in flight: 5,000 bodies of 900 bytes are 5 MB

# Two texts of one debtor differ in their month by nature; apart from it they are equal where no figure changed.
_CHANGED = text("""
    WITH watched AS (SELECT DISTINCT debtor_id FROM watch),
    changed AS MATERIALIZED (
        SELECT watched.debtor_id,
               (SELECT min(epoch) FROM release AS first WHERE first.debtor_id = watched.debtor_id) < :epoch
                   AS was_published
        FROM watched
        LEFT JOIN release AS now ON now.debtor_id = watched.debtor_id AND now.epoch = :epoch
        LEFT JOIN release AS last ON last.debtor_id = watched.debtor_id AND last.epoch = :last
        WHERE now.body IS DISTINCT FROM replace(last.body, '"epoch":"' || :last || '"', '"epoch":"' || :epoch || '"')
    )
    SELECT CAST(changed.debtor_id AS text) AS debtor, release.epoch, release.body, changed.was_published
    FROM changed
    JOIN release ON release.debtor_id = changed.debtor_id AND release.epoch = ANY(:months)
    ORDER BY changed.debtor_id, release.epoch
""")


@dataclass(frozen=True, slots=True)
class _Months:
    epoch: str
    earlier: tuple[str, ...]

    @property
    def last(self) -> str:
        return self.earlier[-1] if self.earlier else ""


def find_happenings(session: Session, *, epoch: str) -> Iterator[Happening]:
    """Yield what is news in a closed epoch about every debtor that somebody watches, ordered by debtor.

    Reads releases and watches alone. `epoch` must have its releases in the session's transaction; it need not have
    its row among the closed epochs yet.
    """
    months = _Months(epoch=epoch, earlier=_closed_before(session, epoch=epoch))
    found = session.execute(
        _CHANGED.execution_options(yield_per=CHUNK),
        {"epoch": epoch, "last": months.last, "months": [*months.earlier, epoch]},
    )
    for debtor, rows in groupby(found, key=attrgetter("debtor")):
        yield from _of_debtor(debtor, list(rows), months)


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
    debtor: str, rows: Sequence[Row[tuple[str, str, str, bool]]], months: _Months
) -> tuple[Happening, ...]:
    published: Mapping[str, ReleasedValues] = {row.epoch: read_release(row.body) for row in rows}
    movement = Movement(
        now=published.get(months.epoch),
        last=published.get(months.last),
        window=tuple(published[month] for month in months.earlier if month in published),
        was_published=rows[0].was_published,
    )
    return happenings(movement, debtor=debtor, epoch=months.epoch)
