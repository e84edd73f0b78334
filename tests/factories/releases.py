"""Releases for tests: plausible values by the step of each ladder, and their bodies."""

import json
import uuid
from collections.abc import Sequence
from decimal import Decimal

from network.schemas.release import AGING_BUCKETS, PAID_CLASSES, Band, ReleasedValues, ReleaseSchema

DAYS = ("-30", "0", "7", "15", "22", "30", "60", "90", None)
SHARES = ("0", "0.02", "0.05", "0.10", "0.20", "0.35", "0.50", "0.75", "1")
EUROS = ("10000", "20000", "50000", "100000", "200000", "500000", "1000000", "2000000", None)
SUPPLIERS = (("5", "9"), ("10", "19"), ("20", None))
INDEX_OF_DAYS = {"-30": 100, "0": 80, "7": 75, "15": 70, "22": 60, "30": 50, "60": 40, "90": 30, None: 0}
DEBTOR = uuid.UUID("5f0c2f8e-6a0e-4f43-9a35-8c2b7f1f0a11")


def band(ladder: Sequence[str | None], step: int) -> Band:
    low, high = ladder[step], ladder[step + 1]
    return Band(low=Decimal(str(low)), high=None if high is None else Decimal(high))


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
    low_days, high_days = DAYS[days], DAYS[days + 1]
    top, bottom = INDEX_OF_DAYS[low_days], INDEX_OF_DAYS[high_days]
    low, high = SUPPLIERS[suppliers]
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
        contributors=Band(low=Decimal(low), high=None if high is None else Decimal(high)),
        exposure=band(EUROS, exposure),
        past_due_share=band(SHARES, past_due),
        days_beyond_terms=band(DAYS, days),
        payment_index=(bottom, (top + bottom) // 2, top),
        aging={name: band(SHARES, step) for name, step in zip(AGING_BUCKETS, steps, strict=True)},
        paid={
            name: band(SHARES, step)
            for name, step in zip(PAID_CLASSES, (max(0, 6 - over_90), past_due // 2, over_90), strict=True)
        },
    )


def body_of(values: ReleasedValues) -> str:
    """Return the canonical body of a release."""
    low, value, high = values.payment_index
    dumped = ReleaseSchema().dump(
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
    return json.dumps(dumped, sort_keys=True, separators=(",", ":"))


def months(first: str, count: int) -> tuple[str, ...]:
    """Return `count` months from `first` ("2025-01") on."""
    start = int(first[:4]) * 12 + int(first[5:]) - 1
    return tuple(f"{place // 12}-{place % 12 + 1:02d}" for place in range(start, start + count))
