"""Who wrote this? Habits of writing against the names of a thread.

**Who**: a reader who has texts of known authors (mails, letters, posts under their names) and texts of a discussion under
the names of that thread.
**Success**: naming the author of each text; at most twice as often right as by guessing.
**Control**: one of the authors at random.

The product has no discussions yet, so there is nothing to attack: :func:`attack` returns no trials and the row of the
report is "not run". The attacker is here and is tried on made-up authors, so that it is ready when there are.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

from anonymization.attacks.judgement import Claim, Hits, Trials
from anonymization.attacks.laboratory import Laboratory

NOT_RUN = "no discussions yet"
CLAIMS = (Claim("authorship", "times the prior", 2.0, "authors named by how they write"),)
_PIECES = (2, 5)
"""Lengths of the character n-grams (Stamatatos 2009, "A survey of modern authorship attribution methods")."""


def attack(_laboratory: Laboratory) -> Mapping[str, Trials]:
    """Return nothing: see :data:`NOT_RUN`."""
    return {}


def guess_authors(texts: Sequence[str], authors: Sequence[str], unknown: Sequence[str]) -> list[str]:
    """Return the likeliest author of each unknown text, learned from texts of known authors.

    Character n-grams across words, weighted by how rare they are, and a linear support vector machine.

    Raises:
        ValueError: there is no text, or fewer than two authors.
    """
    model = make_pipeline(
        TfidfVectorizer(analyzer="char", ngram_range=_PIECES, sublinear_tf=True, lowercase=False, min_df=2),
        LinearSVC(C=1.0, random_state=0),
    )
    model.fit(list(texts), list(authors))
    return [str(author) for author in model.predict(list(unknown))]


def named(truth: Sequence[str], guesses: Sequence[str], authors: int) -> Hits:
    """Return guesses as trials, against guessing among so many authors."""
    right = np.array([one == other for one, other in zip(truth, guesses, strict=True)])
    return Hits(attack=right, prior=np.full(len(right), 1.0 / authors))
