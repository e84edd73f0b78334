"""The few debtors that a name may mean, out of all, by sparse vectors in memory.

A name is the bag of its words, its letter trigrams and the 4-grams of its joined form, hashed to one of 2^20 columns,
weighted by rarity (TF-IDF) and brought to length 1. What stands in more than 2 % of the names, or in more than 3,000, is
dropped: it costs most of the time and tells nothing. The best are found by `sparse_dot_topn`.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse
from sparse_dot_topn import sp_matmul_topn

from network.resolution.normalise import CompanyName

COLUMNS = 1 << 20
TOO_COMMON = 0.02
"""Share of names above which a feature is dropped."""
_COMMON_FROM = 50
"""...but never a feature of fewer names than this: in a small network every name is rare."""
_MOST = 3_000
"""...and never more than these: among a million names, features of up to 20,000 cost sixteen times as much (145 against 2,412
names per second of processor time) and find no more: 80.1 against 80.5 % and 82.5 against 83.0 % of real names."""
_AS_IF = 10_000
"""Rarity is reckoned as in a network of at least this many names: in a handful, "garage" would weigh nothing because two
of them have it, and one slip of a letter would outweigh all that agrees."""

TOP = 30
_THREADS = 2
_FEW = 8
"""Names up to which each is looked up by itself."""

Floats = NDArray[np.float32]
Codes = NDArray[np.uint64]

_PRIMES = np.array(
    [0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5], dtype=np.uint64
)
_MIX = np.uint64(0xD6E8FEB86659FD93)
_SHIFT = np.uint64(32)


def _hashed(codes: Codes, salt: int) -> Codes:
    mixed = (codes + np.uint64(salt)) * _MIX
    mixed ^= mixed >> _SHIFT
    mixed *= _MIX
    return (mixed >> _SHIFT) & np.uint64(COLUMNS - 1)


def _signs(texts: Sequence[str]) -> tuple[Codes, NDArray[np.int64]]:
    """Return the code points of all texts, each closed by 0, and the row of each sign."""
    joined = "\0".join(texts) + "\0"
    signs = np.frombuffer(joined.encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    rows = np.cumsum(np.concatenate(([0], signs[:-1] == 0)), dtype=np.int64)
    return signs, rows


def _grams(texts: Sequence[str], size: int, salt: int) -> tuple[NDArray[np.int64], Codes]:
    """Return (row, column) of every piece of `size` signs that lies within one text."""
    signs, rows = _signs(texts)
    count = len(signs) - size + 1
    if count <= 0:
        return np.empty(0, np.int64), np.empty(0, np.uint64)
    codes = np.zeros(count, dtype=np.uint64)
    whole = np.ones(count, dtype=bool)
    for offset in range(size):
        part = signs[offset : offset + count]
        codes += (part + np.uint64(1)) * _PRIMES[offset]
        codes ^= codes >> _SHIFT
        whole &= part != 0
    return rows[:count][whole], _hashed(codes[whole], salt)


def _words(texts: Sequence[str], salt: int) -> tuple[NDArray[np.int64], Codes]:
    frame = pl.DataFrame({"text": texts}, schema={"text": pl.String}).with_row_index("row")
    words = frame.with_columns(pl.col("text").str.split(" ")).explode("text").filter(pl.col("text") != "")
    codes = words["text"].hash(seed=7).to_numpy().astype(np.uint64)
    return words["row"].to_numpy().astype(np.int64), _hashed(codes, salt)


def count_features(names: Sequence[CompanyName]) -> sparse.csr_matrix:
    """Return the features of names as ones: (names, 2^20) float32."""
    spellings = [f" {name.spelling} " if name.spelling else "" for name in names]
    parts = (
        _words(spellings, salt=1),
        _grams(spellings, size=3, salt=2),
        _grams([name.joined for name in names], size=4, salt=3),
    )
    rows = np.concatenate([part[0] for part in parts])
    columns = np.concatenate([part[1] for part in parts]).astype(np.int64)
    ones = np.ones(len(rows), dtype=np.float32)
    matrix = sparse.csr_matrix((ones, (rows, columns)), shape=(len(names), COLUMNS), dtype=np.float32)
    matrix.data[:] = 1.0
    return matrix


def rarity(features: sparse.csr_matrix) -> Floats:
    """Return the weight of each column: the logarithm of how rare it is, 0 where it is too common to tell."""
    total = features.shape[0]
    seen = np.bincount(features.indices, minlength=COLUMNS)
    weights: Floats = (np.log((1 + max(total, _AS_IF)) / (1 + seen)) + 1).astype(np.float32)
    weights[seen > max(_COMMON_FROM, min(TOO_COMMON * total, _MOST))] = 0
    return weights


def vectors(features: sparse.csr_matrix, weights: Floats) -> sparse.csr_matrix:
    """Return features weighted and brought to length 1."""
    weighted = features.copy()
    weighted.data *= weights[weighted.indices]
    weighted.eliminate_zeros()
    lengths = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
    lengths[lengths == 0] = 1
    weighted.data /= np.repeat(lengths, np.diff(weighted.indptr)).astype(np.float32)
    return weighted


class NameIndex:
    """Names that can be asked for their nearest ones."""

    def __init__(self, names: Sequence[CompanyName]) -> None:
        features = count_features(names)
        self.weights = rarity(features)
        self._parts = [vectors(features, self.weights).T.tocsr()]
        self.size = len(names)
        self.base_size = len(names)

    def add(self, names: Sequence[CompanyName]) -> None:
        """Take further names in, weighted as the first ones were; cheap, and good until they are many."""
        self._parts.append(vectors(count_features(names), self.weights).T.tocsr())
        self.size += len(names)

    def nearest(
        self, names: Sequence[CompanyName], *, top: int = TOP, at_least: float = 0.05
    ) -> pl.DataFrame:
        """Return the `top` nearest of each name: columns `query`, `row` (UInt32 places in both lists), `cosine`."""
        asked = vectors(count_features(names), self.weights)
        best = _best_of_few if 0 < len(names) <= _FEW else _best
        frames, start = [], 0
        for part in self._parts:
            found = best(asked, part, top, at_least)
            queries = np.repeat(np.arange(len(names)), np.diff(found.indptr))
            frames.append(
                pl.DataFrame(
                    {"query": queries, "row": found.indices + start, "cosine": found.data},
                    schema={"query": pl.UInt32, "row": pl.UInt32, "cosine": pl.Float32},
                )
            )
            start += part.shape[1]
        if len(frames) == 1:
            return frames[0]
        best_first = pl.concat(frames).sort("query", "cosine", descending=[False, True], maintain_order=True)
        return best_first.group_by("query", maintain_order=True).head(top)


def _best(asked: sparse.csr_matrix, part: sparse.csr_matrix, top: int, at_least: float) -> sparse.csr_matrix:
    """Return the `top` largest products of each asked row with the columns of `part`, largest first."""
    return sp_matmul_topn(asked, part, top_n=top, threshold=at_least, sort=True, n_threads=_THREADS)


def _best_of_few(
    asked: sparse.csr_matrix, part: sparse.csr_matrix, top: int, at_least: float
) -> sparse.csr_matrix:
    """Return the same for a name or two: `sparse_dot_topn` looks through all of `part` before it begins."""
    places, products, ends = [], [], [0]
    for start, stop in pairwise(asked.indptr):
        rows = part[asked.indices[start:stop]]
        weights = np.repeat(asked.data[start:stop], np.diff(rows.indptr))
        sums = np.bincount(rows.indices, weights=weights * rows.data, minlength=part.shape[1])
        near = np.flatnonzero(sums > at_least)
        chosen = near[np.argsort(-sums[near], kind="stable")[:top]]
        places.append(chosen)
        products.append(sums[chosen].astype(np.float32))
        ends.append(ends[-1] + len(chosen))
    return sparse.csr_matrix(
        (np.concatenate(products), np.concatenate(places), ends), shape=(asked.shape[0], part.shape[1])
    )
