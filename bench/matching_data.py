"""What the matching benchmark asks: pairs whose answer is known, and references of any size."""

from pathlib import Path

import numpy as np
import polars as pl

from network.resolution.training import FOLDS
from network.resolution.training_pairs import Pairs, read_pairs
from simulation.spelling_pairs import make_spelling_pairs
from simulation.vocabulary import places

SHARED = Path(__file__).parents[2] / "shared" / "data" / "matching"
REFERENCE = SHARED / "reference_100k.csv.gz"
PAIRS = SHARED / "dev_pairs.csv"
COMPANIES, QUERIES = 8_000, 3_000
_ADDED = 0.5
"""Share of varied names that have a word more; in the others one is another."""


def made_pairs() -> Pairs:
    """Return names that bookkeepers might write of companies that do not exist."""
    reference, queries = make_spelling_pairs(1, companies=COMPANIES, queries=QUERIES)
    return read_pairs(reference, queries, towns=places.french_towns(), folds=FOLDS, name="made")


def shared_frames() -> tuple[pl.DataFrame, pl.DataFrame] | None:
    """Return the reference and the pairs beside the project; None where they are not there."""
    if not (REFERENCE.is_file() and PAIRS.is_file()):
        return None
    return (
        pl.read_csv(REFERENCE, infer_schema=False).select("id", "name"),
        pl.read_csv(PAIRS, infer_schema=False),
    )


def shared_pairs(reference: pl.DataFrame, queries: pl.DataFrame) -> Pairs:
    """Return them as pairs, places made up."""
    return read_pairs(reference, queries, towns=places.french_towns(), folds=FOLDS, name="shared")


def varied(names: pl.Series, size: int) -> list[str]:
    """Return `size` different names: those given, then the same with a word of other ones added or put in place of one."""
    random = np.random.default_rng(1)
    given = names.to_list()
    words = names.str.split(" ").explode(empty_as_null=True).drop_nulls().to_list()
    found = dict.fromkeys(given[:size])
    while len(found) < size:
        some = random.integers(len(given), size=size - len(found))
        drawn = random.integers(len(words), size=len(some))
        turn = random.random(len(some))
        for name, word, draw in zip(some.tolist(), drawn.tolist(), turn.tolist(), strict=True):
            parts = given[name].split(" ")
            if draw < _ADDED or len(parts) == 1:
                parts.append(words[word])
            else:
                parts[int((draw - _ADDED) / (1 - _ADDED) * len(parts))] = words[word]
            found[" ".join(parts)] = None
    return list(found)
