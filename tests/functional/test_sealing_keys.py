"""A start with keys that are not those of the database is refused with the truth; recovery copies bring them back."""

import stat
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import Engine, delete, select, update
from sqlalchemy.orm import Session

from anonymization.vault import KeyRing
from network.errors import ConflictError, SettingsError
from network.keystore import KeysError, KeyStore, choose_store, keys
from network.keystore.ring_format import fresh_ring, joined, longer_ring
from network.models import SealingKey
from network.permissions import operator_at_console
from network.services import private_pages
from network.services.key_custody import begin_keys, export_recovery, import_recovery, key_status
from network.services.key_rotation import rotate_keys
from network.services.private_pages import Content
from network.services.sealing_keys import open_keys, registered_keys
from network.transaction import reading, unit_of_work

OPERATOR = operator_at_console()
WORDS = "ivory harbour nettle drum"
TODAY = date(2026, 11, 21)
MEMBER = uuid.uuid4()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "keys"


@pytest.fixture
def store(committed_database: Engine, folder: Path, monkeypatch: pytest.MonkeyPatch) -> KeyStore:
    """A key file with the ring of the test, which is the ring of the committed database."""
    kept = choose_store(folder, given=None, wrapper=None, environ={})
    kept.create(keys.ring)
    monkeypatch.setattr(keys, "_store", kept)
    return kept


def seal_something() -> None:
    with unit_of_work() as session:
        frame = private_pages.pack(pl.DataFrame({"said": ["by us"]}))
        private_pages.write(session, member_id=MEMBER, content=Content.CUSTOMERS, blobs=[("", frame)])


def opens() -> bool:
    with reading() as session:
        found = private_pages.read(session, member_id=MEMBER, content=Content.CUSTOMERS)
    return found[""]["said"].to_list() == ["by us"]


def lose(store: KeyStore) -> None:
    Path(store.place).unlink()


def as_before_there_were_checks(engine: Engine) -> None:
    with Session(engine) as session:
        session.execute(update(SealingKey).values(root_check=None, key_check=None))
        session.commit()


def test_the_right_ring_is_taken(store: KeyStore) -> None:
    seal_something()
    open_keys(store)
    assert opens()


def test_keys_of_another_network_are_refused(store: KeyStore) -> None:
    seal_something()
    store.save(fresh_ring())
    with pytest.raises(KeysError, match="belong to another network"):
        open_keys(store)


def test_they_are_refused_even_while_nothing_is_sealed(store: KeyStore) -> None:
    store.save(fresh_ring())
    with pytest.raises(KeysError, match="belong to another network"):
        open_keys(store)


def test_another_key_of_the_same_name_is_refused(store: KeyStore) -> None:
    ring = keys.ring
    store.save(KeyRing(root=ring.root, wrapping={ring.current: bytes(32)}, current=ring.current))
    with pytest.raises(KeysError, match="is another than the one"):
        open_keys(store)


def test_a_copy_from_before_a_rotation_is_refused_by_the_name_of_what_it_lacks(store: KeyStore) -> None:
    seal_something()
    done = rotate_keys(OPERATOR)
    store.save(keys.ring)
    with pytest.raises(KeysError, match=f"lack {done.key}"):
        open_keys(store)


def test_lost_keys_are_told_with_what_is_lost_and_what_is_not(store: KeyStore) -> None:
    seal_something()
    lose(store)
    with pytest.raises(KeysError) as refused:
        open_keys(store)
    sentence = str(refused.value)
    assert all(
        words in sentence
        for words in ("lost for ever", "import-recovery", "0 releases", "pg_dump", store.place)
    )
    with pytest.raises(KeysError, match="lost for ever"):
        begin_keys(OPERATOR, store=store)
    assert store.load() is None


def test_lost_keys_under_which_nothing_was_sealed_are_made_anew_on_request(store: KeyStore) -> None:
    lose(store)
    with pytest.raises(KeysError, match="nothing is sealed yet"):
        open_keys(store)
    begin_keys(OPERATOR, store=store)
    open_keys(store)
    seal_something()
    assert opens()


def test_keys_are_not_made_twice(store: KeyStore) -> None:
    with pytest.raises(ConflictError, match="vigie keys rotate"):
        begin_keys(OPERATOR, store=store)


@pytest.mark.parametrize("turn", ["by itself", "on request"])
def test_an_empty_database_gets_its_first_ring(
    committed_database: Engine, folder: Path, turn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Session(committed_database) as session:
        session.execute(delete(SealingKey))
        session.commit()
    kept = choose_store(folder, given=None, wrapper=None, environ={})
    monkeypatch.setattr(keys, "_store", kept)
    if turn == "on request":
        begin_keys(OPERATOR, store=kept)
    open_keys(kept)
    assert kept.load() == keys.ring
    seal_something()
    assert opens()


def test_of_two_machines_that_start_an_empty_network_at_once_one_makes_the_keys(
    committed_database: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Session(committed_database) as session:
        session.execute(delete(SealingKey))
        session.commit()
    machines = [
        choose_store(tmp_path / name, given=None, wrapper=None, environ={}) for name in ("a", "b", "c")
    ]
    monkeypatch.setattr(keys, "_store", None)

    def start(machine: KeyStore) -> str:
        try:
            open_keys(machine)
        except KeysError as refused:
            return str(refused)
        return ""

    with ThreadPoolExecutor(3) as pool:
        said = sorted(pool.map(start, machines))
    assert said[0] == ""
    assert all("There are no keys in" in sentence for sentence in said[1:])
    assert sum(machine.load() is not None for machine in machines) == 1


def test_the_keys_of_an_older_version_are_taken_once_a_row_has_opened(
    committed_database: Engine, store: KeyStore
) -> None:
    seal_something()
    right = keys.ring
    as_before_there_were_checks(committed_database)
    store.save(KeyRing(root=right.root, wrapping={right.current: bytes(32)}, current=right.current))
    with pytest.raises(KeysError, match="is another than the one"):
        open_keys(store)
    store.save(right)
    open_keys(store)
    with reading() as session:
        assert all(key.root_check and key.key_check for key in registered_keys(session))
    store.save(fresh_ring())
    with pytest.raises(KeysError, match="another network"):
        open_keys(store)


def test_a_recovery_copy_brings_lost_keys_back(store: KeyStore, tmp_path: Path) -> None:
    seal_something()
    copy = tmp_path / "recovery.json"
    written = export_recovery(OPERATOR, path=copy, passphrase=WORDS, today=TODAY)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert key_status(OPERATOR, store=store).is_recoverable
    lose(store)
    with pytest.raises(KeysError, match="the passphrase is another"):
        import_recovery(OPERATOR, path=copy, passphrase=WORDS + "!", store=store)
    assert store.load() is None
    back = import_recovery(OPERATOR, path=copy, passphrase=WORDS, store=store)
    assert (back.keys, back.fingerprint) == (written.keys, written.fingerprint)
    open_keys(store)
    assert opens()


def test_a_recovery_copy_overwrites_nothing(store: KeyStore, tmp_path: Path) -> None:
    copy = tmp_path / "recovery.json"
    copy.write_text("mine", encoding="utf-8")
    with pytest.raises(ConflictError, match="overwrites nothing"):
        export_recovery(OPERATOR, path=copy, passphrase=WORDS, today=TODAY)
    assert copy.read_text(encoding="utf-8") == "mine"
    with pytest.raises(KeysError, match="cannot be written"):
        export_recovery(OPERATOR, path=tmp_path / "none" / "copy", passphrase=WORDS, today=TODAY)
    with pytest.raises(SettingsError, match="shorter"):
        export_recovery(OPERATOR, path=tmp_path / "other", passphrase="short", today=TODAY)
    assert not key_status(OPERATOR, store=store).is_recoverable


def test_a_recovery_copy_that_is_in_place_is_known_to_open(store: KeyStore, tmp_path: Path) -> None:
    copy = tmp_path / "recovery.json"
    export_recovery(OPERATOR, path=copy, passphrase=WORDS, today=TODAY)
    before = Path(store.place).read_bytes()
    assert import_recovery(OPERATOR, path=copy, passphrase=WORDS, store=store).was_known
    assert Path(store.place).read_bytes() == before


def test_a_copy_of_another_network_is_refused_with_and_without_keys(store: KeyStore, tmp_path: Path) -> None:
    seal_something()
    mine, copy = keys.ring, tmp_path / "recovery.json"
    store.save(fresh_ring())
    export_recovery(OPERATOR, path=copy, passphrase=WORDS, today=TODAY)
    store.save(mine)
    with pytest.raises(KeysError, match="another network"):
        import_recovery(OPERATOR, path=copy, passphrase=WORDS, store=store)
    assert store.load() == mine
    lose(store)
    with pytest.raises(KeysError, match="another network"):
        import_recovery(OPERATOR, path=copy, passphrase=WORDS, store=store)
    assert store.load() is None


def test_a_copy_from_before_a_rotation_alone_does_not_help_and_is_refused(
    store: KeyStore, tmp_path: Path
) -> None:
    seal_something()
    copy = tmp_path / "recovery.json"
    export_recovery(OPERATOR, path=copy, passphrase=WORDS, today=TODAY)
    done = rotate_keys(OPERATOR)
    assert not key_status(OPERATOR, store=store).is_recoverable
    lose(store)
    with pytest.raises(KeysError, match=f"lack {done.key}"):
        import_recovery(OPERATOR, path=copy, passphrase=WORDS, store=store)


def test_an_older_copy_opens_an_older_backup_and_its_key_is_retired_again(
    committed_database: Engine, store: KeyStore, tmp_path: Path
) -> None:
    seal_something()
    copy = tmp_path / "recovery.json"
    export_recovery(OPERATOR, path=copy, passphrase=WORDS, today=TODAY)
    backup = _dump(committed_database)
    done = rotate_keys(OPERATOR)
    _restore(committed_database, backup)
    with pytest.raises(KeysError, match="lack k1"):
        open_keys(store)
    import_recovery(OPERATOR, path=copy, passphrase=WORDS, store=store)
    open_keys(store)
    assert opens()
    again = rotate_keys(OPERATOR)
    assert (again.key, again.retired, again.is_complete) == (done.key, ("k1",), True)
    assert opens()


def _dump(engine: Engine) -> dict[str, list[dict[str, object]]]:
    from network.services.sealing_keys import SEALED

    tables = [SealingKey.__table__, *(table.__table__ for table in SEALED)]
    with engine.connect() as connection:
        return {
            table.name: [dict(row._mapping) for row in connection.execute(select(table))] for table in tables
        }


def _restore(engine: Engine, backup: dict[str, list[dict[str, object]]]) -> None:
    from network.models import Base

    with engine.begin() as connection:
        for name in reversed(backup):
            connection.execute(delete(Base.metadata.tables[name]))
        for name, rows in backup.items():
            if rows:
                connection.execute(Base.metadata.tables[name].insert(), rows)


@pytest.mark.parametrize("body", [b"", b"{}", b"\x00\xff", b"not ours"])
def test_a_file_that_is_no_copy_is_said(store: KeyStore, tmp_path: Path, body: bytes) -> None:
    other = tmp_path / "other"
    other.write_bytes(body)
    with pytest.raises(KeysError, match="is no recovery copy"):
        import_recovery(OPERATOR, path=other, passphrase=WORDS, store=store)
    with pytest.raises(KeysError, match="cannot be read"):
        import_recovery(OPERATOR, path=tmp_path / "none", passphrase=WORDS, store=store)


def test_a_damaged_key_file_is_never_overwritten(store: KeyStore, tmp_path: Path) -> None:
    copy = tmp_path / "recovery.json"
    export_recovery(OPERATOR, path=copy, passphrase=WORDS, today=TODAY)
    Path(store.place).write_bytes(b"half a fi")
    with pytest.raises(KeysError, match="Move them away"):
        import_recovery(OPERATOR, path=copy, passphrase=WORDS, store=store)
    lose(store)
    import_recovery(OPERATOR, path=copy, passphrase=WORDS, store=store)
    open_keys(store)


def test_status_counts_rows_by_key_and_says_what_is_wrong(store: KeyStore) -> None:
    seal_something()
    found = key_status(OPERATOR, store=store)
    (use,) = found.keys
    assert (use.id, use.is_held, use.is_current, use.rows["ledger_page"]) == ("k1", True, True, 1)
    assert (found.fault, found.is_rotating, found.store, found.wrapper) == (None, False, "file", "none")
    longer, key_id = longer_ring(keys.ring, ())
    store.save(joined(keys.ring, longer))
    found = key_status(OPERATOR, store=store)
    assert found.is_rotating
    assert [(key.id, key.is_current) for key in found.keys] == [("k1", True), (key_id, False)]
    lose(store)
    found = key_status(OPERATOR, store=store)
    assert found.fault is not None
    assert [(key.id, key.is_held) for key in found.keys] == [("k1", False)]
