"""The log in tiles gives the roots and proofs of the whole tree, and never changes a hash that it gave."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anonymization.ledger_log import (
    HASH_SIZE,
    CompactRange,
    LogTree,
    consistency_ranges,
    inclusion_ranges,
    leaf_hash,
)
from anonymization.log_tiles import WIDTH, TiledLog, TileId, hashes_of, tiles_of

LEAVES = [leaf_hash(number.to_bytes(4, "big")) for number in range(2 * WIDTH * WIDTH + 300)]
"""Enough for three levels of tiles."""


def tiled(*sizes: int) -> tuple[TiledLog, dict[TileId, bytes]]:
    """Append up to each size in turn; return the log and its tiles."""
    log, tiles = TiledLog(), {}
    for size in sizes:
        log, grown = log.append(LEAVES[log.size : size])
        for tile in grown:
            assert tile.hashes.startswith(tiles.get(tile.id, b"")), "a hash that was given changed"
            tiles[tile.id] = tile.hashes
    return log, tiles


@given(st.lists(st.integers(0, 1500), max_size=4).map(sorted))
def test_the_root_is_that_of_the_tree_however_it_grew(sizes: list[int]) -> None:
    log, _ = tiled(*sizes)
    assert log.compact() == CompactRange().append(LEAVES[: log.size])


@pytest.mark.parametrize(
    "size", [0, 1, 255, 256, 257, WIDTH * WIDTH - 1, WIDTH * WIDTH, 2 * WIDTH * WIDTH + 257]
)
def test_the_root_holds_at_the_edges_of_tiles(size: int) -> None:
    assert tiled(size // 3, size)[0].compact().root == LogTree(LEAVES[:size]).root()


@given(st.integers(1, 1500), st.data())
def test_a_proof_from_tiles_is_that_of_the_tree(size: int, data: st.DataObject) -> None:
    _, tiles = tiled(data.draw(st.integers(0, size)), size, 1500)  # newer tiles serve older heads too
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(1, size))
    tree = LogTree(LEAVES[:size])
    for ranges, whole in (
        (inclusion_ranges(index, size), tree.inclusion_proof(index)),
        (consistency_ranges(old, size), tree.consistency_proof(old)),
    ):
        assert hashes_of(ranges, {name: tiles[name] for name in tiles_of(ranges)}) == whole


def test_a_proof_reads_few_tiles_however_long_the_log_is() -> None:
    for size in (1_000, 1_000_000, 1_000_000_000):
        assert len(tiles_of(inclusion_ranges(size // 3, size))) <= 2 * len(f"{size:x}") // 2
        assert len(tiles_of(consistency_ranges(size // 3, size))) <= 2 * len(f"{size:x}") // 2


def test_what_does_not_fit_is_refused() -> None:
    log, tiles = tiled(300)
    with pytest.raises(ValueError, match="size"):
        TiledLog(301, log.edge)
    ranges = inclusion_ranges(299, 300)
    with pytest.raises(KeyError):
        hashes_of(ranges, {name: hashes[:HASH_SIZE] for name, hashes in tiles.items()})
