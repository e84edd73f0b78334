"""A debtor for which another one stands is told by nobody, and is what it was when it wakes."""

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings

from anonymization import release, sleeping
from anonymization.pseudonyms import Ids
from anonymization.records import Closed, Contributions
from anonymization.state import State
from tests.unit.anonymization.pools import KEYS, PATIENT, Pool, cells, ids, months, one_debtor, run, seeds

ONE, OTHER = ids(2, start=200)


def beside(pool: Pool, debtor: int) -> Pool:
    return replace(pool, debtor=np.full(len(pool.group), debtor))


def together(*pools: Pool) -> Pool:
    columns = (
        np.concatenate([getattr(pool, name) for pool in pools]) for name in ("group", "debtor", "amounts")
    )
    return Pool(*columns)


def strangers(pool: Pool) -> Pool:
    return replace(pool, group=pool.group + 50)


def next_month(pool: Pool, before: Closed, *, asleep: Ids | None = None) -> Closed:
    if asleep is None:
        return release.close(pool.contributions(), before.state, KEYS, PATIENT)
    return sleeping.close(pool.contributions(), before.state, KEYS, PATIENT, asleep=asleep)


def rows_of(state: State, debtor: Ids) -> dict[str, bytes]:
    """Return all that a state holds of one debtor, but how long it has been silent."""
    place = [at for at, each in enumerate(state.debtor) if each.tobytes() == debtor.tobytes()]
    pairs = np.flatnonzero(np.isin(state.owner, place))
    order = pairs[np.argsort(state.tag[pairs])]
    of_pairs = ("tag", "is_applied", "spoken", "baseline")
    of_debtors = ("generation", "waited", "held", "bands")
    return {name: getattr(state, name)[order].tobytes() for name in of_pairs} | {
        name: getattr(state, name)[place].tobytes() for name in of_debtors
    }


@pytest.fixture
def two() -> tuple[Pool, Pool]:
    """Seven groups on one debtor, seven others on another."""
    return beside(one_debtor(7), 0), beside(strangers(one_debtor(7, seed=2)), 1)


def test_the_one_that_sleeps_is_not_released_and_forgets_nothing(two: tuple[Pool, Pool]) -> None:
    (first,) = run([together(*two)], PATIENT)
    merged = together(two[0], beside(two[1], 0))
    asleep = next_month(merged, first, asleep=OTHER.reshape(1))
    assert set(cells(asleep.releases)) == {ONE.tobytes()}
    assert rows_of(asleep.state, OTHER) == rows_of(first.state, OTHER)
    awake = next_month(together(*two), asleep)
    assert cells(awake.releases)[OTHER.tobytes()] == cells(first.releases)[OTHER.tobytes()]


def test_groups_that_come_by_a_merge_join_together_and_leave_together(two: tuple[Pool, Pool]) -> None:
    (first,) = run([together(*two)], PATIENT)
    merged = next_month(together(two[0], beside(two[1], 0)), first, asleep=OTHER.reshape(1))
    contributors = [cells(each.releases)[ONE.tobytes()][0] for each in (first, merged)]
    assert contributors == [0, 1], "seven, then fourteen: five changes are enough"
    apart = next_month(together(*two), merged)
    assert cells(apart.releases)[ONE.tobytes()] == cells(first.releases)[ONE.tobytes()], (
        "as if nothing had been"
    )


@pytest.mark.parametrize("count", [1, 4])
def test_fewer_than_five_that_come_by_a_merge_wait(two: tuple[Pool, Pool], count: int) -> None:
    (first,) = run([two[0]], PATIENT)
    few = replace(two[1], **{name: getattr(two[1], name)[:count] for name in ("group", "debtor", "amounts")})
    merged = together(two[0], beside(few, 0))
    month, waited = first, 0
    while cells(month.releases) == cells(first.releases) and waited < 20:
        month = next_month(merged, month, asleep=OTHER.reshape(1))
        waited += 1
    assert waited == (20 if count == 1 else PATIENT.wait_most + 1), "a year; and a lone one until others come"


def test_what_sleeps_is_forgotten_as_what_is_silent_is(two: tuple[Pool, Pool]) -> None:
    (month,) = run([together(*two)], PATIENT)
    merged = together(two[0], beside(two[1], 0))
    for slept_for in range(1, PATIENT.memory + 2):
        month = next_month(merged, month, asleep=OTHER.reshape(1))
        is_there = OTHER.tobytes() in {each.tobytes() for each in month.state.debtor}
        assert is_there == (slept_for <= PATIENT.memory)


def test_nobody_speaks_of_the_one_that_sleeps(two: tuple[Pool, Pool]) -> None:
    (first,) = run([together(*two)], PATIENT)
    with pytest.raises(ValueError, match="stands"):
        next_month(together(*two), first, asleep=OTHER.reshape(1))


@settings(max_examples=30, deadline=None)
@given(seed=seeds)
def test_the_others_are_told_as_if_nobody_slept(seed: int) -> None:
    """Any debtors may sleep: the releases of all others, and their memory, are the same to the byte."""
    pools = months(seed, debtors=6, epochs=3, churn=0.2, movement=0.3)
    before = run(pools[:2], PATIENT)[-1]
    asleep = before.state.debtor[np.random.default_rng(seed).random(len(before.state.debtor)) < 0.4]
    asleep_now = {each.tobytes() for each in asleep}
    said = pools[2].contributions()
    awake = np.array([each.tobytes() not in asleep_now for each in said.debtor], dtype=bool)
    heard = Contributions(said.group[awake], said.debtor[awake], said.amounts[awake], said.age[awake])
    told = cells(release.close(said, before.state, KEYS, PATIENT).releases)
    closed = sleeping.close(heard, before.state, KEYS, PATIENT, asleep=asleep)
    assert cells(closed.releases) == {
        debtor: bands for debtor, bands in told.items() if debtor not in asleep_now
    }
    for field in fields(State):
        values = getattr(closed.state, field.name)
        assert values.dtype == getattr(State.empty(), field.name).dtype
    assert len(closed.state.owner) == len(closed.state.tag)
