"""A stolen copy of the database, without the keys: what came together is not told, and nothing private stands in it."""

import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text

from anonymization.attacks.dump import CLAIMS, Rows, link
from anonymization.attacks.judgement import Scores, Verdict, judge
from network.embedded import postgres
from network.embedded.places import Places
from network.extensions import database
from network.keystore import keys
from network.permissions import operator_at_console
from network.promise.stolen_copy import files_that_hold, logical_dump, rows_of, transactions_in_log
from network.runtime import started
from network.search.connection import search_connection
from network.services.dealing import DEALT, deal_out, have_dealt_afterwards
from network.services.ledgers import submit_ledger
from network.services.members import add_member
from network.settings import Settings
from network.transaction import reading, unit_of_work
from tests.factories.customers import sirens

MEMBERS = 60
CUSTOMERS = 25
SEED = 20_261_121
HEADINGS = (
    "customer_id,customer_name,siren,invoice_id,invoice_date,due_date,amount,currency,settled_date,disputed"
)
FIRST, SECOND = range(1, 6), range(6, 11)
"""Months of the two files of each member: enough sealed pages for an interval that can tell .50 from .52."""
NAIVE = 0.9
CLAIM = {claim.attack.rpartition("/")[2]: claim for claim in CLAIMS}
TABLES = {
    "debtor": "page and debtor",
    "debtor_identifier": "page and identifier",
    "debtor_spelling": "page and spelling",
}


@dataclass(frozen=True)
class Contributor:
    """A member of the stolen network, with words that stand in its files and are nobody else's to read."""

    id: uuid.UUID
    name: str
    number: int

    @property
    def customer(self) -> str:
        return f"KUNDE-{self.number:03d}-x7q"

    @property
    def invoice(self) -> str:
        return f"RECHNUNG-{self.number:03d}-k2w"

    @property
    def amount(self) -> str:
        return f"{7_310_000 + self.number}.37"

    def name_of(self, row: int) -> str:
        """Return the name of a customer; alphabetically those of one member lie anywhere, as in life."""
        digits = sha256(f"{self.number}/{row}".encode()).hexdigest()[:9]
        return f"Client {''.join(chr(ord('a') + int(digit, 16)) for digit in digits)} SARL"

    def file_name(self, months: range) -> str:
        return f"ledger-of-{self.number:03d}-{months.start}-j9v.csv"

    def sends(self, folder: Path, months: range) -> None:
        """Send a file about customers that no other member has."""
        numbers = sirens(1000 + self.number)
        customers = [(f"{self.customer}-{row}", self.name_of(row), next(numbers)) for row in range(CUSTOMERS)]
        lines = [
            f"{code},{name},{siren},{self.invoice}-{month}-{row},2026-{month:02d}-05,2026-{month:02d}-25,{self.amount},EUR,,false"
            for month in months
            for row, (code, name, siren) in enumerate(customers)
        ]
        path = folder / self.file_name(months)
        path.write_text("\n".join([HEADINGS, *lines]) + "\n", encoding="utf-8")
        receipt = submit_ledger(operator_at_console(member_id=self.id), path=path, today=date(2026, 11, 21))
        path.unlink()
        assert receipt.statement.accepted == len(lines)


@dataclass(frozen=True)
class Stolen:
    """A network that is copied: where it lies, who sent, and which rows came with whose files."""

    home: Path
    members: list[Contributor]
    superuser: Engine
    came_with: dict[str, int]
    undealt: dict[str, Rows]
    """What lay in it before the rows were dealt out."""

    def rows(self, table: str) -> Rows:
        return rows_of(self.superuser, table, self.came_with)


def ids() -> set[str]:
    with reading() as session:
        return set(
            session.scalars(text("SELECT id::text FROM ledger_page UNION ALL SELECT id::text FROM debtor"))
        )


def all_send(home: Path, members: list[Contributor], months: range) -> dict[str, int]:
    """Have every member send a file; return the rows that came with it, by the member's number."""
    came_with: dict[str, int] = {}
    seen = ids()
    for member in members:
        member.sends(home, months)
        now = ids()
        came_with |= dict.fromkeys(now - seen, member.number)
        seen = now
    return came_with


@pytest.fixture(scope="module")
def stolen() -> Iterator[Stolen]:
    """A network of an installation of its own: one file of each member, a dealing, and another file of each."""
    with (
        tempfile.TemporaryDirectory(prefix="vigie-stolen-") as folder,
        pytest.MonkeyPatch.context() as before,
    ):
        for holder, name in (
            (keys, "_ring"),
            (keys, "_store"),
            (database, "_engine"),
            (search_connection, "_open"),
        ):
            before.setattr(holder, name, None)
        home = Path(folder) / "home"
        with started(
            Settings(home=home, secret_key="a secret of the tests, forty letters long")
        ):  # as it says
            superuser = create_engine(postgres.url(Places(home)))
            cards = [
                add_member(operator_at_console(), name=f"Contributor {n:03d} SA") for n in range(MEMBERS)
            ]
            members = [Contributor(card.id, card.name, number) for number, card in enumerate(cards)]
            came_with = all_send(home, members, FIRST)
            undealt = {table: rows_of(superuser, table, came_with) for table in ("ledger_page", *TABLES)}
            assert deal_out()
            came_with |= all_send(home, members, SECOND)
            assert deal_out()
            yield Stolen(home, members, superuser, came_with, undealt)
            superuser.dispose()


def verdict_on(name: str, scores: Scores) -> Verdict:
    return judge(CLAIM[name], scores, churn="none", profile="default")


@pytest.mark.parametrize("table", TABLES)
def test_a_page_is_not_linked_to_what_came_with_it(stolen: Stolen, table: str) -> None:
    verdict = verdict_on(TABLES[table], link(stolen.rows("ledger_page"), stolen.rows(table), seed=SEED))
    assert verdict.trials > 10_000
    assert verdict.passed, verdict


def test_two_pages_of_a_member_are_linked_by_its_tag_alone(stolen: Stolen) -> None:
    verdict = verdict_on("two pages of a member", link(stolen.rows("ledger_page"), seed=SEED))
    assert verdict.passed, verdict


@pytest.mark.parametrize("table", TABLES)
def test_before_a_dealing_the_same_attack_finds_them_out(stolen: Stolen, table: str) -> None:
    verdict = verdict_on(TABLES[table], link(stolen.undealt["ledger_page"], stolen.undealt[table], seed=SEED))
    assert verdict.low >= NAIVE, verdict


def test_before_a_dealing_two_pages_of_one_file_are_found_out(stolen: Stolen) -> None:
    verdict = verdict_on("two pages of a member", link(stolen.undealt["ledger_page"], seed=SEED))
    assert verdict.low >= NAIVE, verdict


def test_all_rows_bear_one_transaction_and_lie_in_the_order_of_their_keys(stolen: Stolen) -> None:
    dealt = [table.__tablename__ for table in DEALT]
    with stolen.superuser.connect() as connection:
        written_by: set[str] = set()
        for table in dealt:
            written_by |= set(connection.scalars(text(f"SELECT DISTINCT xmin::text FROM {table}")))  # noqa: S608  # our own names
        for table in ("ledger_page", "debtor"):
            lying = connection.scalars(text(f"SELECT id FROM {table} ORDER BY ctid")).all()  # noqa: S608  # as above
            assert lying == sorted(lying)
        toasted = connection.scalar(
            text(
                "SELECT sum(pg_relation_size(reltoastrelid)) FROM pg_class WHERE relname = ANY (:dealt) AND reltoastrelid <> 0"
            ),
            {"dealt": dealt},
        )
    assert len(written_by) == 1
    assert toasted == 0  # a value stored aside would bear a number of its own, in the order of writing


def test_a_dump_in_the_order_of_the_tables_names_no_contributor(stolen: Stolen) -> None:
    names = {str(member.id): member for member in stolen.members}
    tables: dict[str, int] = {}
    for table, line in logical_dump(Places(stolen.home)):
        tables[table] = tables.get(table, 0) + 1
        for member_id, member in names.items():
            if member_id in line or member.name in line:
                assert table == "member"
    assert tables["ledger_page"] > MEMBERS
    assert tables["debtor"] == MEMBERS * CUSTOMERS


def test_no_file_of_the_database_holds_what_only_a_member_may_read(stolen: Stolen) -> None:
    """The name of a debtor stands in the database as it is; how a member numbers it, and what it owes, does not."""
    one = stolen.members[7]
    private = [one.customer[:5], one.invoice[:8], one.file_name(FIRST)[:9], "-j9v", one.amount]
    found = files_that_hold(
        stolen.home / "postgres", [word.encode() for word in (*private, one.name_of(0).removesuffix(" SARL"))]
    )
    assert list(found) == [one.name_of(0).removesuffix(" SARL").encode()]


def test_the_log_of_what_was_dealt_is_gone(stolen: Stolen) -> None:
    """A record of the log has the rows of one file together, and its commit the time of day."""
    with stolen.superuser.connect() as connection:
        dealing = connection.scalar(text("SELECT min(xmin::text::bigint) FROM ledger_page"))
    assert min(transactions_in_log(Places(stolen.home)), default=dealing) >= dealing


def test_nothing_written_means_nothing_dealt(stolen: Stolen) -> None:
    assert not deal_out()


def test_a_dealing_gives_way_to_a_file_that_is_being_taken_in(stolen: Stolen) -> None:
    with unit_of_work() as session:
        have_dealt_afterwards(session)
    engine = database.engine
    with engine.connect() as other:
        other.exec_driver_sql("SELECT pg_advisory_xact_lock_shared(7104201)")
        assert not deal_out()
        other.rollback()
    assert deal_out()
    assert not deal_out()
