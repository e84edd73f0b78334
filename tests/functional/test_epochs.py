"""Closing a month: many ledgers in, one release a debtor out, the same for everybody."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from network.errors import ConflictError, NotAllowedError, NotFoundError
from network.models import Debtor, ExchangeRate, PipelineState, Release, ReleaseEpoch
from network.permissions import Actor, Role, operator_at_console
from network.resolution.resolve import resolve_customers
from network.schemas.release import ReleaseSchema, read_release
from network.services.epochs import EpochClosed, close_epoch, epochs_sent, next_epoch
from network.services.ledgers import submit_ledger
from network.services.profiles import find_debtor, own_positions, read_profile
from tests.factories.cast import Person, new_member
from tests.factories.customers import customers

TODAY = date(2026, 11, 21)
HEADINGS = "Customer Account #,Company Name,SIREN,Account Balance,Current Due,1-30,31-60,61-90,91+ Days Past Due,Report Date,Currency"
WIDELY_SUPPLIED, HARDLY_SUPPLIED = "732829320", "552100554"


def send(
    folder: Path, actor: Actor, *, amount: int, epoch_end: str, currency: str = "EUR", few: bool = False
) -> None:
    """Send an aged balance of one or two customers, a quarter of it 1-30 days late."""
    late, current = amount // 4, amount - amount // 4
    sirens = [WIDELY_SUPPLIED, HARDLY_SUPPLIED] if few else [WIDELY_SUPPLIED]
    rows = [
        f"A{siren},Maison {siren} SARL,{siren},{amount}.00,{current}.00,{late}.00,0.00,0.00,0.00,{epoch_end},{currency}"
        for siren in sirens
    ]
    path = folder / f"{actor.member_id}-{epoch_end}.csv"
    path.write_text("\n".join([HEADINGS, *rows]) + "\n", encoding="utf-8")
    receipt = submit_ledger(actor, path=path, today=TODAY)
    assert receipt.statement.accepted == len(rows), receipt.rejections


@pytest.fixture
def members(session: Session) -> list[Actor]:
    return [operator_at_console(member_id=new_member(f"Member {number}").id) for number in range(9)]


@pytest.fixture
def september(session: Session, members: list[Actor], tmp_path: Path) -> list[Actor]:
    """Nine members on one debtor, two of them on another."""
    for number, actor in enumerate(members):
        send(tmp_path, actor, amount=9_000 + 600 * number, epoch_end="2026-09-30", few=number < 2)
    return members


def close(epoch: str = "2026-09") -> EpochClosed:
    return close_epoch(operator_at_console(), epoch=epoch, today=TODAY)


def test_a_debtor_of_many_is_published_and_one_of_few_is_not(
    session: Session, september: list[Actor], subscriber: Person
) -> None:
    closed = close_epoch(operator_at_console(), epoch="2026-09", today=TODAY)
    assert (closed.debtors, closed.published, closed.withheld) == (2, 1, 1)
    widely = find_debtor(subscriber.actor, words=WIDELY_SUPPLIED)
    profile = read_profile(subscriber.actor, debtor_id=widely)
    assert profile.is_published
    (values,) = profile.releases
    assert values.epoch == profile.latest_epoch == "2026-09"
    assert values.contributors.low in {5, 10}, "nine, give or take one"
    assert Decimal("0.10") <= values.past_due_share.low <= Decimal("0.25")


def test_a_debtor_is_listed_by_the_name_that_members_share(
    session: Session, members: list[Actor], tmp_path: Path, subscriber: Person
) -> None:
    first = f"Maison {WIDELY_SUPPLIED} - compte de Martin"
    resolve_customers(session, customers({"customer_name": first, "siren": WIDELY_SUPPLIED}))
    for actor in members:
        send(tmp_path, actor, amount=12_000, epoch_end="2026-09-30")
    close()
    widely = find_debtor(subscriber.actor, words=WIDELY_SUPPLIED)
    assert read_profile(subscriber.actor, debtor_id=widely).debtor.name == f"MAISON {WIDELY_SUPPLIED}"


def test_a_debtor_that_was_never_released_exists_only_for_those_who_supply_it(
    session: Session, september: list[Actor], subscriber: Person, moderator: Person
) -> None:
    close()
    with pytest.raises(NotFoundError):
        find_debtor(subscriber.actor, words=HARDLY_SUPPLIED)
    supplier, other = september[0].member_id, september[-1].member_id
    credit_manager = Actor(role=Role.CREDIT_MANAGER, member_id=supplier)
    hardly = find_debtor(credit_manager, words=HARDLY_SUPPLIED)
    assert not read_profile(credit_manager, debtor_id=hardly).is_published
    assert read_profile(moderator.actor, debtor_id=hardly).releases == ()
    with pytest.raises(NotFoundError):
        read_profile(Actor(role=Role.CREDIT_MANAGER, member_id=other), debtor_id=hardly)


def test_before_its_first_release_a_member_sees_a_debtor_in_its_own_words_alone(
    session: Session, members: list[Actor], tmp_path: Path
) -> None:
    managers = [Actor(role=Role.CREDIT_MANAGER, member_id=actor.member_id) for actor in members[:2]]
    for actor, name in zip(managers, ("Dupont - litige, compte de Martin", "DUPONT SARL"), strict=True):
        path = tmp_path / f"{actor.member_id}.csv"
        row = f"A1,{name},{HARDLY_SUPPLIED},90.00,90.00,0.00,0.00,0.00,0.00,2026-09-30,EUR"
        path.write_text(f"{HEADINGS}\n{row.replace(name, chr(34) + name + chr(34))}\n", encoding="utf-8")
        assert submit_ledger(actor, path=path, today=TODAY).statement.accepted == 1
    debtor_id = session.scalars(select(Debtor.id)).one()
    shown = [read_profile(actor, debtor_id=debtor_id).debtor for actor in managers]
    assert [identity.name for identity in shown] == ["Dupont - litige, compte de Martin", "DUPONT SARL"]
    assert shown[1].identifiers == {"siren": HARDLY_SUPPLIED}


def test_a_release_has_the_bytes_that_its_declaration_gives(session: Session, september: list[Actor]) -> None:
    close()
    body = session.scalars(select(Release.body)).one()
    schema = ReleaseSchema()
    assert body == json.dumps(
        schema.dump(schema.load(json.loads(body))), sort_keys=True, separators=(",", ":")
    )
    assert read_release(body).payment_index[1] == session.scalars(select(Release.payment_index)).one()


@pytest.mark.parametrize("words", ["Maison 732829320 SARL", "MAISON 732829320", "maison 732829320 sarl"])
def test_a_debtor_is_found_by_the_name_that_is_shown(
    session: Session, september: list[Actor], subscriber: Person, words: str
) -> None:
    close()
    assert find_debtor(subscriber.actor, words=words) == find_debtor(subscriber.actor, words=WIDELY_SUPPLIED)


def test_months_left_open_are_closed_on_the_way_and_told(session: Session, september: list[Actor]) -> None:
    assert close("2026-08").on_the_way == ()
    assert close("2026-10").on_the_way == ("2026-09",)


def test_a_closed_month_stays_closed(session: Session, september: list[Actor]) -> None:
    close()
    for epoch in ("2026-09", "2026-08"):
        with pytest.raises(ConflictError):
            close(epoch)


def test_a_month_that_has_not_ended_is_not_closed(session: Session, september: list[Actor]) -> None:
    with pytest.raises(ConflictError):
        close("2026-11")


def test_only_the_operator_closes(session: Session, reporter: Person) -> None:
    with pytest.raises(NotAllowedError):
        close_epoch(reporter.actor, epoch="2026-09", today=TODAY)


def test_the_next_month_carries_silent_members_forward(session: Session, september: list[Actor]) -> None:
    assert next_epoch() == "2026-09"
    close()
    assert next_epoch() == "2026-10"
    october = close_epoch(operator_at_console(), epoch="2026-10", today=TODAY)
    assert october.published == 1
    log = session.scalars(select(ReleaseEpoch).order_by(ReleaseEpoch.epoch)).all()
    assert [held.log_size for held in log] == [2, 4], "a release each, and a manifest each"
    assert set(session.scalars(select(PipelineState.epoch))) == {"2026-10"}


def test_news_and_releases_stand_or_fall_together(session: Session, september: list[Actor]) -> None:
    def breaks(_session: Session, _epoch: str) -> int:
        raise RuntimeError("the inbox is full")

    with pytest.raises(RuntimeError, match="inbox"):
        close_epoch(operator_at_console(), epoch="2026-09", today=TODAY, on_released=breaks)
    assert session.scalars(select(Release)).all() == []
    assert session.scalars(select(ReleaseEpoch)).all() == []
    assert not any(session.scalars(select(Debtor.is_listed)))


def test_a_currency_without_a_rate_is_left_out_and_counted(
    session: Session, members: list[Actor], tmp_path: Path
) -> None:
    for actor in members:
        send(tmp_path, actor, amount=12_000, epoch_end="2026-09-30", currency="USD")
    closed = close_epoch(operator_at_console(), epoch="2026-09", today=TODAY)
    assert closed.debtors == 0
    assert closed.without_rate == {"USD": 9}


def test_a_currency_is_converted_at_the_last_rate_of_the_month(
    session: Session, members: list[Actor], tmp_path: Path
) -> None:
    session.add_all(
        [
            ExchangeRate(currency="JPY", day=date(2026, 9, 29), rate=100),
            ExchangeRate(currency="JPY", day=date(2026, 10, 1), rate=1),
        ]
    )
    session.flush()
    for actor in members:
        send(tmp_path, actor, amount=1_200_000, epoch_end="2026-09-30", currency="JPY")
    assert close_epoch(operator_at_console(), epoch="2026-09", today=TODAY).published == 1
    values = read_release(session.scalars(select(Release.body)).one())
    assert 50_000 <= values.exposure.low <= 200_000


def test_a_member_sees_its_own_position_beside_the_network(session: Session, september: list[Actor]) -> None:
    close()
    actor = september[3]
    debtor_id = find_debtor(actor, words=WIDELY_SUPPLIED)
    (position,) = own_positions(actor, debtor_id=debtor_id)
    assert (position.period, position.current + position.late_1_30) == ("2026-09", 1_080_000)


def test_every_month_that_somebody_sent_is_known(session: Session, september: list[Actor]) -> None:
    assert epochs_sent() == ["2026-09"]
