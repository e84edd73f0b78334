"""Which statement of which month comes when: on time, late, or never."""

import numpy as np
import numpy.typing as npt

from simulation.formats import MONTHLY, LedgerFormat
from simulation.parameters import Parameters
from simulation.randomness import stream

MISSING = 1_000_000
"""Arrival month of a statement that never comes."""


def make_uploads(seed: int, parameters: Parameters, formats: list[LedgerFormat]) -> npt.NDArray[np.int64]:
    """Return the month in whose epoch each statement is there, shape (members, months); `MISSING` for never.

    Members that send a file a month miss some and send some a month late; the first is always there. Of the others a few
    have sent a file that stops one or two months before the end.
    """
    random = stream(seed, "uploads")
    months = np.arange(parameters.months)
    arrives = np.tile(months, (len(formats), 1))
    draw = random.random(arrives.shape)
    late = np.where(draw < parameters.missing_upload_share + parameters.late_upload_share, months + 1, months)
    monthly = np.where(draw < parameters.missing_upload_share, MISSING, late)
    monthly[monthly == parameters.months] = MISSING
    monthly[:, 0] = 0
    stale = random.random(len(formats)) < parameters.stale_member_share
    short = random.integers(1, 3, len(formats))
    for member, name in enumerate(formats):
        if name in MONTHLY:
            arrives[member] = monthly[member]
        elif stale[member] and parameters.months > short[member]:
            arrives[member, -int(short[member]) :] = MISSING
    return arrives
