"""Step 5, for lateness: what one voice alone says, nobody seconds, and it is not told.

Against dominance of a figure that is small beside the exposure: if one supplier of eight is unpaid for 91 days, the
weight of its balance is below every cap, and the oldest bucket is still its own. So the lateness of a voice counts at
most as much as that of all others together, age by age, and is told as late as they bear it out; its mean days lie
between those of the second earliest and the second latest voice. Measured in docs/decisions/0029.
"""

import numpy as np

from anonymization.records import BUCKETS
from anonymization.segments import Flags, Floats, Segments
from anonymization.steps.distortion import Voices
from anonymization.steps.figures import ratio

_LIFT = 1_000.0
"""Days added so that every mean is positive and 0 stands for "has none"; above every `days_ceiling`."""


def seconded(voices: Voices, segments: Segments) -> Voices:
    """Return the voices with the lateness that others bear out; what each owes in all is as before."""
    mean = np.where(voices.base > 0, ratio(voices.days, voices.base), 0.0)
    return Voices(
        buckets=_buckets(voices.buckets, segments),
        days=_days(mean, voices.base > 0, segments) * voices.base,
        base=voices.base,
    )


def _buckets(buckets: Floats, segments: Segments) -> Floats:
    """Return buckets in which no voice has more than all others together that is at least so late, for each age."""
    late = buckets[:, ::-1].cumsum(axis=1)[:, ::-1]
    for age in range(1, BUCKETS):
        others = segments.sum(segments.without_largest(late[:, age]))
        late[:, age] = np.minimum(late[:, age], others[segments.owner])
    late = np.minimum.accumulate(late, axis=1)
    late[:, :-1] -= late[:, 1:].copy()
    bearable: Floats = np.maximum(late, 0.0)
    return bearable


def _days(mean: Floats, has_mean: Flags, segments: Segments) -> Floats:
    """Return mean days between the second lowest and the second highest of the debtor; a voice alone keeps its own."""

    def second_highest(values: Floats) -> Floats:
        lifted = np.where(has_mean, values + _LIFT, 0.0)
        return segments.largest(segments.without_largest(lifted)) - _LIFT

    high, low = second_highest(mean), -second_highest(-mean)
    owner = segments.owner
    within: Floats = np.clip(mean, np.minimum(low, high)[owner], np.maximum(low, high)[owner])
    return np.where(has_mean, within, 0.0)
