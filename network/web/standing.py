"""Where a debtor stands, in sentences: against its own past, and against the reader's own ledger. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import groupby
from operator import attrgetter

from network.indicators.days_beyond_terms import days_beyond_terms_of_aging
from network.schemas.release import AGING_BUCKETS, ReleasedValues
from network.services.profiles import OwnPosition
from network.web.charts import month_before


@dataclass(frozen=True, slots=True)
class Move:
    """How the Payment Index of the last release compares with the one `months` earlier.

    `is_clear` tells whether the two ranges do not touch; only then did the index certainly move.
    """

    months: int
    epoch: str
    points: int
    is_clear: bool


class Verdict(StrEnum):
    """How the reader is paid against the others."""

    SOONER = "sooner"
    ALIKE = "alike"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class OwnStanding:
    """The reader's own ledger on a debtor at its last month's end, in one currency; amounts in minor units.

    `days` is days beyond terms by the formula of an aged balance, None where nothing is owed or a credit
    stands against a bucket; `verdict` compares it
    with the last release, None where there is none.
    """

    period: str
    currency: str
    balance: int
    past_due: int
    past_due_share: Decimal | None
    days: int | None
    verdict: Verdict | None


def moves(releases: Sequence[ReleasedValues], *, back: Sequence[int] = (3, 12)) -> tuple[Move, ...]:
    """Return the moves of the index against the months `back`; those without a release are left out.

    `releases` are oldest first.
    """
    if not releases:
        return ()
    by_epoch = {release.epoch: release for release in releases}
    now = releases[-1]
    found = []
    for months in back:
        then = by_epoch.get(month_before(now.epoch, months))
        if then is None:
            continue
        low, value, high = now.payment_index
        low_then, value_then, high_then = then.payment_index
        found.append(
            Move(
                months=months,
                epoch=then.epoch,
                points=value - value_then,
                is_clear=low > high_then or high < low_then,
            )
        )
    return tuple(found)


def own_standings(
    positions: Sequence[OwnPosition], *, against: ReleasedValues | None
) -> tuple[OwnStanding, ...]:
    """Return the reader's standing in each currency at the last month of its own ledger, largest balance first.

    `against` is the last release of the debtor.
    """
    by_currency = {
        currency: max(held, key=attrgetter("period"))
        for currency, held in groupby(
            sorted(positions, key=attrgetter("currency")), key=attrgetter("currency")
        )
    }
    standings = (_own_standing(position, against) for position in by_currency.values())
    return tuple(sorted(standings, key=attrgetter("balance"), reverse=True))


def _own_standing(position: OwnPosition, against: ReleasedValues | None) -> OwnStanding:
    buckets = [int(getattr(position, bucket)) for bucket in AGING_BUCKETS]
    balance, past_due = sum(buckets), sum(buckets[1:])
    days = round(float(days_beyond_terms_of_aging(buckets))) if balance > 0 and min(buckets) >= 0 else None
    return OwnStanding(
        period=position.period,
        currency=position.currency,
        balance=balance,
        past_due=past_due,
        past_due_share=None if days is None else Decimal(past_due) / balance,
        days=days,
        verdict=None if days is None or against is None else _verdict(days, against),
    )


def _verdict(days: int, against: ReleasedValues) -> Verdict:
    band = against.days_beyond_terms
    if days < band.low:
        return Verdict.SOONER
    if band.high is not None and days > band.high:
        return Verdict.LATER
    return Verdict.ALIKE
