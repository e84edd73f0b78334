"""Merge, split and undo over closed months: every voice in one release, every line back, the log as it was."""

import uuid
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.inbox import read_inbox
from alerts.subscriptions import is_watched, unwatch_debtor, watch_debtor, watched
from network.models import Debtor, DebtorIdentifier, Release, Watch
from network.permissions import Actor, Role, operator_at_console
from network.schemas.release import ReleasedValues, read_release
from network.services.customer_book import own_debtor_ids, read_customers
from network.services.judgements import JudgementMade, Verdict, judge, withdraw
from network.services.log_proofs import release_proof
from network.services.log_verification import verify_log
from network.services.profiles import find_debtor, own_positions, read_profile
from network.services.watchlist import read_watchlist
from network.transaction import reading
from tests.factories.cast import Person, new_member
from tests.factories.judged import Supplied, close, send, some_members
from tests.factories.releases import months

FIRST = Supplied("Garage Dupont SARL", siren="732829320")
SECOND = Supplied("Dupont Automobiles", vat="BE0417497106")
EPOCHS = months("2026-09", 16)
ENDS = dict(
    zip(
        EPOCHS,
        ("30", "31", "30", "31", "31", "28", "31", "30", "31", "30", "31", "31", "30", "31", "30", "31"),
        strict=True,
    )
)
OPERATOR = operator_at_console()
BOTH = range(5, 7)
"""Members that supply the two debtors; those before them the first alone, those after them the second alone."""


def speak(folder: Path, members: list[Actor], epoch: str) -> None:
    """Have seven members send what the first debtor owes them, and seven what the second does, two of them of both."""
    for place, actor in enumerate(members):
        owed = {}
        if place <= BOTH[-1]:
            owed[FIRST] = 8_000 + 500 * place
        if place >= BOTH[0]:
            owed[SECOND] = 9_000 + 400 * place
        send(folder, actor, f"{epoch}-{ENDS[epoch]}", owed)


def months_pass(folder: Path, members: list[Actor], *epochs: str) -> None:
    """Close months; who sent two months ago at most is carried forward, so that every third is sent."""
    for epoch in epochs:
        if EPOCHS.index(epoch) % 3 == 0:
            speak(folder, members, epoch)
        close(epoch)


def holder(value: str) -> uuid.UUID:
    with reading() as session:
        return session.scalars(
            select(DebtorIdentifier.debtor_id).where(DebtorIdentifier.value == value)
        ).one()


def releases_of(debtor_id: uuid.UUID) -> dict[str, ReleasedValues]:
    with reading() as session:
        bodies = session.scalars(select(Release.body).where(Release.debtor_id == debtor_id))
        return {release.epoch: release for release in map(read_release, bodies)}


def lines(members: list[Actor]) -> list[tuple[object, ...]]:
    """Return on which debtor each line of each member lies."""
    with reading() as session:
        books = [read_customers(session, actor.member_id) for actor in members if actor.member_id]
    return [row for book in books for row in book.select("customer_id", "customer_name", "debtor_id").rows()]


def merge(left: uuid.UUID, right: uuid.UUID) -> JudgementMade:
    return judge(
        OPERATOR, left=left, right=right, verdict=Verdict.SAME, reason="one company", despite_identifiers=True
    )


@pytest.fixture
def members(session: Session) -> list[Actor]:
    return some_members(12)


@pytest.fixture
def published(session: Session, members: list[Actor], tmp_path: Path) -> tuple[uuid.UUID, uuid.UUID]:
    """Two debtors with seven suppliers each, published in the first month."""
    months_pass(tmp_path, members, EPOCHS[0])
    return holder(FIRST.siren), holder(SECOND.vat)


def test_one_release_holds_all_voices_after_the_wait_and_a_split_repairs_it(
    published: tuple[uuid.UUID, uuid.UUID], members: list[Actor], tmp_path: Path
) -> None:
    first, second = published
    before, at_first = lines(members), releases_of(first)[EPOCHS[0]]
    made = merge(first, second)
    assert set(made.standing.values()) == {first}, "both were released last month, and this one has a SIREN"

    months_pass(tmp_path, members, *EPOCHS[1:4])
    joined = releases_of(first)
    assert set(releases_of(second)) == {EPOCHS[0]}, "one release a company"
    assert [joined[epoch].contributors.low for epoch in (EPOCHS[0], EPOCHS[3])] == [5, 10], (
        "7, then 12 voices"
    )
    assert joined[EPOCHS[3]].exposure.low > at_first.exposure.low
    assert lines(members) == before, "nothing was moved"

    taken = withdraw(OPERATOR, judgement_id=made.id, because="two brothers")
    assert not taken.still_one
    months_pass(tmp_path, members, *EPOCHS[4:7])
    apart, other = releases_of(first), releases_of(second)
    assert EPOCHS[4] in other, "its memory slept, so it is there again at once"
    assert apart[EPOCHS[6]].contributors.low == other[EPOCHS[6]].contributors.low == 5
    assert apart[EPOCHS[6]].exposure == at_first.exposure
    assert lines(members) == before
    assert verify_log(OPERATOR).fault is None


def test_joiners_that_come_by_a_merge_wait_like_all_others(
    published: tuple[uuid.UUID, uuid.UUID], members: list[Actor], tmp_path: Path
) -> None:
    """A third debtor with one supplier of its own: its voice never joins alone, for what moved would be that voice."""
    first, _ = published
    lone = Supplied("Dupont Occasions", vat="LU26375245")
    stranger = operator_at_console(member_id=new_member("Stranger").id)
    send(tmp_path, stranger, f"{EPOCHS[1]}-{ENDS[EPOCHS[1]]}", {lone: 70_000})
    third = holder(lone.vat)
    merge(first, third)
    for epoch in EPOCHS[1:16]:
        if EPOCHS.index(epoch) % 3 == 0:
            speak(tmp_path, members, epoch)
            send(tmp_path, stranger, f"{epoch}-{ENDS[epoch]}", {lone: 70_000})
        close(epoch)
    seen = releases_of(first)
    assert len({seen[epoch].exposure for epoch in EPOCHS}) == 1
    assert len({seen[epoch].aging["current"] for epoch in EPOCHS}) == 1


def test_two_debtors_below_their_gates_are_one_above_it(
    session: Session, members: list[Actor], tmp_path: Path
) -> None:
    for place, actor in enumerate(members[:8]):
        owed = {FIRST if place < 4 else SECOND: 10_000 + 300 * place}
        send(tmp_path, actor, f"{EPOCHS[0]}-{ENDS[EPOCHS[0]]}", owed)
    assert close(EPOCHS[0]).published == 0
    merge(holder(FIRST.siren), holder(SECOND.vat))
    assert close(EPOCHS[1]).published == 1
    listed = session.scalars(select(Debtor.id).where(Debtor.is_listed)).all()
    assert listed == [holder(FIRST.siren)]


def test_who_supplies_both_is_one_voice(session: Session, members: list[Actor], tmp_path: Path) -> None:
    """Four members write each balance half on the one, half on the other: that makes four voices, not eight."""
    for actor in members[:4]:
        send(tmp_path, actor, f"{EPOCHS[0]}-{ENDS[EPOCHS[0]]}", {FIRST: 6_000, SECOND: 5_000})
    merge(holder(FIRST.siren), holder(SECOND.vat))
    closed = close(EPOCHS[0])
    assert (closed.debtors, closed.published) == (1, 0)


def test_everybody_is_shown_one_debtor_by_whichever_name(
    published: tuple[uuid.UUID, uuid.UUID], members: list[Actor], subscriber: Person, tmp_path: Path
) -> None:
    first, second = published
    merge(first, second)
    months_pass(tmp_path, members, EPOCHS[1])
    profiles = [read_profile(subscriber.actor, debtor_id=each) for each in published]
    assert {profile.debtor.id for profile in profiles} == {first}
    assert profiles[1].asked == second
    assert profiles[0].releases == profiles[1].releases
    assert profiles[0].debtor.identifiers == {"siren": FIRST.siren, "vat": SECOND.vat}
    assert [name.upper() for name in profiles[0].also] == ["DUPONT AUTOMOBILES"]
    assert (
        read_profile(subscriber.actor, debtor_id=find_debtor(subscriber.actor, words=SECOND.vat)).debtor.id
        == first
    )


def test_old_releases_of_a_merged_debtor_keep_their_proofs(
    published: tuple[uuid.UUID, uuid.UUID], members: list[Actor], subscriber: Person, tmp_path: Path
) -> None:
    first, second = published
    before = release_proof(subscriber.actor, debtor_id=second, epoch=EPOCHS[0])
    merge(first, second)
    months_pass(tmp_path, members, EPOCHS[1])
    after = release_proof(subscriber.actor, debtor_id=second, epoch=EPOCHS[0])
    assert (after.body, after.leaf) == (before.body, before.leaf)
    assert str(second) in after.body
    assert str(first) in release_proof(subscriber.actor, debtor_id=second, epoch=EPOCHS[1]).body
    assert verify_log(OPERATOR).fault is None


def test_a_members_own_ledger_shows_all_its_lines_of_the_company(
    published: tuple[uuid.UUID, uuid.UUID], members: list[Actor]
) -> None:
    first, second = published
    actor = Actor(role=Role.CREDIT_MANAGER, member_id=members[BOTH[0]].member_id)

    def owed(debtor_id: uuid.UUID) -> int:
        (position,) = own_positions(actor, debtor_id=debtor_id)
        return position.current + position.late_1_30

    apart = owed(first), owed(second)
    made = merge(first, second)
    assert owed(first) == owed(second) == sum(apart)
    withdraw(OPERATOR, judgement_id=made.id)
    assert (owed(first), owed(second)) == apart


def test_who_has_a_debtor_among_its_customers_may_know_who_stands_for_it(
    session: Session, members: list[Actor], tmp_path: Path
) -> None:
    send(tmp_path, members[0], f"{EPOCHS[0]}-{ENDS[EPOCHS[0]]}", {FIRST: 5_000})
    send(tmp_path, members[1], f"{EPOCHS[0]}-{ENDS[EPOCHS[0]]}", {SECOND: 5_000})
    first, second = holder(FIRST.siren), holder(SECOND.vat)
    actor = Actor(role=Role.CREDIT_MANAGER, member_id=members[1].member_id)
    assert actor.member_id is not None
    assert own_debtor_ids(session, actor.member_id) == {second}
    made = merge(first, second)
    assert own_debtor_ids(session, actor.member_id) == {first, second}
    shown = read_profile(actor, debtor_id=second).debtor
    assert (shown.id, shown.name, shown.identifiers) == (first, SECOND.name, {"vat": SECOND.vat}), (
        "in its own words"
    )
    withdraw(OPERATOR, judgement_id=made.id)
    assert own_debtor_ids(session, actor.member_id) == {second}


def test_a_watch_sees_the_company_once_and_is_on_its_debtor_again_after_a_split(
    members: list[Actor],
    reporter: Person,
    colleague: Person,
    rival: Person,
    session: Session,
    tmp_path: Path,
) -> None:
    speak(tmp_path, members, EPOCHS[0])
    first, second = holder(FIRST.siren), holder(SECOND.vat)
    people = {reporter: (first, second), colleague: (second,), rival: (first,)}
    for person, debtors in people.items():
        for debtor_id in debtors:
            watch_debtor(person.actor, debtor_id=debtor_id, is_own=True)
    made = merge(first, second)
    assert close(EPOCHS[0]).news == len(people), "none twice, none lost"
    for person in people:
        (item,) = read_inbox(person.actor).items
        assert (item.key.debtor_id, item.key.rule) == (first, "first_published")
    assert [held.id for held in read_watchlist(reporter.actor).debtors] == [first]
    assert read_watchlist(reporter.actor).total == 1
    assert watched(colleague.actor) == {first}
    assert is_watched(colleague.actor, debtor_id=first)

    withdraw(OPERATOR, judgement_id=made.id)
    assert watched(colleague.actor) == {second}
    assert not is_watched(colleague.actor, debtor_id=first)
    assert close(EPOCHS[1]).news == len((reporter, colleague)), (
        "the second one is published for the first time"
    )
    assert {item.key.debtor_id for item in read_inbox(colleague.actor).items} == {first, second}

    merge(first, second)
    unwatch_debtor(reporter.actor, debtor_id=first)
    assert session.scalars(select(Watch.debtor_id).where(Watch.user_id == reporter.user_id)).all() == []
