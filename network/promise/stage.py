"""A product to attack: a small network of its own on real engines, with ledgers taken in and months closed."""

import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from flask import Flask
from sqlalchemy import text

from alerts.channels.in_app import deliver_release
from alerts.subscriptions import watch_debtor
from network import create_app
from network.embedded import engines
from network.ingest import Mapping
from network.logins import DatabaseRole
from network.permissions import Actor, Role, operator_at_console
from network.runtime import started
from network.search.indexer import rebuild_index
from network.services.accounts import create_account
from network.services.epochs import close_epoch
from network.services.exchange_rates import load_rates
from network.services.ledgers import submit_ledger
from network.services.members import find_or_add_member
from network.settings import Settings
from network.transaction import reading
from simulation import Parameters, make_economy, write_exchange_rates, write_ledgers

TODAY = date(2026, 11, 21)
MEMBERS, DEBTORS, MONTHS = 14, 160, 4
PASSWORD = "a long password of nobody at all"  # noqa: S105  # of accounts that live for a minute
_WATCHED = 40


@dataclass(frozen=True, slots=True)
class Known:
    """What the laboratory knows of the product's debtors, and which member supplies none of the hidden ones it asks for.

    `hidden` were never released; `withheld` were, but not in the last month; `published` are in the last release.
    """

    hidden: tuple[tuple[uuid.UUID, str, str | None], ...]
    withheld: tuple[uuid.UUID, ...]
    published: tuple[uuid.UUID, ...]
    names: tuple[str, ...]
    epoch: str


@dataclass(frozen=True, slots=True)
class Stage:
    """The product as it runs, under the login of the pages."""

    app: Flask
    settings: Settings
    known: Known
    readers: tuple[str, ...]
    """E-mail addresses of people of two members that supply nobody; their password is PASSWORD."""


@contextmanager
def product(profile: str, *, seed: int = 1, debtors: int = DEBTORS, months: int = MONTHS) -> Iterator[Stage]:
    """Yield a product with a few closed months, and stop it afterwards. Nothing of it is left."""
    with tempfile.TemporaryDirectory(prefix="vigie-attacked-") as folder:
        home = Path(folder)
        settings = Settings.from_environment({"VIGIE_HOME": folder, "VIGIE_PROFILE": profile})
        with engines.held(home, is_durable=False):
            with started(settings):
                readers = _filled(home / "ledgers", settings, seed=seed, debtors=debtors, months=months)
                known = _known()
            with started(settings, role=DatabaseRole.WEB) as runtime:
                yield Stage(create_app(runtime.settings), settings, known, readers)
        engines.stop_all(home)


def _filled(folder: Path, settings: Settings, *, seed: int, debtors: int, months: int) -> tuple[str, ...]:
    """Take in ledgers, close the months and index; return the addresses of two readers. Both watch some debtors."""
    operator = operator_at_console()
    economy = make_economy(seed, Parameters(members=MEMBERS, debtors=debtors, months=months))
    files = write_ledgers(economy, folder)
    load_rates(operator, path=write_exchange_rates(economy, folder / "rates.csv"))
    for file in files:
        member = find_or_add_member(operator, name=file.member_name)
        submit_ledger(
            operator_at_console(member_id=member.id),
            path=file.path,
            mapping=Mapping.from_toml(file.mapping_path) if file.mapping_path else None,
            today=TODAY,
        )
    people = [_person(name) for name in ("Almanach", "Boussole")]
    first, *rest = economy.months
    for epoch in (first, *rest):
        close_epoch(operator, epoch=epoch, today=TODAY, profile=settings.profile, on_released=deliver_release)
        if epoch == first:
            for actor, _ in people:
                for debtor in _some_listed():
                    watch_debtor(actor, debtor_id=debtor)
    rebuild_index()
    return tuple(email for _, email in people)


def _person(company: str) -> tuple[Actor, str]:
    operator = operator_at_console()
    member = find_or_add_member(operator, name=company)
    email = f"{company.lower()}@vigie.example"
    account = create_account(
        operator, name=company, email=email, password=PASSWORD, role=Role.CREDIT_MANAGER, member_id=member.id
    )
    return account.actor(), email


def _some_listed() -> list[uuid.UUID]:
    with reading() as session:
        found = session.scalars(
            text("SELECT id FROM debtor WHERE is_listed ORDER BY id LIMIT :most"), {"most": _WATCHED}
        )
        return list(found)


def _known() -> Known:
    with reading() as session:
        last = str(session.scalar(text("SELECT max(epoch) FROM release_epoch")))
        rows = session.execute(
            text("""
                SELECT debtor.id, debtor.name, debtor.is_listed,
                       (SELECT min(value) FROM debtor_identifier AS held
                        WHERE held.debtor_id = debtor.id AND held.scheme = 'siren') AS siren,
                       EXISTS (SELECT FROM release
                               WHERE release.debtor_id = debtor.id AND release.epoch = :last) AS is_published
                FROM debtor ORDER BY debtor.id
            """),
            {"last": last},
        ).all()
        members = session.scalars(text("SELECT name FROM member")).all()
    return Known(
        hidden=tuple((row.id, row.name, row.siren) for row in rows if not row.is_listed),
        withheld=tuple(row.id for row in rows if row.is_listed and not row.is_published),
        published=tuple(row.id for row in rows if row.is_published),
        names=(*(row.name for row in rows), *(name for name in members)),
        epoch=last,
    )
