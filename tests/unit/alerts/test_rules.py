import itertools
import json

from hypothesis import given
from hypothesis import strategies as st

from alerts.movements import WINDOW
from alerts.rules import RULES, Happening, Severity, turns
from network.schemas.release import ReleasedValues
from tests.factories.releases import DAYS, EUROS, SHARES, body_of, months, released

EPOCHS = months("2025-01", 12)


def told(*series: dict[str, int] | None) -> list[tuple[str, str]]:
    """Return (month of the series, rule), oldest first; None is a month without a release."""
    releases = [
        released(epoch, **steps) for epoch, steps in zip(EPOCHS, series, strict=False) if steps is not None
    ]
    found = turns(releases, epochs=EPOCHS[: len(series)])
    return [
        (str(EPOCHS.index(item.epoch)), item.rule.name) for item in sorted(found, key=lambda item: item.epoch)
    ]


def days(*steps: int) -> list[dict[str, int]]:
    return [{"days": step} for step in steps]


def test_a_debtor_is_news_when_it_is_published_for_the_first_time_and_then_silent() -> None:
    assert told({}, {}, {}, {}) == [("0", "first_published")]


def test_a_move_to_the_neighbouring_range_is_no_news() -> None:
    assert told(*days(1, 2, 1, 2, 1, 1, 2)) == [("0", "first_published")]


def test_two_ranges_down_at_once_is_a_fall() -> None:
    assert told(*days(1, 3))[1:] == [("1", "index_fell")]


def test_a_fall_that_ends_above_fifteen_days_late_is_no_news() -> None:
    assert told(*days(0, 2))[1:] == []


def test_a_slow_slide_is_told_when_the_ranges_of_a_quarter_no_longer_touch() -> None:
    assert told(*days(1, 2, 3))[1:] == [("2", "index_fell")]
    assert told(*days(1, 2, 2, 2, 3))[1:] == []


def test_a_figure_that_swings_is_told_once() -> None:
    assert told(*days(1, 3, 2, 3, 2, 3))[1:] == [("1", "index_fell")]


def test_a_slide_that_goes_on_is_told_again() -> None:
    assert told(*days(4, 6, 7))[1:] == [("1", "index_below_50"), ("2", "index_fell")]


def test_crossing_a_threshold_is_told_even_by_one_range_and_instead_of_the_fall() -> None:
    assert told(*days(3, 4))[1:] == [("1", "index_below_60")]
    assert told(*days(4, 5))[1:] == [("1", "index_below_50")]
    assert told(*days(1, 5))[1:] == [("1", "index_below_50")]


def test_a_figure_that_swings_over_a_threshold_is_told_once() -> None:
    assert told(*days(3, 4, 3, 4, 3, 4))[1:] == [("1", "index_below_60")]


def test_a_recovery_is_told_when_it_comes_from_below_60() -> None:
    assert told(*days(4, 2))[1:] == [("1", "index_recovered")]
    assert told(*days(5, 4, 3))[1:] == [("2", "index_recovered")]
    assert told(*days(3, 1))[1:] == []


FIRST = ("0", "first_published")


def test_silence_after_all_releases_so_far_is_one_item() -> None:
    assert told({}, None, None) == [FIRST, ("1", "no_longer_published")]
    assert told({}, {}, None, None) == [FIRST, ("2", "no_longer_published")]
    assert told({}, {}, {}, {}, {}, None) == [FIRST, ("5", "no_longer_published")]


def test_a_return_is_told_in_its_third_month() -> None:
    assert told({}, None, {}, {}, {}, {})[2:] == [("4", "published_again")]
    assert told({}, None, None, None, None, {}, {}, {})[2:] == [("7", "published_again")]


def test_a_debtor_that_comes_and_goes_is_told_once() -> None:
    assert told({}, None, {}, None, {}, {}, None, {}, None) == [FIRST, ("1", "no_longer_published")]


def test_silence_after_a_steady_return_is_told_again() -> None:
    assert told({}, None, {}, {}, {}, None)[2:] == [("4", "published_again"), ("5", "no_longer_published")]


def test_a_fall_behind_a_gap_is_told_at_the_return() -> None:
    assert told({"days": 0}, None, {"days": 4})[1:] == [("1", "no_longer_published"), ("2", "index_below_60")]


def test_a_share_past_due_is_news_when_it_jumps_to_half_of_the_balance() -> None:
    assert told({"past_due": 1}, {"past_due": 4})[1:] == []
    assert told({"past_due": 4}, {"past_due": 6})[1:] == [("1", "past_due_rose")]
    assert told({"past_due": 4}, {"past_due": 5}, {"past_due": 6})[1:] == []


def test_suppliers_that_wait_long_are_news_from_a_fifth_on() -> None:
    assert told({"over_90": 0}, {"over_90": 3})[1:] == []
    assert told({"over_90": 2}, {"over_90": 4})[1:] == [("1", "long_unpaid_rose")]


def test_many_suppliers_unpaid_speaks_for_the_past_due_share_too() -> None:
    assert told({"past_due": 1, "over_90": 1}, {"past_due": 6, "over_90": 4})[1:] == [
        ("1", "long_unpaid_rose")
    ]


def test_exposure_is_news_when_it_jumps_over_a_range() -> None:
    assert told({"exposure": 2}, {"exposure": 3})[1:] == []
    assert told({"exposure": 2}, {"exposure": 4})[1:] == [("1", "exposure_rose")]
    assert told({"exposure": 7}, {"exposure": 5})[1:] == [("1", "exposure_fell")]
    assert told({"exposure": 2}, {"exposure": 3}, {"exposure": 4})[1:] == []


def test_the_number_of_suppliers_is_never_news() -> None:
    assert told({"suppliers": 0}, {"suppliers": 2}, {"suppliers": 0})[1:] == []


def test_a_month_that_the_network_did_not_close_is_no_gap() -> None:
    releases = [released(epoch) for epoch in ("2025-01", "2025-02", "2025-04")]
    found = turns(releases, epochs=["2025-01", "2025-02", "2025-04"])
    assert [item.rule.name for item in found] == ["first_published"]


def test_what_lies_before_the_first_epoch_shown_is_window_alone() -> None:
    releases = [released(epoch, days=step) for epoch, step in zip(EPOCHS, (1, 3, 3, 3, 3), strict=False)]
    assert [item.rule.name for item in turns(releases, epochs=EPOCHS[:3], since=EPOCHS[1])] == ["index_fell"]
    assert turns(releases[1:3], epochs=EPOCHS[1:3], since=EPOCHS[2], published_earlier=True) == ()
    assert turns(releases[2:3], epochs=EPOCHS[2:3])[0].rule.name == "first_published"


def test_names_are_unique_and_severities_are_sane() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert {rule.severity for rule in RULES if rule.family == "publication"} == {Severity.NOTICE}


STEPS = st.fixed_dictionaries(
    {
        "days": st.integers(0, DAYS - 1),
        "past_due": st.integers(0, SHARES - 1),
        "exposure": st.integers(0, EUROS - 1),
        "over_90": st.integers(0, SHARES - 1),
        "suppliers": st.integers(0, 2),
    }
)
HISTORIES = st.lists(st.none() | STEPS, min_size=1, max_size=10)


def _releases(history: list[dict[str, int] | None]) -> list[ReleasedValues]:
    return [
        released(epoch, **steps) for epoch, steps in zip(EPOCHS, history, strict=False) if steps is not None
    ]


def _is_part(part: object, whole: object) -> bool:
    if isinstance(part, dict) and isinstance(whole, dict):
        return all(name in whole and _is_part(value, whole[name]) for name, value in part.items())
    return part == whole


@given(HISTORIES)
def test_every_fact_of_every_item_stands_in_a_release(history: list[dict[str, int] | None]) -> None:
    releases = _releases(history)
    bodies = {release.epoch: json.loads(body_of(release)) for release in releases}
    for item in turns(releases, epochs=EPOCHS[: len(history)]):
        for excerpt in item.facts.values():
            assert excerpt is None or (
                isinstance(excerpt, dict) and _is_part(excerpt, bodies[excerpt["epoch"]])
            )
        assert any(item.facts.values())


@given(HISTORIES, st.integers(0, 9))
def test_a_month_like_the_one_before_tells_of_a_steady_return_at_most(
    history: list[dict[str, int] | None], place: int
) -> None:
    place %= len(history)
    doubled = [*history[: place + 1], *history[place:]]
    found = turns(_releases(doubled), epochs=EPOCHS[: len(doubled)])
    assert {item.rule.name for item in found if item.epoch == EPOCHS[place + 1]} <= {"published_again"}


@given(HISTORIES)
def test_who_was_told_of_silence_is_told_of_the_return_before_the_next_silence(
    history: list[dict[str, int] | None],
) -> None:
    found = turns(_releases(history), epochs=EPOCHS[: len(history)])
    told_of = [item.rule.name for item in reversed(found) if item.rule.family == "publication"]
    assert told_of == ["first_published", *["no_longer_published", "published_again"] * 10][: len(told_of)]


@given(HISTORIES)
def test_news_is_told_once_a_family_and_month(history: list[dict[str, int] | None]) -> None:
    found = turns(_releases(history), epochs=EPOCHS[: len(history)])
    keys = [(item.epoch, item.rule.family) for item in found]
    assert len(keys) == len(set(keys))


@given(HISTORIES)
def test_news_of_a_month_depends_on_a_quarter_and_on_nothing_later(
    history: list[dict[str, int] | None],
) -> None:
    epochs = EPOCHS[: len(history)]
    releases = _releases(history)

    def of(found: tuple[Happening, ...], epoch: str) -> list[tuple[str, dict[str, object]]]:
        return [(item.rule.name, item.facts) for item in found if item.epoch == epoch]

    whole = turns(releases, epochs=epochs)
    for place, epoch in enumerate(epochs):
        seen = epochs[max(0, place - WINDOW) : place + 1]
        part = [release for release in releases if release.epoch in seen]
        earlier = any(release.epoch < seen[0] for release in releases)
        assert of(turns(part, epochs=seen, published_earlier=earlier), epoch) == of(whole, epoch)


def test_one_range_is_never_news_however_it_swings() -> None:
    """Every series over two neighbouring ranges, thresholds apart, tells nothing after the first month."""
    for series in itertools.product((1, 2), repeat=6):
        assert told(*days(*series)) == [("0", "first_published")]
