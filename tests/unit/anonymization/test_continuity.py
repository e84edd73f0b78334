"""Joiners, leavers, lone movers and the gate, as a reader sees them from epoch to epoch."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from anonymization.parameters import DEFAULT, TRADE, Scale
from anonymization.records import Closed
from anonymization.state import State
from tests.unit.anonymization.pools import (
    FREE_GATE,
    PATIENT,
    Pool,
    amounts,
    applied,
    cells,
    content,
    ids,
    one_debtor,
    run,
)


def set_sizes(closed: list[Closed]) -> list[int]:
    return [len(next(iter(applied(each.state).values()), {})) for each in closed]


def lines(closed: list[Closed]) -> list[tuple[int, ...] | None]:
    return [next(iter(cells(each.releases).values()), None) for each in closed]


QUICK = replace(PATIENT, changed_groups=2, wait_most=3)
"""Two changes are company enough, and a quarter is long."""


def test_a_lone_joiner_waits_for_company_for_ever() -> None:
    seven = one_debtor(7).with_amounts(6, 4.0)
    closed = run([seven.without(6), *[seven] * 20], PATIENT)
    assert set_sizes(closed) == [6] * 21
    assert len(set(lines(closed))) == 1
    assert closed[-1].held.held[0, 0]


def test_the_year_of_a_leaver_does_not_begin_with_the_joiner_that_waited_before_it() -> None:
    seven = one_debtor(7)
    closed = run([seven.without(6), *[seven] * 20, *[seven.without(0)] * 14], PATIENT)
    members = [frozenset(next(iter(applied(each.state).values()))) for each in closed]
    assert [at for at in range(1, len(members)) if members[at] != members[at - 1]] == [20 + 1 + 12]


def test_two_joiners_are_in_the_release_after_a_year() -> None:
    eight = one_debtor(8)
    closed = run([eight.without(6, 7), *[eight] * 14], PATIENT)
    assert set_sizes(closed) == [6] * 13 + [8] * 2
    assert closed[13].held.timed_out[0, 0]


def test_a_lone_leavers_last_words_stay_for_a_year() -> None:
    seven = one_debtor(7)
    closed = run([seven, *[seven.without(2)] * 14], PATIENT)
    assert set_sizes(closed) == [7] * 13 + [6] * 2
    assert len(set(lines(closed)[:13])) == 1


def test_a_group_that_comes_back_in_time_was_never_gone() -> None:
    seven = one_debtor(7)
    closed = run([seven, seven.without(2), seven.without(2), *[seven] * 4], PATIENT)
    assert set_sizes(closed) == [7] * 7
    assert len({content(each.releases) for each in closed}) == 1
    assert int(closed[-1].state.generation[0]) == 0


def test_two_changes_are_applied_together() -> None:
    eight = one_debtor(8)
    closed = run([eight.without(6), eight.without(6, 2), eight.without(2), eight.without(2)], QUICK)
    assert set_sizes(closed) == [7, 7, 7, 7]
    before, first, second, _ = (set(next(iter(applied(each.state).values()))) for each in closed)
    assert before == first  # the lone leaver waits
    assert len(before - second) == len(second - before) == 1  # until a joiner comes


def test_the_date_of_a_change_is_moved_by_a_keyed_delay() -> None:
    """Forty debtors that all lose the same two groups at once do not all show it at once."""
    small = one_debtor(9)
    debtors = 40
    pool = Pool(
        np.tile(small.group, debtors), np.repeat(np.arange(debtors), 9), np.tile(small.amounts, (debtors, 1))
    )
    closed = run([pool, *[pool.without(0, 1)] * 4], replace(FREE_GATE, changed_groups=2))
    sizes = np.array([[len(own) for own in applied(each.state).values()] for each in closed])
    delays = (sizes == 9).sum(axis=0) - 1
    assert set(delays.tolist()) == {0, 1, 2}


def test_a_first_release_takes_the_set_as_it_is() -> None:
    six = one_debtor(6)
    closed = run([six.without(0, 1), six], PATIENT)
    assert [len(each.releases) for each in closed] == [0, 1]
    assert set_sizes(closed) == [4, 6]


def test_the_words_of_those_who_left_do_not_carry_a_debtor_for_longer_than_a_quarter() -> None:
    """Four groups still speak: fewer than any gate asks for."""
    six = one_debtor(6)
    closed = run([six, *[six.without(0, 1)] * 6], PATIENT)
    assert [len(each.releases) for each in closed] == [1, 1, 1, 1, 0, 0, 0]


def test_a_debtor_that_falls_below_its_gate_is_withheld_once_the_leavers_are_applied() -> None:
    six = one_debtor(6)
    closed = run([six, *[six.without(0, 1)] * 3, *[six] * 3], QUICK)
    assert [len(each.releases) for each in closed] == [1, 0, 0, 0, 1, 1, 1]


def test_an_empty_month_end_shows_the_release_before_for_two_epochs() -> None:
    """Seven groups trade, three of them are owed nothing at the end of a month: step 5 could not protect the rest."""
    seven = one_debtor(7)
    settled = Pool(seven.group, seven.debtor, seven.amounts.copy())
    settled.amounts[:3, :5] = 0
    closed = run([seven, settled, settled, settled, seven], PATIENT)
    assert [len(each.releases) for each in closed] == [1, 1, 1, 0, 1]
    assert lines(closed)[0] == lines(closed)[1] == lines(closed)[2]
    assert closed[1].held.held[0, 1:].all()


def test_a_withheld_debtor_remembers_what_readers_last_saw() -> None:
    """A gap must not help: the next release is held against the one before the gap."""
    six = one_debtor(6)
    came_back_alone = six.with_amounts(3, [0.05, 4, 4, 4, 4, 12, 1])
    closed = run([six, *[six.without(0, 1)] * 2, came_back_alone, came_back_alone], QUICK)
    first, *_, back, _ = lines(closed)
    assert back is not None
    assert first is not None
    assert back[1:] == first[1:]
    assert closed[3].held.held[0, 1:].any()


def test_after_a_year_of_silence_a_debtor_is_forgotten() -> None:
    six = one_debtor(6)
    closed = run([six, *[six.without(0, 1, 2)] * 12], PATIENT)
    assert (closed[-1].state.bands[:, 0] >= 0).all()
    later = run([six, *[six.without(0, 1, 2, 3, 4, 5)] * 14], PATIENT)[-1].state
    assert len(later.debtor) == len(later.tag) == 0


def test_one_groups_movement_is_held_for_two_epochs() -> None:
    """A supplier alone turns its whole balance into arrears: the reader sees it after the hold, and not before."""
    six = one_debtor(6)
    turned = six.amounts.copy()
    row = turned[0]
    row[4], row[:4] = row[:5].sum(), 0
    row[5] = row[4] * 105 / 1
    late = Pool(six.group, six.debtor, turned)
    closed = run([six, late, late, late, late], PATIENT)
    seen = lines(closed)
    assert seen[0] == seen[1] == seen[2]
    assert seen[3] != seen[0]
    assert seen[3] == seen[4]
    assert closed[3].held.timed_out.any()


def test_the_movement_of_many_is_seen_at_once() -> None:
    six = one_debtor(6)
    late = Pool(six.group, six.debtor, six.amounts[:, [4, 1, 2, 3, 0, 5, 6]])
    late.amounts[:, 5] = late.amounts[:, :5] @ np.array([0, 15, 45, 75, 105])
    first, second = lines(run([six, late], PATIENT))
    assert first is not None
    assert second is not None
    assert second[2] > first[2]
    assert second[8] > first[8]


def _narrow(scale: Scale) -> Scale:
    """A scale of 1,000-euro steps, on which every movement shows."""
    return replace(scale, edges=tuple(Decimal(1000 * step) for step in range(120)))


def turned_late(pool: Pool, *groups: int, share: float = 1.0) -> Pool:
    """That share of the balance of these groups is 91 days past due now."""
    changed = pool.amounts.copy()
    for row in np.flatnonzero(np.isin(pool.group, groups)):
        moved = np.floor(changed[row, :4] * share)
        changed[row, :4] -= moved
        changed[row, 4] += moved.sum()
        changed[row, 5] = changed[row, :5] @ np.array([0, 15, 45, 75, 105])
    return Pool(pool.group, pool.debtor, changed)


def test_a_movement_is_held_as_long_as_one_group_makes_most_of_it() -> None:
    """Others that move a little give no cover; others that move as much do."""
    six = one_debtor(6)
    no_cover = run([six, turned_late(turned_late(six, 0), 1, 2, 3, share=0.05)], PATIENT)
    cover = run([six, turned_late(six, 0, 1, 2, 3)], PATIENT)
    assert lines(no_cover)[1] == lines(no_cover)[0]
    assert no_cover[1].held.held[0, 1:].any()
    assert lines(cover)[1] != lines(cover)[0]
    assert not cover[1].held.held[0, 2]


def test_an_exposure_that_one_group_moves_is_held() -> None:
    """Everybody moves by a hundredth, one group falls to a fifth: the band of the exposure waits."""
    eight = one_debtor(8)
    stirred = eight.with_amounts(1, 0.2)
    for group in range(2, 8):
        stirred = stirred.with_amounts(group, 1.01)
    closed = run([eight, *[stirred] * 3], replace(PATIENT, exposure=_narrow(DEFAULT.exposure)))
    assert [bool(each.held.held[0, 1]) for each in closed] == [False, True, True, False]
    assert closed[3].held.timed_out[0, 1]
    assert [line[1] for line in lines(closed) if line][:3] == [lines(closed)[0][1]] * 3


def test_a_held_movement_is_let_through_when_others_move_too() -> None:
    six = one_debtor(6)
    closed = run([six, turned_late(six, 0), turned_late(six, 0, 1, 2, 3)], PATIENT)
    assert closed[1].held.held[0, 2]
    assert not closed[2].held.held[0, 2]
    assert not closed[2].held.timed_out[0, 2]
    assert lines(closed)[2] != lines(closed)[0]


def test_a_joiner_cannot_be_read_off_by_the_other_joiner() -> None:
    """Differencing: an insider joins together with the target and takes its own figure away.

    Middles of the bands before and after, less what the insider itself added, against the truth, over 300 debtors.
    """
    many, rng = 300, np.random.default_rng(11)
    owed = np.exp(rng.normal(9, 0.5, (many, 10)))
    whole = Pool(
        np.tile(np.arange(10), many),
        np.repeat(np.arange(many), 10),
        amounts(owed.ravel(), np.tile([0.7, 0.1, 0.1, 0.05, 0.05], (many * 10, 1))),
    )
    before, after = (each.releases for each in run([whole.without(0, 1), whole], PATIENT))
    assert len(before) == len(after) == many
    middle = np.array(
        [(float(low) + float(high or low)) / 2 for low, high in map(DEFAULT.exposure.ends, range(18))]
    )
    place = {each.tobytes(): at for at, each in enumerate(ids(many, start=200))}
    order = [place[each.tobytes()] for each in before.debtor]
    known, target = owed[order, 0], owed[order, 1]
    guess = middle[after.exposure] - middle[before.exposure] - known
    assert (np.abs(guess / target - 1) <= 0.1).mean() <= 0.05


def test_a_dominant_group_can_grow_tenfold_without_being_seen() -> None:
    """Its weight is cut to a quarter before and after, so the release has the same bytes."""
    giant = one_debtor(8).with_amounts(5, 100.0)
    one, other = (run([pool], PATIENT)[0].releases for pool in (giant, giant.with_amounts(5, 10.0)))
    assert one.exposure.tolist() == other.exposure.tolist()
    exposure = DEFAULT.exposure.ends(int(one.exposure[0]))[1]
    assert exposure is not None
    assert float(exposure) < giant.amounts[5, :5].sum() / 100 / 2


def test_four_groups_that_owe_something_are_not_enough_whatever_the_gate_says() -> None:
    seven = one_debtor(7)
    seven.amounts[:3, :5] = 0
    assert len(run([seven], PATIENT)[0].releases) == 0


@pytest.mark.parametrize("groups", [9, 10, 19, 20])
def test_the_contributor_count_is_off_by_one_for_two_debtors_in_three(groups: int) -> None:
    many = 300
    one = one_debtor(groups)
    rows = np.tile(one.amounts, (many, 1))
    pool = Pool(np.tile(one.group, many), np.repeat(np.arange(many), groups), rows)
    bands = run([pool], PATIENT)[0].releases.contributors
    honest = int(DEFAULT.contributors.place(np.array([float(groups)]))[0])
    assert len(bands) == many
    assert 0.25 < (bands != honest).mean() < 0.42
    assert (np.abs(bands - honest) <= 1).all()


def test_three_groups_are_enough_in_the_trade_profile_and_two_are_not() -> None:
    three = one_debtor(3)
    assert [len(run([pool], TRADE)[0].releases) for pool in (three, three.without(0))] == [1, 0]
    assert int(run([three], TRADE)[0].releases.contributors[0]) == 0


def test_patience_is_a_parameter() -> None:
    seven = one_debtor(7)
    closed = run([seven, seven.without(6), seven.without(6)], replace(PATIENT, wait_most=1))
    assert set_sizes(closed) == [7, 7, 6]
    assert isinstance(closed[-1].state, State)
