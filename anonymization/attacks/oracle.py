"""What the product answers about a debtor that a reader must not know of, beside what it answers about none at all.

**Who**: a signed-in reader who does not supply the debtor. It asks by every way in: the page, posts, downloads, search by
number, with other methods and headers; it looks at status, headers, words, sizes and times.
**Success**: telling a debtor that members supply, but that was never released, from an identity that nobody knows; or
telling why a debtor is withheld.
**Control**: what is answered about identities and numbers made up on the spot.

Pure: the answers are collected by `network.promise.oracle`, on a product that runs. Three more promises are counted there:
two readers are given the same bytes, every alert follows from releases, and the logs of the session name nobody.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from anonymization.attacks.judgement import Claim, Distances, Hits, Trials

ANSWERS, SIZES, TIMES = "oracle: answers", "oracle: sizes", "oracle: times"
WITHHELD, READERS = "oracle: why a debtor is withheld", "invariant: the same bytes for all readers"
ALERTS, LOGS = "invariant: every alert follows from releases", "logs name nobody"
CLAIMS = (
    Claim(ANSWERS, "violations", 0.0, "answers about a hidden debtor that differ from those about none"),
    Claim(SIZES, "KS p", 0.01, "bytes of answers about hidden debtors against those about none"),
    Claim(TIMES, "KS p", 0.01, "milliseconds of answers about hidden debtors against those about none"),
    Claim(WITHHELD, "violations", 0.0, "withheld debtors whose page gives another reason than the others"),
    Claim(READERS, "violations", 0.0, "released pages and proofs that differ between two readers"),
    Claim(ALERTS, "violations", 0.0, "news that cannot be worked out from releases, or is missing"),
    Claim(LOGS, "violations", 0.0, "names, numbers and amounts of the session found in a log"),
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for one question. `words` are the body with what must differ taken out: tokens and the question."""

    question: str
    status: int
    headers: tuple[tuple[str, str], ...]
    words: str
    size: int

    @property
    def looks(self) -> tuple[object, ...]:
        """Return all that can be told from the answer."""
        return self.question, self.status, self.headers, self.words


def differing(hidden: Sequence[Answer], nobody: Sequence[Answer]) -> Mapping[str, Trials]:
    """Return which answers about hidden debtors are none of those about nobody, and the sizes of both."""
    usual = {answer.looks for answer in nobody}
    return {
        ANSWERS: counted([answer.looks not in usual for answer in hidden]),
        SIZES: Distances(
            np.array([answer.size for answer in hidden], dtype=np.float64),
            np.array([answer.size for answer in nobody], dtype=np.float64),
        ),
    }


def counted(violations: Sequence[bool]) -> Hits:
    """Return one trial for each thing that was looked at."""
    return Hits(attack=np.array(violations, dtype=np.bool_), prior=np.zeros(len(violations)))
