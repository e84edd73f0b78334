"""What goes into the release pipeline and what comes out, as arrays."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from anonymization.pseudonyms import ID, Ids
from anonymization.state import State

AMOUNTS = ("current", "late_1_30", "late_31_60", "late_61_90", "late_91", "dbt_days", "dbt_value")
"""Columns of `Contributions.amounts`; the first five are the aging buckets, open at the end of the month."""
BUCKETS = 5
PAID_CLASSES = 3


@dataclass(frozen=True, slots=True)
class Contributions:
    """The pool of one epoch: one row for each member's position on a debtor, n rows in any order.

    `group` and `debtor` are identities of 16 bytes (dtype V16, shape (n,)); members of one economic group carry the
    same group. `amounts` has the shape (n, 7), EUR cents in the columns of :data:`AMOUNTS` (`dbt_days` is cents
    times days). `age` says for how many months the position has been carried forward, 0 for a fresh one.
    """

    group: Ids
    debtor: Ids
    amounts: NDArray[np.float64]
    age: NDArray[np.int8]

    def __post_init__(self) -> None:
        """Refuse arrays that do not fit each other.

        Raises:
            ValueError: shapes or types differ from what is said above, or an amount is not finite.
        """
        rows = len(self.group)
        if self.group.dtype != ID or self.debtor.dtype != ID:
            raise ValueError("group and debtor must be arrays of 16-byte identities (dtype V16)")
        if (
            self.debtor.shape != (rows,)
            or self.age.shape != (rows,)
            or self.amounts.shape != (rows, len(AMOUNTS))
        ):
            raise ValueError("group, debtor, amounts and age must have one row each for every contribution")
        if not np.isfinite(self.amounts).all():
            raise ValueError("an amount is not a finite number")

    @classmethod
    def none(cls) -> Self:
        """Return the contributions of an epoch in which nobody said anything."""
        return cls(np.empty(0, ID), np.empty(0, ID), np.empty((0, len(AMOUNTS))), np.empty(0, np.int8))


@dataclass(frozen=True, slots=True)
class Releases:
    """What is published: one row a debtor, in one fixed order of identities; figures are bands of `Parameters` scales.

    Shapes: `debtor` (m,) V16; `contributors`, `exposure`, `past_due_share`, `days_beyond_terms` (m,) int8;
    `aging` (m, 5) int8 in the order of the buckets; `paid` (m, 3) int8: under 30, 30 to 90, over 90 days late.
    Scales: `contributors`, `exposure` and `days` as named; `share` for the rest.
    """

    debtor: Ids
    contributors: NDArray[np.int8]
    exposure: NDArray[np.int8]
    past_due_share: NDArray[np.int8]
    days_beyond_terms: NDArray[np.int8]
    aging: NDArray[np.int8]
    paid: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.debtor)


@dataclass(frozen=True, slots=True)
class Swings:
    """Contributions that a moderator should look at (step 2), exposures in euros. Never stored, never shown to readers."""

    debtor: Ids
    group: Ids
    before: NDArray[np.float64]
    after: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.debtor)


@dataclass(frozen=True, slots=True)
class Held:
    """Why the releases are as they are: for tests, for the operator's counts, never for readers.

    One row for each row of `Releases`. `held` and `timed_out`, both (m, 5): contributor set (step 8), exposure,
    aging with past-due share, days beyond terms, paid shares (step 9).
    """

    held: NDArray[np.bool_]
    timed_out: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Counts:
    """Sizes of an epoch. `debtors` = `published` + `withheld`: debtors about which somebody said something."""

    contributions: int
    pairs: int
    debtors: int
    published: int
    withheld: int
    swings: int


@dataclass(frozen=True, slots=True)
class Closed:
    """A closed epoch: the releases, the state for the next close, swings for the moderators, and sizes."""

    releases: Releases
    state: State
    swings: Swings
    held: Held
    counts: Counts
