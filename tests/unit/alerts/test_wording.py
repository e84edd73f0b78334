import pytest

from alerts.rules import RULES, Rule, turns
from alerts.wording import tell
from tests.factories.releases import months, released

EPOCHS = months("2026-05", 2)
MOVES: dict[str, tuple[dict[str, int] | None, dict[str, int] | None]] = {
    "index_below_50": ({"days": 1}, {"days": 5}),
    "index_below_60": ({"days": 3}, {"days": 4}),
    "index_fell": ({"days": 0}, {"days": 3}),
    "index_recovered": ({"days": 4}, {"days": 1}),
    "long_unpaid_rose": ({}, {"over_90": 4}),
    "past_due_rose": ({"past_due": 1}, {"past_due": 6}),
    "exposure_rose": ({"exposure": 1}, {"exposure": 4}),
    "exposure_fell": ({"exposure": 4}, {"exposure": 1}),
    "no_longer_published": ({}, None),
    "first_published": (None, {}),
}


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize(
    "rule", [rule for rule in RULES if rule.name in MOVES], ids=lambda rule: str(rule.name)
)
def test_every_rule_says_what_changed_and_why(rule: Rule, language: str) -> None:
    releases = [
        released(month, **steps)
        for month, steps in zip(EPOCHS, MOVES[rule.name], strict=True)
        if steps is not None
    ]
    item = next(item for item in turns(releases, epochs=EPOCHS) if item.rule is rule)
    told = tell(item.rule.name, item.facts, language)
    assert told.title
    assert "%(" not in told.title + told.changed + told.why
    assert "2026" in told.changed
    assert told.why.endswith(".")


def test_a_fall_is_told_in_days_as_well_as_points() -> None:
    releases = [released(EPOCHS[0], days=1), released(EPOCHS[1], days=5)]
    item = next(item for item in turns(releases, epochs=EPOCHS) if item.rule.family == "index")
    told = tell(item.rule.name, item.facts, "en")
    assert told.title == "Payment Index below 50"
    assert told.changed == (
        "Payment Index 74 to 78 in May 2026, 40 to 50 in June 2026: "
        "suppliers were paid 3 to 8 days late, now 30 to 60 days late."
    )


def test_a_return_has_words_without_a_before() -> None:
    releases = [released(month) for month in ("2026-01", "2026-04", "2026-05", "2026-06")]
    item = turns(releases, epochs=months("2026-01", 6))[0]
    assert item.facts["before"] is None
    assert tell(item.rule.name, item.facts, "en").title == "Published again"
