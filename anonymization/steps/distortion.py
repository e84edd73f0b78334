"""Step 3: every amount is distorted once and for ever.

Against subtraction and averaging: a coalition that takes its own figures away, and a reader who averages two years,
are left with the distorted figure of the target. The factor has the ramp density of the US Quarterly Workforce
Indicators: never nearer to 1 than `distortion_least`, never farther than `distortion_most`, the smallest distortions
the likeliest, and symmetric, so that sums are unbiased (Evans, Zayatz, Slanta 1998; Abowd et al. 2009, "The LEHD
Infrastructure Files and the Creation of the Quarterly Workforce Indicators", section 5.6).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anonymization.parameters import Parameters
from anonymization.pseudonyms import Blocks, ReleaseKeys, tags
from anonymization.records import BUCKETS
from anonymization.segments import Floats
from anonymization.steps.snapshot import BASE, DAYS

_BITS = 21
_PER_WORD = 3


@dataclass(frozen=True, slots=True)
class Voices:
    """The distorted amounts of the applied set, e rows: cents, cents times days; each exactly a float32.

    `buckets` (e, 5), `days` (e,) cents times days, `base` (e,) the cents that bear the days.
    """

    buckets: Floats
    days: Floats
    base: Floats


def uniforms(words: Blocks, count: int) -> Floats:
    """Return up to six independent uniform draws in [0, 1) of 21 bits from each block; shape (rows, count)."""
    mask = np.uint64((1 << _BITS) - 1)
    draws = np.empty((len(words), count))
    for at in range(count):
        shift = np.uint64(_BITS * (at % _PER_WORD))
        draws[:, at] = (words[:, at // _PER_WORD] >> shift) & mask
    return draws / (1 << _BITS)


def factors(tag: NDArray[np.uint64], keys: ReleaseKeys, parameters: Parameters) -> Floats:
    """Return the permanent factors of each pair, shape (rows, 6): five buckets, then days beyond terms.

    The buckets of a pair share their direction and differ in size, so that any sum of them is off by at least
    `distortion_least` too, and the mix of a single group is not told exactly. The days have a direction of their own.
    The inverse of the ramp's distribution is u = most - (most - least) * sqrt(1 - U).
    """
    message = np.zeros((len(tag), 2), dtype=np.uint64)
    message[:, 0] = tag
    drawn = tags(keys.distortion, message)
    least, most = parameters.distortion_least, parameters.distortion_most
    sizes = most - (most - least) * np.sqrt(1.0 - uniforms(drawn, BUCKETS + 1))
    up = (drawn >> np.uint64(63)).astype(np.bool_)
    sizes[:, :BUCKETS] *= np.where(up[:, 0], 1.0, -1.0)[:, None]
    sizes[:, BUCKETS] *= np.where(up[:, 1], 1.0, -1.0)
    return 1.0 + sizes


def distort(
    spoken: NDArray[np.float32], tag: NDArray[np.uint64], keys: ReleaseKeys, parameters: Parameters
) -> Voices:
    """Return the distorted amounts of each pair. The base of the days moves with the first bucket's factor."""
    factor = factors(tag, keys, parameters)
    base = spoken[:, BASE] * factor[:, 0]
    days = spoken[:, DAYS] * factor[:, 0] * factor[:, BUCKETS]
    return Voices(
        buckets=_as_stored(spoken[:, :BUCKETS] * factor[:, :BUCKETS]),
        days=_as_stored(np.clip(days, parameters.days_floor * base, parameters.days_ceiling * base)),
        base=_as_stored(base),
    )


def _as_stored(amounts: Floats) -> Floats:
    """Return the amounts with the precision of the state, so that a stored amount equals one computed again."""
    return amounts.astype(np.float32).astype(np.float64)
