"""The vault: what is sealed opens again, and nothing else does."""

import random
import uuid
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anonymization.vault import (
    PAGE_BYTES,
    KeyMissingError,
    KeyRing,
    SealBrokenError,
    open_blobs,
    rewrap_key,
    seal_blob,
)

TABLE = "ledger_page"
RING = KeyRing.generate()


@given(st.lists(st.binary(max_size=40_000), max_size=4), st.randoms(use_true_random=False))
def test_blobs_come_back_whole_whatever_the_order_of_their_pages(
    blobs: list[bytes], order: random.Random
) -> None:
    pages = [page for blob in blobs for page in seal_blob(blob, ring=RING, table=TABLE)]
    order.shuffle(pages)
    assert sorted(open_blobs(pages, ring=RING, table=TABLE)) == sorted(blobs)


def test_every_page_has_the_same_size_whatever_it_holds() -> None:
    sizes = {
        (len(page.sealed), len(page.wrapped_key))
        for blob in (b"", b"x", b"y" * 100_000)
        for page in seal_blob(blob, ring=RING, table=TABLE)
    }
    assert sizes == {(12 + PAGE_BYTES + 16, 12 + 32 + 16)}


def test_the_same_blob_sealed_twice_has_nothing_in_common() -> None:
    first, second = (seal_blob(b"same", ring=RING, table=TABLE)[0] for _ in range(2))
    assert first.sealed != second.sealed
    assert first.wrapped_key != second.wrapped_key


@pytest.mark.parametrize(
    "spoil",
    [
        lambda page: replace(page, id=uuid.uuid4()),
        lambda page: replace(page, sealed=page.sealed[:-1] + bytes([page.sealed[-1] ^ 1])),
        lambda page: replace(page, wrapped_key=page.wrapped_key[:-1] + bytes([page.wrapped_key[-1] ^ 1])),
    ],
    ids=["moved to another row", "changed page", "changed key"],
)
def test_a_page_that_was_tampered_with_does_not_open(spoil: object) -> None:
    (page,) = seal_blob(b"secret", ring=RING, table=TABLE)
    with pytest.raises(SealBrokenError):
        open_blobs([spoil(page)], ring=RING, table=TABLE)  # type: ignore[operator]


def test_a_page_moved_to_another_table_does_not_open() -> None:
    pages = seal_blob(b"secret", ring=RING, table=TABLE)
    with pytest.raises(SealBrokenError):
        open_blobs(pages, ring=RING, table="pipeline_state")


def test_a_blob_with_a_missing_page_is_an_error_and_not_a_short_blob() -> None:
    pages = seal_blob(b"z" * 20_000, ring=RING, table=TABLE)
    with pytest.raises(SealBrokenError, match="1 pages of a blob are missing"):
        open_blobs(pages[1:], ring=RING, table=TABLE)


def test_rotation_rewraps_the_data_key_and_leaves_the_page() -> None:
    (page,) = seal_blob(b"secret", ring=RING, table=TABLE)
    newer = KeyRing(root=RING.root, wrapping={**RING.wrapping, "k2": b"2" * 32}, current="k2")
    rewrapped = rewrap_key(page.wrapped_key, page_id=page.id, key_id=page.key_id, ring=newer, table=TABLE)
    rotated = replace(page, key_id="k2", wrapped_key=rewrapped)
    retired = KeyRing(root=RING.root, wrapping={"k2": b"2" * 32}, current="k2")
    assert open_blobs([rotated], ring=retired, table=TABLE) == [b"secret"]
    with pytest.raises(KeyMissingError):
        open_blobs([page], ring=retired, table=TABLE)
    with pytest.raises(SealBrokenError):
        rewrap_key(page.wrapped_key, page_id=uuid.uuid4(), key_id=page.key_id, ring=newer, table=TABLE)
