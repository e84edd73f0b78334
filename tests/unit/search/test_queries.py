"""From what is typed to what is asked, and what a document is found by. Pure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from network.resolution.identifiers import Identifier
from network.search.documents import tokens
from network.search.queries import WORDS_LENGTH, read_query
from network.search.ranking import ALIKE_FROM, Match, rank
from tests.factories.documents import document


@pytest.mark.parametrize(
    ("typed", "words", "prefix"),
    [
        ("dupont", (), "dupont"),
        ("dupont ", ("dupont",), None),
        ("garage dupo", ("garage",), "dupo"),
        ("Garage du", ("garage",), "du"),
        ("Garage du ", ("garage",), None),
        ("garage et", ("garage",), "et"),
        ("garage et ", ("garage",), None),
        ("dupont sarl", ("dupont",), "sarl"),
        ("l'oré", (), "ore"),
        ("J.C. Dec", ("jc",), "dec"),
        ("établissements", (), "etablissemen"),
    ],
)
def test_the_last_word_may_be_unfinished(typed: str, words: tuple[str, ...], prefix: str | None) -> None:
    query = read_query(typed)
    assert (query.words, query.prefix) == (words, prefix)


def test_an_operator_asks_for_the_identifier_alone() -> None:
    query = read_query("siren: 552 100 554")
    assert (query.identifier, query.joined, query.is_operator) == (Identifier("siren", "552100554"), "", True)
    assert read_query("siren: dupont").is_empty
    assert not read_query("sirene dupont").is_operator


@given(st.text(max_size=300))
def test_anything_may_be_typed(typed: str) -> None:
    query = read_query(typed)
    assert len(query.joined) <= WORDS_LENGTH * 18  # one sign can fold to eighteen
    assert query.is_empty == (query.identifier is None and not query.joined)


@given(st.text(alphabet="abcdé 'SARL.&-", min_size=1, max_size=25))
def test_a_name_typed_in_full_is_the_name(typed: str) -> None:
    query = read_query(typed)
    found = rank(query, [document(typed)])
    assert [one.match for one in found] == ([] if query.is_empty else [Match.EXACT])


def test_a_document_is_found_by_confirmed_spellings_and_city_as_well_as_by_name() -> None:
    found = tokens(document("SARL L'Oréal", aliases=("oreal cosmetique",), city="Saint-Denis"))
    assert {"oreal", "cosmetique", "saint", "denis"} <= set(found.words)
    assert {"o", "oreal", "loreal", "l", "cosm"} <= set(found.prefixes)
    assert {"loreal", "oreal", "orealcosmetique"} == set(found.joined)
    assert all(" " not in token for token in (*found.words, *found.prefixes, *found.trigrams, *found.joined))


def test_a_larger_exposure_ranks_before_chance() -> None:
    small, large = document("A", exposure=1), document("B", exposure=2)
    assert small.rank < large.rank < 2**63
    assert document("C", exposure=10**18).rank < 2**63


@pytest.mark.parametrize(
    ("typed", "name", "is_shown"),
    [
        ("dupond", "Dupont", True),
        ("renalt", "Renault", True),
        ("carefour market", "Carrefour Market", True),
        ("carrefourmarket", "Carrefour Market", True),
        ("carrefour mark", "Carrefour Market Lyon", True),
        ("dupont", "Martin", False),
        ("garage dupont", "Boulangerie Martin", False),
    ],
)
def test_a_slip_of_the_hand_still_finds_and_another_name_does_not(
    typed: str, name: str, *, is_shown: bool
) -> None:
    assert bool(rank(read_query(typed), [document(name)])) is is_shown


def test_a_name_is_ranked_by_how_it_answers() -> None:
    typed = read_query("zinc du nord")
    others = [
        document("Zinc du Nord Est"),
        document("Comptoir Nord Zinc"),
        document("Zink du Nort", exposure=10**9),
        document("Zinc du Nord"),
    ]
    assert [(one.document.name, one.match) for one in rank(typed, others)] == [
        ("Zinc du Nord", Match.EXACT),
        ("Zinc du Nord Est", Match.BEGINNING),
        ("Comptoir Nord Zinc", Match.WORDS),
        ("Zink du Nort", Match.ALIKE),
    ]
    assert rank(typed, others)[-1].likeness >= ALIKE_FROM
