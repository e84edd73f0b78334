"""Step 6: noise that hangs on the set, not on the day.

Against differencing: two releases over sets that differ by one group carry unrelated noise, so their difference is
off by the noise of both; and a set that stays as it is keeps its noise, so that averaging gains nothing. The key of
a cell is a keyed hash of the multiset of (pair, coarse state), as in the cell key method of the ABS and the ONS
(R package `ptable`): record keys are added modulo 2^128, and a keyed draw over the sum gives the noise.
"""

import enum
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anonymization.parameters import Parameters
from anonymization.pseudonyms import Blocks, ReleaseKeys, tags
from anonymization.records import BUCKETS, PAID_CLASSES
from anonymization.segments import Floats, Segments
from anonymization.steps.distortion import Voices, uniforms
from anonymization.steps.figures import Figures, paid_classes, ratio

_STATE_BITS = 16


class Gauge(enum.IntEnum):
    """Figures that share a cell key: they change together, and only with what they are made of."""

    SET = 0
    EXPOSURE = 1
    AGING = 2
    DAYS = 3
    PAID = 4


@dataclass(frozen=True, slots=True)
class Values:
    """Noised values, d debtors: a count, euros, shares, days, shares; shapes (d,) but `aging` (d, 5), `paid` (d, 3)."""

    contributors: Floats
    exposure: Floats
    past_due_share: Floats
    aging: Floats
    days: Floats
    paid: Floats


def coarse(amounts: Floats, parameters: Parameters) -> NDArray[np.uint64]:
    """Return the half-octave in which each amount lies (amounts of at least 0), from the bits of the number itself.

    No logarithm: its last bit differs between machines, and a release must not.
    """
    part, octave = np.frexp(amounts)
    per = parameters.states_per_octave
    edges = np.array([2.0 ** (at / per - 1.0) for at in range(1, per)])
    state = (octave.astype(np.int64) + 64) * per + np.searchsorted(edges, part, side="right")
    return np.where(amounts > 0, state, 0).astype(np.uint64)


def cell_noise(
    tag: NDArray[np.uint64],
    debtors: Blocks,
    voices: Voices,
    segments: Segments,
    keys: ReleaseKeys,
    parameters: Parameters,
) -> dict[Gauge, Blocks]:
    """Return 128 bits of noise for each debtor and gauge, over lowered voices; blocks of shape (d, 2)."""
    owing = voices.buckets.sum(axis=1)
    late = voices.buckets[:, 1:].sum(axis=1)
    mean_days = np.maximum(ratio(voices.days, voices.base), 0.0) + 1.0
    classes = paid_classes(voices.days, voices.base, parameters) + 1
    states = {
        Gauge.SET: (),
        Gauge.EXPOSURE: (coarse(owing, parameters),),
        Gauge.AGING: (coarse(owing, parameters), coarse(late, parameters)),
        Gauge.DAYS: (coarse(voices.base, parameters), coarse(mean_days, parameters)),
        # Classes alone would seldom change: then any movement of a paid share tells of the set.
        Gauge.PAID: (classes.astype(np.uint64), coarse(owing, parameters), coarse(voices.base, parameters)),
    }
    noise = {}
    for gauge, parts in states.items():
        message = np.empty((len(tag), 2), dtype=np.uint64)
        message[:, 0] = tag
        message[:, 1] = gauge
        for part in parts:
            message[:, 1] = (message[:, 1] << np.uint64(_STATE_BITS)) | part
        noise[gauge] = tags(keys.cell, segments.wrap(tags(keys.cell, message)), debtors)
    return noise


def add_noise(figures: Figures, noise: dict[Gauge, Blocks], parameters: Parameters) -> Values:
    """Return the values to be banded: amounts moved by up to `cell_noise`, counts by up to `count_noise`.

    The contributor count never falls under the least that is ever published.
    """

    def amount(gauge: Gauge, count: int) -> Floats:
        return 1.0 + parameters.cell_noise * (2.0 * uniforms(noise[gauge], count) - 1.0)

    def steps(draws: Floats) -> Floats:
        return np.floor(draws * (2 * parameters.count_noise + 1)) - parameters.count_noise

    groups = figures.groups + steps(uniforms(noise[Gauge.SET], 1)[:, 0])
    exposure = figures.buckets.sum(axis=1) * amount(Gauge.EXPOSURE, 1)[:, 0] / 100
    buckets = figures.buckets * amount(Gauge.AGING, BUCKETS)
    whole = buckets.sum(axis=1)
    aging = ratio(buckets, whole[:, None])
    aging[whole <= 0, 0] = 1.0  # nothing owed is nothing late
    days = ratio(figures.days, figures.base) * amount(Gauge.DAYS, 1)[:, 0]
    paid = np.maximum(figures.paid + steps(uniforms(noise[Gauge.PAID], PAID_CLASSES)), 0.0)
    return Values(
        contributors=np.maximum(groups, float(parameters.contributors.edges[0])),
        exposure=exposure,
        past_due_share=aging[:, 1:].sum(axis=1),
        aging=aging,
        days=days,
        paid=ratio(paid, paid.sum(axis=1)[:, None]),
    )
