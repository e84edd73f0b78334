"""The invariants of the pipeline, over random networks and many epochs."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anonymization.parameters import DEFAULT, TRADE
from anonymization.pseudonyms import ReleaseKeys, blocks
from anonymization.records import Closed, Contributions
from anonymization.release import close
from anonymization.state import State
from anonymization.steps.banding import CELLS_OF_GAUGE
from anonymization.steps.gate import thresholds
from tests.unit.anonymization.pools import (
    KEYS,
    Pool,
    applied,
    cells,
    content,
    months,
    network,
    one_debtor,
    run,
    seeds,
)

few = settings(max_examples=25, deadline=None)
SET, LAST_GAUGE = 0, 4


def same(one: Closed, other: Closed) -> bool:
    return content(one.releases) == content(other.releases) and all(
        getattr(one.state, name).tobytes() == getattr(other.state, name).tobytes() for name in State.__slots__
    )


def changed_groups(before: dict[int, tuple[float, ...]], after: dict[int, tuple[float, ...]]) -> int:
    return sum(before.get(tag) != after.get(tag) for tag in before.keys() | after.keys())


def gauges_that_moved(before: tuple[int, ...], after: tuple[int, ...]) -> Iterable[int]:
    moved = [one != other for one, other in zip(before, after, strict=True)]
    if moved[0]:
        yield SET
    yield from (gauge for gauge, own in enumerate(CELLS_OF_GAUGE, start=1) if any(moved[own]))


@few
@given(
    seeds,
    st.sampled_from([0.0, 0.01, 0.1]),
    st.sampled_from([0.02, 0.1, 0.5]),
    st.sampled_from([DEFAULT, TRADE]),
)
def test_a_cell_that_changed_has_two_changed_groups_behind_it_or_has_timed_out(
    seed: int, churn: float, movement: float, parameters: object
) -> None:
    """Counted on the applied sets themselves, since the gauge was last let through, not on what step 9 thinks."""
    seen: dict[bytes, tuple[int, ...]] = {}
    let_through: dict[tuple[bytes, int], dict[int, tuple[float, ...]]] = {}
    for closed in run(months(seed, debtors=8, epochs=12, churn=churn, movement=movement), parameters):
        sets = applied(closed.state)
        for row, (debtor, now) in enumerate(cells(closed.releases).items()):
            for gauge in gauges_that_moved(seen.get(debtor, now), now):
                if not closed.held.timed_out[row, gauge]:
                    assert changed_groups(let_through[debtor, gauge], sets[debtor]) >= 2
            for gauge in range(LAST_GAUGE + 1):
                if debtor not in seen or gauge == SET or not closed.held.held[row, gauge]:
                    let_through[debtor, gauge] = sets[debtor]
            seen[debtor] = now


@few
@given(seeds, st.sampled_from([DEFAULT, TRADE]))
def test_nothing_is_released_about_a_debtor_with_fewer_groups_than_its_gate_asks_for(
    seed: int, parameters: object
) -> None:
    for closed in run(months(seed, debtors=15, epochs=6, churn=0.2, movement=0.3), parameters):
        sets = applied(closed.state)
        needed = thresholds(blocks(closed.releases.debtor), KEYS, parameters).tolist()
        assert all(len(sets[each]) >= k for each, k in zip(cells(closed.releases), needed, strict=True))
        assert closed.counts.published == len(closed.releases)
        assert closed.counts.published + closed.counts.withheld == closed.counts.debtors


@few
@given(seeds, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(seed: int, random: object) -> None:
    state = other_state = State.empty()
    for pool in months(seed, debtors=8, epochs=4, churn=0.1, movement=0.5):
        order = list(range(len(pool.group)))
        random.shuffle(order)
        one = close(pool.contributions(), state, KEYS, DEFAULT)
        other = close(pool.contributions(np.array(order, dtype=np.int64)), other_state, KEYS, DEFAULT)
        assert same(one, other)
        state, other_state = one.state, other.state


@few
@given(seeds)
def test_the_same_inputs_give_the_same_bytes_and_stay_as_they_were(seed: int) -> None:
    pools = months(seed, debtors=8, epochs=3, churn=0.1, movement=0.5)
    state = run(pools)[-1].state
    before = {name: getattr(state, name).tobytes() for name in State.__slots__}
    pool = pools[0].contributions()
    amounts = pool.amounts.copy()
    assert same(close(pool, state, KEYS, DEFAULT), close(pool, state, KEYS, DEFAULT))
    assert before == {name: getattr(state, name).tobytes() for name in State.__slots__}
    assert (pool.amounts == amounts).all()


@few
@given(seeds)
def test_affiliates_speak_with_one_voice(seed: int) -> None:
    """Splitting every position between ten affiliates of the group changes no byte: Sybils gain nothing."""
    for whole in months(seed, debtors=6, epochs=2, churn=0.1, movement=0.5):
        tenth = np.floor(whole.amounts / 10)
        parts = [*[tenth] * 9, whole.amounts - 9 * tenth]
        split = Pool(np.tile(whole.group, 10), np.tile(whole.debtor, 10), np.concatenate(parts))
        one = close(whole.contributions(), State.empty(), KEYS, DEFAULT)
        many = close(split.contributions(), State.empty(), KEYS, DEFAULT)
        assert same(one, many)


@few
@given(seeds)
def test_a_debtor_is_released_the_same_whoever_else_is_in_the_network(seed: int) -> None:
    pools = months(seed, debtors=8, epochs=4, churn=0.1, movement=0.5)
    together = [cells(closed.releases) for closed in run(pools)]
    for half in (0, 1):
        kept = [Pool(*(part[p.debtor % 2 == half] for part in (p.group, p.debtor, p.amounts))) for p in pools]
        for apart, whole in zip(run(kept), together, strict=True):
            assert cells(apart.releases).items() <= whole.items()
            assert len(apart.releases) == sum(each in cells(apart.releases) for each in whole)


@settings(max_examples=8, deadline=None)
@given(seeds, st.integers(1, 23))
def test_a_state_that_was_stored_goes_on_as_if_nothing_had_happened(seed: int, stop: int) -> None:
    pools = months(seed, debtors=5, epochs=24, churn=0.05, movement=0.3)
    closed = run(pools)
    state = State.from_columns(closed[stop - 1].state.to_columns())
    for pool, expected in zip(pools[stop:], closed[stop:], strict=True):
        again = close(pool.contributions(), state, KEYS, DEFAULT)
        assert same(again, expected)
        state = State.from_columns(again.state.to_columns())


def test_two_years_without_a_change_are_24_times_the_same_release() -> None:
    """Averaging gains nothing: there is only one draw of every noise."""
    contents = {content(closed.releases) for closed in run([network(3, debtors=40)] * 24)}
    assert len(contents) == 1


def test_halves_of_a_network_add_up_to_the_whole_in_counts() -> None:
    closed = run([network(5, debtors=200)])[0]
    assert closed.counts.pairs == closed.counts.contributions == len(network(5, debtors=200).group)
    assert closed.counts.debtors == 200
    assert 0 < closed.counts.published < 200


def test_every_band_is_one_of_its_scale() -> None:
    closed = run([network(5, debtors=300, spread=2.0)])[0]
    releases = closed.releases
    for bands, scale in (
        (releases.contributors, DEFAULT.contributors),
        (releases.exposure, DEFAULT.exposure),
        (releases.past_due_share, DEFAULT.share),
        (releases.days_beyond_terms, DEFAULT.days),
        (releases.aging, DEFAULT.share),
        (releases.paid, DEFAULT.share),
    ):
        assert bands.dtype == np.int8
        assert ((bands >= 0) & (bands < scale.bands)).all()


def test_an_epoch_in_which_nobody_speaks_can_be_closed() -> None:
    closed = close(Contributions.none(), State.empty(), KEYS, DEFAULT)
    assert len(closed.releases) == 0
    assert closed.counts.debtors == 0
    after = close(Contributions.none(), run([network(1, debtors=5)])[0].state, KEYS, DEFAULT)
    assert after.counts.pairs == 0


def test_the_names_of_groups_have_no_say() -> None:
    """Other keys, other noise: what is released hangs on keyed tags, not on the identities."""
    pool = network(2, debtors=60)
    other = ReleaseKeys.derived(b"another root key of 32 bytes ...")
    one = close(pool.contributions(), State.empty(), KEYS, DEFAULT).releases
    two = close(pool.contributions(), State.empty(), other, DEFAULT).releases
    assert content(one) != content(two)


def test_the_state_holds_no_group() -> None:
    pool = network(2, debtors=20).contributions()
    state = close(pool, State.empty(), KEYS, DEFAULT).state
    stored = b"".join(column.tobytes() for table in state.to_columns().values() for column in table.values())
    assert all(group.tobytes()[:8] not in stored for group in np.unique(pool.group))


def test_contributions_that_do_not_fit_each_other_are_refused() -> None:
    good = one_debtor(5).contributions()
    with pytest.raises(ValueError, match="one row each"):
        replace(good, age=good.age[1:])
    with pytest.raises(ValueError, match="16-byte"):
        replace(good, group=np.zeros(5, "S16"))
    amounts = good.amounts.copy()
    amounts[0, 0] = np.nan
    with pytest.raises(ValueError, match="finite"):
        replace(good, amounts=amounts)
