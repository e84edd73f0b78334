"""Sheets, decisions and their effects under the logins of the pages and the worker: who reads and writes which row."""
# ruff: noqa: S608  # statements of our own names

import uuid
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from network.extensions import database
from network.logins import DatabaseRole
from network.models import DecisionEffect, MatchDecision, SealingKey
from network.permissions import Role
from network.resolution import resolve
from network.resolution.debtor_names import DebtorNames
from network.services.private_pages import decider_tag, owner_tag
from network.services.review_decisions import State, follow_decisions, make_decision, outcomes, take_back
from network.services.reviews import count_reviews, next_reviews
from network.transaction import NOBODY, Reader, read_as, reading, unit_of_work
from tests.databases import Logins
from tests.factories.cast import Person, new_person
from tests.factories.reviews import LYON, SIRENS, send, work

TABLES = ("review_sheet", "match_decision")
As = Callable[[Person | None], None]


@pytest.fixture
def pages(logins: Logins, monkeypatch: pytest.MonkeyPatch) -> Iterator[As]:
    """Sessions are those of the pages in a request of the person named, or of nobody."""

    def become(person: Person | None) -> None:
        monkeypatch.setattr(database, "_engine", logins.engines[DatabaseRole.WEB])
        if person is None:
            read_as(NOBODY)
            return
        tag = owner_tag(person.member_id) if person.actor.member_id else None
        read_as(Reader(user_id=person.user_id, owner_tag=tag, decider_tag=decider_tag(person.user_id)))

    yield become
    read_as(None)


@pytest.fixture
def worker(logins: Logins, monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Do what the worker does, under its own login."""

    def follow() -> int:
        monkeypatch.setattr(database, "_engine", logins.engines[DatabaseRole.WORKER])
        read_as(None)
        return follow_decisions()

    return follow


@pytest.fixture
def waiting(
    committed_database: Engine, reporter: Person, rival: Person, monkeypatch: pytest.MonkeyPatch
) -> uuid.UUID:
    """A line of the reporter's, with a sheet; returns the listed debtor that it may mean."""
    monkeypatch.setattr(resolve, "debtor_names", DebtorNames())
    send(rival, {"customer_name": "Boulangerie Dupont", "siren": next(SIRENS), **LYON})
    send(reporter, {"customer_name": "Boulangerie Dupond", **LYON})
    with Session(committed_database) as session:
        session.execute(text("UPDATE debtor SET is_listed = true"))
        session.commit()
        found: uuid.UUID = session.execute(text("SELECT id FROM debtor")).scalar_one()
    work()
    return found


def rows(table: str) -> int:
    with reading() as session:
        return int(session.scalar(text(f"SELECT count(*) FROM {table}")) or 0)


def test_sheets_are_shown_in_the_requests_of_moderators_alone(
    waiting: uuid.UUID,
    pages: As,
    reporter: Person,
    rival: Person,
    subscriber: Person,
    moderator: Person,
    operator: Person,
) -> None:
    seen = {}
    for person in (moderator, reporter, operator, rival, subscriber, moderator):
        pages(person)
        seen[person.email.partition("@")[0]] = rows("review_sheet")
    assert seen == {"moderator": 1, "operator": 1, "reporter": 0, "rival": 0, "subscriber": 0}
    pages(None)
    assert rows("review_sheet") == 0
    read_as(None)  # the pooled connection gives '' for every setting
    assert rows("review_sheet") == 0


def test_an_injection_into_a_members_request_gets_no_sheet(
    committed_database: Engine, waiting: uuid.UUID, pages: As, reporter: Person, moderator: Person
) -> None:
    pages(reporter)
    with reading() as session:
        for setting in ("app.moderator", "app.unlisted"):
            session.execute(text("SELECT set_config(:name, 'on', true)"), {"name": setting})
        assert session.scalar(text("SELECT count(*) FROM review_sheet")) == 0
        for statement in (
            "UPDATE \"user\" SET role = 'moderator'",
            "INSERT INTO review_sheet SELECT * FROM review_sheet",
            "DELETE FROM review_sheet",
            "UPDATE review_sheet SET id = id",
            "SELECT * FROM decision_effect",
        ):
            with pytest.raises(ProgrammingError, match="denied"), session.begin_nested():
                session.execute(text(statement))
        # who is a moderator stands in no row that it may read
        assert session.scalars(text("SELECT role FROM \"user\" WHERE role = 'moderator'")).all() == []
    with Session(committed_database) as session:  # and a moderator who was let go reads nothing more
        session.execute(text("UPDATE \"user\" SET is_active = false WHERE role = 'moderator'"))
        session.commit()
    pages(moderator)
    assert rows("review_sheet") == 0


def test_a_moderator_reads_no_case_under_a_members_tag(
    waiting: uuid.UUID, pages: As, moderator: Person
) -> None:
    pages(moderator)
    assert rows("match_review") == rows("ledger_page") == rows("member") == 0


def test_a_person_sees_its_own_decisions_and_cannot_make_one_for_another(
    committed_database: Engine,
    waiting: uuid.UUID,
    pages: As,
    worker: Callable[[], int],
    reporter: Person,
    colleague: Person,
    moderator: Person,
) -> None:
    pages(reporter)
    review = next_reviews(reporter.actor).reviews[0]
    decision = make_decision(reporter.actor, review_id=review.id, debtor_id=waiting)
    for person, sees in ((colleague, 0), (moderator, 0), (reporter, 1)):
        pages(person)
        assert rows("match_decision") == sees
    with Session(committed_database) as session:
        row = session.get_one(MatchDecision, decision)
        values = {"k": row.key_id, "w": row.wrapped_key, "s": row.sealed}
    write = text(
        "INSERT INTO match_decision (id, key_id, wrapped_key, sealed, decider_tag, state) "
        "VALUES (gen_random_uuid(), :k, :w, :s, :tag, :state)"
    )
    for tag, state in ((decider_tag(moderator.user_id), "made"), (decider_tag(reporter.user_id), "applied")):
        with (
            unit_of_work() as session,
            pytest.raises(ProgrammingError, match="row-level security"),
            session.begin_nested(),
        ):
            session.execute(write, {**values, "tag": tag, "state": state})
    with unit_of_work() as session, pytest.raises(ProgrammingError, match="denied"), session.begin_nested():
        session.execute(text("UPDATE match_decision SET state = 'applied'"))
    assert worker() == 1
    pages(reporter)
    with unit_of_work() as session:  # what was done is taken back by asking, not by deleting
        assert session.execute(text("DELETE FROM match_decision RETURNING 1")).all() == []
    assert outcomes(reporter.actor, [decision])[decision].state is State.APPLIED


@pytest.mark.parametrize("who", ["moderator", "reporter"])
def test_from_the_key_to_the_book_under_the_real_logins(
    committed_database: Engine,
    waiting: uuid.UUID,
    pages: As,
    worker: Callable[[], int],
    who: str,
    request: pytest.FixtureRequest,
) -> None:
    person: Person = request.getfixturevalue(who)
    pages(person)
    assert count_reviews(person.actor) == 1
    review = next_reviews(person.actor).reviews[0]
    assert [found.debtor_id for found in review.candidates] == [waiting]
    decision = make_decision(person.actor, review_id=review.id, debtor_id=waiting)
    assert worker() == 1
    pages(person)
    assert outcomes(person.actor, [decision])[decision].state is State.APPLIED
    assert count_reviews(person.actor) == 0
    take_back(person.actor, decision_id=decision)
    again = make_decision(person.actor, review_id=review.id, debtor_id=None)
    assert worker() == 2
    pages(person)
    found = outcomes(person.actor, [decision, again])
    assert (found[decision].state, found[again].state) == (State.UNDONE, State.APPLIED)
    with Session(committed_database) as session:
        assert session.scalar(text("SELECT count(*) FROM debtor")) == 2
        assert session.query(DecisionEffect.decision_id).distinct().all() == [(again,)]


def test_a_decision_taken_back_early_leaves_nothing_for_the_worker(
    waiting: uuid.UUID, pages: As, worker: Callable[[], int], moderator: Person
) -> None:
    pages(moderator)
    review = next_reviews(moderator.actor).reviews[0]
    decision = make_decision(moderator.actor, review_id=review.id, debtor_id=None)
    take_back(moderator.actor, decision_id=decision)
    assert rows("match_decision") == 0
    assert worker() == 0
    pages(moderator)
    assert count_reviews(moderator.actor) == 1


def test_no_tag_of_a_decision_agrees_with_that_of_a_ledger(
    committed_database: Engine, waiting: uuid.UUID, pages: As, worker: Callable[[], int], reporter: Person
) -> None:
    """A copy of the database without the keys tells neither whose decision it was nor whose line."""
    pages(reporter)
    review = next_reviews(reporter.actor).reviews[0]
    make_decision(reporter.actor, review_id=review.id, debtor_id=waiting)
    worker()
    somebody = new_person("Somebody", role=Role.MODERATOR)
    with Session(committed_database) as session:
        everything = " ".join(
            str(session.execute(text(f"SELECT row_to_json(held)::text FROM {table} AS held")).all())
            for table in (*TABLES, "decision_effect", "outbox")
        )
        owners = session.scalars(text("SELECT DISTINCT owner_tag FROM ledger_page")).all()
        assert session.query(SealingKey).count() == 1
    private = [reporter.user_id, reporter.member_id, review.id, somebody.user_id]
    assert not any(str(known) in everything or known.hex in everything for known in private)
    assert not any(bytes(tag).hex() in everything for tag in owners)
