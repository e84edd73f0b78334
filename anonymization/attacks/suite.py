"""Every attack there is, by the name of its file. docs/attacks.md tells how one is added.

An attack that is not here is not run; a test fails for a file of this folder that defines one and is missing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from anonymization.attacks import (
    authorship,
    averaging,
    delta,
    differencing,
    gaps,
    invariants,
    merging,
    probing,
    reconstruction,
    small_sets,
    subtraction,
)
from anonymization.attacks.judgement import Claim, Trials
from anonymization.attacks.laboratory import Laboratory


class AttackFile(Protocol):
    """What a file of this folder offers: what it claims, and the attack that says whether it holds."""

    @property
    def CLAIMS(self) -> tuple[Claim, ...]:  # noqa: N802  # a constant of the file
        """What is promised of the figures."""

    def attack(self, laboratory: Laboratory, /) -> Mapping[str, Trials]:
        """Return the trials of each claim, by `Claim.attack`."""


ATTACKS: Mapping[str, AttackFile] = {
    "authorship": authorship,
    "averaging": averaging,
    "delta": delta,
    "differencing": differencing,
    "gaps": gaps,
    "invariants": invariants,
    "merging": merging,
    "probing": probing,
    "small_sets": small_sets,
    "subtraction": subtraction,
    "reconstruction": reconstruction,
}


@dataclass(frozen=True, slots=True)
class Sanity:
    """What the same attack must reach on the naive pipeline; if it does not, the attacker is too weak to say anything."""

    attack: str
    measure: str
    least: float


SANITY: tuple[Sanity, ...] = (
    Sanity("joiner", "AUC gap", 0.25),
    Sanity("lone joiner, all else still", "TPR at 1 % FPR", 0.9),
    Sanity("probing/largest/3 insiders, all else still", "residual", 0.15),
    Sanity("subtraction/largest/all but one insiders", "residual", 0.9),
    Sanity("subtraction/random/all but one insiders", "residual", 0.9),
    Sanity("aging subtraction/random/all but one insiders", "residual", 0.9),
)
