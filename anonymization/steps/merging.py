"""Step 2: one economic group, one voice; and what is new is laid beside what is remembered.

Against Sybils: ten affiliates that report the same debtor are one contributor. Against active probing: a balance that
triples or collapses is shown to a moderator. Rows are known by keyed tags from here on.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anonymization.parameters import Parameters
from anonymization.pseudonyms import ID, Blocks, Ids, ReleaseKeys, blocks, tags
from anonymization.records import AMOUNTS, BUCKETS, Contributions, Swings
from anonymization.segments import Codes, Flags, Places, Segments, firsts, ordered
from anonymization.state import BASELINE, CELLS, GAUGES, State


@dataclass(frozen=True, slots=True)
class Memory:
    """What is remembered of each debtor of a roster; the fields of `State`, in the order of the roster."""

    generation: NDArray[np.uint32]
    waited: NDArray[np.uint8]
    silent: NDArray[np.uint8]
    held: NDArray[np.uint8]
    bands: NDArray[np.int8]

    @property
    def is_started(self) -> Flags:
        """Return which debtors have a release to compare with."""
        return self.bands[:, 0] >= 0


@dataclass(frozen=True, slots=True)
class Roster:
    """Every pair of group and debtor that speaks now or is remembered: u rows by debtor and tag, d debtors.

    `spoken` (u, 7) float32 are the amounts of this epoch, or the last known ones; `before` those remembered, zeros
    where there are none; `source` the row of the contributions, -1 where the group says nothing now.
    """

    debtor: Ids
    memory: Memory
    segments: Segments
    tag: NDArray[np.uint64]
    source: Places
    was_applied: Flags
    spoken: NDArray[np.float32]
    before: NDArray[np.float32]
    baseline: NDArray[np.float32]

    @property
    def is_current(self) -> Flags:
        """Return which rows speak in this epoch."""
        return self.source >= 0

    @property
    def debtor_blocks(self) -> Blocks:
        """Return the debtors as blocks, for keyed draws."""
        return blocks(self.debtor)


def merge(contributions: Contributions, state: State, keys: ReleaseKeys) -> Roster:
    """Return the roster of an epoch: affiliates summed to one row, joined with the state by tag."""
    debtor, debtor_code = _distinct(np.concatenate([state.debtor, contributions.debtor]))
    known = len(state.debtor)
    pair = tags(keys.pair, blocks(contributions.group), blocks(contributions.debtor))
    owner = np.concatenate([debtor_code[:known][state.owner], debtor_code[known:]])
    tag = np.concatenate([state.tag, pair[:, 0]])
    order = ordered(owner.astype(np.uint64), tag, major_bits=max(1, len(debtor).bit_length()))
    is_first = firsts(owner[order], tag[order])
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.cumsum(is_first) - 1
    kept = order[is_first]
    old, new, rows = place[: len(state.owner)], place[len(state.owner) :], len(kept)

    source = np.full(rows, -1, dtype=np.int64)
    source[new] = np.arange(len(new))
    before = _scatter(state.spoken, old, rows, len(AMOUNTS))
    spoken = np.empty((rows, len(AMOUNTS)), dtype=np.float32)
    for column in range(len(AMOUNTS)):
        # Whole cents below 2^53 add up exactly in any order.
        spoken[:, column] = np.bincount(new, weights=contributions.amounts[:, column], minlength=rows)
    is_silent = source < 0
    spoken[is_silent] = before[is_silent]
    was_applied = np.zeros(rows, dtype=np.bool_)
    was_applied[old] = state.is_applied
    return Roster(
        debtor=debtor,
        memory=_recall(state, debtor_code[:known], len(debtor)),
        segments=Segments.of(owner[kept], len(debtor)),
        tag=tag[kept],
        source=source,
        was_applied=was_applied,
        spoken=spoken,
        before=before,
        baseline=_scatter(state.baseline, old, rows, BASELINE),
    )


def swings(roster: Roster, contributions: Contributions, parameters: Parameters) -> Swings:
    """Return the contributions whose exposure moved by more than `swing_factor` since they last spoke."""
    before = roster.before[:, :BUCKETS].sum(axis=1, dtype=np.float64) / 100
    after = roster.spoken[:, :BUCKETS].sum(axis=1, dtype=np.float64) / 100
    is_known = roster.is_current & roster.before.any(axis=1)
    is_large = np.maximum(before, after) >= parameters.swing_floor
    moved = np.maximum(before, after) > parameters.swing_factor * np.minimum(before, after)
    chosen = np.flatnonzero(is_known & is_large & moved)
    return Swings(
        debtor=roster.debtor[roster.segments.owner[chosen]],
        group=contributions.group[roster.source[chosen]],
        before=before[chosen],
        after=after[chosen],
    )


def _distinct(ids: Ids) -> tuple[Ids, Codes]:
    """Return the distinct identities in order, and the place of each identity among them."""
    if not len(ids):
        return np.empty(0, ID), np.empty(0, np.int32)
    words = blocks(ids)
    order = ordered(words[:, 0], words[:, 1])
    is_first = firsts(words[order, 0], words[order, 1])
    code = np.empty(len(ids), dtype=np.int32)
    code[order] = np.cumsum(is_first) - 1
    return ids[order[is_first]], code


def _scatter(values: NDArray[np.float32], places: Places, rows: int, columns: int) -> NDArray[np.float32]:
    spread = np.zeros((rows, columns), dtype=np.float32)
    spread[places] = values
    return spread


def _recall(state: State, code: Codes, debtors: int) -> Memory:
    memory = Memory(
        generation=np.zeros(debtors, np.uint32),
        waited=np.zeros(debtors, np.uint8),
        silent=np.zeros(debtors, np.uint8),
        held=np.zeros((debtors, len(GAUGES)), np.uint8),
        bands=np.full((debtors, CELLS), -1, np.int8),
    )
    memory.generation[code] = state.generation
    memory.waited[code] = state.waited
    memory.silent[code] = state.silent
    memory.held[code] = state.held
    memory.bands[code] = state.bands
    return memory
