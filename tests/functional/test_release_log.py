"""The log of releases: what a close leaves in it, and that nothing in it can be changed unseen."""

import json
import uuid
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from anonymization.ledger_log import CompactRange, is_consistent, is_included, leaf_hash
from anonymization.log_heads import LogKey
from anonymization.parameters import DEFAULT
from network.errors import NotAllowedError, NotFoundError
from network.keystore import keys
from network.models import LogHead, ReleaseEpoch
from network.permissions import operator_at_console
from network.services.log_proofs import (
    HeadId,
    consistency_proof,
    leaves_of_the_log,
    logged_months,
    manifest_proof,
    newest_head,
    place_in_log,
    read_head,
    read_heads,
    release_proof,
)
from network.services.log_verification import verify_log
from network.services.release_log import sign_daily_head
from tests.factories.cast import Person
from tests.factories.release_log import EPOCHS, PER_MONTH, fill_log
from tests.factories.releases import DAY, close_month

OPERATOR = operator_at_console()


@pytest.fixture
def debtors(session: Session) -> list[uuid.UUID]:
    return fill_log()


# --- What a close leaves ---------------------------------------------------------------------------------------------


def test_a_close_logs_each_release_and_then_by_which_rules(
    session: Session, debtors: list[uuid.UUID]
) -> None:
    leaves = list(leaves_of_the_log(OPERATOR))
    assert len(leaves) == len(EPOCHS) * (PER_MONTH + 1)
    assert json.loads(leaves[PER_MONTH]) == {
        "epoch": EPOCHS[0],
        "first_leaf": 0,
        "kind": "manifest",
        "parameters": DEFAULT.digest(),
        "profile": "default",
        "published": PER_MONTH,
    }
    log = CompactRange().append(leaf_hash(leaf.encode()) for leaf in leaves)
    last = session.scalars(select(ReleaseEpoch).order_by(ReleaseEpoch.epoch.desc())).first()
    assert last is not None
    assert (last.log_size, last.log_root, last.log_frontier) == (log.size, log.root, log.to_bytes())


def test_each_close_signs_a_head_that_continues_the_one_before(
    debtors: list[uuid.UUID], subscriber: Person
) -> None:
    heads = read_heads(subscriber.actor).heads
    assert [head.size for head in heads] == [(PER_MONTH + 1) * count for count in (4, 3, 2, 1)]
    key = LogKey.derived(keys.ring.root).verifier
    assert all(head.key == key and key.open(head.note).root == head.root for head in heads)
    for new in heads:
        for old in heads:
            if old.size <= new.size:
                proof = consistency_proof(subscriber.actor, old=new.id, new=old.id)
                assert (proof.old, proof.new) == (old, new)
                assert is_consistent(old.size, old.root, new.size, new.root, proof.path)


def test_every_release_is_shown_to_be_in_every_head_that_covers_it(
    debtors: list[uuid.UUID], subscriber: Person
) -> None:
    heads = read_heads(subscriber.actor).heads
    for debtor in (debtors[0], debtors[255], debtors[256], debtors[-1]):
        for place, epoch in enumerate(EPOCHS):
            for head in heads:
                ask = (subscriber.actor, debtor, epoch, head.id)
                if head.size <= place * (PER_MONTH + 1):
                    with pytest.raises(NotFoundError):
                        release_proof(ask[0], debtor_id=ask[1], epoch=ask[2], head=ask[3])
                    continue
                proof = release_proof(ask[0], debtor_id=ask[1], epoch=ask[2], head=ask[3])
                leaf = leaf_hash(proof.body.encode())
                assert is_included(leaf, proof.leaf, head.size, proof.path, head.root)
                assert proof.leaf == place * (PER_MONTH + 1) + debtors.index(debtor)


def test_a_manifest_is_shown_to_be_in_the_log(debtors: list[uuid.UUID], subscriber: Person) -> None:
    proof = manifest_proof(subscriber.actor, epoch=EPOCHS[1])
    assert is_included(
        leaf_hash(proof.body.encode()), proof.leaf, proof.head.size, proof.path, proof.head.root
    )
    newest, *_, oldest = logged_months(subscriber.actor)
    assert (oldest.epoch, oldest.first_leaf, oldest.end) == (EPOCHS[0], 0, PER_MONTH + 1)
    assert (newest.epoch, newest.parameters) == (EPOCHS[-1], DEFAULT.digest())
    with pytest.raises(NotFoundError):
        manifest_proof(subscriber.actor, epoch="2020-01")


def test_a_page_of_a_debtor_learns_its_place_without_hashing(
    debtors: list[uuid.UUID], subscriber: Person
) -> None:
    place = place_in_log(subscriber.actor, debtor_id=debtors[3], epoch=EPOCHS[1])
    assert place is not None
    assert (place.leaf, place.head) == (PER_MONTH + 1 + 3, newest_head(subscriber.actor))
    assert place_in_log(subscriber.actor, debtor_id=uuid.uuid4(), epoch=EPOCHS[1]) is None


def test_a_month_without_a_release_still_has_its_manifest_and_head(
    session: Session, subscriber: Person
) -> None:
    close_month("2026-06")
    head = newest_head(subscriber.actor)
    assert head is not None
    assert head.size == 1
    assert manifest_proof(subscriber.actor, epoch="2026-06").path == []
    assert verify_log(OPERATOR).fault is None


# --- A head a day ----------------------------------------------------------------------------------------------------


def test_a_day_has_one_head_however_often_it_is_asked_for(
    debtors: list[uuid.UUID], subscriber: Person
) -> None:
    tomorrow = DAY + timedelta(days=10)
    assert sign_daily_head(OPERATOR, today=tomorrow)
    assert not sign_daily_head(OPERATOR, today=tomorrow)
    newest, before, *_ = read_heads(subscriber.actor).heads
    assert (newest.id, newest.root) == (HeadId(tomorrow, before.size), before.root)


def test_a_clock_that_went_back_signs_nothing_of_an_earlier_day(
    debtors: list[uuid.UUID], subscriber: Person
) -> None:
    assert not sign_daily_head(OPERATOR, today=DAY - timedelta(days=400))
    newest = newest_head(subscriber.actor)
    close_month("2026-10", day=DAY - timedelta(days=400))
    later = newest_head(subscriber.actor)
    assert newest is not None
    assert later is not None
    assert (later.day, later.size) == (newest.day, newest.size + 1)


def test_an_empty_log_has_no_head(session: Session, subscriber: Person) -> None:
    assert not sign_daily_head(OPERATOR, today=DAY)
    assert newest_head(subscriber.actor) is None
    assert verify_log(OPERATOR).fault is None


def test_heads_are_read_in_pages(debtors: list[uuid.UUID], subscriber: Person) -> None:
    first = read_heads(subscriber.actor, limit=3)
    rest = read_heads(subscriber.actor, limit=3, before=first.heads[-1].id)
    assert (len(first.heads), first.has_more, len(rest.heads), rest.has_more) == (3, True, 1, False)


def test_only_the_operator_signs_checks_and_exports(session: Session, reporter: Person) -> None:
    with pytest.raises(NotAllowedError):
        sign_daily_head(reporter.actor, today=DAY)
    with pytest.raises(NotAllowedError):
        verify_log(reporter.actor)
    with pytest.raises(NotAllowedError):
        next(leaves_of_the_log(reporter.actor))


@pytest.mark.parametrize("text", ["", "2026-11-21", "yesterday.5", "2026-11-21.x", "2026-11-21.99999"])
def test_what_names_no_head_is_not_found(session: Session, subscriber: Person, text: str) -> None:
    with pytest.raises(NotFoundError):
        read_head(subscriber.actor, head=HeadId.read(text))


def test_a_day_is_all_that_a_head_tells_of_time(debtors: list[uuid.UUID], session: Session) -> None:
    for head in session.scalars(select(LogHead)):
        assert type(head.day) is date
        assert ":" not in head.note
