"""The demo of `vigie demo --data FOLDER`: real ledger files, each one a member, taken in and released the real way."""

import csv
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from anonymization.parameters import PROFILES
from network.cli.console import note, print_table, progress, say
from network.cli.demo_memo import Memo
from network.cli.demo_people import make_people
from network.cli.release import close_one, remarks
from network.errors import NetworkError, UnreadableError
from network.i18n import mark
from network.ingest import Mapping
from network.permissions import operator_at_console
from network.runtime import Runtime
from network.search.indexer import rebuild_index
from network.services.epochs import EpochClosed, epochs_sent
from network.services.exchange_rates import load_rates
from network.services.ledgers import submit_ledger
from network.services.members import find_or_add_member

if TYPE_CHECKING:
    from network.services.ledgers import Receipt

ENDINGS = (".txt", ".xml", ".csv", ".xlsx", ".ndjson")
UNIT_COLUMN = "business_code"
"""A listing of several business units names each line's unit here; each unit is one member."""
LEGAL_TERMS_DAYS = 30
"""Terms where a FEC's member has declared none: the legal default in France."""
_RATES = "eurofxref"


@dataclass(frozen=True, slots=True)
class Source:
    """One member's file, and how to read it."""

    member: str
    path: Path
    mapping: Mapping | None
    is_on_legal_terms: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a member's file: its receipt, or the sentence of why it could not be read."""

    source: Source
    receipt: "Receipt | None"
    why: str = ""


def build_from_folder(folder: Path, runtime: Runtime, *, quiet: bool = False) -> Memo:
    """Take in every ledger of `folder` (and of its `ledgers`), release the months that they speak of, and tell."""
    sources = list(find_sources(folder))
    if not sources:
        raise UnreadableError(
            mark("%(folder)s holds no ledger file (%(endings)s)."), folder=folder, endings=", ".join(ENDINGS)
        )
    for rates in sorted(folder.rglob(f"{_RATES}*.csv")):
        load_rates(operator_at_console(), path=rates)
    taken = []
    with progress(say(mark("Taking in %(files)s ledger files"), files=len(sources)), quiet=quiet) as advance:
        for done, source in enumerate(sources, start=1):
            taken.append(_take_in(source))
            advance(done, len(sources))
    epochs = epochs_sent()
    closed = []
    with progress(say(mark("Releasing %(months)s months"), months=len(epochs)), quiet=quiet) as advance:
        for done, epoch in enumerate(epochs, start=1):
            closed.append(close_one(epoch, profile=runtime.settings.profile))
            advance(done, len(epochs))
    rebuild_index()
    if not quiet:
        _show(taken, closed)
    first = next((held.source.member for held in taken if held.receipt is not None), sources[0].member)
    company = find_or_add_member(operator_at_console(), name=first)
    people, _ = make_people(member_id=company.id, member=first)
    least = min(PROFILES[runtime.settings.profile].gate)
    return Memo(source=str(folder.resolve()), told=tuple(_told(taken, closed, least=least)), people=people)


def find_sources(folder: Path) -> Iterator[Source]:
    """Yield the members of a folder: each ledger file is one, and each unit of a listing of several units."""
    for place in (folder, folder / "ledgers"):
        if not place.is_dir():
            continue
        for path in sorted(place.iterdir()):
            if path.suffix.lower() in ENDINGS and path.is_file() and not path.name.startswith(_RATES):
                yield from _sources_of(path)


def _sources_of(path: Path) -> Iterator[Source]:
    declared = path.with_suffix(".toml")
    mapping = Mapping.from_toml(declared) if declared.exists() else None
    if mapping is None and path.suffix.lower() == ".txt":
        legal = Mapping(terms_days=LEGAL_TERMS_DAYS, currency="EUR", country="FR")
        yield Source(member=path.stem, path=path, mapping=legal, is_on_legal_terms=True)
        return
    units = _units(path) if path.suffix.lower() == ".csv" else []
    if not units:
        yield Source(member=path.stem, path=path, mapping=mapping)
        return
    read_as = mapping or _listing_in_dollars()
    for unit in units:
        yield Source(
            member=f"{path.stem} {unit}", path=path, mapping=replace(read_as, only_rows={UNIT_COLUMN: unit})
        )


def _units(path: Path) -> list[str]:
    with path.open(newline="", encoding="utf-8", errors="replace") as file:
        rows = csv.DictReader(file)
        if UNIT_COLUMN not in (rows.fieldnames or ()):
            return []
        return sorted({row[UNIT_COLUMN] for row in rows if row[UNIT_COLUMN]})


def _listing_in_dollars() -> Mapping:
    """Return how to read a listing of open invoices by business unit, as examples/open_invoices_usd.toml declares it."""
    return Mapping.from_values(
        tomllib.loads(
            """
            decimal = "."
            currency = "USD"
            [columns]
            customer_id = "customer_number"
            customer_name = "customer_name"
            invoice_id = "document"
            invoice_date = "posting_date"
            due_date = "due_date"
            amount = "amount_usd"
            """
        )
    )


def _take_in(source: Source) -> Taken:
    company = find_or_add_member(operator_at_console(), name=source.member)
    try:
        receipt = submit_ledger(
            operator_at_console(member_id=company.id),
            path=source.path,
            mapping=source.mapping,
            today=datetime.now(tz=UTC).date(),
        )
    except NetworkError as error:
        return Taken(source=source, receipt=None, why=say(error.message, **error.values))
    return Taken(source=source, receipt=receipt)


def _show(taken: list[Taken], closed: list[EpochClosed]) -> None:
    columns = (
        say(mark("Member")),
        say(mark("Format")),
        say(mark("Rows")),
        say(mark("Accepted")),
        say(mark("Rejected")),
        say(mark("Unprocessed")),
        say(mark("Months")),
    )
    rows = []
    for held in taken:
        if held.receipt is None:
            rows.append((held.source.member, held.why, 0, 0, 0, 0, ""))
            continue
        it = held.receipt.statement
        months = (
            it.periods[0]
            if len(it.periods) == 1
            else f"{it.periods[0]} – {it.periods[-1]}"
            if it.periods
            else ""
        )
        rows.append(
            (held.source.member, it.format, it.rows_read, it.accepted, it.rejected, it.unprocessed, months)
        )
    print_table(columns, rows)
    for epoch in closed:
        for sentence in remarks(epoch):
            note(f"{epoch.epoch}: {sentence}")


def _told(taken: list[Taken], closed: list[EpochClosed], *, least: int) -> Iterator[str]:
    read = [held for held in taken if held.receipt is not None]
    published = sum(epoch.published for epoch in closed)
    yield say(
        mark(
            "%(members)s members, %(rows)s ledger lines, %(months)s months closed, %(published)s figures published."
        ),
        members=len(read),
        rows=f"{sum(held.receipt.statement.accepted for held in read if held.receipt):,}",
        months=len(closed),
        published=published,
    )
    if not published:
        yield say(
            mark(
                "Nothing can be published yet, and that is as it should be: a figure about a debtor appears only when at "
                "least %(least)s companies, independent of each other, report on it in the same month. Here too few of "
                "them supply the same debtor. Each member sees its own ledger; as more join, figures appear by themselves."
            ),
            least=least,
        )
    without_rate = sorted({currency for epoch in closed for currency in epoch.without_rate})
    if without_rate:
        yield say(
            mark(
                "Amounts in %(currencies)s were left out for want of exchange rates; put an %(file)s into the folder."
            ),
            currencies=", ".join(without_rate),
            file=f"{_RATES}-hist.csv",
        )
    if any(held.source.is_on_legal_terms for held in taken):
        yield say(
            mark(
                "The FEC carries no due dates and no terms were declared: %(days)s days from the invoice were taken. "
                "A mapping beside the file (same name, .toml) with terms_days says it better."
            ),
            days=LEGAL_TERMS_DAYS,
        )
