"""Step 8: who is in the set. Joiners and leavers wait for each other.

Against differencing: if the set changed by one group between two releases, what moved is that group. So joiners stay
out and leavers' last words stay in until `changed_groups` groups changed, insiders who change to lend cover among them.
After `wait_most` epochs what is pending is applied with less, but never a joiner alone: where nothing else moves, its
joining would be read off the release whenever it came. A keyed delay keeps the date of the change from being the date of
its cause. It is the eighth step of the table and runs third, because everything after it is computed over the applied set.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anonymization.parameters import Parameters
from anonymization.pseudonyms import ReleaseKeys, tags
from anonymization.segments import Flags
from anonymization.steps.merging import Roster

_COMPANY = 2


@dataclass(frozen=True, slots=True)
class Applied:
    """The contributor set in force. `is_applied` (u,) by row; the rest (d,) by debtor."""

    is_applied: Flags
    waited: NDArray[np.uint8]
    generation: NDArray[np.uint32]
    is_waiting: Flags
    timed_out: Flags


def apply_changes(roster: Roster, keys: ReleaseKeys, parameters: Parameters) -> Applied:
    """Return the applied contributor set of every debtor.

    A debtor without a release to compare with takes the set as it is. Otherwise the changes that are pending are
    applied all together, when at least `changed_groups` groups changed and the keyed delay (0 to `delay_most`
    epochs since the first pending change) is over, or when `wait_most` epochs have passed and what waits is more than
    a lone joiner, or `wait_hollow` where fewer groups still speak than any gate asks for.
    """
    memory = roster.memory
    is_current = roster.is_current
    changed = roster.segments.count(is_current != roster.was_applied)
    is_pending = memory.is_started & (changed > 0)
    is_enough = (changed >= parameters.changed_groups) & (memory.waited >= _delay(roster, keys, parameters))
    is_leaving = roster.segments.count(roster.was_applied & ~is_current) > 0
    is_lone_joiner = (changed < _COMPANY) & ~is_leaving
    is_over = (memory.waited >= parameters.wait_most) & ~is_lone_joiner
    is_hollow = roster.segments.count(is_current) < min(parameters.gate)
    is_over |= is_hollow & (memory.waited >= parameters.wait_hollow)
    is_due = is_pending & (is_enough | is_over)
    # The year of a leaver does not begin with a joiner that waited before it.
    patience = np.where(is_lone_joiner, parameters.delay_most, parameters.wait_most)
    takes = ~memory.is_started | is_due
    is_waiting = is_pending & ~is_due
    return Applied(
        is_applied=np.where(takes[roster.segments.owner], is_current, roster.was_applied),
        waited=np.where(is_waiting, np.minimum(memory.waited + 1, patience), 0).astype(np.uint8),
        generation=memory.generation + is_due.astype(np.uint32),
        is_waiting=is_waiting,
        timed_out=is_due & (changed < parameters.changed_groups),
    )


def _delay(roster: Roster, keys: ReleaseKeys, parameters: Parameters) -> NDArray[np.uint64]:
    """Return the keyed delay of each debtor's next change: drawn anew for each applied change, steady in between."""
    generation = np.zeros((len(roster.debtor), 2), dtype=np.uint64)
    generation[:, 0] = roster.memory.generation
    drawn = tags(keys.delay, roster.debtor_blocks, generation)[:, 0]
    return drawn % np.uint64(parameters.delay_most + 1)
