"""The demo of `vigie demo`: two years of an economy that never was, taken in and released the real way."""

import multiprocessing
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from alerts.subscriptions import watch_debtor
from network.cli.console import note, progress, say
from network.cli.demo_debtors import Interest, look_up, pick, worth_watching
from network.cli.demo_memo import Memo
from network.cli.demo_people import make_people
from network.cli.ingest import take_in
from network.cli.release import close_one
from network.i18n import mark
from network.permissions import operator_at_console
from network.runtime import Runtime, join
from network.search.indexer import rebuild_index
from network.services.exchange_rates import load_rates
from network.services.members import add_member
from network.settings import Settings
from simulation import Economy, LedgerFileInfo, Parameters, make_economy, write_exchange_rates, write_ledgers

PROCESSES = 2
WATCHED_MONTHS = 4
"""How many months before the end the watch begins: the inbox then holds a few weeks' worth of reading."""


@dataclass(frozen=True, slots=True)
class Size:
    """How large the economy is."""

    members: int
    debtors: int
    months: int


def build_simulated(size: Size, seed: int, runtime: Runtime, *, quiet: bool = False) -> Memo:
    """Make the economy, take in its ledgers, release month by month, and return what to tell of it."""
    folder = runtime.settings.home / "demo" / "ledgers"
    with progress(say(mark("Simulating an economy")), quiet=quiet):
        economy = make_economy(
            seed, Parameters(members=size.members, debtors=size.debtors, months=size.months)
        )
        files = write_ledgers(economy, folder)
        load_rates(operator_at_console(), path=write_exchange_rates(economy, folder / "eurofxref-hist.csv"))
    members = _let_in(economy)
    rows = _take_in_all(files, runtime, quiet=quiet)
    watched_from = max(1, size.months - WATCHED_MONTHS)
    with progress(say(mark("Releasing %(months)s months"), months=size.months), quiet=quiet) as advance:
        _close(economy.months[:watched_from], runtime.settings, lambda done: advance(done, size.months))
        interest = look_up(economy)
        main = _busiest_member(economy, interest)
        name = str(economy.members["name"][main])
        people, manager = make_people(member_id=members[name], member=name)
        for debtor_id in worth_watching(interest):
            watch_debtor(manager, debtor_id=debtor_id)
        rest = economy.months[watched_from:]
        published = _close(rest, runtime.settings, lambda done: advance(watched_from + done, size.months))
    with progress(say(mark("Indexing")), quiet=quiet) as advance:
        rebuild_index(progress=advance)
    if not quiet:
        note("")
    told = say(
        mark(
            "%(members)s members, %(rows)s ledger lines, %(months)s months; %(published)s debtors published in %(last)s."
        ),
        members=size.members,
        rows=f"{rows:,}",
        months=size.months,
        published=f"{published:,}",
        last=economy.months[-1],
    )
    return Memo(source="simulation", told=(told,), people=people, debtors=pick(interest))


def _let_in(economy: Economy) -> dict[str, uuid.UUID]:
    """Let the members in, affiliates in one group; return their ids by name."""
    first_of_group: dict[int, str] = {}
    found = {}
    for name, group in economy.members.select("name", "group").iter_rows():
        card = add_member(operator_at_console(), name=name, affiliate_of=first_of_group.get(group))
        first_of_group.setdefault(group, name)
        found[name] = card.id
    return found


def _take_in_all(files: Sequence[LedgerFileInfo], runtime: Runtime, *, quiet: bool) -> int:
    """Take in all files, the largest first, two at a time; return how many lines were accepted."""
    by_size = sorted(files, key=lambda file: file.path.stat().st_size, reverse=True)
    accepted = 0
    with (
        progress(say(mark("Taking in %(files)s ledger files"), files=len(files)), quiet=quiet) as advance,
        ProcessPoolExecutor(
            PROCESSES,
            mp_context=multiprocessing.get_context("spawn"),  # polars' threads do not survive a fork
            initializer=join_network,
            initargs=(runtime.settings, runtime.database_url),
        ) as pool,
    ):
        work = [pool.submit(take_in_one, file.path, file.member_name, file.mapping_path) for file in by_size]
        for done, finished in enumerate(as_completed(work), start=1):
            accepted += finished.result()
            advance(done, len(work))
    return accepted


def join_network(settings: Settings, database_url: str) -> None:
    """Make a child of the pool ready."""
    join(settings, database_url=database_url)


def take_in_one(path: Path, member: str, mapping: Path | None) -> int:
    """Take in one file in a child of the pool; return how many lines were accepted."""
    return take_in(path, member=member, mapping=mapping, is_quiet=True).statement.accepted


def _close(epochs: Sequence[str], settings: Settings, advance: Callable[[int], None]) -> int:
    """Close months in order; return how many debtors the last one published."""
    published = 0
    for done, epoch in enumerate(epochs, start=1):
        published = close_one(epoch, profile=settings.profile).published
        advance(done)
    return published


def _busiest_member(economy: Economy, interest: Interest) -> int:
    """Return the member that supplies most of the debtors worth a look: its own ledger has something to compare."""
    relations = economy.relations
    counts = [0] * economy.members.height
    wanted = set(interest.numbers)
    for member, debtor in zip(relations.member.tolist(), relations.debtor.tolist(), strict=True):
        counts[member] += debtor in wanted
    return max(range(len(counts)), key=lambda member: (counts[member], -member))
