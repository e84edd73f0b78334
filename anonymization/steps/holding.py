"""Step 9: a value waits while its movement is one group's movement.

Against inference from changes: if a band moves in a month in which one group makes more than half of all that moved,
the band tells about that group. It keeps its place until others move too, at most `hold_most` epochs.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anonymization.parameters import Parameters
from anonymization.records import BUCKETS, PAID_CLASSES
from anonymization.segments import Flags, Floats, Segments
from anonymization.state import GAUGES
from anonymization.steps.banding import CELLS_OF_GAUGE
from anonymization.steps.distortion import Voices
from anonymization.steps.figures import Figures, lowered, paid_classes, ratio
from anonymization.steps.merging import Roster

_OWING, _DAYS, _BASE, _PAID = BUCKETS, BUCKETS + 1, BUCKETS + 2, BUCKETS + 3
_COLUMNS_OF_GAUGE = (slice(_OWING, _DAYS), slice(0, BUCKETS), slice(_DAYS, _PAID), slice(_PAID, _PAID + 1))


@dataclass(frozen=True, slots=True)
class Holding:
    """Which gauges (d, 4) are held, and which were let through only because they had waited long enough."""

    held: Flags
    timed_out: Flags


@dataclass(frozen=True, slots=True)
class Levels:
    """The levels of step 5, by debtor, shape (d,)."""

    exposure: Floats
    base: Floats


@dataclass(frozen=True, slots=True)
class _Movement:
    """What moved one figure: each row's influence on it, and whether the row moved at all. Shapes (rows,)."""

    influence: Floats
    is_moved: Flags


def hold(
    roster: Roster,
    spoken_now: NDArray[np.float32],
    figures: Figures,
    levels: Levels,
    bands: NDArray[np.int8],
    is_published: Flags,
    parameters: Parameters,
) -> Holding:
    """Return which gauges of each debtor are held.

    `spoken_now` (u, 9) are the distorted amounts of this epoch in the columns of `State.baseline`, zeros for rows out
    of the set. A gauge is held if one of its bands would move, and for that very cell either fewer than
    `moved_groups` groups moved since the gauge was last let through, or one group makes more than `change_share` of
    the sum of absolute changes. Influence on a ratio R = a/b is |change of a - R * change of b|: a group that grows
    without changing its mix moves nothing. Both ends are lowered to the level of now: what step 5 cuts off has no say.
    """
    crosses = (bands != roster.memory.bands) & (is_published & roster.memory.is_started)[:, None]
    owner = roster.segments.owner
    rows = np.flatnonzero(crosses[:, 1:].any(axis=1)[owner])
    segments = Segments.of(owner[rows], roster.segments.size)
    movements = _movements(roster.baseline[rows], spoken_now[rows], owner[rows], figures, levels)
    wants = np.zeros((roster.segments.size, len(GAUGES)), dtype=np.bool_)
    for gauge, cells in enumerate(CELLS_OF_GAUGE):
        for cell, movement in zip(range(*cells.indices(bands.shape[1])), movements[gauge], strict=True):
            wants[:, gauge] |= crosses[:, cell] & _is_one_voice(movement, segments, parameters)
    is_patient = roster.memory.held < parameters.hold_most
    return Holding(held=wants & is_patient, timed_out=wants & ~is_patient)


def keep(bands: NDArray[np.int8], before: NDArray[np.int8], held: Flags) -> NDArray[np.int8]:
    """Return the bands, those of held gauges as they were before."""
    kept = bands.copy()
    for gauge, cells in enumerate(CELLS_OF_GAUGE):
        kept[:, cells] = np.where(held[:, gauge, None], before[:, cells], bands[:, cells])
    return kept


def baseline_of(voices: Voices, parameters: Parameters) -> NDArray[np.float32]:
    """Return voices in the columns of `State.baseline`: buckets, their sum, days, base, class of the paid shares."""
    classes = paid_classes(voices.days, voices.base, parameters) + 1
    owing = voices.buckets.sum(axis=1)
    return np.column_stack([voices.buckets, owing, voices.days, voices.base, classes]).astype(np.float32)


def next_baseline(
    baseline: NDArray[np.float32], spoken_now: NDArray[np.float32], let_through: Flags
) -> NDArray[np.float32]:
    """Return the baseline of each row, renewed where its gauge was let through; `let_through` (rows, 4)."""
    renewed = baseline.copy()
    for gauge, columns in enumerate(_COLUMNS_OF_GAUGE):
        np.copyto(renewed[:, columns], spoken_now[:, columns], where=let_through[:, gauge, None])
    return renewed


def _is_one_voice(movement: _Movement, segments: Segments, parameters: Parameters) -> Flags:
    is_alone = segments.count(movement.is_moved) < parameters.moved_groups
    most = segments.largest(movement.influence)
    leads: Flags = most > parameters.change_share * segments.sum(movement.influence)
    return is_alone | leads


def _movements(
    baseline: NDArray[np.float32],
    spoken_now: NDArray[np.float32],
    owner: NDArray[np.int32],
    figures: Figures,
    levels: Levels,
) -> tuple[list[_Movement], ...]:
    """Return the movements behind each cell, by gauge, in the order of the cells."""
    exposure_level, base_level = levels.exposure[owner], levels.base[owner]
    old, new = (lowered(_voices(each), exposure_level, base_level) for each in (baseline, spoken_now))
    was_owing = np.minimum(baseline[:, _OWING].astype(np.float64), exposure_level)
    is_owing = np.minimum(spoken_now[:, _OWING].astype(np.float64), exposure_level)
    exposure = _moved_sum(was_owing, is_owing)

    whole = figures.buckets.sum(axis=1)
    grown = new.buckets.sum(axis=1) - old.buckets.sum(axis=1)
    shares = ratio(figures.buckets, whole[:, None])[owner]
    change = new.buckets - old.buckets
    is_moved = (change != 0).any(axis=1)
    by_bucket = np.abs(change - shares * grown[:, None])
    past_due = np.abs(change[:, 1:].sum(axis=1) - (1.0 - shares[:, 0]) * grown)
    aging = [_Movement(past_due, is_moved), *(_Movement(by_bucket[:, at], is_moved) for at in range(BUCKETS))]

    mean = ratio(figures.days, figures.base)[owner]
    days_change, base_change = new.days - old.days, new.base - old.base
    days = _Movement(np.abs(days_change - mean * base_change), (days_change != 0) | (base_change != 0))
    paid = _moved_classes(
        baseline[:, _PAID], spoken_now[:, _PAID], ratio(figures.paid, figures.groups[:, None])[owner]
    )
    return [exposure], aging, [days], paid


def _moved_sum(before: Floats, after: Floats) -> _Movement:
    change = np.abs(after - before)
    return _Movement(change, change != 0)


def _moved_classes(was: NDArray[np.float32], now: NDArray[np.float32], shares: Floats) -> list[_Movement]:
    entered = (now > 0).astype(np.float64) - (was > 0)
    is_moved = now != was
    movements = []
    for each in range(PAID_CLASSES):
        change = (now == each + 1).astype(np.float64) - (was == each + 1)
        movements.append(_Movement(np.abs(change - shares[:, each] * entered), is_moved))
    return movements


def _voices(columns: NDArray[np.float32]) -> Voices:
    amounts = columns.astype(np.float64)
    return Voices(buckets=amounts[:, :BUCKETS], days=amounts[:, _DAYS], base=amounts[:, _BASE])
