"""Which debtors of a simulated network are worth a look: the simulation knows the truth, the releases what is shown."""

import uuid
from dataclasses import dataclass

import numpy as np
import polars as pl
from sqlalchemy import select

from network.cli.demo_memo import WorthALook
from network.i18n import mark
from network.models import Debtor, DebtorIdentifier, Release
from network.transaction import reading
from simulation import Economy

WATCHED = 10
_LOOK_BACK = 6
_STEADY_SHARE = 0.75
"""A history with fewer of its months published has more gaps than line."""


@dataclass(frozen=True, slots=True)
class Interest:
    """Debtors in trouble that the network knows: their numbers in the simulation and ids in the network, worst first.

    `failed` are those of them that stopped paying inside the window.
    """

    numbers: tuple[int, ...]
    ids: tuple[uuid.UUID, ...]
    failed: frozenset[uuid.UUID]


def look_up(economy: Economy) -> Interest:
    """Return the debtors that fail around the end of the window, or will soon and show it."""
    end = np.datetime64(economy.months[-1], "M").astype("datetime64[D]") + 31
    distance = np.abs((economy.default_dates - end).astype(float))
    distance[np.isnat(economy.default_dates)] = np.inf
    near = [
        int(number)
        for number in np.argsort(distance, kind="stable")[: 4 * WATCHED]
        if np.isfinite(distance[number])
    ]
    numbers = list(dict.fromkeys([*(int(number) for number in economy.unfolding()[:WATCHED]), *near]))
    known = _ids(economy, numbers)
    kept = [number for number in numbers if number in known]
    failed = frozenset(known[number] for number in kept if economy.default_dates[number] < end)
    return Interest(numbers=tuple(kept), ids=tuple(known[number] for number in kept), failed=failed)


def _ids(economy: Economy, numbers: list[int]) -> dict[int, uuid.UUID]:
    """Return the debtors of the network that bear the SIREN or VAT number of these."""
    rows = economy.debtors.filter(pl.col("debtor").is_in(numbers)).select("debtor", "siren", "vat")
    wanted = {value: number for number, *values in rows.iter_rows() for value in values if value}
    with reading() as session:
        found = session.execute(
            select(DebtorIdentifier.value, DebtorIdentifier.debtor_id).where(
                DebtorIdentifier.value.in_(list(wanted))
            )
        )
        return {wanted[value]: debtor_id for value, debtor_id in found}


def worth_watching(interest: Interest) -> list[uuid.UUID]:
    """Return those of them that are published already, so that they may be watched."""
    with reading() as session:
        listed = set(session.scalars(select(Debtor.id).where(Debtor.id.in_(interest.ids), Debtor.is_listed)))
    return [debtor_id for debtor_id in interest.ids if debtor_id in listed][:WATCHED]


def pick(interest: Interest) -> tuple[WorthALook, ...]:
    """Return one debtor that worsens, one that has failed, and one that pays as agreed; fewer in a small network."""
    history = _history()
    if history.is_empty():
        return ()
    last, months = history["epoch"].max(), history["epoch"].n_unique()
    now = history.group_by("debtor").agg(
        pl.col("index").last().alias("now"),
        pl.col("index").tail(_LOOK_BACK + 1).first().alias("before"),
        pl.col("epoch").last() == last,
        pl.len().cast(pl.Int64).alias("releases"),
        (pl.len() < _STEADY_SHARE * months).alias("gaps"),
    )
    shown = now.filter(pl.col("epoch") & pl.col("before").is_not_null())
    failed = pl.col("debtor").is_in([str(debtor_id) for debtor_id in interest.failed])
    worsening = shown.filter(~failed & (pl.col("now") < pl.col("before"))).sort(
        "gaps", pl.col("now") - pl.col("before"), -pl.col("releases"), "debtor"
    )
    failing = now.filter(failed & pl.col("before").is_not_null()).sort(
        "gaps", "now", -pl.col("releases"), "debtor"
    )
    good = shown.sort(-pl.col("now"), -pl.col("releases"), "debtor")
    chosen = [
        *_described(worsening, mark("pays later month by month")),
        *_described(failing, mark("has stopped paying")),
        *_described(good, mark("pays as agreed")),
    ]
    return tuple(chosen)


def _history() -> pl.DataFrame:
    """Return (debtor, epoch, index) of every release, by debtor and month."""
    with reading() as session:
        rows = session.execute(
            select(Release.debtor_id, Release.epoch, Release.payment_index).order_by(
                Release.debtor_id, Release.epoch
            )
        ).all()
    columns = {"debtor": pl.String, "epoch": pl.String, "index": pl.Int64}
    return pl.DataFrame([(str(row[0]), row[1], row[2]) for row in rows], schema=columns, orient="row")


def _described(frame: pl.DataFrame, why: str) -> list[WorthALook]:
    if frame.is_empty():
        return []
    first = frame.row(0, named=True)
    with reading() as session:
        name = session.scalars(select(Debtor.name).where(Debtor.id == uuid.UUID(first["debtor"]))).one()
    return [
        WorthALook(id=first["debtor"], name=name, why=why, index_before=first["before"], index=first["now"])
    ]
