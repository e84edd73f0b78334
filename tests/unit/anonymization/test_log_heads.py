"""Heads are signed notes: the same head the same bytes, and nothing else opens."""

import base64
from datetime import date

import pytest

from anonymization.log_heads import Head, LogKey, VerifierKey

ROOT_KEY = bytes(range(32))
DAY = date(2026, 11, 21)
KEY = LogKey.derived(ROOT_KEY)
NOTE = KEY.sign(size=1234, root=bytes(32), day=DAY)


def test_a_head_is_four_lines_a_blank_one_and_a_signature() -> None:
    origin, size, root, day, blank, signature, end = NOTE.split("\n")
    assert (origin, size, day, blank, end) == (KEY.origin, "1234", "day 2026-11-21", "", "")
    assert base64.b64decode(root) == bytes(32)
    assert signature.startswith(f"— {KEY.origin} ")


def test_what_was_signed_is_read_back_and_is_always_the_same() -> None:
    assert KEY.verifier.open(NOTE) == Head(KEY.origin, 1234, bytes(32), DAY)
    assert LogKey.derived(ROOT_KEY).sign(size=1234, root=bytes(32), day=DAY) == NOTE
    assert LogKey.derived(bytes(32)).origin != KEY.origin


def test_the_public_key_survives_being_written() -> None:
    written = str(KEY.verifier)
    assert VerifierKey.read(written) == KEY.verifier
    assert written.count("+") >= 2
    assert KEY.seed.hex() not in repr(KEY)


def test_other_signatures_beside_ours_are_ignored() -> None:
    other = LogKey(bytes(32), "witness.example/w1").sign(size=1234, root=bytes(32), day=DAY).splitlines()[-1]
    head, ours = NOTE.rsplit("\n— ", 1)
    assert KEY.verifier.open(f"{head}\n{other}\n— {ours}").size == 1234


@pytest.mark.parametrize(
    "forged",
    [
        NOTE.replace("1234", "1235"),
        NOTE.replace("2026-11-21", "2026-11-20"),
        NOTE.replace("AAAA", "AAAB", 1),
        NOTE.partition("\n\n")[0] + "\n",
        LogKey(bytes(32), KEY.origin).sign(size=1234, root=bytes(32), day=DAY),
        NOTE[:-9] + "AAAAAAA=\n",
        "",
        "— x y\n\n— x y",
    ],
)
def test_what_was_not_signed_does_not_open(forged: str) -> None:
    with pytest.raises(ValueError, match=r"sign|base64|head"):
        KEY.verifier.open(forged)


@pytest.mark.parametrize(
    "text", ["", "a+b+c", str(KEY.verifier).replace("+", "", 1), str(KEY.verifier)[:-5] + "AAAA="]
)
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"key|base64"):
        VerifierKey.read(text)


@pytest.mark.parametrize("text", ["", "a\n1\nb\n", f"a\n01\n{'A' * 43}=\nday 2026-11-21\n"])
def test_what_is_no_head_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"head|base64"):
        Head.read(text)
