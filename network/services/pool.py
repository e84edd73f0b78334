"""Opens the private ledgers at the close of an epoch and lays their positions side by side, in euros.

This is the epoch line: what is returned here goes into the release pipeline and nowhere else.
"""

import calendar
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from anonymization.pseudonyms import ids_of, ids_of_text
from anonymization.records import AMOUNTS, Contributions
from network.models import ExchangeRate, Member
from network.resolution.standing import standing_beside
from network.services import private_pages
from network.services.private_pages import Content

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


def gather(
    session: Session, *, epoch: str, carried_months: int, without: frozenset[uuid.UUID] = frozenset()
) -> Pool:
    """Open every member's freshest positions at `epoch`, at most `carried_months` old, and place them on debtors.

    Where debtors were judged to be one company, on the one that stands for it: what a group has on several of them is
    one voice. The caller holds the judgements still. What is said of debtors in `without` is left out.
    """
    members = session.execute(select(Member.id, Member.group_id)).all()
    groups = ids_of(group_id for _, group_id in members)
    positions, customers = _open_ledgers(
        session, [member_id for member_id, _ in members], epoch, carried_months
    )
    placed = positions.join(
        customers.select("member", "customer_id", "debtor_id"), on=["member", "customer_id"], how="inner"
    )
    if without:
        placed = placed.filter(~pl.col("debtor_id").is_in([str(held) for held in without]))
    rates = _rates(session, placed["currency"].unique().to_list(), last_day(epoch))
    placed = standing_beside(session, placed)
    has_rate = placed["currency"].is_in(list(rates))
    lost = placed["currency"].filter(~has_rate).value_counts()
    kept = placed.filter(has_rate)
    if kept.is_empty():
        return Pool(contributions=Contributions.none(), without_rate=dict(lost.iter_rows()))
    rate = kept["currency"].replace_strict(rates, return_dtype=pl.Float64).to_numpy()
    debtors = kept["stands_for"].unique()
    place = kept["stands_for"].replace_strict(
        debtors, pl.int_range(debtors.len(), eager=True), return_dtype=pl.Int64
    )
    return Pool(
        contributions=Contributions(
            group=groups[kept["member"].to_numpy()],
            debtor=ids_of_text(debtors.to_list())[place.to_numpy()],
            amounts=kept.select(AMOUNTS).to_numpy() / rate[:, np.newaxis],
            age=kept["age"].to_numpy(),
        ),
        without_rate=dict(lost.iter_rows()),
    )


def _open_ledgers(
    session: Session, members: Sequence[uuid.UUID], epoch: str, carried_months: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the freshest positions and the placed customers of all members, fetched in one query.

    Both frames carry `member`, its place in `members`; the positions their `age` besides.
    """
    months = {month_before(epoch, age): age for age in range(carried_months + 1)}
    positions: dict[bytes, tuple[int, int]] = {}
    books: dict[bytes, int] = {}
    for member, member_id in enumerate(members):
        books[private_pages.slot_tag(member_id, Content.CUSTOMERS)] = member
        for period, age in months.items():
            positions[private_pages.slot_tag(member_id, Content.POSITIONS, period)] = (member, age)
    pages = private_pages.read_pages(session, [*books, *positions])
    freshest: dict[int, tuple[int, bytes]] = {}
    for slot in pages.keys() & positions.keys():
        member, age = positions[slot]
        freshest[member] = min((age, slot), freshest.get(member, (carried_months + 1, slot)))
    opened = {member: private_pages.open_slot(pages[slot]) for member, (_, slot) in freshest.items()}
    placed = {books[slot]: private_pages.open_slot(pages[slot]) for slot in pages.keys() & books.keys()}
    ages = pl.Series("age", [freshest[member][0] for member in opened], dtype=pl.Int8)
    return (
        _side_by_side(opened).with_columns(
            ages.gather(np.repeat(np.arange(len(opened)), [frame.height for frame in opened.values()]))
        ),
        _side_by_side(placed).drop_nulls("debtor_id"),
    )


def _side_by_side(frames: Mapping[int, pl.DataFrame]) -> pl.DataFrame:
    """Return the members' frames in one, with the column `member`."""
    if not frames:
        texts = dict.fromkeys(("customer_id", "debtor_id", "currency"), pl.String)
        return pl.DataFrame(schema={"member": pl.Int32, **texts})
    lengths = [frame.height for frame in frames.values()]
    member = pl.Series("member", np.repeat(np.array(list(frames), dtype=np.int32), lengths))
    return pl.concat(frames.values(), rechunk=False).with_columns(member)


def _rates(session: Session, currencies: Sequence[str], day: date) -> dict[str, float]:
    """Return units of each currency for one euro: the last rate on or before `day`, at most seven days old."""
    found = session.execute(
        select(ExchangeRate.currency, ExchangeRate.rate)
        .where(
            ExchangeRate.currency.in_(currencies),
            ExchangeRate.day <= day,
            ExchangeRate.day >= day - timedelta(days=RATE_DAYS),
        )
        .ext(distinct_on(ExchangeRate.currency))
        .order_by(ExchangeRate.currency, ExchangeRate.day.desc())
    )
    return {BASE_CURRENCY: 1.0, **{currency: float(rate) for currency, rate in found}}
