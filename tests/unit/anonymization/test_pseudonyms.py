import hashlib
import hmac
import uuid

import numpy as np
import pytest
from cryptography.hazmat.primitives.ciphers import algorithms
from cryptography.hazmat.primitives.cmac import CMAC
from hypothesis import given
from hypothesis import strategies as st

from anonymization.pseudonyms import (
    SCOPES,
    ReleaseKeys,
    blocks,
    derive,
    ids_of,
    ids_of_text,
    tag,
    tags,
    uuids_of,
)

ROOT = bytes(range(32))
NIST_KEY = bytes.fromhex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4")
NIST_MESSAGE = bytes.fromhex(
    "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
    "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710"
)
uuid_lists = st.lists(st.uuids(), min_size=1, max_size=20)


def columns(message: bytes) -> list[np.ndarray]:
    return [
        np.frombuffer(message[at : at + 16], dtype=np.uint64).reshape(1, 2)
        for at in range(0, len(message), 16)
    ]


@pytest.mark.parametrize(
    ("size", "expected"), [(16, "28a7023f452e8f82bd4bf28d8c37c35c"), (64, "e1992190549f6ed5696a2c056c315410")]
)
def test_tags_are_those_of_nist_sp_800_38b(size: int, expected: str) -> None:
    assert tags(NIST_KEY, *columns(NIST_MESSAGE[:size])).tobytes().hex() == expected


@given(st.binary(min_size=32, max_size=32), uuid_lists)
def test_many_tags_at_once_are_the_tags_one_by_one(key: bytes, groups: list[uuid.UUID]) -> None:
    debtor = uuid.UUID(int=5)
    at_once = tags(key, blocks(ids_of(groups)), blocks(ids_of([debtor] * len(groups))))
    for group, row in zip(groups, at_once, strict=True):
        one = CMAC(algorithms.AES(key))
        one.update(group.bytes + debtor.bytes)
        assert one.finalize() == row.tobytes()


def test_a_group_has_unlinkable_tags_on_two_debtors_and_in_two_scopes() -> None:
    keys = ReleaseKeys.derived(ROOT)
    group, one, other = (blocks(ids_of([uuid.UUID(int=number)])) for number in (1, 2, 3))
    seen = {
        tags(key, group, debtor).tobytes() for key in (keys.pair, keys.distortion) for debtor in (one, other)
    }
    assert len(seen) == 4


def test_each_scope_has_a_key_of_its_own() -> None:
    assert len({derive(ROOT, scope) for scope in SCOPES}) == len(SCOPES)
    assert derive(ROOT, "pair/v1") == ReleaseKeys.derived(ROOT).pair


def test_a_key_is_derived_as_rfc_5869_says() -> None:
    extracted = hmac.digest(bytes(32), ROOT, "sha256")
    assert derive(ROOT, "owner/v1") == hmac.digest(extracted, b"owner/v1\x01", "sha256")


def test_an_unknown_scope_and_a_short_root_are_refused() -> None:
    with pytest.raises(ValueError, match="unknown scope"):
        derive(ROOT, "pair/v2")
    with pytest.raises(ValueError, match="32 bytes"):
        derive(b"short", "pair/v1")


def test_the_parts_of_a_tag_cannot_run_over() -> None:
    assert tag(ROOT, b"ab", b"c") != tag(ROOT, b"a", b"bc")
    assert tag(ROOT, b"a") == hmac.digest(ROOT, b"\0\0\0\x01a", hashlib.sha256)[:16]


def test_keys_do_not_show_when_printed() -> None:
    assert repr(ReleaseKeys.derived(ROOT)) == "ReleaseKeys()"


@given(st.lists(st.uuids(), max_size=20))
def test_identities_come_from_uuids_and_from_their_text(uuids: list[uuid.UUID]) -> None:
    assert uuids_of(ids_of(uuids)) == uuids
    assert ids_of_text([str(each) for each in uuids]).tobytes() == ids_of(uuids).tobytes()
    assert ids_of_text([str(each).upper() for each in uuids]).tobytes() == ids_of(uuids).tobytes()


@pytest.mark.parametrize("text", ["", "no uuid", "0" * 36, "00000000-0000-0000-0000-00000000000g"])
def test_a_text_that_is_no_uuid_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="uuid"):
        ids_of_text([text])
