import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from anonymization.segments import Segments, firsts, ordered

rows = st.lists(st.tuples(st.integers(0, 6), st.floats(0, 1e9)), max_size=40).map(sorted)
words = st.sampled_from([0, 1, 2**40, 2**40 + 1, 2**63, 2**64 - 1])


@given(rows)
def test_sums_counts_and_largest_are_those_of_a_loop(pairs: list[tuple[int, float]]) -> None:
    owner = np.array([each for each, _ in pairs], dtype=np.int32)
    values = np.array([value for _, value in pairs])
    segments = Segments.of(owner, 8)
    by_owner = [[value for each, value in pairs if each == place] for place in range(8)]
    assert np.allclose(segments.sum(values), [sum(own) for own in by_owner])
    assert segments.count().tolist() == [len(own) for own in by_owner]
    assert segments.largest(values).tolist() == [max(own, default=0.0) for own in by_owner]
    without = segments.sum(segments.without_largest(values))
    assert np.allclose(without, [sum(sorted(own)[:-1]) for own in by_owner])


@given(st.lists(st.tuples(st.integers(0, 3), words), max_size=30))
def test_rows_are_ordered_by_both_columns_even_where_the_packed_word_cannot_tell(
    pairs: list[tuple[int, int]],
) -> None:
    major = np.array([each for each, _ in pairs], dtype=np.uint64)
    minor = np.array([each for _, each in pairs], dtype=np.uint64)
    order = ordered(major, minor, major_bits=32)
    assert [(int(major[at]), int(minor[at])) for at in order] == sorted(pairs)
    assert [(int(minor[at]), int(major[at])) for at in ordered(minor, major)] == sorted(
        (b, a) for a, b in pairs
    )


def test_words_wrap_around() -> None:
    segments = Segments.of(np.array([0, 0], dtype=np.int32), 1)
    assert segments.wrap(np.array([2**64 - 1, 3], dtype=np.uint64)).tolist() == [2]


def test_firsts_marks_the_first_of_each_run() -> None:
    assert firsts(np.array([1, 1, 2, 2]), np.array([5, 5, 5, 6])).tolist() == [True, False, True, True]
    assert firsts(np.array([], dtype=np.int64)).tolist() == []
