"""The log of what was released: a Merkle tree as RFC 6962 has it (Certificate Transparency), over release bodies.

Whoever keeps a head (size and root) can later ask for two proofs: that a release is in the log (inclusion), and that
the log of today still starts with the log of that head (consistency). Both are checked with SHA-256 and this page of
rules alone: a leaf hashes as SHA-256(00 | body), a node as SHA-256(01 | left | right), and the left subtree is the
largest complete one. Pure: leaves come in as hashes, nothing is stored here.

To append, nobody needs the old leaves: a :class:`CompactRange` keeps the roots of the complete subtrees, at most 64.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Self

Range = tuple[int, int]
"""Leaves from the first to before the second; where a proof names one, its start is a multiple of its subtree's size."""
Subtree = tuple[int, int]
"""A complete subtree: its level (0 is a leaf, so it spans 2^level of them) and its place among those of that level."""

HASH_SIZE = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(body: bytes) -> bytes:
    """Return the hash of a leaf."""
    return hashlib.sha256(b"\x00" + body).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of a node over two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class CompactRange:
    """All that is needed to append to a log of `size` leaves: the roots of its complete subtrees, the largest first."""

    size: int = 0
    roots: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        """Refuse roots that cannot belong to that size.

        Raises:
            ValueError: there is not one root of 32 bytes for each 1 in the binary size.
        """
        if (
            self.size < 0
            or len(self.roots) != self.size.bit_count()
            or any(len(r) != HASH_SIZE for r in self.roots)
        ):
            raise ValueError("the roots do not belong to a log of this size")

    def append(self, leaves: Iterable[bytes]) -> Self:
        """Return the range with these leaf hashes appended in their order."""
        size, roots = self.size, list(self.roots)
        for leaf in leaves:
            roots.append(leaf)
            # Each trailing 1 of the old size is a complete subtree that finds its right-hand twin.
            for _ in range(_trailing_ones(size)):
                right = roots.pop()
                roots[-1] = node_hash(roots[-1], right)
            size += 1
        return type(self)(size, tuple(roots))

    @property
    def root(self) -> bytes:
        """Return the root of the whole log."""
        if not self.roots:
            return EMPTY_ROOT
        root = self.roots[-1]
        for left in reversed(self.roots[:-1]):
            root = node_hash(left, root)
        return root

    def to_bytes(self) -> bytes:
        """Return the range as bytes: the size in 8 bytes, then the roots."""
        return self.size.to_bytes(8, "big") + b"".join(self.roots)

    @classmethod
    def from_bytes(cls, stored: bytes) -> Self:
        """Return the range that :meth:`to_bytes` gave.

        Raises:
            ValueError: the bytes are none.
        """
        size, roots = int.from_bytes(stored[:8], "big"), stored[8:]
        return cls(size, tuple(roots[at : at + HASH_SIZE] for at in range(0, len(roots), HASH_SIZE)))


class LogTree:
    """The tree over the hashes of all leaves, for proofs. Holds every level; a million leaves take 64 MB."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self.size = len(leaves)
        self._levels: list[list[bytes]] = [list(leaves)]
        while len(self._levels[-1]) > 1:
            below = self._levels[-1]
            pairs = zip(below[0::2], below[1::2], strict=False)
            self._levels.append([node_hash(left, right) for left, right in pairs])

    def root(self, size: int | None = None) -> bytes:
        """Return the root of the first `size` leaves, of all by default.

        Raises:
            IndexError: the log has fewer leaves.
        """
        return self._subtree(0, self._checked(self.size if size is None else size))

    def inclusion_proof(self, index: int, size: int | None = None) -> list[bytes]:
        """Return the audit path of a leaf in the log of the first `size` leaves, from the leaf upwards.

        Raises:
            IndexError: there is no such leaf in a log of that size.
        """
        end = self._checked(self.size if size is None else size)
        return [self._subtree(*part) for part in inclusion_ranges(index, end)]

    def consistency_proof(self, old: int, size: int | None = None) -> list[bytes]:
        """Return the proof that the log of `size` leaves starts with that of `old` leaves. Empty if they are the same.

        Raises:
            IndexError: `old` is below 1 or above `size`, or the log has fewer leaves.
        """
        end = self._checked(self.size if size is None else size)
        return [self._subtree(*part) for part in consistency_ranges(old, end)]

    def _checked(self, size: int) -> int:
        if not 0 <= size <= self.size:
            raise IndexError(size)
        return size

    def _subtree(self, start: int, end: int) -> bytes:
        return range_hash(start, end, lambda level, index: self._levels[level][index])


def inclusion_ranges(index: int, size: int) -> list[Range]:
    """Return the ranges whose hashes are the audit path of a leaf in a log of `size` leaves, from the leaf upwards.

    Raises:
        IndexError: there is no such leaf.
    """
    if not 0 <= index < size:
        raise IndexError(index)
    path: list[Range] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _largest_power_below(end - start)
        if index < middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((start, middle))
            start = middle
    return path[::-1]


def consistency_ranges(old: int, size: int) -> list[Range]:
    """Return the ranges whose hashes prove that a log of `size` leaves starts with that of `old`; none if they are one.

    Raises:
        IndexError: `old` is below 1 or above `size`.
    """
    if not 1 <= old <= size:
        raise IndexError(old)
    proof: list[Range] = []
    start, end, is_known = 0, size, True
    while old < end:
        middle = start + _largest_power_below(end - start)
        if old <= middle:
            proof.append((middle, end))
            end = middle
        else:
            proof.append((start, middle))
            start, is_known = middle, False
    if not is_known:
        proof.append((start, end))
    return proof[::-1]


def complete_subtrees(start: int, end: int) -> list[Subtree]:
    """Return the complete subtrees that a range of a tree is made of, from left to right: at most two a level."""
    found: list[Subtree] = []
    while start < end:
        level = (end - start).bit_length() - 1
        if start:
            level = min(level, (start & -start).bit_length() - 1)
        found.append((level, start >> level))
        start += 1 << level
    return found


def range_hash(start: int, end: int, subtree: Callable[[int, int], bytes]) -> bytes:
    """Return the hash over a range; `subtree` gives that of a complete subtree by its level and index."""
    if start == end:
        return EMPTY_ROOT
    count = end - start
    if count.bit_count() == 1:
        level = count.bit_length() - 1
        return subtree(level, start >> level)
    middle = start + _largest_power_below(count)
    return node_hash(range_hash(start, middle, subtree), range_hash(middle, end, subtree))


def is_included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Return whether the proof shows that the leaf hash is number `index` of the log of that size and root."""
    if not 0 <= index < size:
        return False
    place, last, running = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            running = node_hash(sibling, running)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            running = node_hash(running, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and running == root


def is_consistent(old: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> bool:
    """Return whether the proof shows that the log of `size` and `root` starts with that of `old` and `old_root`."""
    if old == size:
        return not proof and old_root == root
    if not 0 < old < size:
        return False
    path = list(proof) if old.bit_count() > 1 else [old_root, *proof]
    if not path:
        return False
    place, last = old - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    was = now = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            was, now = node_hash(sibling, was), node_hash(sibling, now)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            now = node_hash(now, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and was == old_root and now == root


def _trailing_ones(number: int) -> int:
    return (~number & (number + 1)).bit_length() - 1


def _largest_power_below(number: int) -> int:
    """Return the largest power of two that is smaller than a number of at least 2."""
    return 1 << (number - 1).bit_length() - 1
