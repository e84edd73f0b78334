"""The watchtower and the inbox."""

import uuid
from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from alerts.channels.in_app import deliver_release
from alerts.inbox import unread_count
from network.models import Debtor, Release, ReleaseEpoch, Watch
from network.services.watchlist import read_watchlist
from tests.factories.cast import Person
from tests.factories.releases import body_of, months, released
from tests.functional.conftest import Visitor, words_of

CALM, SLIDING = "Fonderies de l’Adour", "Charpentes Vasseur"


@pytest.fixture
def watched(session: Session, reporter: Person) -> dict[str, uuid.UUID]:
    """Two debtors that the reporter watches over four months; the second slides in the last two."""
    debtors = {name: Debtor(name=name, is_listed=True) for name in (CALM, SLIDING)}
    session.add_all(debtors.values())
    session.flush()
    session.add_all(Watch(user_id=reporter.user_id, debtor_id=debtor.id) for debtor in debtors.values())
    for place, epoch in enumerate(months("2026-06", 4)):
        session.add(
            ReleaseEpoch(
                epoch=epoch,
                profile="default",
                debtors=2,
                published=2,
                withheld=0,
                log_size=1,
                log_root=b"",
                log_frontier=b"",
            )
        )
        for name, days in ((CALM, 1), (SLIDING, max(1, 2 * place - 1))):
            values = released(epoch, debtor=debtors[name].id, days=days)
            session.add(
                Release(
                    debtor_id=debtors[name].id,
                    epoch=epoch,
                    leaf=place,
                    payment_index=values.payment_index[1],
                    body=body_of(values),
                )
            )
        session.flush()
        deliver_release(session, epoch)
    session.commit()
    return {name: debtor.id for name, debtor in debtors.items()}


def test_what_fell_stands_first(reporter: Person, watched: dict[str, uuid.UUID]) -> None:
    watchlist = read_watchlist(reporter.actor)
    assert [debtor.name for debtor in watchlist.debtors] == [SLIDING, CALM]
    assert watchlist.debtors[0].points is not None
    assert watchlist.debtors[0].points < 0
    assert watchlist.debtors[1].points == 0
    assert (watchlist.latest_epoch, watchlist.total, watchlist.is_cut) == ("2026-09", 2, False)


def test_what_was_never_published_stands_last(
    session: Session, reporter: Person, watched: dict[str, uuid.UUID]
) -> None:
    unknown = Debtor(name="Aaa", is_listed=False)
    session.add(unknown)
    session.flush()
    session.add(Watch(user_id=reporter.user_id, debtor_id=unknown.id))
    session.commit()
    assert [debtor.name for debtor in read_watchlist(reporter.actor).debtors] == [SLIDING, CALM, "Aaa"]


def test_a_list_that_is_cut_says_so(
    reader_of: Callable[[Person], Visitor], reporter: Person, watched: dict[str, uuid.UUID]
) -> None:
    watchlist = read_watchlist(reporter.actor, limit=1)
    assert (len(watchlist.debtors), watchlist.total, watchlist.is_cut) == (1, 2, True)


def test_a_colleague_has_a_list_of_their_own(colleague: Person, watched: dict[str, uuid.UUID]) -> None:
    assert read_watchlist(colleague.actor).debtors == ()


def test_the_watchtower_shows_levels_changes_and_news(
    reader_of: Callable[[Person], Visitor], reporter: Person, watched: dict[str, uuid.UUID]
) -> None:
    words = words_of(reader_of(reporter).opens("/"))
    assert "Last release: September 2026" in words
    assert f"down {-(read_watchlist(reporter.actor).debtors[0].points or 0)}" in words
    assert "Payment Index below 50" in words


def test_who_watches_nobody_is_told_what_to_do(
    reader_of: Callable[[Person], Visitor], colleague: Person, moderator: Person
) -> None:
    assert "Nobody on watch yet" in words_of(reader_of(colleague).opens("/"))
    assert "Look somebody up" in words_of(reader_of(moderator).opens("/"))


def test_news_says_what_changed_and_why(
    reader_of: Callable[[Person], Visitor], reporter: Person, watched: dict[str, uuid.UUID]
) -> None:
    words = words_of(reader_of(reporter).opens("/inbox"))
    assert SLIDING in words
    assert "You are told when" in words
    assert words.index("September 2026") < words.index("June 2026")


def test_only_what_was_shown_is_marked_as_read(
    reader_of: Callable[[Person], Visitor], reporter: Person, watched: dict[str, uuid.UUID]
) -> None:
    reader = reader_of(reporter)
    unread = unread_count(reporter.actor)
    assert unread > 1
    key = f"2026-06.{watched[CALM]}.first_published"
    answer = reader.sends("/inbox/read", {"key": key}, seen_on="/inbox")
    assert answer.location == "/inbox"
    assert "1 piece of news marked as read." in words_of(reader.opens("/inbox"))
    assert unread_count(reporter.actor) == unread - 1


def test_a_damaged_key_is_refused(
    reader_of: Callable[[Person], Visitor], reporter: Person, watched: dict[str, uuid.UUID]
) -> None:
    answer = reader_of(reporter).sends("/inbox/read", {"key": "x"}, seen_on="/inbox")
    assert answer.status_code == 400


def test_an_empty_inbox_says_when_news_comes(
    reader_of: Callable[[Person], Visitor], colleague: Person
) -> None:
    assert "All calm" in words_of(reader_of(colleague).opens("/inbox"))


def test_news_of_others_cannot_be_marked(
    reader_of: Callable[[Person], Visitor], reporter: Person, rival: Person, watched: dict[str, uuid.UUID]
) -> None:
    before = unread_count(reporter.actor)
    key = f"2026-06.{watched[CALM]}.first_published"
    reader_of(rival).sends("/inbox/read", {"key": key}, seen_on="/")
    assert unread_count(reporter.actor) == before
