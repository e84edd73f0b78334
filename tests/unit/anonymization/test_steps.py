"""Each step of the pipeline against what it is there for."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from anonymization.parameters import DEFAULT, TRADE
from anonymization.pseudonyms import ReleaseKeys, blocks
from anonymization.records import AMOUNTS, Contributions
from anonymization.segments import Segments
from anonymization.state import State
from anonymization.steps.cell_key import Gauge, cell_noise, coarse
from anonymization.steps.distortion import Voices, distort, factors, uniforms
from anonymization.steps.dominance import is_safe, levels, lower, protected
from anonymization.steps.figures import paid_classes
from anonymization.steps.gate import thresholds
from anonymization.steps.merging import merge, swings
from anonymization.steps.snapshot import snapshot
from tests.unit.anonymization.pools import KEYS, ids, one_debtor

OTHER_KEYS = ReleaseKeys.derived(b"another root key of 32 bytes ...")
weights = arrays(
    np.float64, st.integers(1, 30), elements=st.floats(0, 1e12).filter(lambda x: x == 0 or x > 1e-3)
)
tag_arrays = arrays(np.uint64, st.integers(1, 50), elements=st.integers(0, 2**64 - 1))


def alone(count: int) -> Segments:
    """All rows belong to one debtor."""
    return Segments.of(np.zeros(count, np.int32), 1)


def contributions(amounts: list[list[float]], age: list[int]) -> Contributions:
    count = len(age)
    debtor = np.repeat(ids(1, start=50), count)
    return Contributions(ids(count), debtor, np.array(amounts, dtype=np.float64), np.array(age, np.int8))


# Step 1: snapshot


def test_a_position_is_carried_for_two_months_and_no_longer() -> None:
    row = [100.0, 0, 0, 0, 0, 0, 100]
    assert snapshot(contributions([row] * 4, [0, 1, 2, 3]), DEFAULT).age.tolist() == [0, 1, 2]


def test_a_position_without_any_amount_says_nothing() -> None:
    spoken = snapshot(
        contributions([[0.0] * 7, [0, 0, 0, 0, 0, 500, 0], [0, 0, 0, 0, 0, 0, 9]], [0, 0, 0]), DEFAULT
    )
    assert spoken.amounts.tolist() == [[0, 0, 0, 0, 0, 0, 9]]


def test_credits_and_absurd_days_are_kept_within_bounds() -> None:
    spoken = snapshot(
        contributions([[-50.0, 10.4, 0, 0, 0, 1e9, 100], [1.0, 0, 0, 0, 0, -1e9, 100]], [0, 0]), DEFAULT
    )
    assert spoken.amounts.tolist() == [[0, 10, 0, 0, 0, 24_000, 100], [1, 0, 0, 0, 0, -3_000, 100]]


# Step 2: one group, one voice


def test_affiliates_are_one_voice() -> None:
    group, debtor = ids(1), ids(1, start=50)
    rows = np.array([[100.0, 0, 0, 0, 0, 0, 100], [0.0, 50, 0, 0, 0, 750, 50]])
    both = Contributions(np.repeat(group, 2), np.repeat(debtor, 2), rows, np.zeros(2, np.int8))
    roster = merge(both, State.empty(), KEYS)
    assert roster.spoken.tolist() == [[100, 50, 0, 0, 0, 750, 150]]


def test_identities_that_begin_alike_stay_apart() -> None:
    first = np.frombuffer(b"sameword" + b"A" * 8 + b"sameword" + b"B" * 8, dtype="V16")
    rows = np.ones((4, len(AMOUNTS)))
    pool = Contributions(first[[0, 1, 0, 1]], first[[0, 0, 1, 1]], rows, np.zeros(4, np.int8))
    roster = merge(pool, State.empty(), KEYS)
    assert len(roster.debtor) == 2
    assert len(roster.tag) == len(set(roster.tag.tolist())) == 4


@pytest.mark.parametrize(
    ("before", "after", "flags"),
    [
        (2_000, 7_000, 1),
        (7_000, 2_000, 1),
        (2_000, 5_900, 0),
        (100, 900, 0),
        (0.01, 50_000, 1),
    ],
)
def test_a_swing_above_three_times_is_shown_to_a_moderator(before: float, after: float, flags: int) -> None:
    def pool(euros: float) -> Contributions:
        return contributions([[euros * 100, 0, 0, 0, 0, 0, euros * 100]], [0])

    first = merge(pool(before), State.empty(), KEYS)
    state = replace(
        State.empty(),
        debtor=first.debtor,
        generation=np.zeros(1, np.uint32),
        waited=np.zeros(1, np.uint8),
        silent=np.zeros(1, np.uint8),
        held=np.zeros((1, 4), np.uint8),
        bands=np.full((1, 12), -1, np.int8),
        owner=np.zeros(1, np.int32),
        tag=first.tag,
        is_applied=np.ones(1, np.bool_),
        spoken=first.spoken,
        baseline=np.zeros((1, 9), np.float32),
    )
    flagged = swings(merge(pool(after), state, KEYS), pool(after), DEFAULT)
    assert len(flagged) == flags
    if flags:
        assert flagged.group.tobytes() == ids(1).tobytes()
        assert (flagged.before[0], flagged.after[0]) == pytest.approx((before, after))


def test_what_is_said_for_the_first_time_is_no_swing() -> None:
    pool = contributions([[1e9, 0, 0, 0, 0, 0, 1e9]], [0])
    assert len(swings(merge(pool, State.empty(), KEYS), pool, DEFAULT)) == 0


# Step 3: distortion


@given(tag_arrays)
def test_every_factor_is_at_least_ten_and_at_most_25_per_cent_off(tag: np.ndarray) -> None:
    off = np.abs(factors(tag, KEYS, DEFAULT) - 1)
    assert (off >= 0.10 - 1e-12).all()
    assert (off <= 0.25 + 1e-12).all()


@given(tag_arrays, st.data())
def test_a_factor_is_permanent_and_hangs_on_the_pair_alone(tag: np.ndarray, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(tag) - 1))
    assert (factors(tag[[place]], KEYS, DEFAULT) == factors(tag, KEYS, DEFAULT)[[place]]).all()
    assert (factors(tag, KEYS, DEFAULT) != factors(tag, OTHER_KEYS, DEFAULT)).any()


def test_factors_have_the_ramp_density_and_no_bias() -> None:
    drawn = factors(np.arange(200_000, dtype=np.uint64), KEYS, DEFAULT)
    assert np.abs(drawn.mean(axis=0) - 1).max() < 0.002
    # Under the ramp, P(u < middle) = 1 - (1/2)^2, and u has the mean least + (most - least) / 3.
    off = np.abs(drawn - 1)
    assert np.abs((off < 0.175).mean(axis=0) - 0.75).max() < 0.005
    assert np.abs(off.mean(axis=0) - 0.15).max() < 0.001


@given(tag_arrays, st.integers(0, 2**32 - 1))
def test_every_sum_of_buckets_is_as_far_off_as_its_parts(tag: np.ndarray, seed: int) -> None:
    spoken = np.random.default_rng(seed).uniform(1, 1e8, (len(tag), 7)).astype(np.float32)
    voices = distort(spoken, tag, KEYS, DEFAULT)
    for buckets in (slice(0, 5), slice(1, 5), slice(2, 4)):
        off = np.abs(
            voices.buckets[:, buckets].sum(axis=1) / spoken[:, buckets].sum(axis=1, dtype=np.float64) - 1
        )
        assert (off > 0.0999).all()
        assert (off < 0.2501).all()


def test_uniform_draws_do_not_hang_together() -> None:
    rng = np.random.default_rng(3)
    draws = uniforms(rng.integers(0, 2**64, (50_000, 2), dtype=np.uint64), 6)
    assert ((draws >= 0) & (draws < 1)).all()
    assert np.abs(np.corrcoef(draws.T) - np.eye(6)).max() < 0.02


# Step 4: gate


def test_a_threshold_is_sticky_and_the_same_in_any_company() -> None:
    debtors = blocks(ids(500))
    needed = thresholds(debtors, KEYS, DEFAULT)
    assert set(needed.tolist()) == {5, 6, 7}
    assert thresholds(debtors[::-7], KEYS, DEFAULT).tolist() == needed[::-7].tolist()
    assert thresholds(debtors, OTHER_KEYS, DEFAULT).tolist() != needed.tolist()
    assert set(thresholds(debtors, KEYS, TRADE).tolist()) == {3}


# Step 5: dominance


@given(weights)
def test_no_voice_is_above_a_quarter(values: np.ndarray) -> None:
    segments = alone(len(values))
    level = levels(values, segments, 0.25)[0]
    left = np.minimum(values, level)
    if (values > 0).sum() < 4:
        assert level == (0.0 if values.any() else np.inf)
    else:
        assert left.max() <= 0.25 * left.sum() * (1 + 1e-6)


@given(weights.filter(lambda values: (values > 0).sum() > 4))
def test_water_filling_lowers_as_few_and_as_little_as_can_be(values: np.ndarray) -> None:
    level = levels(values, alone(len(values)), 0.25)[0]
    left = np.minimum(values, level)
    assert (left[values <= level] == values[values <= level]).all()
    assert (values > level).sum() < 4
    if np.isfinite(level):
        assert level == pytest.approx(0.25 * left.sum(), rel=1e-6)
    else:
        assert values.max() <= 0.25 * values.sum() * (1 + 1e-6)


@given(weights, st.sampled_from([DEFAULT, TRADE]))
def test_a_level_that_serves_leaves_nothing_for_the_insiders_to_undo(
    values: np.ndarray, parameters: object
) -> None:
    segments = alone(len(values))
    level = protected(values, levels(values, segments, parameters.weight_cap), segments, parameters)
    left = np.minimum(values, level[0])
    ranked = np.sort(left)[::-1]
    remainder = ranked[parameters.insiders + 1 :].sum()
    is_undone = remainder < parameters.protection * ranked[0] * (1 - 1e-6)
    assert not (is_safe(left, level, segments, parameters)[0] and is_undone)
    if (values > 0).sum() > parameters.insiders + 1:
        assert is_safe(left, level, segments, parameters)[0]
        assert not is_undone
        assert left.max() <= parameters.weight_cap * left.sum() * (1 + 1e-6)


def test_the_p_rule_alone_finds_what_three_insiders_could_undo() -> None:
    unsafe, safe = np.array([10.0, 10, 10, 10, 1]), np.array([10.0, 10, 10, 10, 2])
    level = np.array([np.inf])
    assert not is_safe(unsafe, level, alone(5), DEFAULT)[0]
    assert is_safe(safe, level, alone(5), DEFAULT)[0]
    assert protected(unsafe, level, alone(5), DEFAULT)[0] == pytest.approx(5)


def test_four_voices_cannot_be_shown_to_three_insiders() -> None:
    values = np.array([5.0, 5, 5, 5])
    level = protected(values, levels(values, alone(4), 0.25), alone(4), DEFAULT)
    assert not is_safe(np.minimum(values, level), level, alone(4), DEFAULT)[0]


def test_the_part_that_is_left_of_a_lowered_weight() -> None:
    assert lower(np.array([0.0, 5, 20]), np.array([10.0, 10, 10])).tolist() == [1, 1, 0.5]


# Step 6: cell key


def noise_of(pool_size: int, factor: float = 1.0) -> dict[Gauge, bytes]:
    pool = one_debtor(pool_size + 1).without(pool_size)
    roster = merge(pool.with_amounts(0, factor).contributions(), State.empty(), KEYS)
    voices = distort(roster.spoken, roster.tag, KEYS, DEFAULT)
    noise = cell_noise(roster.tag, roster.debtor_blocks, voices, roster.segments, KEYS, DEFAULT)
    return {gauge: drawn.tobytes() for gauge, drawn in noise.items()}


def test_a_set_that_stays_as_it_is_keeps_its_noise() -> None:
    assert noise_of(6) == noise_of(6)


def test_one_group_more_draws_all_noise_anew() -> None:
    six, seven = noise_of(6), noise_of(7)
    assert all(six[gauge] != seven[gauge] for gauge in Gauge)


def test_noise_follows_a_doubling_but_the_count_of_groups_has_nothing_to_do_with_it() -> None:
    before, after = noise_of(6), noise_of(6, factor=2.0)
    changed = {gauge for gauge in Gauge if before[gauge] != after[gauge]}
    assert changed == set(Gauge) - {Gauge.SET}


@given(st.floats(0.01, 1e13), st.floats(1.0, 3.0))
def test_the_coarse_state_moves_by_half_octaves(amount: float, factor: float) -> None:
    low, high = coarse(np.array([amount, amount * factor]), DEFAULT).astype(np.int64)
    assert abs((high - low) - 2 * np.log2(factor)) <= 1 + 1e-9
    assert low > 0
    assert coarse(np.array([0.0]), DEFAULT)[0] == 0


# Step 7: classes of the paid shares


def test_30_and_90_days_belong_to_the_middle_class() -> None:
    days = np.array([29.9, 30, 90, 90.1, 50.0])
    base = np.array([1.0, 1, 1, 1, 0])
    assert paid_classes(days, base, DEFAULT).tolist() == [0, 1, 1, 2, -1]


def test_voices_have_the_precision_of_the_state() -> None:
    spoken = np.full((3, 7), 123_456_789, dtype=np.float32)
    voices = distort(spoken, np.arange(3, dtype=np.uint64), KEYS, DEFAULT)
    assert isinstance(voices, Voices)
    for amounts in (voices.buckets, voices.days, voices.base):
        assert (amounts.astype(np.float32) == amounts).all()
