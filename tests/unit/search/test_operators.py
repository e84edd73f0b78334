"""What operators mean, in both languages, and what is said of those that cannot be read. Pure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.rules import RULE_BY_NAME
from network.i18n import LANGUAGES, translate
from network.search.events import EVENTS, event_word, read_event
from network.search.filters import BANDS, INDEX, KINDS, band_name, city_key, department_of
from network.search.operators import read_operators, without, written
from network.search.queries import read_query


@pytest.mark.parametrize(
    ("typed", "words", "terms"),
    [
        ("city:lyon dupont", "dupont", {"city": ("lyon",)}),
        ("dupont ville : Lyon", "dupont", {"city": ("lyon",)}),
        ('ville:"Le Mans" dup', "dup", {"city": ("le-mans",)}),
        ("ville:«\u00a0Le Mans\u00a0»", "", {"city": ("le-mans",)}),
        ("city:lyon,paris", "", {"city": ("lyon", "paris")}),
        ("city:lyon city:paris", "", {"city": ("lyon", "paris")}),
        ("sector:46.73A", "", {"sector": ("46",)}),
        ("naf:46,47 zinc", "zinc", {"sector": ("46", "47")}),
        ("département:2A", "", {"department": ("20",)}),
        ("pays:fr événement:baisse", "", {"country": ("FR",), "event": ("index_fell",)}),
        ("event:index_fell", "", {"event": ("index_fell",)}),
        ("a:b zinc", "a:b zinc", {}),
        ("city: ", "", {}),
    ],
)
def test_an_operator_is_read_and_the_words_around_it_are_kept(
    typed: str, words: str, terms: dict[str, tuple[str, ...]]
) -> None:
    read = read_operators(typed)
    assert (read.words, dict(read.filters.terms), read.faults) == (words, terms, ())


@pytest.mark.parametrize(
    ("typed", "low", "high"),
    [
        ("index:<60", 0, 59),
        ("indice:<=60", 0, 60),
        ("index:≥80", 80, 100),
        ("index:>80", 81, 100),
        ("index:60-80", 60, 80),
        ("index:80-60", 60, 80),
        ("index:75", 75, 75),
        ("index:>40 index:<60", 41, 59),
    ],
)
def test_the_index_is_a_range(typed: str, low: int, high: int) -> None:
    filters = read_operators(typed).filters
    assert (filters.index_from, filters.index_to) == (low, high)


@pytest.mark.parametrize(
    "typed",
    [
        "siren:552100555",
        "index:soon",
        "index:<",
        "city:!",
        "department:lyon",
        "sector:zzz",
        "sector:00",
        "country:france",
        "event:luck",
    ],
)
def test_what_cannot_be_read_is_said_in_a_sentence_and_finds_nobody(typed: str) -> None:
    query = read_query(f"dupont {typed}")
    (fault,) = query.faults
    assert query.is_empty
    assert fault.typed == typed
    for language in LANGUAGES:
        assert typed in translate(fault.message, language, typed=fault.typed)
    assert translate(fault.message, "fr") != fault.message


def test_a_number_may_have_blanks_and_other_operators_behind_it() -> None:
    read = read_operators("siren: 552 100 554 city:lyon")
    assert str(read.identifier) == "siren:552100554"
    assert dict(read.filters.terms) == {"city": ("lyon",)}


def test_sectors_are_found_by_words_of_either_language() -> None:
    assert "47" in dict(read_operators("secteur:détail").filters.terms)["sector"]
    assert dict(read_operators("sector:retail").filters.terms)["sector"] == ("47",)


@given(st.text(max_size=250))
def test_anything_may_stand_around_a_colon(typed: str) -> None:
    read = read_operators(f"city:{typed} index:{typed}")
    for operator in read.operators:
        assert operator.values


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_page_writes_is_read_again(language: str) -> None:
    samples = {"city": "le-mans", "department": "69", "sector": "46", "country": "FR", "event": "index_fell"}
    for kind in KINDS:
        read = read_operators(written(kind, samples[kind], language))
        assert dict(read.filters.terms) == {kind: (samples[kind],)}
    for low, high in BANDS:
        filters = read_operators(written(INDEX, band_name(low, high), language)).filters
        assert (filters.index_from, filters.index_to) == (low, high)


def test_an_operator_is_taken_away_and_the_rest_stays() -> None:
    text = "sector:46  dupont city:lyon index:<60"
    for operator, rest in zip(
        read_operators(text).operators,
        ("dupont city:lyon index:<60", "sector:46 dupont index:<60", "sector:46 dupont city:lyon"),
        strict=True,
    ):
        assert without(text, operator) == rest


def test_every_rule_of_the_news_has_a_word_in_each_language() -> None:
    assert set(EVENTS) == set(RULE_BY_NAME)
    for rule in EVENTS:
        assert {read_event(event_word(rule, language)) for language in LANGUAGES} == {rule}


@pytest.mark.parametrize(
    ("city", "key"),
    [
        ("LYON CEDEX 03", "lyon"),
        ("Lyon 3e", "lyon"),
        ("Paris 15", "paris"),
        ("St-Étienne", "saint-etienne"),
        ("L'Haÿ-les-Roses", "l-hay-les-roses"),
        ("75008", "75008"),
        (None, ""),
    ],
)
def test_a_city_has_one_key_however_it_is_written(city: str | None, key: str) -> None:
    assert city_key(city) == key


def test_a_department_is_french() -> None:
    assert department_of("69003", "FR") == "69"
    assert department_of("97400", "RE") == "974"
    assert department_of("10115", "DE") is None
    assert department_of(None, "FR") is None
