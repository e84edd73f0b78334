"""The release pipeline: from what members say about a debtor to what everybody may read.

`close` is a pure function: the same contributions, state, keys and parameters give the same bytes, in whatever order
the rows come, for whoever asks. Steps 1 to 9 have a file each under `steps/`; the tenth is what this function does
not do: a release is written once, from what is returned here, and nothing else that looks at the pool exists.

The steps run in the order 1, 2, 8, 3, 4, 5, 6, 7, 9, 10: who is in the set must be settled before anything is summed.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anonymization.parameters import Parameters
from anonymization.pseudonyms import ReleaseKeys
from anonymization.records import Closed, Contributions, Counts, Held, Releases, Swings
from anonymization.segments import Codes, Flags, Segments
from anonymization.state import BASELINE, State
from anonymization.steps import banding
from anonymization.steps.banding import band
from anonymization.steps.cell_key import add_noise, cell_noise
from anonymization.steps.continuity import Applied, apply_changes
from anonymization.steps.distortion import Voices, distort
from anonymization.steps.dominance import is_safe, levels, protected
from anonymization.steps.figures import Figures, add_up, lowered
from anonymization.steps.gate import thresholds
from anonymization.steps.holding import Holding, Levels, baseline_of, hold, keep, next_baseline
from anonymization.steps.merging import Roster, merge, swings
from anonymization.steps.seconding import seconded
from anonymization.steps.snapshot import snapshot

__all__ = ["Closed", "Contributions", "ReleaseKeys", "State", "close"]


@dataclass(frozen=True, slots=True)
class _Candidates:
    """What steps 3 to 7 make of the applied set: bands (d, 12), and which debtors are published.

    `is_again` marks those that pass the gate while too few of their groups owe anything for step 5: for a while they
    are told as they were told last, so that an empty month end does not show as a gap.
    """

    voices: Voices
    figures: Figures
    levels: Levels
    bands: NDArray[np.int8]
    is_published: Flags
    is_again: Flags


def close(contributions: Contributions, state: State, keys: ReleaseKeys, parameters: Parameters) -> Closed:
    """Return the releases of one epoch and the state for the next.

    `state` is that of the epoch before, or `State.empty()`. Every epoch must be closed, one after the other, even one
    without contributions: waiting and holding are counted in closes.
    """
    spoken = snapshot(contributions, parameters)  # 1
    roster = merge(spoken, state, keys)  # 2
    flagged = swings(roster, spoken, parameters)  # 2
    applied = apply_changes(roster, keys, parameters)  # 8
    chosen = np.flatnonzero(applied.is_applied)
    candidates = _candidates(roster, chosen, keys, parameters)  # 3 to 7
    spoken_now = np.zeros((len(roster.tag), BASELINE), dtype=np.float32)
    spoken_now[chosen] = baseline_of(candidates.voices, parameters)
    holding = hold(  # 9
        roster,
        spoken_now,
        candidates.figures,
        candidates.levels,
        candidates.bands,
        candidates.is_published,
        parameters,
    )
    holding = Holding(held=holding.held | candidates.is_again[:, None], timed_out=holding.timed_out)
    bands = keep(candidates.bands, roster.memory.bands, holding.held)
    return _closed(
        contributions, roster, applied, candidates, spoken_now, holding, bands, flagged, parameters
    )  # 10


def _candidates(
    roster: Roster, chosen: NDArray[np.int64], keys: ReleaseKeys, parameters: Parameters
) -> _Candidates:
    segments = Segments.of(roster.segments.owner[chosen], roster.segments.size)
    tag = roster.tag[chosen]
    voices = distort(roster.spoken[chosen], tag, keys, parameters)  # 3
    needed = thresholds(roster.debtor_blocks, keys, parameters)  # 4
    owing = voices.buckets.sum(axis=1)
    level = Levels(  # 5
        *(
            protected(weights, levels(weights, segments, parameters.weight_cap), segments, parameters)
            for weights in (owing, voices.base)
        )
    )
    quiet = seconded(
        lowered(voices, level.exposure[segments.owner], level.base[segments.owner]), segments
    )  # 5
    figures = add_up(quiet, segments, parameters)
    is_protected = is_safe(quiet.buckets.sum(axis=1), level.exposure, segments, parameters)
    is_protected &= is_safe(quiet.base, level.base, segments, parameters) & (figures.base > 0)
    noise = cell_noise(tag, roster.debtor_blocks, quiet, segments, keys, parameters)  # 6
    bands = band(add_noise(figures, noise, parameters), parameters)  # 7
    passes = segments.count() >= needed
    memory = roster.memory
    is_patient = memory.is_started & (memory.silent == 0) & (memory.held < parameters.hold_most).all(axis=1)
    is_again = passes & ~is_protected & is_patient
    return _Candidates(
        voices=voices,
        figures=figures,
        levels=level,
        bands=np.where(is_again[:, None], memory.bands, bands),
        is_published=passes & (is_protected | is_again),
        is_again=is_again,
    )


def _closed(
    contributions: Contributions,
    roster: Roster,
    applied: Applied,
    candidates: _Candidates,
    spoken_now: NDArray[np.float32],
    holding: Holding,
    bands: NDArray[np.int8],
    flagged: Swings,
    parameters: Parameters,
) -> Closed:
    is_published = candidates.is_published
    speaks = roster.segments.count(roster.is_current | applied.is_applied) > 0
    debtors, published = int(speaks.sum()), int(is_published.sum())
    out = np.flatnonzero(is_published)
    return Closed(
        releases=_releases(roster, bands, out),
        state=_remember(roster, applied, is_published, spoken_now, holding, bands, parameters),
        swings=flagged,
        held=Held(
            held=np.column_stack([applied.is_waiting, holding.held])[out],
            timed_out=np.column_stack([applied.timed_out, holding.timed_out])[out],
        ),
        counts=Counts(
            contributions=len(contributions.group),
            pairs=int(roster.is_current.sum()),
            debtors=debtors,
            published=published,
            withheld=debtors - published,
            swings=len(flagged),
        ),
    )


def _releases(roster: Roster, bands: NDArray[np.int8], out: NDArray[np.int64]) -> Releases:
    cells = bands[out]
    return Releases(
        debtor=roster.debtor[out],
        contributors=cells[:, banding.CONTRIBUTORS],
        exposure=cells[:, banding.EXPOSURE],
        past_due_share=cells[:, banding.PAST_DUE],
        days_beyond_terms=cells[:, banding.DAYS_BEYOND_TERMS],
        aging=cells[:, banding.AGING],
        paid=cells[:, banding.PAID],
    )


def _remember(
    roster: Roster,
    applied: Applied,
    is_published: Flags,
    spoken_now: NDArray[np.float32],
    holding: Holding,
    bands: NDArray[np.int8],
    parameters: Parameters,
) -> State:
    """Return the state for the next epoch. A debtor that is withheld keeps its last release to compare with."""
    memory = roster.memory
    silent = np.where(is_published | ~memory.is_started, 0, np.minimum(memory.silent + 1, 255)).astype(
        np.uint8
    )
    is_forgotten = silent > parameters.memory
    cells = np.where(is_published[:, None], bands, memory.bands)
    cells[is_forgotten] = -1
    held = np.where(is_published[:, None], np.where(holding.held, memory.held + 1, 0), memory.held)
    held[is_forgotten] = 0
    owner = roster.segments.owner
    let_through = (is_published[:, None] & ~holding.held)[owner]
    baseline = next_baseline(roster.baseline, spoken_now, let_through)
    baseline[is_forgotten[owner]] = 0.0
    kept = np.flatnonzero(roster.is_current | applied.is_applied | (baseline != 0).any(axis=1))
    is_known = (cells[:, 0] >= 0) | (np.bincount(owner[kept], minlength=len(cells)) > 0)
    code: Codes = (np.cumsum(is_known) - 1).astype(np.int32)
    return State(
        debtor=roster.debtor[is_known],
        generation=applied.generation[is_known],
        waited=applied.waited[is_known],
        silent=silent[is_known],
        held=held[is_known].astype(np.uint8),
        bands=cells[is_known],
        owner=code[owner[kept]],
        tag=roster.tag[kept],
        is_applied=applied.is_applied[kept],
        spoken=roster.spoken[kept],
        baseline=baseline[kept],
    )
