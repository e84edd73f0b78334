"""The two backends side by side on the same debtors: the same hits in the same order, as a reader sees them."""

import random
from dataclasses import replace
from pathlib import Path

import pytest

from network.search.documents import DebtorDocument
from network.search.embedded import EmbeddedIndex
from network.search.port import SearchIndex, Visibility
from network.search.queries import read_query
from network.search.ranking import rank
from simulation.debtors import make_debtors
from simulation.parameters import Parameters
from tests.contracts.test_search_filters import crowd
from tests.factories.documents import document

pytestmark = pytest.mark.elasticsearch

CROWD = crowd(1_500, seed=11)


@pytest.fixture
def both(tmp_path: Path, elastic: SearchIndex) -> tuple[SearchIndex, SearchIndex]:
    embedded = EmbeddedIndex(tmp_path / "index")
    for index in (embedded, elastic):
        index.rebuild(CROWD)
        changed = CROWD[::10]
        index.put([_moved(one) for one in changed])
        index.remove({one.id: 3 for one in changed[::3]})
    return embedded, elastic


def _moved(document: DebtorDocument) -> DebtorDocument:
    return replace(document, version=2, name=f"{document.name} Neuf")


def _typed(chance: random.Random) -> str:
    name = chance.choice(CROWD).name
    words = name.lower().split()
    kind = chance.randrange(6)
    if kind == 0:
        return name[: chance.randint(1, len(name))]
    if kind == 1:
        place = chance.randrange(len(name))
        return name[:place] + chance.choice("aeirst") + name[place + 1 :]
    if kind == 2:
        return " ".join(reversed(words)) + " "
    if kind == 3:
        return f"{words[0]} {chance.choice(('lyon', 'denis', 'mans'))}"
    if kind == 4:
        return f"sector:46 {words[0][:3]}"
    return f"index:<60 {words[1]}{words[0]} "


def test_both_find_the_same_debtors_and_show_them_in_the_same_order(
    both: tuple[SearchIndex, SearchIndex],
) -> None:
    """With room for all that match, for a cut among equals may fall anywhere."""
    embedded, elastic = both
    assert embedded.count() == elastic.count() == len(CROWD) - len(CROWD[::10][::3])
    chance = random.Random(3)  # noqa: S311  # no secret
    own = frozenset(one.id for one in CROWD if not one.is_listed and chance.random() < 0.5)
    different = []
    for _ in range(200):
        typed = _typed(chance)
        visibility = chance.choice((Visibility(), Visibility(everything=True), Visibility(own=own)))
        query = read_query(typed)
        shown = [
            [
                one.document.id
                for one in rank(query, index.find(query, visibility=visibility, limit=len(CROWD)))
            ]
            for index in both
        ]
        assert shown[0], typed
        if shown[0] != shown[1]:
            different.append((typed, visibility.everything))
    assert different == []


def test_what_a_page_shows_of_names_as_they_are_is_the_same(tmp_path: Path, elastic: SearchIndex) -> None:
    """Sixty candidates of invented companies, each engine's own best: the first ten on the page.

    198 of 200 were seen: among names that are all equally unlike, each engine cuts elsewhere.
    """
    debtors = [
        document(row["name"], city=row["city"], postcode=row["postcode"], exposure=place % 97 * 1_000)
        for place, row in enumerate(make_debtors(7, Parameters(debtors=1_500)).iter_rows(named=True))
    ]
    embedded = EmbeddedIndex(tmp_path / "index")
    for index in (embedded, elastic):
        index.rebuild(debtors)
    chance = random.Random(4)  # noqa: S311  # no secret
    same = 0
    for one in chance.sample(debtors, 200):
        query = read_query(one.name[: chance.randint(2, len(one.name))])
        shown = [
            [
                found.document.id
                for found in rank(query, index.find(query, visibility=Visibility(), limit=60))
            ][:10]
            for index in (embedded, elastic)
        ]
        same += shown[0] == shown[1]
    assert same >= 195
