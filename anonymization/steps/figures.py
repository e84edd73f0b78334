"""The figures of a debtor over a set of voices: what steps 6, 7 and 9 speak about.

Steps 5's lowered weights enter here: a voice counts in sums, shares and mean days with what is left of its weight.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anonymization.parameters import Parameters
from anonymization.records import BUCKETS, PAID_CLASSES
from anonymization.segments import Floats, Segments
from anonymization.steps.distortion import Voices
from anonymization.steps.dominance import lower


@dataclass(frozen=True, slots=True)
class Figures:
    """Sums over the set of each debtor, d debtors: cents, cents times days, numbers of groups.

    `buckets` (d, 5), `days` (d,), `base` (d,), `paid` (d, 3) groups by class, `groups` (d,).
    """

    buckets: Floats
    days: Floats
    base: Floats
    paid: Floats
    groups: Floats


def paid_classes(days: Floats, base: Floats, parameters: Parameters) -> NDArray[np.int8]:
    """Return the class of each voice: 0 under the first limit, 1 up to the second, 2 over it; -1 without a base."""
    mean = days / np.where(base > 0, base, 1.0)
    first, second = parameters.paid_limits
    return np.where(base > 0, (mean >= first).astype(np.int8) + (mean > second), -1).astype(np.int8)


def lowered(voices: Voices, exposure_level: Floats, base_level: Floats) -> Voices:
    """Return the voices with what step 5 leaves of their weight; levels by row."""
    by_exposure = lower(voices.buckets.sum(axis=1), exposure_level)
    by_base = lower(voices.base, base_level)
    return Voices(
        buckets=voices.buckets * by_exposure[:, None], days=voices.days * by_base, base=voices.base * by_base
    )


def add_up(voices: Voices, segments: Segments, parameters: Parameters) -> Figures:
    """Return the figures of each debtor over lowered voices."""
    classes = paid_classes(voices.days, voices.base, parameters)
    sums = segments.sum(np.column_stack([voices.buckets, voices.days, voices.base]))
    return Figures(
        buckets=sums[:, :BUCKETS],
        days=sums[:, BUCKETS],
        base=sums[:, BUCKETS + 1],
        paid=np.column_stack([segments.count(classes == each) for each in range(PAID_CLASSES)]).astype(
            np.float64
        ),
        groups=segments.count().astype(np.float64),
    )


def ratio(part: Floats, whole: Floats) -> Floats:
    """Return part over whole, 0 where the whole is 0."""
    quotient: Floats = part / np.where(whole > 0, whole, 1.0)
    return quotient
