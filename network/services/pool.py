"""Opens the private ledgers at the close of an epoch and lays their positions side by side, in euros.

This is the epoch line: what is returned here goes into the release pipeline and nowhere else.
"""

import calendar
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl
from sqlalchemy import select
from sqlalchemy.orm import Session

from anonymization.pseudonyms import ids_of, ids_of_text
from anonymization.records import AMOUNTS, Contributions
from network.models import ExchangeRate, Member
from network.services import private_pages
from network.services.private_pages import Content

CARRIED_MONTHS = 2
"""A missing upload is carried forward at most so long (docs/privacy.md, step 1)."""
RATE_DAYS = 7
"""A rate older than this at the month's end is no rate: markets close for four days at most."""
BASE_CURRENCY = "EUR"


@dataclass(frozen=True, slots=True)
class Pool:
    """The positions of one epoch, ready for the pipeline.

    `without_rate` counts, by currency, the rows left out because no rate of the last seven days was there.
    """

    contributions: Contributions
    without_rate: dict[str, int]


def month_before(epoch: str, months: int = 1) -> str:
    """Return the month so many months before `epoch` (YYYY-MM)."""
    total = int(epoch[:4]) * 12 + int(epoch[5:]) - 1 - months
    return f"{total // 12}-{total % 12 + 1:02d}"


def last_day(epoch: str) -> date:
    """Return the last day of a month (YYYY-MM)."""
    year, month = int(epoch[:4]), int(epoch[5:])
    return date(year, month, calendar.monthrange(year, month)[1])


def gather(session: Session, *, epoch: str) -> Pool:
    """Open every member's freshest positions at `epoch` (at most two months old) and place them on debtors."""
    members = session.execute(select(Member.id, Member.group_id)).all()
    groups = ids_of(group_id for _, group_id in members)
    positions, customers = _open_ledgers(session, [member_id for member_id, _ in members], epoch)
    if not positions:
        return Pool(contributions=Contributions.none(), without_rate={})
    placed = pl.concat(positions).join(pl.concat(customers), on=["member", "customer_id"], how="inner")
    rates = _rates(session, placed["currency"].unique().to_list(), last_day(epoch))
    lost = placed.filter(~pl.col("currency").is_in(list(rates)))
    in_euros = placed.with_columns(
        pl.col(*AMOUNTS) / pl.col("currency").replace_strict(rates, default=None, return_dtype=pl.Float64)
    ).drop_nulls("current")
    # One row a (member, debtor): a member may keep several accounts of one debtor, in several currencies.
    rows = in_euros.group_by("member", "debtor_id", "age").agg(pl.col(*AMOUNTS).sum())
    debtors = rows["debtor_id"].unique()
    place = rows["debtor_id"].replace_strict(debtors, range(debtors.len()), return_dtype=pl.Int64)
    return Pool(
        contributions=Contributions(
            group=groups[rows["member"].to_numpy()],
            debtor=ids_of_text(debtors.to_list())[place.to_numpy()],
            amounts=rows.select(AMOUNTS).to_numpy(),
            age=rows["age"].to_numpy(),
        ),
        without_rate=dict(lost["currency"].value_counts().iter_rows()),
    )


def _open_ledgers(
    session: Session, members: Sequence[uuid.UUID], epoch: str
) -> tuple[list[pl.DataFrame], list[pl.DataFrame]]:
    """Return the freshest positions and the placed customers of each member that has any, in one query."""
    tags: dict[bytes, tuple[int, int | None]] = {}
    for place, member_id in enumerate(members):
        tags[private_pages.slot_tag(member_id, Content.CUSTOMERS)] = (place, None)
        for months in range(CARRIED_MONTHS + 1):
            period = month_before(epoch, months)
            tags[private_pages.slot_tag(member_id, Content.POSITIONS, period)] = (place, months)
    freshest: dict[int, tuple[int, pl.DataFrame]] = {}
    customers: list[pl.DataFrame] = []
    for tag, frame in private_pages.read_slots(session, list(tags)).items():
        number, age = tags[tag]
        if age is None:
            customers.append(_placed(frame, number))
        elif number not in freshest or age < freshest[number][0]:
            freshest[number] = (age, frame)
    positions = [
        frame.select(
            pl.lit(number, dtype=pl.Int32).alias("member"),
            pl.lit(age, dtype=pl.Int8).alias("age"),
            "customer_id",
            "currency",
            pl.col(*AMOUNTS).cast(pl.Float64),
        )
        for number, (age, frame) in freshest.items()
    ]
    return positions, customers


def _placed(customers: pl.DataFrame, member: int) -> pl.DataFrame:
    return customers.drop_nulls("debtor_id").select(
        pl.lit(member, dtype=pl.Int32).alias("member"), "customer_id", "debtor_id"
    )


def _rates(session: Session, currencies: Sequence[str], day: date) -> dict[str, float]:
    """Return units of each currency for one euro: the last rate on or before `day`, at most seven days old."""
    found = session.execute(
        select(ExchangeRate.currency, ExchangeRate.rate)
        .where(
            ExchangeRate.currency.in_(currencies),
            ExchangeRate.day <= day,
            ExchangeRate.day >= day - timedelta(days=RATE_DAYS),
        )
        .distinct(ExchangeRate.currency)
        .order_by(ExchangeRate.currency, ExchangeRate.day.desc())
    )
    return {BASE_CURRENCY: 1.0, **{currency: float(rate) for currency, rate in found}}
