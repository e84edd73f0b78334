"""Loading official registers: a file goes in part by part, each part in one transaction with its place in the file.

A load that is killed goes on where its last part ended. Nothing of the network is read for it; what debtors take from a
register (docs/registers.md) follows at the end, in the transaction that calls the load done.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl
from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from network.bulk import stage_frame
from network.errors import ConflictError
from network.i18n import mark
from network.models import RegisterEntry, RegisterLoad
from network.permissions import Actor, Permission, require
from network.registers.archive import Archive, open_archive
from network.registers.layouts import Layout, Source, Table, recognise
from network.resolution.reference import adopt_all
from network.services.dealing import have_dealt_afterwards
from network.services.persons import count_persons_to_take_out
from network.services.register_statements import BY_KEY, END_OF_LINKS, UPSERTS, shaped
from network.transaction import reading, unit_of_work

Progress = Callable[[int, int], None]
"""Called with (bytes done, bytes in all)."""

_DAY_IN_NAME = re.compile(r"(20\d{2})-?([01]\d)-?([0-3]\d)")


@dataclass(frozen=True, slots=True)
class LoadCard:
    """A file of a register and what became of it.

    `rows` were read, `written` of them were new or changed, `refused` had no sound number. `names` counts debtors that
    learnt their legal name from it. `is_done` is false while it is loading or was cut.
    """

    source: Source
    file_name: str
    as_of: date
    rows: int
    written: int
    refused: int
    is_done: bool
    names: int = 0


@dataclass(frozen=True, slots=True)
class RegisterState:
    """What is loaded: the loads, newest first of each source, and how many entries the tables hold."""

    loads: tuple[LoadCard, ...]
    companies: int
    persons: int
    links: int
    persons_among_debtors: int


def load_register(
    actor: Actor, *, path: Path, as_of: date | None = None, progress: Progress | None = None
) -> LoadCard:
    """Take in a file of SIRENE or GLEIF, whichever it is; go on where a load of the same file was cut.

    Args:
        actor: the operator.
        path: CSV, plain, gzipped or zipped.
        as_of: its day, where its name does not say it (GLEIF's do) and the day on which it was written is not meant.
        progress: called as bytes are read.

    Raises:
        UnreadableError: it is none of the files that are read here, or damaged; parts that were read before that stay.
        ConflictError: a newer one is loaded already, or it needs another file first.
    """
    require(actor, Permission.NETWORK_OPERATE)
    archive = open_archive(path)
    table = recognise(archive.heading(), file_name=path.name)
    load = _begin(archive, table.layout, as_of or _day_of(archive))
    if load.state == "done":
        return _card(load)
    for records, place in archive.records(load.bytes_done):
        load = _take_in(load, table, records, place)
        if progress is not None:
            progress(place, max(archive.size, place))
    return _finish(load)


def _day_of(archive: Archive) -> date:
    for name in (archive.path.name, archive.member):
        if found := _DAY_IN_NAME.search(name):
            try:
                return date(int(found[1]), int(found[2]), int(found[3]))
            except ValueError:
                continue
    return archive.day


def _begin(archive: Archive, layout: Layout, as_of: date) -> RegisterLoad:
    """Return the load of this very file, begun now if it was not."""
    source = layout.source.value
    with unit_of_work() as session:
        newest = session.scalar(
            select(func.max(RegisterLoad.as_of)).where(
                RegisterLoad.source == source, RegisterLoad.state == "done"
            )
        )
        known = session.scalar(
            select(RegisterLoad).where(
                RegisterLoad.source == source, RegisterLoad.fingerprint == archive.fingerprint
            )
        )
        if known is None or known.state != "done":
            _check_order(session, layout, as_of, newest)
        if known is not None:
            return known
        values = {
            "source": source,
            "file_name": archive.path.name[:200],
            "fingerprint": archive.fingerprint,
            "as_of": as_of,
        }
        wanted = insert(RegisterLoad).values(**values).on_conflict_do_nothing()
        session.execute(wanted)
        return session.scalars(
            select(RegisterLoad).where(
                RegisterLoad.source == source, RegisterLoad.fingerprint == archive.fingerprint
            )
        ).one()


def _check_order(session: Session, layout: Layout, as_of: date, newest: date | None) -> None:
    if newest is not None and as_of < newest:
        raise ConflictError(
            mark(
                "A newer file of this register is loaded, of %(newest)s; this one is of %(day)s. Give its day with "
                "--as-of if that is wrong."
            ),
            newest=newest,
            day=as_of,
        )
    if layout.source is Source.SIRENE_SITES:
        units = select(RegisterLoad.id).where(
            RegisterLoad.source == Source.SIRENE_UNITS.value, RegisterLoad.state == "done"
        )
        if session.scalar(units.limit(1)) is None:
            raise ConflictError(
                mark("Load StockUniteLegale first: this file only tells where its companies are.")
            )


def _take_in(load: RegisterLoad, table: Table, records: bytes, place: int) -> RegisterLoad:
    """Write one part and the place after it, in one transaction; return the load as it is then."""
    part = table.read(records)
    with unit_of_work() as session:
        # Rows and place are lost together or not at all, so nobody waits for the disk: a cut load reads a part again.
        session.execute(text("SET LOCAL synchronous_commit = off"))
        held = session.get(RegisterLoad, load.id, with_for_update=True)
        if held is None or held.bytes_done != load.bytes_done:
            raise ConflictError(mark("Another process is loading this very file."))
        held.written += _write(session, table.layout.source, part.frame, load.as_of)
        held.rows_done += part.rows
        held.refused += part.refused
        held.bytes_done = place
        session.flush()
        session.expunge(held)
        return held


def _write(session: Session, source: Source, frame: pl.DataFrame, as_of: date) -> int:
    """Write rows in our columns; return how many were new or changed."""
    if not frame.height:
        return 0
    stage_frame(session, shaped(source, frame))
    session.execute(text(BY_KEY))
    written = session.execute(text(UPSERTS[source]), {"as_of": as_of})
    session.execute(text("DROP TABLE pg_temp.arriving"))
    return written.rowcount  # type: ignore[attr-defined, no-any-return]  # a cursor's result has it


def _finish(load: RegisterLoad) -> LoadCard:
    """Call the load done, and let debtors take from it what is theirs."""
    with unit_of_work(unlisted=True) as session:
        held = session.get(RegisterLoad, load.id, with_for_update=True)
        if held is None:
            raise ConflictError(mark("Another process is loading this very file."))
        if held.source == Source.GLEIF_LINKS.value:
            session.execute(text(END_OF_LINKS), {"as_of": held.as_of})
            session.execute(text("ANALYZE parent_link"))
            names = 0
        else:
            session.execute(text("ANALYZE register_entry"))
            have_dealt_afterwards(session)
            names = adopt_all(session)
        held.state = "done"
        session.flush()
        return _card(held, names=names)


def read_registers(actor: Actor) -> RegisterState:
    """Return what is loaded, what is half loaded, and what waits for the next close."""
    require(actor, Permission.NETWORK_OPERATE)
    with reading(unlisted=True) as session:
        loads = session.scalars(
            select(RegisterLoad).order_by(RegisterLoad.source, RegisterLoad.as_of.desc())
        ).all()
        counts = dict(
            session.execute(
                select(RegisterEntry.is_person, func.count()).group_by(RegisterEntry.is_person)
            ).all()
        )
        links = session.scalar(text("SELECT count(*) FROM parent_link WHERE ended_on IS NULL")) or 0
        return RegisterState(
            loads=tuple(map(_card, loads)),
            companies=counts.get(False, 0),
            persons=counts.get(True, 0),
            links=links,
            persons_among_debtors=count_persons_to_take_out(session),
        )


def _card(load: RegisterLoad, *, names: int = 0) -> LoadCard:
    return LoadCard(
        source=Source(load.source),
        file_name=load.file_name,
        as_of=load.as_of,
        rows=load.rows_done,
        written=load.written,
        refused=load.refused,
        is_done=load.state == "done",
        names=names,
    )
