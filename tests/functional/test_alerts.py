"""A person watches a debtor and is told when it turns: once, in the transaction of the close, and of nothing else."""

import uuid

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from alerts.channels.in_app import deliver_release
from alerts.history import read_turns
from alerts.inbox import NewsKey, mark_read, read_inbox, unread_count
from alerts.rules import turns
from alerts.subscriptions import is_watched, unwatch_debtor, watch_debtor, watched
from network.errors import NetworkError, NotAllowedError, NotFoundError
from network.models import (
    Debtor,
    LogHead,
    LogTile,
    News,
    Release,
    ReleaseEpoch,
    ReleaseManifest,
    User,
    Watch,
)
from network.permissions import operator_at_console
from network.schemas.release import read_release
from network.transaction import unit_of_work
from tests.databases import as_owner
from tests.factories.cast import Person
from tests.factories.releases import DAYS, DEBTOR, EUROS, SHARES, close_month, months, new_debtor, released

EPOCHS = months("2026-01", 8)
OTHER = uuid.UUID("9a1e9d1c-0d0f-4a65-8c83-3a1df0a1c102")


def deliver(epoch: str) -> int:
    with unit_of_work() as session:
        return deliver_release(session, epoch)


def told(person: Person) -> list[tuple[str, str]]:
    return [(item.key.epoch, item.key.rule) for item in read_inbox(person.actor).items]


def test_a_watcher_is_told_that_the_index_fell(reporter: Person) -> None:
    debtor = new_debtor()
    watch_debtor(reporter.actor, debtor_id=debtor)
    close_month(EPOCHS[0], released(EPOCHS[0], days=0))
    assert deliver(EPOCHS[0]) == 1
    close_month(EPOCHS[1], released(EPOCHS[1], days=3))
    assert deliver(EPOCHS[1]) == 1
    first, second = read_inbox(reporter.actor).items
    assert (first.key.rule, second.key.rule) == ("index_fell", "first_published")
    assert first.debtor_name == "Tôlerie Chaumont"
    assert first.told("en").title == "Payment Index fell by 15 points"
    assert first.facts["before"]["epoch"] == EPOCHS[0]


def test_who_does_not_watch_is_not_told(reporter: Person, colleague: Person) -> None:
    watch_debtor(reporter.actor, debtor_id=new_debtor())
    close_month(EPOCHS[0], released(EPOCHS[0]))
    deliver(EPOCHS[0])
    assert told(colleague) == []


def test_delivering_twice_tells_once(reporter: Person) -> None:
    watch_debtor(reporter.actor, debtor_id=new_debtor())
    close_month(EPOCHS[0], released(EPOCHS[0]))
    assert (deliver(EPOCHS[0]), deliver(EPOCHS[0])) == (1, 0)
    assert len(told(reporter)) == 1


def test_read_news_stays_read_when_it_is_delivered_again(reporter: Person) -> None:
    watch_debtor(reporter.actor, debtor_id=new_debtor())
    close_month(EPOCHS[0], released(EPOCHS[0]))
    deliver(EPOCHS[0])
    mark_read(reporter.actor, keys=[item.key for item in read_inbox(reporter.actor).items])
    deliver(EPOCHS[0])
    assert unread_count(reporter.actor) == 0


def test_a_close_that_fails_tells_nobody(reporter: Person) -> None:
    watch_debtor(reporter.actor, debtor_id=new_debtor())

    def close_and_fail() -> None:
        with unit_of_work() as session:
            close_month(EPOCHS[0], released(EPOCHS[0]))
            assert deliver_release(session, EPOCHS[0]) == 1
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        close_and_fail()
    assert told(reporter) == []


def test_a_watched_debtor_that_is_withheld_is_one_item(reporter: Person) -> None:
    watch_debtor(reporter.actor, debtor_id=new_debtor())
    close_month(EPOCHS[0], released(EPOCHS[0]))
    close_month(EPOCHS[1])
    close_month(EPOCHS[2])
    assert [deliver(epoch) for epoch in EPOCHS[:3]] == [1, 1, 0]
    assert told(reporter)[0] == (EPOCHS[1], "no_longer_published")


def test_a_steady_return_is_told_although_nothing_changed_in_its_third_month(reporter: Person) -> None:
    watch_debtor(reporter.actor, debtor_id=new_debtor())
    for place, epoch in enumerate(EPOCHS[:6]):
        close_month(epoch, *([] if place == 1 else [released(epoch)]))
    assert [deliver(epoch) for epoch in EPOCHS[:6]] == [1, 1, 0, 0, 1, 0]
    assert told(reporter)[0] == (EPOCHS[4], "published_again")


def test_a_month_without_change_is_silent(reporter: Person) -> None:
    watch_debtor(reporter.actor, debtor_id=new_debtor())
    for epoch in EPOCHS[:3]:
        close_month(epoch, released(epoch))
    assert [deliver(epoch) for epoch in EPOCHS[:3]] == [1, 0, 0]


def test_a_person_whose_account_is_closed_is_not_told(reporter: Person, session: Session) -> None:
    watch_debtor(reporter.actor, debtor_id=new_debtor())
    session.execute(update(User).where(User.id == reporter.user_id).values(is_active=False))
    session.commit()
    close_month(EPOCHS[0], released(EPOCHS[0]))
    assert deliver(EPOCHS[0]) == 0


STEPS = st.fixed_dictionaries(
    {
        "days": st.integers(0, DAYS - 1),
        "past_due": st.integers(0, SHARES - 1),
        "exposure": st.integers(0, EUROS - 1),
        "over_90": st.integers(0, SHARES - 1),
        "suppliers": st.integers(0, 2),
    }
)


@given(history=st.lists(st.none() | STEPS, min_size=1, max_size=8))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_item_can_be_worked_out_again_from_the_releases_alone(
    reporter: Person, session: Session, history: list[dict[str, int] | None]
) -> None:
    """The invariant of docs/alerts.md: what was told is a function of release bodies, and nothing is left out."""
    with as_owner(session):
        for table in (News, Watch, Release, ReleaseEpoch, ReleaseManifest, LogTile, LogHead, Debtor):
            session.execute(delete(table))
    session.commit()
    watch_debtor(reporter.actor, debtor_id=new_debtor())
    for epoch, steps in zip(EPOCHS, history, strict=False):
        close_month(epoch, *([] if steps is None else [released(epoch, **steps)]))
        deliver(epoch)
    written = {(row.epoch, row.rule): row.facts for row in session.scalars(select(News))}
    bodies = session.scalars(select(Release.body).where(Release.debtor_id == DEBTOR)).all()
    again = turns([read_release(body) for body in bodies], epochs=EPOCHS[: len(history)])
    assert written == {(item.epoch, item.rule.name): item.facts for item in again}
    assert [item.rule.name for item in read_turns(reporter.actor, debtor_id=DEBTOR)] == [
        item.rule.name for item in again
    ]


def test_the_turns_of_a_debtor_begin_after_a_window_of_older_releases(reporter: Person) -> None:
    debtor = new_debtor()
    for epoch, days in zip(EPOCHS, (0, 2, 2, 2, 2, 2, 2, 5), strict=True):
        close_month(epoch, released(epoch, days=days))
    found = read_turns(reporter.actor, debtor_id=debtor, months=2)
    assert [(item.epoch, item.rule.name) for item in found] == [(EPOCHS[7], "index_below_50")]


def test_watching_twice_and_unwatching_twice_changes_nothing(reporter: Person) -> None:
    debtor = new_debtor()
    for _ in range(2):
        watch_debtor(reporter.actor, debtor_id=debtor)
    assert watched(reporter.actor) == {debtor}
    for _ in range(2):
        unwatch_debtor(reporter.actor, debtor_id=debtor)
    assert watched(reporter.actor) == frozenset()


def test_a_watch_belongs_to_a_person_and_not_to_the_company(reporter: Person, colleague: Person) -> None:
    debtor = new_debtor()
    watch_debtor(reporter.actor, debtor_id=debtor)
    assert is_watched(reporter.actor, debtor_id=debtor)
    assert not is_watched(colleague.actor, debtor_id=debtor)
    assert watched(reporter.actor, among=[OTHER]) == frozenset()


def test_a_debtor_that_was_never_released_may_be_watched_by_its_suppliers_alone(
    reporter: Person, outsider: Person
) -> None:
    debtor = new_debtor(is_listed=False)
    with pytest.raises(NotFoundError):
        watch_debtor(outsider.actor, debtor_id=debtor)
    watch_debtor(reporter.actor, debtor_id=debtor, is_own=True)
    assert watched(reporter.actor) == {debtor}


def test_nobody_watches_what_does_not_exist(reporter: Person) -> None:
    with pytest.raises(NotFoundError):
        watch_debtor(reporter.actor, debtor_id=OTHER, is_own=True)


def test_a_moderator_watches_nothing_and_the_console_has_no_inbox(moderator: Person) -> None:
    with pytest.raises(NotAllowedError):
        watch_debtor(moderator.actor, debtor_id=DEBTOR)
    with pytest.raises(NotAllowedError):
        read_inbox(operator_at_console())
    with pytest.raises(NotAllowedError):
        watch_debtor(operator_at_console(), debtor_id=DEBTOR)
    assert unread_count(operator_at_console()) == 0


def _three_items(person: Person) -> None:
    watch_debtor(person.actor, debtor_id=new_debtor())
    watch_debtor(person.actor, debtor_id=new_debtor("Ets Marchand", debtor_id=OTHER))
    close_month(EPOCHS[0], released(EPOCHS[0]), released(EPOCHS[0], debtor=OTHER))
    close_month(EPOCHS[1], released(EPOCHS[1], days=5))
    for epoch in EPOCHS[:2]:
        deliver(epoch)


def test_the_inbox_shows_the_newest_month_first_and_in_it_the_most_serious(reporter: Person) -> None:
    _three_items(reporter)
    assert told(reporter) == [
        (EPOCHS[1], "index_below_50"),
        (EPOCHS[1], "no_longer_published"),
        (EPOCHS[0], "first_published"),
        (EPOCHS[0], "first_published"),
    ]


def test_pages_of_the_inbox_neither_skip_nor_repeat(reporter: Person) -> None:
    _three_items(reporter)
    seen, after = [], None
    while True:
        page = read_inbox(reporter.actor, limit=1, after=after)
        seen += [item.key for item in page.items]
        assert page.has_more == (page.after is not None)
        if page.after is None:
            break
        after = page.after
    assert seen == [item.key for item in read_inbox(reporter.actor).items]
    assert len(seen) == 4


def test_only_what_was_shown_is_marked_read(reporter: Person, colleague: Person) -> None:
    _three_items(reporter)
    shown = read_inbox(reporter.actor, limit=2)
    assert shown.unread == 4
    assert mark_read(reporter.actor, keys=[item.key for item in shown.items]) == 2
    assert mark_read(reporter.actor, keys=[item.key for item in shown.items]) == 0
    assert mark_read(colleague.actor, keys=[item.key for item in read_inbox(reporter.actor).items]) == 0
    assert unread_count(reporter.actor) == 2


@pytest.mark.parametrize(
    "written",
    [
        "",
        "2026-01",
        "2026-01.x.index_fell",
        f"2026-01.{DEBTOR}.no_such_rule",
        f"2026\x00.{DEBTOR}.index_fell",
    ],
)
def test_a_damaged_cursor_is_refused(reporter: Person, written: str) -> None:
    with pytest.raises(NetworkError):
        read_inbox(reporter.actor, after=written)


def test_a_key_survives_being_written() -> None:
    key = NewsKey(epoch="2026-01", debtor_id=DEBTOR, rule="index_fell")
    assert NewsKey.parse(str(key)) == key


def test_news_goes_to_all_who_watch(
    reporter: Person, colleague: Person, subscriber: Person, session: Session
) -> None:
    debtor = new_debtor()
    for person in (reporter, colleague, subscriber):
        watch_debtor(person.actor, debtor_id=debtor)
    close_month(EPOCHS[0], released(EPOCHS[0]))
    assert deliver(EPOCHS[0]) == 3
    assert session.scalar(select(func.count()).select_from(News)) == 3
