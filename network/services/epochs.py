"""Closing an epoch: the private ledgers of a month become immutable releases, in one transaction."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date

import polars as pl
from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from anonymization import sleeping
from anonymization.parameters import PROFILES, Parameters
from anonymization.pseudonyms import ReleaseKeys, ids_of, ids_of_text
from anonymization.records import Closed
from anonymization.state import State
from anonymization.vault import SealedPage, seal_blob
from network.bulk import copy_frame, copy_rows
from network.errors import ConflictError
from network.i18n import mark
from network.keystore import keys, open_sealed
from network.models import Member, Outbox, PipelineState, Release, ReleaseEpoch
from network.permissions import Actor, Permission, require
from network.resolution.public_names import publish_names
from network.resolution.reference import publish_registered_names
from network.resolution.standing import hold_judgements, merged_debtors
from network.services import statement_book
from network.services.dealing import have_dealt_afterwards
from network.services.groups import apply_groups
from network.services.persons import take_out_persons
from network.services.pool import gather, last_day, month_before
from network.services.private_pages import pack, unpack
from network.services.release_bodies import encode
from network.services.release_log import append_epoch, hold_the_pen, sign_head
from network.services.sealing_keys import sealing_ring
from network.transaction import reading, unit_of_work

OnReleased = Callable[[Session, str], int]
"""Called in the transaction of the close with the epoch; returns how many pieces of news it wrote."""
Stage = Callable[[str], None]

_STATE = PipelineState.__tablename__


@dataclass(frozen=True, slots=True)
class EpochClosed:
    """What came of closing an epoch.

    `debtors` = `published` + `withheld`. `without_rate` counts, by currency, positions left out for want of an
    exchange rate. `swings` counts contributions that a moderator should look at. `on_the_way` are the months before it
    that had been left open and were closed with it.
    """

    epoch: str
    debtors: int
    published: int
    withheld: int
    seconds: float
    news: int
    swings: int
    without_rate: Mapping[str, int]
    on_the_way: tuple[str, ...] = ()


def next_epoch() -> str | None:
    """Return the month to close next: the one after the last closed, else the first that a member has sent."""
    with reading() as session:
        last = session.scalar(select(func.max(ReleaseEpoch.epoch)))
        if last is not None:
            return month_before(last, -1)
        first = [periods[0] for periods in _periods_sent(session) if periods]
        return min(first, default=None)


def epochs_sent() -> list[str]:
    """Return every month of which some member's ledger speaks, oldest first."""
    with reading() as session:
        return sorted({period for periods in _periods_sent(session) for period in periods})


def _periods_sent(session: Session) -> list[list[str]]:
    members = session.scalars(select(Member.id))
    return [statement_book.periods_in_force(statement_book.read_book(session, held)) for held in members]


def close_epoch(
    actor: Actor,
    *,
    epoch: str,
    today: date,
    profile: str = "default",
    on_released: OnReleased | None = None,
    stage: Stage = lambda _name: None,
) -> EpochClosed:
    """Close a month, and those before it that were left open: pool, pipeline, releases, log, state and news.

    All of it happens in one transaction. The answer is that of `epoch` itself.

    Args:
        actor: the operator.
        epoch: the month, YYYY-MM; later than every closed one.
        today: a month that has not ended by then is not closed.
        profile: the privacy parameters, "default" or "trade".
        on_released: writes what follows from the releases in the same transaction.
        stage: called with the name of each stage as it begins.

    Raises:
        ConflictError: the month has not ended, or it or a later one is closed already.
    """
    require(actor, Permission.RELEASE_CLOSE)
    with unit_of_work() as session:
        have_dealt_afterwards(session)
        hold_the_pen(session)
        hold_judgements(session)
        last = session.scalar(select(func.max(ReleaseEpoch.epoch)))
        _check_order(epoch, last, today)
        # The pipeline counts its delays in closes, so months that nobody closed are closed on the way.
        month = epoch if last is None else month_before(last, -1)
        on_the_way = []
        while month < epoch:
            _close_month(
                session,
                epoch=month,
                today=today,
                parameters=PROFILES[profile],
                on_released=on_released,
                stage=stage,
            )
            on_the_way.append(month)
            month = month_before(month, -1)
        closed = _close_month(
            session,
            epoch=epoch,
            today=today,
            parameters=PROFILES[profile],
            on_released=on_released,
            stage=stage,
        )
        return replace(closed, on_the_way=tuple(on_the_way))


def _close_month(
    session: Session,
    *,
    epoch: str,
    today: date,
    parameters: Parameters,
    on_released: OnReleased | None,
    stage: Stage,
) -> EpochClosed:
    begin = time.perf_counter()
    stage("pool")
    apply_groups(session, epoch=epoch)
    persons = take_out_persons(session)
    pool = gather(session, epoch=epoch, carried_months=parameters.carried_epochs, without=persons)
    stage("release")
    state = _read_state(session)
    if persons:
        state, _forgotten = sleeping.parted(state, ids_of(persons))
    closed = sleeping.close(
        pool.contributions,
        state,
        ReleaseKeys.derived(keys.ring.root),
        parameters,
        asleep=ids_of_text(merged_debtors(session)["debtor_id"]),
    )
    stage("write")
    _write_releases(session, closed, epoch=epoch, parameters=parameters)
    sign_head(session, day=today)
    _write_state(session, closed.state, epoch=epoch)
    stage("news")
    news = on_released(session, epoch) if on_released is not None else 0
    return EpochClosed(
        epoch=epoch,
        debtors=closed.counts.debtors,
        published=closed.counts.published,
        withheld=closed.counts.withheld,
        seconds=round(time.perf_counter() - begin, 3),
        news=news,
        swings=closed.counts.swings,
        without_rate=pool.without_rate,
    )


def _check_order(epoch: str, last: str | None, today: date) -> None:
    if last_day(epoch) >= today:
        raise ConflictError(
            mark("%(epoch)s has not ended; it can be closed from the day after its last."), epoch=epoch
        )
    if last is not None and epoch <= last:
        raise ConflictError(
            mark("%(epoch)s cannot be closed: releases up to %(last)s are written and never change."),
            epoch=epoch,
            last=last,
        )


def _write_releases(session: Session, closed: Closed, *, epoch: str, parameters: Parameters) -> None:
    bodies = encode(closed.releases, epoch=epoch, parameters=parameters)
    appended = append_epoch(session, epoch=epoch, bodies=bodies["body"].to_list(), parameters=parameters)
    leaves = pl.int_range(appended.first_leaf, appended.first_leaf + bodies.height, eager=True).alias("leaf")
    copy_frame(session, table=Release.__tablename__, frame=bodies.with_columns(leaves))
    session.add(
        ReleaseEpoch(
            epoch=epoch,
            profile=parameters.profile,
            debtors=closed.counts.debtors,
            published=closed.counts.published,
            withheld=closed.counts.withheld,
            log_size=appended.log.size,
            log_frontier=appended.log.to_bytes(),
            log_root=appended.log.root,
        )
    )
    # Files that are being taken in lock debtors in an order of their own; this waits for them and lets no new one in.
    session.execute(text("LOCK TABLE debtor IN SHARE ROW EXCLUSIVE MODE"))
    publish_names(session, epoch)
    publish_registered_names(session, epoch)
    session.execute(
        text(
            "UPDATE debtor SET is_listed = true, version = version + 1 FROM release "
            "WHERE release.epoch = :epoch AND release.debtor_id = debtor.id AND NOT debtor.is_listed"
        ),
        {"epoch": epoch},
    )
    session.add(Outbox(topic="release.closed", subject=epoch))
    session.flush()


def _read_state(session: Session) -> State:
    rows = session.execute(
        select(PipelineState.id, PipelineState.key_id, PipelineState.wrapped_key, PipelineState.sealed)
    )
    pages = [SealedPage(*row) for row in rows]
    if not pages:
        return State.empty()
    tables = {}
    for blob in open_sealed(pages, table=_STATE):
        frame = unpack(blob)
        name = "pairs" if "tag" in frame.columns else "debtors"
        tables[name] = {column: frame[column].to_numpy() for column in frame.columns}
    return State.from_columns(tables)


def _write_state(session: Session, state: State, *, epoch: str) -> None:
    """Replace the state: two states side by side would tell more than the later one."""
    session.execute(delete(PipelineState))
    ring = sealing_ring(session)
    rows = [
        (page.id, epoch, page.key_id, page.wrapped_key, page.sealed)
        for columns in state.to_columns().values()
        for page in seal_blob(pack(pl.DataFrame(columns)), ring=ring, table=_STATE)
    ]
    copy_rows(session, table=_STATE, columns=("id", "epoch", "key_id", "wrapped_key", "sealed"), rows=rows)
