"""Operators and counts: what every backend must choose and count alike. The oracle is `Filters.accepts`."""

import random
import uuid
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from network.search.documents import DebtorDocument
from network.search.embedded import EmbeddedIndex
from network.search.events import EVENTS
from network.search.filters import BANDS, INDEX, KINDS, band_name, keys
from network.search.port import SearchIndex, Visibility
from network.search.queries import read_query
from network.search.ranking import Match, rank
from tests.contracts.test_search_index import BACKENDS, EVERYTHING, LISTED_ONLY
from tests.factories.documents import document

CITIES = (
    ("Lyon", "69003"),
    ("LYON CEDEX 03", "69421"),
    ("Le Mans", "72000"),
    ("Saint-Denis", "93200"),
    ("St Denis", "97400"),
)
WORDS = ("Garage", "Zinc", "Transports", "Boulangerie", "Nord", "Dupont", "Vasseur", "Rivage")


def crowd(size: int, seed: int = 5) -> list[DebtorDocument]:
    """Made-up debtors of all kinds."""
    chance = random.Random(seed)  # noqa: S311  # no secret
    found = []
    for number in range(size):
        city, postcode = chance.choice(CITIES)
        listed = chance.random() < 0.8
        found.append(
            replace(
                document(
                    f"{chance.choice(WORDS)} {chance.choice(WORDS)} {chance.choice(WORDS)} {number % 40}"
                ),
                id=uuid.UUID(int=chance.getrandbits(128)),
                city=city,
                postcode=postcode,
                country=chance.choice(("FR", "FR", "FR", "BE")),
                payment_index=chance.choice((None, *range(30, 100, 7))) if listed else None,
                exposure=chance.choice((0, 1_000, 5_000, 20_000)) if listed else 0,
                sector=chance.choice((None, "46", "47", "49")),
                events=tuple(chance.sample(sorted(EVENTS), chance.choice((0, 0, 1, 2)) if listed else 0)),
                is_listed=listed,
            )
        )
    return found


CROWD = crowd(400)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("index")


@pytest.fixture(params=BACKENDS)
def index(request: pytest.FixtureRequest, tmp_path: Path) -> SearchIndex:
    made: SearchIndex = (
        EmbeddedIndex(tmp_path / "index")
        if request.param == "embedded"
        else request.getfixturevalue("elastic")
    )
    made.rebuild(CROWD)
    return made


def ids(documents: Sequence[DebtorDocument]) -> list[uuid.UUID]:
    return sorted(found.id for found in documents)


FILTERS = (
    "index:<60",
    "index:>=80",
    "indice:50-70",
    "index:51",
    "city:lyon",
    'ville:"le mans"',
    "city:lyon,le-mans",
    "city:saint-denis",
    "department:69",
    "department:974",
    "sector:46",
    "sector:46,47",
    "secteur:détail",
    "country:be",
    "event:fell",
    "evenement:baisse,retards",
    "index:<60 city:lyon",
    "sector:46 index:>40 index:<90 country:FR",
    "event:past-due sector:47 ville:lyon",
)


def test_filters_alone_list_all_that_pass(index: SearchIndex) -> None:
    for typed in FILTERS:
        query = read_query(typed)
        assert not query.faults, typed
        for visibility in (LISTED_ONLY, EVERYTHING):
            expected = [
                one
                for one in CROWD
                if query.filters.accepts(one) and (one.is_listed or visibility.everything)
            ]
            assert expected, typed
            assert ids(index.find(query, visibility=visibility, limit=500)) == ids(expected), typed


def test_filters_alone_find_the_largest_first(index: SearchIndex) -> None:
    query = read_query("sector:46")
    some = index.find(query, visibility=EVERYTHING, limit=10)
    best = sorted((one for one in CROWD if one.sector == "46"), key=lambda one: -one.rank)[:10]
    assert ids(some) == ids(best)
    shown = rank(query, some)
    assert [one.document.exposure for one in shown] == sorted((one.exposure for one in best), reverse=True)


@pytest.mark.parametrize("words", ["zinc nord ", "gar", "dupont vasseur ", "zinc"])
def test_words_and_filters_must_both_hold(index: SearchIndex, words: str) -> None:
    """Names that are but alike are left out: how likely one is depends on who else is there."""
    plain = read_query(words)
    narrowed = read_query(f"sector:46 index:>40 {words}")
    everybody, chosen = (
        [
            one
            for one in rank(query, index.find(query, visibility=LISTED_ONLY, limit=500))
            if one.match < Match.ALIKE
        ]
        for query in (plain, narrowed)
    )
    assert chosen == [one for one in everybody if narrowed.filters.accepts(one.document)]
    assert chosen


def test_an_identifier_with_a_filter_is_found_where_both_hold(index: SearchIndex) -> None:
    index.put([replace(CROWD[0], version=2, identifiers=("siren:552100554",), sector="46", is_listed=True)])
    for typed, count in (("siren:552100554 sector:46", 1), ("siren: 552 100 554 sector:47", 0)):
        assert len(index.find(read_query(typed), visibility=LISTED_ONLY, limit=5)) == count


def test_own_unlisted_debtors_are_not_chosen_by_what_others_wrote_of_them(index: SearchIndex) -> None:
    own = frozenset(one.id for one in CROWD if not one.is_listed)
    for typed in ("city:lyon", "zinc sector:46"):
        query = read_query(typed)
        found = index.find(query, visibility=Visibility(own=own), limit=500)
        assert found
        assert not own & {one.id for one in found}


@pytest.mark.parametrize(
    "typed", ["index:0-100", "city:lyon", "zinc", "zinc nord ", "event:fell sector:46,47", "zi"]
)
@pytest.mark.parametrize("everything", [True, False])
def test_counts_are_those_of_the_visible_debtors_that_hold_the_words(
    index: SearchIndex, typed: str, *, everything: bool
) -> None:
    query = read_query(typed)
    visibility = Visibility(everything=everything)
    hits = [
        one
        for one in CROWD
        if (everything or one.is_listed) and query.filters.accepts(one) and _holds(one.name, typed)
    ]
    counted = {
        facet.kind: dict(facet.counts) for facet in index.facets(query, visibility=visibility, limit=50)
    }
    assert hits
    for kind in KINDS:
        values = [value for one in hits for value in keys(one)[kind]]
        assert counted[kind] == {value: values.count(value) for value in set(values)}, kind
    assert counted[INDEX] == {
        band_name(low, high): number
        for low, high in BANDS
        if (number := sum(one.payment_index is not None and low <= one.payment_index <= high for one in hits))
    }


def _holds(name: str, typed: str) -> bool:
    words = [word for word in typed.split() if ":" not in word]
    held = name.lower().split()
    finished = words if typed.endswith(" ") else words[:-1]
    return all(word in held for word in finished) and (
        finished == words or any(word.startswith(words[-1]) for word in held)
    )


def test_counts_are_cut_to_the_most_frequent_and_equals_in_order(index: SearchIndex) -> None:
    query = read_query("index:0-100")
    facets = {facet.kind: facet.counts for facet in index.facets(query, visibility=EVERYTHING, limit=2)}
    cities = [value for one in CROWD if one.payment_index is not None for value in keys(one)["city"]]
    by_count = sorted(set(cities), key=lambda city: (-cities.count(city), city))
    assert facets["city"] == tuple((city, cities.count(city)) for city in by_count[:2])
    index.rebuild(
        [replace(one, city=name, payment_index=70) for one, name in zip(CROWD, "dcba", strict=False)]
    )
    facets = {facet.kind: facet.counts for facet in index.facets(query, visibility=EVERYTHING, limit=3)}
    assert facets["city"] == (("a", 1), ("b", 1), ("c", 1))


def test_an_operator_that_cannot_be_read_finds_and_counts_nothing(index: SearchIndex) -> None:
    query = read_query("zinc index:soon")
    assert [fault.typed for fault in query.faults] == ["index:soon"]
    assert list(index.find(query, visibility=EVERYTHING, limit=5)) == []
    assert list(index.facets(query, visibility=EVERYTHING, limit=5)) == []
