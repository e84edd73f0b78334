"""Debtors for which another one stands: their memory sleeps, and is taken up again if they are told apart.

Two debtors that people judge to be one company are summed under one of them from then on. The other's last release stays
what readers compare with should it ever come back, so its state is neither closed, which would release a debtor of
ghosts, nor thrown away, which would let its groups come back without the wait of step 8. What is forgotten of
a debtor that is silent is forgotten of one that sleeps.
"""

from dataclasses import fields, replace

import numpy as np

from anonymization import release
from anonymization.parameters import Parameters
from anonymization.pseudonyms import Ids, ReleaseKeys, blocks
from anonymization.records import Closed, Contributions
from anonymization.segments import Codes, Flags
from anonymization.state import State

_OF_PAIRS = frozenset(column.rstrip("_0123456789") for column in State.empty().to_columns()["pairs"])
"""Fields of `State` with a row for each pair; the others have one for each debtor."""


def close(
    contributions: Contributions, state: State, keys: ReleaseKeys, parameters: Parameters, *, asleep: Ids
) -> Closed:
    """Close an epoch as :func:`anonymization.release.close` does, while the debtors `asleep` sleep.

    Another debtor stands for each of them: nothing is said under their names and nothing is released of them, while their
    memory waits in the state.

    Raises:
        ValueError: a contribution names a debtor that is asleep.
    """
    if are_among(contributions.debtor, asleep).any():
        raise ValueError("a contribution names a debtor for which another one stands")
    awake, sleeping = parted(state, asleep)
    closed = release.close(contributions, awake, keys, parameters)
    return replace(closed, state=joined(closed.state, slept(sleeping, parameters)))


def parted(state: State, asleep: Ids) -> tuple[State, State]:
    """Return the state of the debtors that are awake, and that of those among `asleep`."""
    is_asleep = are_among(state.debtor, asleep)
    return (_only(state, ~is_asleep), _only(state, is_asleep)) if is_asleep.any() else (state, State.empty())


def slept(state: State, parameters: Parameters) -> State:
    """Return the state of sleeping debtors an epoch later.

    Those without a release to compare with are dropped, and so are others after `memory` epochs without one.
    """
    silent = np.minimum(state.silent.astype(np.int64) + 1, 255).astype(np.uint8)
    older = State(**{**_columns(state), "silent": silent})  # type: ignore[arg-type]  # a field each, of its own type
    return _only(older, (older.bands[:, 0] >= 0) & (older.silent <= parameters.memory))


def joined(awake: State, asleep: State) -> State:
    """Return both states in one."""
    if not len(asleep.debtor):
        return awake
    first, second = _columns(awake), _columns(asleep)
    second["owner"] = asleep.owner + np.int32(len(awake.debtor))
    columns = {name: np.concatenate([first[name], second[name]]) for name in first}
    return State(**columns)


def _columns(state: State) -> dict[str, np.ndarray[tuple[int, ...], np.dtype[np.generic]]]:
    return {each.name: getattr(state, each.name) for each in fields(State)}


def are_among(debtor: Ids, asleep: Ids) -> Flags:
    """Return which debtors are among others: by half of each identity first, for there are many and few of them sleep."""
    found = np.zeros(len(debtor), dtype=np.bool_)
    if len(debtor) and len(asleep):
        near = np.flatnonzero(np.isin(blocks(debtor)[:, 0], blocks(asleep)[:, 0]))
        wanted = {each.tobytes() for each in asleep}
        found[near] = [each.tobytes() in wanted for each in debtor[near]]
    return found


def _only(state: State, chosen: Flags) -> State:
    code: Codes = (np.cumsum(chosen) - 1).astype(np.int32)
    pairs = chosen[state.owner]
    kept = {
        name: values[pairs] if name in _OF_PAIRS else values[chosen]
        for name, values in _columns(state).items()
    }
    kept["owner"] = code[state.owner[pairs]]
    return State(**kept)  # type: ignore[arg-type]  # as above
