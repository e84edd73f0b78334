"""Whose rows the pages see: those of their reader, under the login of the pages and on one connection for all."""
# ruff: noqa: S608  # statements of our own names

import uuid
from collections.abc import Callable, Iterator

import polars as pl
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from network.extensions import database
from network.logins import DatabaseRole
from network.models import LedgerPage, MatchReview, Member, News, SealingKey, User, Watch
from network.permissions import Role
from network.resolution.registry import claim_identifiers, create_debtors, drop_debtors
from network.services.private_pages import decider_tag, owner_tag
from network.transaction import (
    NOBODY,
    Reader,
    let_read_affiliates,
    let_see_group,
    read_as,
    reading,
    unit_of_work,
)
from tests.databases import Logins
from tests.factories.cast import Person, new_member, new_person
from tests.factories.releases import new_debtor


@pytest.fixture
def as_the_pages(logins: Logins, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Reader], None]]:
    """Sessions of this test are those of the pages, for the reader that it names."""

    def become(reader: Reader) -> None:
        monkeypatch.setattr(database, "_engine", logins.engines[DatabaseRole.WEB])
        read_as(reader)

    yield become
    read_as(None)


def reader_of(person: Person) -> Reader:
    tag = owner_tag(person.member_id) if person.actor.member_id else None
    return Reader(user_id=person.user_id, owner_tag=tag, decider_tag=decider_tag(person.user_id))


def seal_something(committed_database: Engine, person: Person) -> None:
    """Give a member a page and a case, and its person a watch and a piece of news."""
    with Session(committed_database) as session:
        key = session.query(SealingKey).one().id
        sealed = {
            "key_id": key,
            "wrapped_key": b"w",
            "sealed": b"s",
            "owner_tag": owner_tag(person.member_id),
        }
        session.add(LedgerPage(slot_tag=bytes(16), **sealed))
        session.add(MatchReview(**sealed))
        debtor = new_debtor(f"Debtor of {person.email}", debtor_id=uuid.uuid4())
        session.add(Watch(user_id=person.user_id, debtor_id=debtor))
        session.add(
            News(user_id=person.user_id, debtor_id=debtor, epoch="2026-01", rule="index_fell", facts={})
        )
        session.commit()


OWN = ("ledger_page", "match_review", "watch", "news", "member", '"user"')


def counts() -> dict[str, int]:
    with reading() as session:
        return {name: int(session.scalar(text(f"SELECT count(*) FROM {name}"))) for name in OWN}  # type: ignore[arg-type]


def test_a_reader_sees_its_own_rows_alone(
    committed_database: Engine, as_the_pages: Callable[[Reader], None], reporter: Person, rival: Person
) -> None:
    for person in (reporter, rival):
        seal_something(committed_database, person)
    for reader in (reader_of(reporter), reader_of(rival), reader_of(reporter)):
        as_the_pages(reader)
        assert counts() == dict.fromkeys(OWN, 1)
        with reading() as session:
            assert bytes(session.scalars(text("SELECT owner_tag FROM ledger_page")).one()) == reader.owner_tag
            assert session.scalar(text("SELECT user_id FROM watch")) == reader.user_id


def test_nobody_sees_nothing_even_after_somebody(
    committed_database: Engine, as_the_pages: Callable[[Reader], None], reporter: Person, rival: Person
) -> None:
    for person in (reporter, rival):
        seal_something(committed_database, person)
    as_the_pages(NOBODY)
    assert counts() == dict.fromkeys(OWN, 0)
    as_the_pages(reader_of(reporter))
    assert counts() == dict.fromkeys(OWN, 1)
    as_the_pages(NOBODY)
    assert counts() == dict.fromkeys(OWN, 0)
    read_as(None)  # the pooled connection now gives '' for every setting
    assert counts() == dict.fromkeys(OWN, 0)


def test_colleagues_share_pages_and_not_what_is_personal(
    committed_database: Engine,
    as_the_pages: Callable[[Reader], None],
    reporter: Person,
    colleague: Person,
) -> None:
    seal_something(committed_database, reporter)
    as_the_pages(reader_of(colleague))
    assert counts() == {
        "ledger_page": 1,
        "match_review": 1,
        "watch": 0,
        "news": 0,
        "member": 1,
        '"user"': 1,
    }


def test_rows_of_another_member_are_neither_written_nor_erased(
    committed_database: Engine, as_the_pages: Callable[[Reader], None], reporter: Person, rival: Person
) -> None:
    seal_something(committed_database, rival)
    theirs = owner_tag(rival.member_id)
    as_the_pages(reader_of(reporter))
    with reading() as session:
        for table in ("ledger_page", "match_review", "watch"):
            assert session.execute(text(f"DELETE FROM {table} RETURNING 1")).all() == []
        assert session.execute(text("UPDATE news SET read_at = now() RETURNING 1")).all() == []
        assert session.execute(text("UPDATE \"user\" SET locale = 'fr' RETURNING id")).all() == [
            (reporter.user_id,)
        ]
    for statement in (
        "INSERT INTO ledger_page SELECT gen_random_uuid(), :tag, '', id, '', '' FROM sealing_key",
        "INSERT INTO match_review SELECT gen_random_uuid(), :tag, id, '', '' FROM sealing_key",
        "INSERT INTO watch SELECT :user, id FROM debtor",
    ):
        with reading() as session, pytest.raises(ProgrammingError, match="row-level security"):
            session.execute(text(statement), {"tag": theirs, "user": rival.user_id})


def test_debtors_that_were_never_released_are_asked_for_in_so_many_words(
    as_the_pages: Callable[[Reader], None], reporter: Person
) -> None:
    new_debtor("Listed", debtor_id=uuid.uuid4())
    new_debtor("Unlisted", debtor_id=uuid.uuid4(), is_listed=False)
    as_the_pages(reader_of(reporter))
    with reading() as session:
        assert session.scalars(text("SELECT name FROM debtor")).all() == ["Listed"]
        assert session.execute(text("UPDATE debtor SET version = 9 RETURNING 1")).all() == []
        assert session.execute(text("DELETE FROM debtor RETURNING 1")).all() == []
    with reading(unlisted=True) as session:
        assert session.scalar(text("SELECT count(*) FROM debtor")) == 2
        assert (
            session.execute(text("DELETE FROM debtor RETURNING 1")).all() == []
        )  # none is of this transaction
    with reading() as session:
        assert session.scalar(text("SELECT count(*) FROM debtor")) == 1


def test_the_door_opens_by_address_and_makes_the_first_operator_alone(
    committed_database: Engine, as_the_pages: Callable[[Reader], None]
) -> None:
    as_the_pages(NOBODY)
    operator = "INSERT INTO \"user\" VALUES (gen_random_uuid(), 'a@vigie.example', 'A', 'operator', NULL, 'h', 'en', true)"
    with reading() as session:
        assert session.scalar(text("SELECT is_first_run()")) is True
        with pytest.raises(ProgrammingError, match="row-level security"), session.begin_nested():
            session.execute(text(operator.replace("'operator'", "'moderator'")))
        session.execute(text(operator))
    with Session(committed_database) as session:
        session.add(
            User(email="b@vigie.example", name="B", role="subscriber", password_hash="h")  # opens nothing
        )
        session.commit()
    as_the_pages(Reader(email="b@vigie.example"))
    with reading() as session:
        assert session.scalar(text("SELECT is_first_run()")) is False
        assert session.scalars(text('SELECT email FROM "user"')).all() == ["b@vigie.example"]
        with pytest.raises(ProgrammingError, match="row-level security"), session.begin_nested():
            session.execute(text(operator))


def test_an_injection_may_name_a_reader_and_cannot_guess_one(
    committed_database: Engine, as_the_pages: Callable[[Reader], None], reporter: Person, rival: Person
) -> None:
    """Said openly in docs/decisions/0085: the settings are names, not proofs; but none of the names can be read."""
    seal_something(committed_database, rival)
    theirs = owner_tag(rival.member_id)
    as_the_pages(reader_of(reporter))
    with reading() as session:
        session.execute(text("SELECT set_config('app.owner', :tag, true)"), {"tag": theirs.hex()})
        assert session.scalar(text("SELECT count(*) FROM ledger_page")) == 1
    with reading() as session:  # what it would need to know, it finds nowhere
        for table, column in (("pg_stats", "tablename"), ("pg_stat_activity", "query")):
            found = session.scalars(text(f"SELECT {column}::text FROM {table}")).all()
            assert not any(theirs.hex() in str(value) or "ledger_page" in str(value) for value in found)
        with pytest.raises(ProgrammingError, match="denied"):
            session.execute(text("SELECT * FROM pg_statistic"))


def test_a_person_without_a_company_has_no_ledger(
    committed_database: Engine, as_the_pages: Callable[[Reader], None], reporter: Person, subscriber: Person
) -> None:
    seal_something(committed_database, reporter)
    as_the_pages(Reader(user_id=subscriber.user_id))
    assert counts()["ledger_page"] == counts()["match_review"] == 0


def test_affiliates_are_read_where_a_service_says_so_and_never_written(
    committed_database: Engine, as_the_pages: Callable[[Reader], None], reporter: Person
) -> None:
    with Session(committed_database) as session:
        group_id = session.get_one(Member, reporter.member_id).group_id
    affiliate = new_person(
        "Affiliate", role=Role.CREDIT_MANAGER, member=new_member("Aciers du Sud", group_id=group_id)
    )
    seal_something(committed_database, affiliate)
    as_the_pages(reader_of(reporter))
    assert counts()["ledger_page"] == 0
    assert counts()["member"] == 1
    with reading() as session:
        let_see_group(session, group_id)
        let_read_affiliates(session, [owner_tag(affiliate.member_id)])
        assert session.scalar(text("SELECT count(*) FROM member")) == 2
        assert session.scalar(text("SELECT count(*) FROM ledger_page")) == 1
        assert session.scalar(text("SELECT count(*) FROM match_review")) == 0
        assert session.execute(text("DELETE FROM ledger_page RETURNING 1")).all() == []
    assert counts()["ledger_page"] == 0


def test_the_pages_take_back_what_their_own_transaction_wrote_and_nothing_older(
    as_the_pages: Callable[[Reader], None], reporter: Person
) -> None:
    """Two files that found one debtor at once: the later one takes its own back (`registry.drop_debtors`)."""
    older = new_debtor("Older", debtor_id=uuid.uuid4(), is_listed=False)
    as_the_pages(reader_of(reporter))
    with unit_of_work(unlisted=True) as session:
        fresh = str(uuid.uuid4())
        columns = {"name": "Fresh", "legal_form": None, "postcode": None, "city": None, "country": "FR"}
        create_debtors(
            session, pl.DataFrame({"id": [fresh], **{name: [value] for name, value in columns.items()}})
        )
        lost = claim_identifiers(
            session, pl.DataFrame({"debtor_id": [fresh], "scheme": ["siren"], "value": ["732829320"]})
        )
        assert lost.is_empty()
        drop_debtors(session, [fresh, str(older)])
        assert session.scalars(text("SELECT name FROM debtor")).all() == ["Older"]
        assert session.scalar(text("SELECT count(*) FROM debtor_identifier")) == 0
        assert session.scalar(text("SELECT count(*) FROM outbox")) == 0
