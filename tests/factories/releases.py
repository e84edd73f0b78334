"""Releases for tests: plausible values by the step of each ladder, and their bodies."""

import json
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from anonymization.parameters import DEFAULT, Scale
from network.models import Debtor, Release, ReleaseEpoch
from network.schemas.release import AGING_BUCKETS, PAID_CLASSES, Band, ReleasedValues, ReleaseSchema
from network.services.release_bodies import index_of_bands
from network.services.release_log import append_epoch, sign_head
from network.transaction import unit_of_work

DAYS = DEFAULT.days.bands
SHARES = DEFAULT.share.bands
EUROS = 9  # the first step is 10,000 to 20,000
_FIRST_EUROS = 4
DAY = date(2026, 11, 21)
DEBTOR = uuid.UUID("5f0c2f8e-6a0e-4f43-9a35-8c2b7f1f0a11")


def band(scale: Scale, step: int) -> Band:
    low, high = scale.ends(step)
    return Band(low=low, high=high)


def released(
    epoch: str,
    *,
    debtor: uuid.UUID = DEBTOR,
    days: int = 1,
    past_due: int = 2,
    exposure: int = 3,
    suppliers: int = 0,
    over_90: int = 0,
    aging: Sequence[int] | None = None,
) -> ReleasedValues:
    """Return the values of one release; each figure is a step of its ladder, 0 the lowest."""
    steps = aging or (
        max(0, 7 - past_due),
        past_due,
        max(0, past_due - 1),
        max(0, past_due - 2),
        max(0, past_due - 3),
    )
    return ReleasedValues(
        debtor=str(debtor),
        epoch=epoch,
        contributors=band(DEFAULT.contributors, suppliers),
        exposure=band(DEFAULT.exposure, exposure + _FIRST_EUROS),
        past_due_share=band(DEFAULT.share, past_due),
        days_beyond_terms=band(DEFAULT.days, days),
        payment_index=index_of_bands(DEFAULT)[days],
        aging={name: band(DEFAULT.share, step) for name, step in zip(AGING_BUCKETS, steps, strict=True)},
        paid={
            name: band(DEFAULT.share, step)
            for name, step in zip(PAID_CLASSES, (max(0, 6 - over_90), past_due // 2, over_90), strict=True)
        },
    )


def body_of(values: ReleasedValues) -> str:
    """Return the canonical body of a release; the same figures are dumped once, for that is what takes time."""
    key = repr(replace(values, debtor="", epoch=""))
    if key not in _FIGURES:
        _FIGURES[key] = _figures(values)
    whole = {**_FIGURES[key], "debtor": values.debtor, "epoch": values.epoch}
    return json.dumps(whole, sort_keys=True, separators=(",", ":"))


_FIGURES: dict[str, dict[str, Any]] = {}


def _figures(values: ReleasedValues) -> dict[str, Any]:
    low, value, high = values.payment_index
    dumped: dict[str, Any] = ReleaseSchema().dump(
        {
            "debtor": values.debtor,
            "epoch": values.epoch,
            "currency": "EUR",
            "contributors": values.contributors,
            "exposure": values.exposure,
            "past_due_share": values.past_due_share,
            "days_beyond_terms": values.days_beyond_terms,
            "payment_index": {"low": low, "value": value, "high": high},
            "aging": values.aging,
            "paid": values.paid,
        }
    )
    return dumped


def months(first: str, count: int) -> tuple[str, ...]:
    """Return `count` months from `first` ("2025-01") on."""
    start = int(first[:4]) * 12 + int(first[5:]) - 1
    return tuple(f"{place // 12}-{place % 12 + 1:02d}" for place in range(start, start + count))


def new_debtor(
    name: str = "Tôlerie Chaumont", *, is_listed: bool = True, debtor_id: uuid.UUID = DEBTOR, **fields: str
) -> uuid.UUID:
    """Make a debtor; `fields` are further columns, such as city."""
    with unit_of_work() as session:
        session.add(Debtor(id=debtor_id, name=name, is_listed=is_listed, **fields))
    return debtor_id


def new_debtors(ids: Iterable[uuid.UUID]) -> None:
    """Make many listed debtors of one name at once."""
    with unit_of_work() as session:
        session.add_all(Debtor(id=debtor_id, name="Tôlerie Chaumont", is_listed=True) for debtor_id in ids)


def close_month(epoch: str, *releases: ReleasedValues, day: date = DAY) -> None:
    """Make `epoch` a closed one with these releases, in the log and under a head; all else of a close left out."""
    bodies = [body_of(values) for values in releases]
    with unit_of_work() as session:
        appended = append_epoch(session, epoch=epoch, bodies=bodies, parameters=DEFAULT)
        session.add(
            ReleaseEpoch(
                epoch=epoch,
                profile="default",
                debtors=len(releases),
                published=len(releases),
                withheld=0,
                log_size=appended.log.size,
                log_root=appended.log.root,
                log_frontier=appended.log.to_bytes(),
            )
        )
        session.add_all(
            Release(
                debtor_id=uuid.UUID(values.debtor),
                epoch=values.epoch,
                leaf=leaf,
                payment_index=values.payment_index[1],
                body=body,
            )
            for leaf, (values, body) in enumerate(zip(releases, bodies, strict=True), appended.first_leaf)
        )
        sign_head(session, day=day)
