"""The log, against the test vectors of certificate-transparency-go and against the definition of RFC 6962."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anonymization.ledger_log import (
    EMPTY_ROOT,
    CompactRange,
    LogTree,
    is_consistent,
    is_included,
    leaf_hash,
)

BODIES = [bytes.fromhex(text) for text in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
)]  # fmt: skip
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEAVES = [leaf_hash(body) for body in BODIES]

sizes = st.integers(1, 70)


def leaves_of(size: int) -> list[bytes]:
    return [leaf_hash(number.to_bytes(4, "big")) for number in range(size)]


def defined_root(leaves: list[bytes]) -> bytes:
    """The recursion of RFC 6962, section 2.1, word by word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    power = 1
    while power * 2 < len(leaves):
        power *= 2
    return hashlib.sha256(b"\x01" + defined_root(leaves[:power]) + defined_root(leaves[power:])).digest()


@pytest.mark.parametrize("size", range(1, 9))
def test_the_roots_are_those_of_certificate_transparency(size: int) -> None:
    assert LogTree(LEAVES[:size]).root().hex() == ROOTS[size - 1]
    assert LogTree(LEAVES).root(size).hex() == ROOTS[size - 1]
    assert CompactRange().append(LEAVES[:size]).root.hex() == ROOTS[size - 1]


def test_an_empty_log_has_the_hash_of_nothing() -> None:
    assert LogTree([]).root() == CompactRange().root == EMPTY_ROOT == hashlib.sha256().digest()


def test_a_proof_has_the_parts_that_the_reference_implementation_gives() -> None:
    path = [part.hex() for part in LogTree(LEAVES).inclusion_proof(5)]
    assert path == [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]


@given(st.integers(0, 300))
def test_tree_and_range_agree_with_the_definition(size: int) -> None:
    leaves = leaves_of(size)
    assert LogTree(leaves).root() == CompactRange().append(leaves).root == defined_root(leaves)


@given(st.integers(0, 80), st.integers(0, 80))
def test_appending_in_two_goes_is_appending_in_one(first: int, second: int) -> None:
    leaves = leaves_of(first + second)
    stored = CompactRange().append(leaves[:first]).to_bytes()
    assert CompactRange.from_bytes(stored).append(leaves[first:]) == CompactRange().append(leaves)


@given(sizes, st.data())
def test_every_leaf_is_shown_to_be_where_it_is_and_nowhere_else(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    leaves = leaves_of(size)
    tree = LogTree(leaves)
    proof, root = tree.inclusion_proof(index), tree.root()
    assert is_included(leaves[index], index, size, proof, root)
    assert not is_included(leaf_hash(b"forged"), index, size, proof, root)
    assert not is_included(leaves[index], index, size, proof, leaf_hash(b"another root"))
    assert not is_included(leaves[index], index, size, [*proof, root], root)
    other = data.draw(st.integers(0, size - 1))
    assert is_included(leaves[index], other, size, proof, root) == (other == index)
    if proof:
        assert not is_included(leaves[index], index, size, proof[:-1], root)


@given(sizes, sizes)
def test_an_older_log_is_shown_to_be_the_start_of_a_newer(one: int, other: int) -> None:
    old, new = sorted((one, other))
    tree = LogTree(leaves_of(new))
    proof = tree.consistency_proof(old)
    assert is_consistent(old, tree.root(old), new, tree.root(), proof)
    assert not is_consistent(old, leaf_hash(b"x"), new, tree.root(), proof)
    assert not is_consistent(old, tree.root(old), new, leaf_hash(b"x"), proof)
    assert not is_consistent(old, tree.root(old), new, tree.root(), [*proof, tree.root()])
    if len(proof) > 1:
        assert not is_consistent(old, tree.root(old), new, tree.root(), proof[::-1])


@given(st.integers(2, 70), st.data())
def test_a_rewritten_past_is_never_consistent(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, size - 1))
    leaves = leaves_of(size)
    honest = LogTree(leaves)
    leaves[data.draw(st.integers(0, old - 1))] = leaf_hash(b"rewritten")
    forged = LogTree(leaves)
    assert not is_consistent(old, honest.root(old), size, forged.root(), forged.consistency_proof(old))


def test_what_is_not_in_the_log_is_refused() -> None:
    tree = LogTree(LEAVES)
    with pytest.raises(IndexError):
        tree.inclusion_proof(8)
    with pytest.raises(IndexError):
        tree.inclusion_proof(3, 3)
    with pytest.raises(IndexError):
        tree.consistency_proof(0)
    with pytest.raises(IndexError):
        tree.root(9)
    assert not is_included(LEAVES[0], 0, 0, [], EMPTY_ROOT)
    assert not is_consistent(5, EMPTY_ROOT, 3, EMPTY_ROOT, [])


def test_a_range_whose_roots_do_not_fit_its_size_is_refused() -> None:
    with pytest.raises(ValueError, match="size"):
        CompactRange(3, (LEAVES[0],))
    with pytest.raises(ValueError, match="size"):
        CompactRange.from_bytes((1).to_bytes(8, "big") + b"short")
