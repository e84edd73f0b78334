"""Words and places of the method page: everything that can be measured or set has a name in both languages."""

import re
from dataclasses import replace

import pytest

from anonymization.attacks import dump, oracle
from anonymization.attacks.judgement import MEASURES as JUDGED
from anonymization.parameters import DEFAULT, PROFILES, TRADE
from network.i18n import LANGUAGES
from network.promise.registry import ATTACKS
from network.web.method import prose
from network.web.method.attack_words import FAMILIES, MEASURES, is_known
from network.web.method.attacks import State, attacks_of, on_axis, scaled, written
from network.web.method.index_key import index_key
from network.web.method.limits import limits
from network.web.method.rules import LABELS, numbers_of
from network.web.method.usefulness import AXES, moved, useful
from tests.factories import measured as factory

CLAIMS = [
    *(claim for attack in ATTACKS.values() for claim in attack.CLAIMS),
    *oracle.CLAIMS,
    *dump.CLAIMS,
]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: f"{claim.attack}, {claim.measure}")
def test_every_figure_of_the_suite_can_be_told_in_plain_words(claim: dump.Claim) -> None:
    assert is_known(claim.attack, claim.measure)


def test_every_measure_and_every_attack_has_words() -> None:
    assert set(MEASURES) == set(JUDGED)
    assert {name.replace("_", " ") for name in ATTACKS} <= set(FAMILIES)


def test_every_number_of_the_rules_has_a_name_a_step_and_a_reason() -> None:
    assert set(LABELS) == set(DEFAULT.reasons())
    shown = [number.name for step in numbers_of(DEFAULT, "en") for number in step]
    assert sorted(shown) == sorted(set(DEFAULT.reasons()) - {"profile"})
    assert len(numbers_of(DEFAULT, "en")) == len(prose.steps(DEFAULT, "en")) == 10


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("rules", PROFILES.values(), ids=list(PROFILES))
def test_no_sentence_is_left_with_an_empty_field(rules: prose.Parameters, language: str) -> None:
    passages = [*prose.making(rules, language), *prose.steps(rules, language), *limits(rules, language)]
    sentences = [part for each in passages for part in (each.heading, each.text, each.note)]
    sentences += prose.holds_against(rules, language)
    assert [each for each in sentences if re.search(r"%\(|%%|\bNone\b", each)] == []


def test_the_sentences_name_the_numbers_in_force() -> None:
    default, trade = (" ".join(each.text for each in prose.steps(rules, "en")) for rules in (DEFAULT, TRADE))
    assert "once 5, 6 or 7 groups report it" in default
    assert "once 3 groups report it" in trade
    assert "more than 25%" in default
    assert "more than 40%" in trade


def test_numbers_that_differ_stand_beside_those_of_the_default() -> None:
    numbers = {number.name: number for step in numbers_of(TRADE, "fr") for number in step}
    assert (numbers["gate"].value, numbers["gate"].default) == ("3", "5, 6 ou 7")
    assert numbers["cell_noise"].default is None
    assert not any(number.reason.startswith(("Étape", "Step")) for number in numbers.values())


def test_a_number_that_no_step_claims_is_shown_all_the_same() -> None:
    shown = {number.name for step in numbers_of(replace(DEFAULT, memory=13), "en") for number in step}
    assert "memory" in shown


@pytest.mark.parametrize(
    ("measure", "value", "threshold", "used"),
    [
        ("residual", 0.05, 0.05, 1.0),
        ("residual", -0.3, 0.05, 0.0),
        ("residual", 1.0, 0.01, 25.0),
        ("AUC", 0.51, 0.52, 0.5),
        ("times the prior", 2.0, 2.0, 1.0),
        ("error ratio", 0.95, 0.95, 1.0),
        ("narrowest", 0.4, 0.2, 0.5),
        ("KS p", 0.0, 0.01, 25.0),
        ("violations", 0.0, 0.0, 0.0),
        ("violations", 1.0, 0.0, 25.0),
    ],
)
def test_every_measure_stands_on_one_axis(measure: str, value: float, threshold: float, used: float) -> None:
    row = replace(factory.row(), measure=measure, threshold=threshold)
    assert scaled(row, value) == pytest.approx(used)
    assert 0 <= on_axis(scaled(row, value)) <= 1


@pytest.mark.parametrize(
    ("measure", "value", "language", "words"),
    [
        ("residual", -0.0004, "en", "0%"),
        ("residual", -0.034, "en", "\u22123.4%"),
        ("residual", 0.034, "fr", "3,4\u202f%"),
        ("times the prior", 2.113, "fr", "2,11\u202f×"),
        ("violations", 3.0, "en", "3"),
    ],
)
def test_figures_are_written_in_their_unit(measure: str, value: float, language: str, words: str) -> None:
    assert written(measure, value, language) == words


def test_what_fails_comes_first_and_what_is_merely_uncertain_after_it() -> None:
    found = attacks_of(
        factory.measured(
            factory.row("gaps/1 months/shared supplier"),
            factory.row("leaver", figure=0.09, passed=False),
            factory.row("delta/largest/doubled", figure=0.3, passed=False),
        ),
        "default",
        "default",
        "en",
    )
    assert [family.name for family in found.families] == ["delta", "differencing", "gaps"]
    assert [family.rows[0].state for family in found.families] == [State.BROKEN, State.UNPROVEN, State.KEPT]
    assert (found.figures, found.failing, found.broken) == (3, 2, 1)


def test_of_each_promise_the_worst_churn_is_shown() -> None:
    calm = replace(factory.row("leaver", figure=0.01), churn="low")
    found = attacks_of(factory.measured(calm, factory.row("leaver", figure=0.06)), "default", "default", "en")
    assert [row.figure for family in found.families for row in family.rows] == ["6%"]


def test_other_rules_stand_beside_the_default() -> None:
    whole = factory.measured(
        factory.row("leaver", figure=0.2, passed=False, profile="trade"), factory.row("leaver")
    )
    found = attacks_of(whole, "trade", "default", "en")
    (row,) = found.families[0].rows
    assert (row.figure, row.other, row.other_state) == ("20%", "2%", State.KEPT)
    assert (found.default_figures, found.default_failing) == (1, 0)


@pytest.mark.parametrize("language", LANGUAGES)
def test_charts_have_two_drawings_without_styles_and_a_table_of_every_figure(language: str) -> None:
    whole = factory.measured()
    attacks = attacks_of(whole, "default", "default", language)
    assert attacks.chart is not None
    curves = [chart for rule in moved(whole, language) for chart in (rule.reach, rule.cost)]
    explained = [each.chart for each in useful(whole, "default", "default", language)]
    assert curves
    assert explained
    for chart in (attacks.chart, index_key(language), *curves, *explained):
        assert "style=" not in chart.wide
        assert chart.wide.count("<title") == 1
        assert all(len(row) == len(chart.table.columns) for row in chart.table.rows)
        assert chart.table.rows


def test_every_axis_of_the_sweep_has_a_name() -> None:
    from network.promise.sweep import AXES as SWEPT

    assert set(AXES) == set(SWEPT)
