"""A new key takes over while others seal and read: nothing is lost, nobody waits, nothing tells rows apart."""

import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import Engine, delete, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from anonymization.vault import KeyRing, seal_blob
from network.embedded.processes import wait_until
from network.errors import ConflictError, NotAllowedError, UnavailableError
from network.keystore import KeyStore, choose_store, keys
from network.keystore.ring_format import longer_ring
from network.models import LedgerPage, SealingKey
from network.permissions import operator_at_console
from network.services import private_pages, review_cases
from network.services.dealing import deal_out
from network.services.key_rotation import Rotation, rotate_keys, rotating_alone
from network.services.private_pages import Content
from network.services.sealing_keys import SEALED, register, registered_keys, sealing_ring
from network.transaction import reading, unit_of_work
from tests.factories.cast import Person
from tests.factories.sealed import key_ids, read_back, seal_everywhere, send, state_opens

OPERATOR = operator_at_console()


@pytest.fixture
def store(committed_database: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> KeyStore:
    """A key file with the ring of the test; the database is the worker's, with real commits."""
    kept = choose_store(tmp_path / "keys", given=None, wrapper=None, environ={})
    kept.create(keys.ring)
    monkeypatch.setattr(keys, "_store", kept)
    return kept


def test_every_data_key_is_wrapped_anew_and_no_page_is_touched(
    committed_database: Engine, store: KeyStore, reporter: Person
) -> None:
    seal_everywhere(reporter.member_id)
    pages = select(LedgerPage.id, LedgerPage.sealed).order_by(LedgerPage.id)
    wrapped = select(LedgerPage.wrapped_key)
    with Session(committed_database) as session:
        before = session.execute(pages).all()
        old_wrapped = set(session.scalars(wrapped))
    (old,) = keys.ring.wrapping
    seen: list[tuple[int, int]] = []
    done = rotate_keys(OPERATOR, progress=lambda *part: seen.append(part))
    assert done == Rotation(key=done.key, rewrapped=5, retired=(old,), went_on=False, is_complete=True)
    assert seen[-1] == (5, 5)
    assert key_ids(committed_database) == {done.key} != {old}
    with Session(committed_database) as session:
        assert session.execute(pages).all() == before
        assert not old_wrapped & set(session.scalars(wrapped))
        assert [key.id for key in registered_keys(session)] == [done.key]
    kept = store.load()
    assert kept is not None
    assert set(kept.wrapping) == {done.key}
    assert kept.root == keys.ring.root


def test_a_process_with_the_old_ring_reads_and_seals_after_it(
    committed_database: Engine, store: KeyStore, reporter: Person
) -> None:
    seal_everywhere(reporter.member_id)
    done = rotate_keys(OPERATOR)
    assert done.key not in keys.ring.wrapping  # this process has not heard of it yet
    assert read_back(reporter.member_id) == 3
    assert state_opens()
    with reading() as session:
        assert len(review_cases.read_cases(session, reporter.member_id)) == 1
    send(reporter.member_id)
    assert key_ids(committed_database) == {done.key}
    assert read_back(reporter.member_id) == 6


def test_rows_read_before_it_open_after_it(store: KeyStore, reporter: Person) -> None:
    send(reporter.member_id)
    with reading() as session:
        pages = private_pages.read_pages(
            session, [private_pages.slot_tag(reporter.member_id, Content.INVOICES, "2026-09")]
        )
    rotate_keys(OPERATOR)
    read_back(reporter.member_id)  # fetches the new ring, which lacks the old key
    (slot,) = pages.values()
    assert private_pages.open_slot(slot).height == 3


def test_it_mixes_the_rows_of_all_members(committed_database: Engine, store: KeyStore) -> None:
    members = [uuid.uuid4() for _ in range(25)]
    for member_id in members:
        send(member_id, pages=40)
    neighbours = text(
        "SELECT avg((owner_tag = before)::int) FROM "
        "(SELECT owner_tag, lag(owner_tag) OVER (ORDER BY ctid) AS before FROM ledger_page) AS placed"
    )
    batches = text("SELECT count(*), count(DISTINCT owner_tag) FROM ledger_page GROUP BY xmin::text")
    with committed_database.connect() as connection:
        assert connection.scalar(neighbours) > 0.9
        assert {owners for _, owners in connection.execute(batches)} == {1}
    rotate_keys(OPERATOR)
    with committed_database.connect() as connection:
        assert connection.scalar(neighbours) < 3 / len(members)
        assert all(owners == len(members) for rows, owners in connection.execute(batches) if rows > 150)


class Upload:
    """A transaction in another thread that has begun to seal and does not end before it is told."""

    def __init__(self, member_id: uuid.UUID) -> None:
        self._member_id = member_id
        self._may_end, self._has_begun = threading.Event(), threading.Event()
        self._pool = ThreadPoolExecutor(1)
        self._work = self._pool.submit(self._run)
        assert self._has_begun.wait(10)

    def _run(self) -> None:
        slot = private_pages.slot_tag(self._member_id, Content.INVOICES, "2026-09")
        with unit_of_work() as session:
            ring = sealing_ring(session)
            self._has_begun.set()
            assert self._may_end.wait(30)
            frame = private_pages.pack(pl.DataFrame({"bytes": [b"late"]}))
            (page,) = seal_blob(frame, ring=ring, table=LedgerPage.__tablename__)
            sealed = {name: getattr(page, name) for name in ("id", "key_id", "wrapped_key", "sealed")}
            owner = private_pages.owner_tag(self._member_id)
            session.add(LedgerPage(owner_tag=owner, slot_tag=slot, **sealed))

    def end(self) -> None:
        self._may_end.set()
        self._work.result(30)
        self._pool.shutdown()


@pytest.fixture
def upload(store: KeyStore) -> Iterator[Callable[[uuid.UUID], Upload]]:
    begun: list[Upload] = []

    def begin(member_id: uuid.UUID) -> Upload:
        begun.append(Upload(member_id))
        return begun[-1]

    yield begin
    for each in begun:
        each.end()


def test_it_waits_for_an_upload_that_began_before_and_nobody_waits_for_it(
    committed_database: Engine,
    store: KeyStore,
    reporter: Person,
    rival: Person,
    upload: Callable[[uuid.UUID], Upload],
) -> None:
    (old,) = keys.ring.wrapping
    send(reporter.member_id)
    running = upload(reporter.member_id)
    with ThreadPoolExecutor(1) as pool:
        rotation = pool.submit(rotate_keys, OPERATOR)
        with Session(committed_database) as session:
            current = select(SealingKey.id).where(SealingKey.is_current)
            assert wait_until(
                lambda: session.scalar(current) != old and session.rollback() is None, seconds=10
            )
        send(rival.member_id)  # goes through at once, under the new key, while the rotation waits
        assert not rotation.done()
        running.end()
        done = rotation.result(30)
    assert done.is_complete
    assert done.retired == (old,)
    assert key_ids(committed_database) == {done.key}
    assert read_back(reporter.member_id) == 4
    assert read_back(rival.member_id) == 3


def test_where_patience_ends_the_old_key_stays_and_a_later_run_retires_it(
    committed_database: Engine, store: KeyStore, reporter: Person, upload: Callable[[uuid.UUID], Upload]
) -> None:
    (old,) = keys.ring.wrapping
    send(reporter.member_id)
    running = upload(reporter.member_id)
    first = rotate_keys(OPERATOR, patience=0)
    assert (first.is_complete, first.in_use, first.retired, first.rewrapped) == (False, (old,), (), 3)
    kept = store.load()
    assert kept is not None
    assert set(kept.wrapping) == {old, first.key}
    running.end()
    assert key_ids(committed_database) == {old, first.key}
    second = rotate_keys(OPERATOR)
    assert second == Rotation(key=first.key, rewrapped=1, retired=(old,), went_on=True, is_complete=True)


def test_only_one_changes_the_keys_at_a_time(store: KeyStore) -> None:
    held, let_go = threading.Event(), threading.Event()

    def hold() -> None:
        with rotating_alone():
            held.set()
            assert let_go.wait(10)

    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(hold)
        assert held.wait(10)
        with pytest.raises(ConflictError, match="Another command changes the keys"):
            rotate_keys(OPERATOR)
        let_go.set()
        other.result(10)
    assert rotate_keys(OPERATOR).is_complete


def test_it_goes_on_wherever_it_was_cut(
    committed_database: Engine, store: KeyStore, reporter: Person
) -> None:
    seal_everywhere(reporter.member_id)
    old = keys.ring.current
    longer, fresh = longer_ring(keys.ring, ())

    store.save(longer)  # cut after the key was kept
    assert rotate_keys(OPERATOR).key == fresh

    longer, fresh = longer_ring(_kept(store), ())
    store.save(longer)
    with unit_of_work() as session:  # cut after it became current
        register(session, longer, key_id=fresh)
    send(reporter.member_id)
    done = rotate_keys(OPERATOR)
    assert (done.key, done.went_on, done.rewrapped, done.is_complete) == (fresh, True, 5, True)

    last = _kept(store)
    store.save(longer)  # cut after the old key left the database, and before it left the ring
    done = rotate_keys(OPERATOR)
    assert (done.key, done.went_on, done.rewrapped, len(done.retired)) == (fresh, True, 0, 1)
    assert _kept(store) == last
    assert old not in last.wrapping
    assert read_back(reporter.member_id) == 6


def _kept(store: KeyStore) -> KeyRing:
    ring = store.load()
    assert ring is not None
    return ring


def test_rows_that_do_not_open_are_counted_and_keep_their_key(
    committed_database: Engine, store: KeyStore, reporter: Person
) -> None:
    send(reporter.member_id)
    (old,) = keys.ring.wrapping
    with Session(committed_database) as session:
        spoilt = session.scalars(select(LedgerPage.id).limit(1)).one()
        session.execute(update(LedgerPage).values(wrapped_key=bytes(60)).where(LedgerPage.id == spoilt))
        session.commit()
    done = rotate_keys(OPERATOR)
    assert (done.rewrapped, done.broken, done.is_complete, done.in_use) == (2, 1, False, (old,))
    assert old in _kept(store).wrapping


def test_a_retired_key_can_seal_nothing_more(
    committed_database: Engine, store: KeyStore, reporter: Person
) -> None:
    old = keys.ring
    done = rotate_keys(OPERATOR)
    send(reporter.member_id)
    (page,) = seal_blob(b"late", ring=old, table=LedgerPage.__tablename__)
    late = {name: getattr(page, name) for name in ("id", "key_id", "wrapped_key", "sealed")}
    write = insert(LedgerPage).values(owner_tag=bytes(16), slot_tag=bytes(16), **late)
    strike_out = delete(SealingKey).where(SealingKey.id == done.key)
    for statement in (write, strike_out):
        with (
            committed_database.connect() as connection,
            pytest.raises(IntegrityError, match="fk_ledger_page"),
        ):
            connection.execute(statement)


def test_a_process_that_cannot_fetch_the_new_key_says_so_and_writes_nothing(
    committed_database: Engine, store: KeyStore, reporter: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(reporter.member_id)
    given = choose_store(Path("none"), given=store.as_text(keys.ring), wrapper=None, environ={})
    done = rotate_keys(OPERATOR)
    monkeypatch.setattr(keys, "_store", given)  # the environment of a running process never changes
    with pytest.raises(UnavailableError, match=done.key):
        read_back(reporter.member_id)
    with pytest.raises(UnavailableError, match="Start it again"):
        send(reporter.member_id)
    with Session(committed_database) as session:
        assert session.scalar(select(func.count()).select_from(LedgerPage)) == 3


def test_with_keys_in_the_environment_a_person_hands_each_ring_on(
    committed_database: Engine, store: KeyStore, reporter: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    seal_everywhere(reporter.member_id)
    (old,) = keys.ring.wrapping

    def start_again_with(text_: str) -> None:
        given = choose_store(Path("none"), given=text_, wrapper=None, environ={})
        monkeypatch.setattr(keys, "_store", given)
        monkeypatch.setattr(keys, "_ring", given.load())

    start_again_with(store.as_text(keys.ring))
    first = rotate_keys(OPERATOR)
    assert (first.is_complete, first.rewrapped, first.retired) == (False, 0, ())
    assert key_ids(committed_database) == {old}
    assert first.to_set is not None

    start_again_with(first.to_set)
    send(reporter.member_id)
    assert key_ids(committed_database) == {old}  # nobody seals with the new key before every machine has it
    second = rotate_keys(OPERATOR)
    assert (second.is_complete, second.rewrapped, second.retired) == (True, 8, (old,))
    assert key_ids(committed_database) == {first.key}
    send(reporter.member_id)  # a process that still has both keys seals with the new one by itself
    assert key_ids(committed_database) == {first.key}
    assert second.to_set is not None

    again = rotate_keys(
        OPERATOR
    )  # before the last value was set: nothing is left to do, and it is told again
    assert (again.is_complete, again.rewrapped, again.key) == (True, 0, first.key)
    start_again_with(second.to_set)
    assert set(keys.ring.wrapping) == {first.key}
    assert read_back(reporter.member_id) == 9


def test_the_operator_alone_rotates(store: KeyStore, reporter: Person) -> None:
    with pytest.raises(NotAllowedError):
        rotate_keys(reporter.actor)


def test_all_tables_with_a_key_id_are_known(committed_database: Engine) -> None:
    with committed_database.connect() as connection:
        found = connection.scalars(
            text("SELECT table_name FROM information_schema.columns WHERE column_name = 'key_id'")
        )
        assert set(found) == {table.__tablename__ for table in SEALED}
    assert len(SEALED) == len(set(SEALED)) == 6


def test_all_rows_are_dealt_out_again_after_it(
    committed_database: Engine, store: KeyStore, reporter: Person
) -> None:
    seal_everywhere(reporter.member_id)
    deal_out()
    done = rotate_keys(OPERATOR)
    assert deal_out()
    written_by = text(
        "SELECT xmin::text FROM ledger_page UNION SELECT xmin::text FROM match_review"  # one transaction for both
    )
    with committed_database.connect() as connection:
        assert len(connection.scalars(written_by).all()) == 1
    assert key_ids(committed_database) == {done.key}
    assert read_back(reporter.member_id) == 3
