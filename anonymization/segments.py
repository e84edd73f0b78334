"""Rows that belong together, side by side: sums and largest values by debtor without a loop over debtors."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.int32]
Flags = NDArray[np.bool_]
Places = NDArray[np.int64]


def firsts(*columns: NDArray[np.generic]) -> Flags:
    """Return which rows of sorted columns differ from the row before."""
    is_first = np.ones(len(columns[0]), dtype=np.bool_)
    if len(is_first) > 1:
        is_first[1:] = False
        for column in columns:
            is_first[1:] |= column[1:] != column[:-1]
    return is_first


def ordered(major: NDArray[np.uint64], minor: NDArray[np.uint64], *, major_bits: int = 64) -> Places:
    """Return an order of rows by `major`, then `minor`; equal rows in any order.

    `major_bits` bounds `major`; what is left of 64 bits is filled with the top of `minor`, so that one sort of one
    word does it. Where the rest of `minor` would decide, which for keyed tags is rarer than a broken disk, both
    columns are sorted.
    """
    spare = 64 - major_bits
    packed = major if spare == 0 else (major << np.uint64(spare)) | (minor >> np.uint64(major_bits))
    order = np.argsort(packed)
    first, second = packed[order], minor[order]
    if np.any((first[1:] == first[:-1]) & (second[1:] != second[:-1])):
        return np.lexsort((minor, major))
    return order


@dataclass(frozen=True, slots=True)
class Segments:
    """Rows sorted by `owner`, an index below `size`; an owner may have no row."""

    owner: Codes
    size: int
    starts: Places
    present: Codes

    @classmethod
    def of(cls, owner: Codes, size: int) -> Self:
        """Return the segments of sorted owners."""
        starts = np.flatnonzero(firsts(owner))
        return cls(owner=owner, size=size, starts=starts, present=owner[starts])

    def sum(self, values: Floats) -> Floats:
        """Return the sum of each owner's rows; shape (size, ...) for values of shape (rows, ...)."""
        total = np.zeros((self.size, *values.shape[1:]))
        if len(self.starts):
            total[self.present] = np.add.reduceat(values, self.starts, axis=0)
        return total

    def count(self, flags: Flags | None = None) -> Places:
        """Return how many rows, or flagged rows, each owner has."""
        chosen = self.owner if flags is None else self.owner[flags]
        return np.bincount(chosen, minlength=self.size)

    def wrap(self, words: NDArray[np.uint64]) -> NDArray[np.uint64]:
        """Return the sum of each owner's words modulo 2^64; shape (size, ...)."""
        total = np.zeros((self.size, *words.shape[1:]), dtype=np.uint64)
        if len(self.starts):
            total[self.present] = np.add.reduceat(words, self.starts, axis=0)
        return total

    def largest(self, values: Floats) -> Floats:
        """Return the largest of each owner's values, 0 where it has no row; values must not be negative."""
        top = np.zeros(self.size)
        if len(self.starts):
            top[self.present] = np.maximum.reduceat(values, self.starts)
        return top

    def without_largest(self, values: Floats) -> Floats:
        """Return the values with one largest of each owner set to 0."""
        hits = np.flatnonzero(values == self.largest(values)[self.owner])
        rest = values.copy()
        rest[hits[firsts(self.owner[hits])]] = 0.0
        return rest
