"""The tool that members run: signatures as RFC 8032 has them, trees as the log's own code has them, nothing of ours."""

import ast
import sys
from datetime import date

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from anonymization.ledger_log import LogTree, leaf_hash
from anonymization.log_heads import LogKey
from network.web.downloads import VERIFIER, verify_release

# RFC 8032, section 7.1: public key, message, signature
VECTORS = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]
KEY = LogKey.derived(bytes(range(32)))
BODIES = [f'{{"leaf":{number}}}'.encode() for number in range(70)]
TREE = LogTree([leaf_hash(body) for body in BODIES])


def head(size: int, tree: LogTree = TREE) -> verify_release.Head:
    note = KEY.sign(size=size, root=tree.root(size), day=date(2026, 11, 21))
    return verify_release.Head(note, str(KEY.verifier))


@pytest.mark.parametrize(("public", "message", "signature"), VECTORS)
def test_the_vectors_of_the_standard_hold(public: str, message: str, signature: str) -> None:
    key, said, signed = (bytes.fromhex(each) for each in (public, message, signature))
    assert verify_release.is_signed(key, said, signed)
    assert not verify_release.is_signed(key, said + b"x", signed)
    assert not verify_release.is_signed(key, said, signed[:-1])
    assert not verify_release.is_signed(key, said, bytes([signed[0] ^ 1]) + signed[1:])
    assert not verify_release.is_signed(key[:-1] + b"\xff", said, signed)


def test_a_signature_with_a_scalar_out_of_range_is_refused() -> None:
    """It would hold in the group, and make two signatures of one: RFC 8032 asks to refuse it."""
    public, message, signature = (bytes.fromhex(each) for each in VECTORS[1])
    scalar = int.from_bytes(signature[32:], "little") + verify_release.ORDER
    assert not verify_release.is_signed(public, message, signature[:32] + scalar.to_bytes(32, "little"))


@settings(max_examples=15, deadline=None)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=100))
def test_it_agrees_with_the_library_that_signs(seed: bytes, message: bytes) -> None:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public, signature = key.public_key().public_bytes_raw(), key.sign(message)
    assert verify_release.is_signed(public, message, signature)
    assert not verify_release.is_signed(public, message + b"\x00", signature)


@pytest.mark.parametrize("size", [1, 2, 3, 8, 64, 69, 70])
def test_every_leaf_is_found_where_it_is_and_nowhere_else(size: int) -> None:
    under = head(size)
    for leaf in range(size):
        path = TREE.inclusion_proof(leaf, size)
        assert verify_release.is_included(BODIES[leaf], leaf, path, under)
        assert not verify_release.is_included(BODIES[leaf] + b" ", leaf, path, under)
        assert not verify_release.is_included(BODIES[leaf], leaf + 1, path, under)
        assert not verify_release.is_included(BODIES[leaf], leaf, [*path, under.root], under)
    assert not verify_release.is_included(BODIES[0], -1, [], under)


@pytest.mark.parametrize(("old", "new"), [(1, 1), (1, 70), (8, 64), (63, 64), (64, 70), (69, 70), (33, 70)])
def test_a_newer_head_continues_an_older_one(old: int, new: int) -> None:
    path = TREE.consistency_proof(old, new)
    assert verify_release.is_continued(head(old), head(new), path)
    assert not verify_release.is_continued(head(old), head(new), [*path, TREE.root()])
    if path:
        assert not verify_release.is_continued(head(old), head(new), path[:-1])
        assert not verify_release.is_continued(head(new), head(old), path)
        forged = LogTree([leaf_hash(body) for body in (b"rewritten", *BODIES[1:])])
        path = forged.consistency_proof(old, new)
        assert not verify_release.is_continued(head(old), head(new, forged), path)


def test_the_roots_of_a_whole_log_are_those_of_the_tree() -> None:
    sizes = set(range(1, 71))
    assert verify_release.roots_of(BODIES, sizes) == {size: TREE.root(size) for size in sizes}


def test_it_imports_the_standard_library_and_nothing_else() -> None:
    tree = ast.parse(VERIFIER.read_text(encoding="utf-8"))
    imported = {
        name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
        )
    }
    assert imported <= set(sys.stdlib_module_names)


def test_every_sentence_that_it_says_has_its_french() -> None:
    said = {
        node.args[0].value
        for node in ast.walk(ast.parse(VERIFIER.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "say"
        and isinstance(node.args[0], ast.Constant)
    }
    assert len(said) > 10
    assert said <= set(verify_release.FRENCH)
