"""Stores keep a ring whole, and say what is wrong with one that is not as it should be."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from network.keystore import KeysError, KeyStore, choose_store
from network.keystore.ring_format import fresh_ring, longer_ring
from network.keystore.stores import PLAIN_FILE, WRAPPED_FILE

XOR = "tests.unit.keystore.key_services:xor"
RING = fresh_ring()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "keys"


def file_store(folder: Path, wrapper: str | None = None) -> KeyStore:
    return choose_store(folder, given=None, wrapper=wrapper, environ={})


def test_no_file_is_no_ring(folder: Path) -> None:
    assert file_store(folder).load() is None


@pytest.mark.parametrize("wrapper", [None, XOR])
def test_a_file_keeps_a_ring_for_its_owner_alone(folder: Path, wrapper: str | None) -> None:
    old = os.umask(0)
    try:
        store = file_store(folder, wrapper)
        assert store.create(RING) == RING
        longer, _ = longer_ring(RING, ())
        store.save(longer)
    finally:
        os.umask(old)
    assert store.load() == longer
    (file,) = folder.iterdir()  # no draft is left behind
    assert file.name == (WRAPPED_FILE if wrapper else PLAIN_FILE)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert (b'"root"' in file.read_bytes()) == (wrapper is None)


def test_of_many_that_make_the_first_ring_one_wins_and_all_have_it(folder: Path) -> None:
    def make(_turn: int) -> object:
        return file_store(folder).create(fresh_ring())

    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(make, range(16)))
    assert all(ring == made[0] for ring in made)
    assert file_store(folder).load() == made[0]


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_a_file_that_others_can_read_is_refused(folder: Path, mode: int) -> None:
    store = file_store(folder)
    store.create(RING)
    (folder / PLAIN_FILE).chmod(mode)
    with pytest.raises(KeysError, match="chmod 600"):
        store.load()


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"\xff\xff", b'{"root": "AAAA", "wrapping": {}, "current": "k1"}']
)
def test_a_damaged_file_is_refused_and_left_as_it_is(folder: Path, body: bytes) -> None:
    store = file_store(folder)
    store.create(RING)
    (folder / PLAIN_FILE).write_bytes(body)
    with pytest.raises(KeysError, match="damaged"):
        store.load()
    with pytest.raises(KeysError, match="damaged"):
        store.create(fresh_ring())
    assert (folder / PLAIN_FILE).read_bytes() == body


def test_a_folder_in_place_of_the_file_is_said(folder: Path) -> None:
    (folder / PLAIN_FILE).mkdir(parents=True, mode=0o700)
    with pytest.raises(KeysError, match="cannot be read"):
        file_store(folder).load()


@pytest.mark.parametrize("wrapper", [None, XOR])
def test_the_environment_holds_what_any_store_writes_as_text(folder: Path, wrapper: str | None) -> None:
    text = file_store(folder, wrapper).as_text(RING)
    assert text.isascii()
    assert not set(text) & set(" \"'$\n+/")
    store = choose_store(folder, given=text, wrapper=wrapper, environ={})
    assert (store.kind, store.is_writable, store.load()) == ("environment", False, RING)
    for write in (store.create, store.save):
        with pytest.raises(KeysError, match="set from outside"):
            write(RING)


@pytest.mark.parametrize("text", ["x", "not base64", "e30=", "é"])
def test_a_damaged_variable_is_refused(folder: Path, text: str) -> None:
    with pytest.raises(KeysError, match="VIGIE_KEYS are damaged"):
        choose_store(folder, given=text, wrapper=None, environ={}).load()


@pytest.mark.parametrize("wrapper", [None, XOR])
def test_keys_in_two_places_are_refused(folder: Path, wrapper: str | None) -> None:
    store = file_store(folder, wrapper)
    store.create(RING)
    with pytest.raises(KeysError, match="given twice"):
        choose_store(folder, given=store.as_text(RING), wrapper=wrapper, environ={})


@pytest.mark.parametrize(("made_with", "opened_with"), [(None, XOR), (XOR, None)])
def test_a_file_made_with_another_wrapper_is_not_overlooked(
    folder: Path, made_with: str | None, opened_with: str | None
) -> None:
    file_store(folder, made_with).create(RING)
    with pytest.raises(KeysError, match="does not fit VIGIE_KEY_WRAPPER"):
        file_store(folder, opened_with)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("no_such_module_of_anybody:make", "ModuleNotFoundError"),
        ("tests.unit.keystore.key_services:none", "AttributeError"),
        ("tests.unit.keystore.key_services", "AttributeError"),
        (":xor", "ValueError"),
        ("tests.unit.keystore.key_services:not_a_wrapper", "returns no wrapper"),
    ],
)
def test_a_wrapper_that_is_none_is_refused_with_its_name(folder: Path, name: str, why: str) -> None:
    with pytest.raises(KeysError, match=why) as refused:
        file_store(folder, name)
    assert name in str(refused.value)


def test_a_key_service_that_does_not_answer_changes_nothing(folder: Path) -> None:
    store = file_store(folder, XOR)
    store.create(RING)
    closed = file_store(folder, "tests.unit.keystore.key_services:closed")
    with pytest.raises(KeysError, match=r"does not open .* does not answer"):
        closed.load()
    with pytest.raises(KeysError, match="nothing was written"):
        closed.save(fresh_ring())
    assert store.load() == RING


def test_another_key_of_the_key_service_opens_nothing(folder: Path) -> None:
    file_store(folder, XOR).create(RING)
    with pytest.raises(KeysError, match="damaged"):
        choose_store(folder, given=None, wrapper=XOR, environ={"XOR_KEY": "86"}).load()


def test_the_ring_may_lie_under_a_passphrase(folder: Path, tmp_path: Path) -> None:
    words = tmp_path / "words"
    words.touch(0o600)
    words.write_text("ivory harbour nettle drum", encoding="utf-8")
    wrapper = "network.keystore.passphrase:from_environment"
    environ = {"VIGIE_KEYS_PASSPHRASE_FILE": str(words)}
    store = choose_store(folder, given=None, wrapper=wrapper, environ=environ)
    store.create(RING)
    assert store.load() == RING
    words.write_text("ivory harbour nettle dram", encoding="utf-8")
    with pytest.raises(KeysError, match="passphrase does not open the keys"):
        choose_store(folder, given=None, wrapper=wrapper, environ=environ).load()
