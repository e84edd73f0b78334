"""Who supplies whom, from a stolen copy of the database without its keys?

**Who**: somebody who took a copy, once, of the tables or of the folder they lie in. It knows this code, knows how files are
taken in, and even knows for half of the files which rows came with them; it learns from these. It has no keys.
**Success**: telling a sealed page and a debtor's row that came with one file from a page and a row of two files, by all
that PostgreSQL keeps beside what a row says: the transaction that wrote it, the place in the table, the size, the id. AUC.
And telling two pages of one member from those of two members, by the same things, where the owner tag, which links them
by design, is put aside.
**Control**: rows of two files, all else being the same. AUC one half.

The copy is taken after a dealing (docs/decisions/0087). One that is taken before, or a naive layout that never deals, must
be found out: there the transaction alone tells nearly all.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits

from anonymization.attacks.judgement import Claim, Scores

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

CLAIMS = (
    Claim("dump linkage/page and debtor", "AUC", 0.52, "a sealed page and a debtor that came with one file"),
    Claim("dump linkage/page and identifier", "AUC", 0.52, "a sealed page and an identifier of one file"),
    Claim("dump linkage/page and spelling", "AUC", 0.52, "a sealed page and a spelling of one file"),
    Claim("dump linkage/two pages of a member", "AUC", 0.52, "their owner tag, which links them, put aside"),
)
MOST_PAIRS = 20_000


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one table as a copy shows them, shape (n,) each, in any order.

    `transaction` is the number of the transaction that wrote each; `place` its place in the file of the table; `size` its
    bytes; `id` its key as a fraction of all keys. `came_with` is the truth: the file with which it came.
    """

    transaction: Integers
    place: Integers
    size: Integers
    id: Floats
    came_with: Integers


def link(rows: Rows, others: Rows | None = None, *, seed: int) -> Scores:
    """Return how sure the attacker is of pairs that came with one file, and of pairs that did not.

    Args:
        rows: of one table.
        others: of another one; None for pairs of two rows of the same table.
        seed: of the draw of pairs and of the learner.
    """
    rng = np.random.default_rng(seed)
    theirs = rows if others is None else others
    files = rng.permutation(np.unique(rows.came_with))
    halves = [
        _pairs(rows, theirs, np.isin(rows.came_with, some), rng, is_one_table=others is None)
        for some in (files[::2], files[1::2])
    ]
    found = []
    for taught, asked in (halves, halves[::-1]):
        learner = HistGradientBoostingClassifier(max_iter=60, min_samples_leaf=50, random_state=seed)
        with threadpool_limits(1):
            learner.fit(_seen(rows, theirs, *taught), _together(rows, theirs, *taught))
            sure = _ranked(learner.predict_proba(_seen(rows, theirs, *asked))[:, 1])
        is_one = _together(rows, theirs, *asked)
        found.append(Scores(positive=sure[is_one], negative=sure[~is_one]))
    return Scores.joined(found)


def _ranked(sure: Floats) -> Floats:
    """Return scores as their ranks, 0 to 1: those of two learners lie on scales of their own."""
    ranks: Floats = rankdata(sure) / sure.size
    return ranks


def _pairs(
    rows: Rows, theirs: Rows, chosen: NDArray[np.bool_], rng: np.random.Generator, *, is_one_table: bool
) -> tuple[Integers, Integers]:
    """Return pairs of places: all that came with one of the chosen files, and as many that came with two of them."""
    ours = np.flatnonzero(chosen)
    those = np.flatnonzero(np.isin(theirs.came_with, rows.came_with[ours]))
    first, second = np.nonzero(rows.came_with[ours][:, None] == theirs.came_with[those][None, :])
    together = np.column_stack([ours[first], those[second]])
    if is_one_table:
        together = together[together[:, 0] < together[:, 1]]
    together = rng.permutation(together)[:MOST_PAIRS]
    apart = np.column_stack([rng.choice(ours, 2 * len(together)), rng.choice(those, 2 * len(together))])
    apart = apart[rows.came_with[apart[:, 0]] != theirs.came_with[apart[:, 1]]][: len(together)]
    both = np.concatenate([together, apart])
    return both[:, 0], both[:, 1]


def _together(rows: Rows, theirs: Rows, first: Integers, second: Integers) -> NDArray[np.bool_]:
    is_one: NDArray[np.bool_] = rows.came_with[first] == theirs.came_with[second]
    return is_one


def _seen(rows: Rows, theirs: Rows, first: Integers, second: Integers) -> Floats:
    """Return what the attacker sees of pairs, shape (n, 6): how far apart they are in each respect."""
    return np.column_stack(
        [
            rows.transaction[first] == theirs.transaction[second],
            np.abs(rows.transaction[first] - theirs.transaction[second]),
            np.abs(_fraction(rows.place)[first] - _fraction(theirs.place)[second]),
            np.abs(rows.place[first] - theirs.place[second]),
            np.abs(rows.id[first] - theirs.id[second]),
            rows.size[first] - theirs.size[second],
        ]
    ).astype(np.float64)


def _fraction(places: Integers) -> Floats:
    """Return the place of each row among all of its table, 0 to 1."""
    order = np.empty(places.size)
    order[np.argsort(places, kind="stable")] = np.arange(places.size)
    return order / max(1, places.size - 1)
