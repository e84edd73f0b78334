"""The ground that other tests stand on."""

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from network.models import Member, User
from network.transaction import reading, unit_of_work
from tests.factories.cast import Cast, Person, new_member


def members(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Member)) or 0


@pytest.mark.parametrize("turn", [1, 2])
def test_a_test_sees_what_it_wrote_and_nothing_of_the_test_before(session: Session, turn: int) -> None:
    assert members(session) == 0
    new_member("Only one")
    assert members(session) == 1
    with reading() as other:
        assert members(other) == 1


def _add_and_fail() -> None:
    with unit_of_work() as work:
        work.add(Member(name="Goes"))
        work.flush()
        raise ZeroDivisionError


def test_a_unit_of_work_that_fails_takes_its_own_effects_back_and_no_others(session: Session) -> None:
    new_member("Stays")
    with pytest.raises(ZeroDivisionError):
        _add_and_fail()
    assert session.scalars(select(Member.name)).all() == ["Stays"]


@pytest.mark.parametrize("turn", [1, 2])
def test_a_committed_test_really_commits_and_is_cleaned_up(committed_database: Engine, turn: int) -> None:
    new_member("Committed")
    with committed_database.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(Member)) == 1


def test_the_cast_shares_companies_as_its_names_say(cast: Cast, session: Session) -> None:
    assert cast.reporter.member_id == cast.colleague.member_id != cast.rival.member_id
    assert cast.outsider.member_id not in {cast.reporter.member_id, cast.rival.member_id}
    assert cast.operator.actor.member_id is None
    assert session.scalar(select(func.count()).select_from(User)) == 5


def test_a_person_alone_is_enough(moderator: Person, session: Session) -> None:
    assert session.scalars(select(User.email)).all() == [moderator.email]
