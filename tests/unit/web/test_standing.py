from network.services.profiles import OwnPosition
from network.web.standing import Move, Verdict, moves, own_standings
from tests.factories.releases import months, released

EPOCHS = months("2025-10", 13)


def position(period: str = "2026-10", currency: str = "EUR", **buckets: int) -> OwnPosition:
    amounts = dict.fromkeys(("current", "late_1_30", "late_31_60", "late_61_90", "late_91"), 0)
    return OwnPosition(period=period, currency=currency, **{**amounts, **buckets})


def test_an_index_that_fell_by_two_ranges_has_clearly_moved() -> None:
    releases = [released(EPOCHS[0], days=0), released(EPOCHS[9], days=2), released(EPOCHS[12], days=3)]
    assert moves(releases) == (
        Move(months=3, epoch="2026-07", points=-7, is_clear=False),
        Move(months=12, epoch="2025-10", points=-15, is_clear=True),
    )


def test_a_month_without_a_release_is_not_compared_with() -> None:
    assert moves([released(EPOCHS[8]), released(EPOCHS[12])]) == ()
    assert moves([]) == ()


def test_the_last_month_of_the_own_ledger_is_compared_with_the_last_release() -> None:
    release = released("2026-10", days=3)
    (standing,) = own_standings(
        [position("2026-09", current=1), position(current=50_00, late_1_30=25_00, late_91=25_00)],
        against=release,
    )
    assert (standing.period, standing.balance, standing.past_due) == ("2026-10", 100_00, 50_00)
    assert standing.days == 30
    assert standing.verdict is Verdict.LATER


def test_who_is_paid_within_the_range_is_paid_like_the_others_and_below_it_sooner() -> None:
    release = released("2026-10", days=3)  # 15 to 22 days late
    assert own_standings([position(late_1_30=1)], against=release)[0].verdict is Verdict.ALIKE
    assert own_standings([position(current=1)], against=release)[0].verdict is Verdict.SOONER


def test_nothing_is_compared_where_nothing_is_published_or_owed() -> None:
    assert own_standings([position(current=1)], against=None)[0].verdict is None
    assert own_standings([position()], against=released("2026-10"))[0].verdict is None


def test_a_credit_against_a_bucket_is_shown_but_not_reckoned_with() -> None:
    (standing,) = own_standings([position(current=100, late_1_30=-20)], against=released("2026-10"))
    assert (standing.balance, standing.past_due, standing.days, standing.past_due_share) == (
        80,
        -20,
        None,
        None,
    )


def test_currencies_are_kept_apart_the_largest_balance_first() -> None:
    found = own_standings([position(current=10), position(currency="CHF", current=90)], against=None)
    assert [(standing.currency, standing.balance) for standing in found] == [("CHF", 90), ("EUR", 10)]
