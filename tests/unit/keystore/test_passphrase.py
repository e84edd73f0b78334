"""What is locked opens with its passphrase, for its purpose, unchanged; and not otherwise."""

import json
from pathlib import Path
from typing import Any

import pytest

from network.errors import SettingsError
from network.keystore.passphrase import (
    PassphraseWrapper,
    WrongPassphraseError,
    lock,
    read_passphrase,
    unlock,
)

WORDS = "ivory harbour nettle drum"


@pytest.fixture(scope="module")
def locked() -> bytes:
    return lock(b"the ring", WORDS, purpose="recovery", fingerprint="0123-4567-89ab")


def test_it_opens_with_its_passphrase(locked: bytes) -> None:
    assert unlock(locked, WORDS, purpose="recovery") == b"the ring"
    assert json.loads(locked)["fingerprint"] == "0123-4567-89ab"
    assert b"the ring" not in locked


def test_it_opens_with_no_other(locked: bytes) -> None:
    with pytest.raises(WrongPassphraseError):
        unlock(locked, WORDS + "s", purpose="recovery")


@pytest.mark.parametrize(
    ("field", "value"), [("fingerprint", "ffff"), ("p", 2), ("sealed", "A" * 32), ("salt", "A" * 24)]
)
def test_what_stands_in_clear_cannot_be_changed(locked: bytes, field: str, value: Any) -> None:
    with pytest.raises(WrongPassphraseError):
        unlock(json.dumps({**json.loads(locked), field: value}).encode(), WORDS, purpose="recovery")


@pytest.mark.parametrize(
    ("field", "value"), [("n", 1 << 30), ("r", "8"), ("format", "other/1"), ("nonce", 7)]
)
def test_a_forged_cost_or_form_is_refused_before_any_work(locked: bytes, field: str, value: Any) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # whatever it is, it is nothing of ours
        unlock(json.dumps({**json.loads(locked), field: value}).encode(), WORDS, purpose="recovery")


@pytest.mark.parametrize("rubbish", [b"", b"[]", b"{}", b"\xff\xfe", b'{"format": "vigie-keys/1"}'])
def test_rubbish_is_refused(rubbish: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # as above
        unlock(rubbish, WORDS, purpose="recovery")


def test_a_recovery_copy_does_not_pass_for_a_key_file(locked: bytes) -> None:
    with pytest.raises(ValueError, match="for this"):
        PassphraseWrapper(WORDS).unwrap(locked)


def test_a_passphrase_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "passphrase"
    file.write_text(WORDS + "\nnot this line\n", encoding="utf-8")
    file.chmod(0o640)
    with pytest.raises(SettingsError, match="can be read by others"):
        read_passphrase(file)
    file.chmod(0o600)
    assert read_passphrase(file) == WORDS


def test_a_short_or_missing_passphrase_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        read_passphrase(tmp_path / "none")
    file = tmp_path / "short"
    file.touch(0o600)
    file.write_text("thirteen char", encoding="utf-8")
    with pytest.raises(SettingsError, match="shorter than 14"):
        read_passphrase(file)
