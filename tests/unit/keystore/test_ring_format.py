"""A ring is written down and read again; only rings of one root are joined."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anonymization.vault import KeyRing
from network.keystore import KeysError
from network.keystore.ring_format import (
    decode,
    encode,
    fingerprint,
    fresh_ring,
    joined,
    key_check,
    longer_ring,
    next_id,
    place_in_time,
    root_check,
)

RING = fresh_ring()


def test_a_ring_comes_back_as_it_was() -> None:
    longer, _ = longer_ring(RING, ())
    assert decode(encode(longer)) == longer


def test_the_form_of_old_key_files_is_read_still() -> None:
    key = "A" * 43 + "="
    ring = decode(f'{{"root": "{key}", "wrapping": {{"k1": "{key}"}}, "current": "k1"}}'.encode())
    assert ring == KeyRing(root=bytes(32), wrapping={"k1": bytes(32)}, current="k1")


@given(st.binary(max_size=80))
def test_anything_else_is_no_ring(raw: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # many kinds of rubbish, one meaning
        decode(raw)


@given(st.data())
def test_a_ring_with_a_lost_end_is_no_ring(data: st.DataObject) -> None:
    whole = encode(RING)
    with pytest.raises(ValueError):  # noqa: PT011  # as above
        decode(whole[: data.draw(st.integers(0, len(whole) - 1))])


def test_a_new_key_is_younger_than_all_that_are_known() -> None:
    ids = ["k1"]
    for _ in range(12):
        ids.append(next_id(ids))
    assert sorted(ids, key=place_in_time) == ids
    assert all(len(key_id) <= 16 for key_id in ids)
    assert next_id(["something else"]).startswith("k1-")


def test_a_longer_ring_seals_as_before_and_opens_more() -> None:
    longer, key_id = longer_ring(RING, ["k7"])
    assert key_id.startswith("k8-")
    assert longer.current == RING.current
    assert set(longer.wrapping) == {RING.current, key_id}


def test_joined_rings_hold_the_keys_of_both_and_seal_with_the_newest() -> None:
    older, newest = longer_ring(RING, ())
    assert joined(RING, older) == joined(older, RING)
    assert joined(RING, older).current == newest


def test_rings_of_two_networks_are_never_joined() -> None:
    with pytest.raises(KeysError, match="another network"):
        joined(RING, fresh_ring())


def test_two_keys_of_one_name_are_never_joined() -> None:
    other = KeyRing(root=RING.root, wrapping={RING.current: bytes(32)}, current=RING.current)
    with pytest.raises(KeysError, match="same name"):
        joined(RING, other)


def test_checks_know_a_ring_again_and_tell_it_from_every_other() -> None:
    other = KeyRing(root=RING.root, wrapping={RING.current: bytes(32)}, current=RING.current)
    assert root_check(RING.root) == root_check(other.root) != root_check(fresh_ring().root)
    assert key_check(RING, RING.current) != key_check(other, RING.current)
    assert fingerprint(bytes.fromhex("0123456789abcdef")) == "0123-4567-89ab"
