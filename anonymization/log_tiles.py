"""The release log cut into tiles, so that a proof reads a handful of rows however long the log is (as C2SP tlog-tiles).

A tile of level t holds up to 256 hashes of complete subtrees of 256^t leaves each, in their order. A full tile never
changes; the last of each level grows until it is full. All other nodes are hashed from tiles when they are needed:
at most 255 hashes a tile. A million leaves are 3,924 tiles, and a proof reads at most six of them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from anonymization.ledger_log import (
    HASH_SIZE,
    CompactRange,
    Range,
    complete_subtrees,
    node_hash,
    range_hash,
)

HEIGHT = 8
WIDTH = 1 << HEIGHT

TileId = tuple[int, int]
"""Level and index of a tile."""


@dataclass(frozen=True, slots=True)
class Tile:
    """Some hashes of one tile, from its first on: all 256, or as many as the log had."""

    level: int
    index: int
    hashes: bytes

    @property
    def id(self) -> TileId:
        """Level and index."""
        return self.level, self.index

    @property
    def width(self) -> int:
        """How many hashes it holds."""
        return len(self.hashes) // HASH_SIZE


@dataclass(frozen=True, slots=True)
class TiledLog:
    """What appending needs: the size, and by level the hashes of the tile that is not full yet (b"" where there is none)."""

    size: int = 0
    edge: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        """Refuse hashes that cannot belong to that size.

        Raises:
            ValueError: a tile on the edge has not the width that the size gives it.
        """
        if [len(hashes) // HASH_SIZE for hashes in self.edge] != [width for _, width in edge_of(self.size)]:
            raise ValueError("the tiles on the edge do not belong to a log of this size")

    def append(self, leaves: Sequence[bytes]) -> tuple[Self, list[Tile]]:
        """Return the log with these leaf hashes appended, and the tiles that are new or grew."""
        tiles: list[Tile] = []
        edge = list(self.edge)
        level, fresh = 0, list(leaves)
        while fresh:
            if level == len(edge):
                edge.append(b"")
            first = self.size >> HEIGHT * (level + 1)
            hashes = edge[level] + b"".join(fresh)
            fresh = []
            for place, start in enumerate(range(0, len(hashes), WIDTH * HASH_SIZE)):
                tile = Tile(level, first + place, hashes[start : start + WIDTH * HASH_SIZE])
                tiles.append(tile)
                if tile.width == WIDTH:
                    fresh.append(complete_hash(tile.hashes))
            edge[level] = b"" if tiles[-1].width == WIDTH else tiles[-1].hashes
            level += 1
        return type(self)(self.size + len(leaves), tuple(edge)), tiles

    def compact(self) -> CompactRange:
        """Return the roots of the complete subtrees, all of which stand in tiles on the edge."""
        roots: list[bytes] = []
        for hashes in reversed(self.edge):
            start = 0
            for level, _ in complete_subtrees(0, len(hashes) // HASH_SIZE):
                end = start + (HASH_SIZE << level)
                roots.append(complete_hash(hashes[start:end]))
                start = end
        return CompactRange(self.size, tuple(roots))


def edge_of(size: int) -> list[tuple[int, int]]:
    """Return (index, width) of the last tile by level in a log of `size` leaves; width 0 where all its tiles are full."""
    found = []
    while size:
        found.append((size >> HEIGHT, size % WIDTH))
        size >>= HEIGHT
    return found


def complete_hash(hashes: bytes) -> bytes:
    """Return the root over 1, 2, 4 ... hashes, 32 bytes each."""
    row = [hashes[place : place + HASH_SIZE] for place in range(0, len(hashes), HASH_SIZE)]
    while len(row) > 1:
        row = [node_hash(left, right) for left, right in zip(row[::2], row[1::2], strict=True)]
    return row[0]


def tiles_of(ranges: Iterable[Range]) -> set[TileId]:
    """Return the tiles from which the hashes of these ranges are made."""
    return {_place(level, index)[0] for part in ranges for level, index in complete_subtrees(*part)}


def hashes_of(ranges: Iterable[Range], tiles: Mapping[TileId, bytes]) -> list[bytes]:
    """Return the hash of each range; `tiles` holds the hashes of those that :func:`tiles_of` named.

    Raises:
        KeyError: a tile is missing, or is narrower than it must be.
    """
    subtree = _reader(tiles)
    return [range_hash(start, end, subtree) for start, end in ranges]


def _reader(tiles: Mapping[TileId, bytes]) -> Callable[[int, int], bytes]:
    def subtree(level: int, index: int) -> bytes:
        tile, start, count = _place(level, index)
        hashes = tiles[tile][start * HASH_SIZE : (start + count) * HASH_SIZE]
        if len(hashes) != count * HASH_SIZE:
            raise KeyError(tile)
        return complete_hash(hashes)

    return subtree


def _place(level: int, index: int) -> tuple[TileId, int, int]:
    """Return the tile in which a complete subtree lies, the first of its hashes there, and how many they are."""
    row, height = divmod(level, HEIGHT)
    first = index << height
    return (row, first >> HEIGHT), first % WIDTH, 1 << height
