"""Step 5: no voice above a quarter, and nothing that three insiders could undo.

Against dominance: a total of which one group makes nine tenths is that group's figure. Weights are capped by
water-filling: the largest are lowered to one common level, such that none is above `weight_cap` of the lowered total.
Then the p %-rule (Handbook on Statistical Disclosure Control, 4.2): with x1 >= x2 >= ... and total X, unsafe when
X - x1 - ... - xn < p/100 * x1, n - 1 being the number of insiders. Rather than withhold a debtor whenever the rule
fails, which would tell a prober something about the small voices, the level goes down until it holds.
"""

import numpy as np

from anonymization.parameters import Parameters
from anonymization.segments import Flags, Floats, Segments

_SLACK = 1e-9


def levels(weights: Floats, segments: Segments, cap: float) -> Floats:
    """Return the level to which each debtor's weights are lowered: infinite where none is too large, shape (d,).

    It is the largest level c for which min(x, c) is at most `cap` of the sum of all min(x, c); 0 where fewer than
    1/cap groups have a weight at all, so that no level serves. At most 1/cap passes, whatever the number of rows.
    """
    lowered = np.zeros(len(weights), dtype=np.bool_)
    level = np.full(segments.size, np.inf)
    while True:
        rest = segments.sum(np.where(lowered, 0.0, weights))
        count = segments.count(lowered)
        room = 1.0 - count * cap
        fits = np.where(room > _SLACK, cap * rest / np.where(room > _SLACK, room, 1.0), 0.0)
        over = ~lowered & (weights > fits[segments.owner] * (1.0 + _SLACK))
        level = np.where(count > 0, fits, np.inf)
        if not over.any():
            return level
        lowered |= over


def protected(weights: Floats, level: Floats, segments: Segments, parameters: Parameters) -> Floats:
    """Return the level, lowered where the p %-rule asks for it, shape (d,).

    Let R be what is left when the insiders' and the target's places (the largest `insiders` + 1) are taken away. At
    the level R / p the rule holds: either nothing of R was cut, and R >= p * level >= p * x1; or something was, and
    then that voice alone stands at the level. A lower level only evens the weights, so the cap holds as before.
    """
    rest = np.minimum(weights, level[segments.owner])
    top = segments.largest(rest)
    for _ in range(parameters.insiders + 1):
        rest = segments.without_largest(rest)
    left = segments.sum(rest) / parameters.protection
    return np.where(left < top, left, level)


def lower(weights: Floats, level: Floats) -> Floats:
    """Return the factor (0 to 1) by which each row is lowered to its level; both of shape (rows,)."""
    return np.where(weights > level, level / np.where(weights > 0, weights, 1.0), 1.0)


def is_safe(lowered: Floats, level: Floats, segments: Segments, parameters: Parameters) -> Flags:
    """Return which debtors pass the p %-rule on lowered weights, shape (d,). Without a level that serves: unsafe."""
    top = segments.largest(lowered)
    rest = lowered
    for _ in range(parameters.insiders + 1):
        rest = segments.without_largest(rest)
    is_protected: Flags = segments.sum(rest) >= parameters.protection * top * (1.0 - _SLACK)
    return is_protected & (level > 0)
