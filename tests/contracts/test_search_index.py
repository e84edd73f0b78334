"""What every search backend must do, the same tests for each.

A further backend adds itself to `BACKENDS`; nothing below knows which one it talks to. Order is that of
:func:`network.search.ranking.rank`, which is ours; a backend only has to find.
"""

import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from network.errors import UnavailableError
from network.search.documents import DebtorDocument
from network.search.embedded import EmbeddedIndex
from network.search.port import GONE, SearchIndex, Visibility
from network.search.queries import read_query
from network.search.ranking import Match, rank
from tests.factories.documents import document

BACKENDS = ["embedded", pytest.param("elastic", marks=pytest.mark.elasticsearch)]

EVERYTHING = Visibility(everything=True)
LISTED_ONLY = Visibility()

DUPONT = document(
    "Boulangerie Dupont", legal_form="SARL", city="Lyon", identifiers=("siren:552100554",), exposure=5_000
)
DUPONT_PARIS = document("Boulangerie Dupont Paris", city="Paris", exposure=20_000)
DURAND = document(
    "Durand Transports", city="Marseille", identifiers=("vat:DE136695976", "lei:969500T3MBS4SQAMHJ98")
)
OREAL = document("L'Oréal", legal_form="SA", aliases=("oreal paris",), payment_index=78, epoch="2026-10")
HIDDEN = document("Dupont Caché", is_listed=False)
ALL = (DUPONT, DUPONT_PARIS, DURAND, OREAL, HIDDEN)


@pytest.fixture(params=BACKENDS)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> SearchIndex:
    """An index that was never built."""
    if request.param == "embedded":
        return EmbeddedIndex(tmp_path / "index")
    elastic: SearchIndex = request.getfixturevalue("elastic")
    return elastic


@pytest.fixture
def index(empty: SearchIndex) -> SearchIndex:
    """An index of the debtors above."""
    empty.rebuild(ALL)
    return empty


def names(
    index: SearchIndex, words: str, visibility: Visibility = LISTED_ONLY, *, limit: int = 20
) -> list[str]:
    query = read_query(words)
    return [
        found.document.name for found in rank(query, index.find(query, visibility=visibility, limit=limit))
    ]


def test_what_was_never_built_says_so_and_is_not_ready(empty: SearchIndex) -> None:
    assert not empty.is_ready()
    with pytest.raises(UnavailableError):
        empty.find(read_query("dupont"), visibility=EVERYTHING, limit=5)


def test_an_index_of_nothing_answers_with_nothing(empty: SearchIndex) -> None:
    assert empty.rebuild([]) == 0
    assert empty.is_ready()
    assert (empty.count(), names(empty, "dupont")) == (0, [])


def test_a_document_comes_back_as_it_was_given(index: SearchIndex) -> None:
    query = read_query("L'Oréal")
    assert OREAL in index.find(query, visibility=LISTED_ONLY, limit=20)


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("Boulangerie Dupont", "Boulangerie Dupont"),
        ("BOULANGERIE DUPONT SARL", "Boulangerie Dupont"),
        ("boulangerie dup", "Boulangerie Dupont Paris"),
        ("dupont lyon", "Boulangerie Dupont"),
        ("dupont boulangerie", "Boulangerie Dupont Paris"),
        ("boulangeri dupond", "Boulangerie Dupont"),
        ("boulangeri dupond ", "Boulangerie Dupont"),
        ("dur", "Durand Transports"),
        ("d", "Durand Transports"),
        ("b", "Boulangerie Dupont Paris"),
        ("tranports durand", "Durand Transports"),
        ("loreal", "L'Oréal"),
        ("l oreal", "L'Oréal"),
        ("oreal", "L'Oréal"),
        ("L’ORÉAL S.A.", "L'Oréal"),
        ("oreal paris", "L'Oréal"),
        ("552100554", "Boulangerie Dupont"),
        ("552 100 554", "Boulangerie Dupont"),
        ("55210055400013", "Boulangerie Dupont"),
        ("FR96552100554", "Boulangerie Dupont"),
        ("siren:552100554", "Boulangerie Dupont"),
        ("SIREN: 552 100 554", "Boulangerie Dupont"),
        ("DE136695976", "Durand Transports"),
        ("969500T3MBS4SQAMHJ98", "Durand Transports"),
    ],
)
def test_the_debtor_that_was_meant_comes_first(index: SearchIndex, words: str, first: str) -> None:
    assert names(index, words)[0] == first


@pytest.mark.parametrize(
    "words", ["zwickau", "siren:552100555", "siren:dupont", "326220340", "", "  ", "é", "SARL"]
)
def test_what_nobody_is_finds_nobody(index: SearchIndex, words: str) -> None:
    assert names(index, words) == []


def test_every_step_of_typing_finds_the_name(index: SearchIndex) -> None:
    typed = "Boulangerie Dupont"
    for size in range(1, len(typed) + 1):
        assert "Boulangerie Dupont" in names(index, typed[:size]), typed[:size]


def test_unlisted_debtors_are_found_by_who_may_and_by_who_has_them(index: SearchIndex) -> None:
    assert "Dupont Caché" not in names(index, "dupont")
    assert "Dupont Caché" in names(index, "dupont", EVERYTHING)
    assert "Dupont Caché" in names(index, "dupont", Visibility(own=frozenset({HIDDEN.id})))
    assert "Dupont Caché" not in names(index, "dupont", Visibility(own=frozenset({uuid.uuid4()})))


def test_a_member_with_very_many_customers_finds_its_unlisted_ones_too(index: SearchIndex) -> None:
    many = frozenset({HIDDEN.id, *(uuid.uuid4() for _ in range(2_000))})
    assert "Dupont Caché" in names(index, "dupont", Visibility(own=many))


def test_own_listed_debtors_are_not_found_twice(index: SearchIndex) -> None:
    assert names(index, "durand", Visibility(own=frozenset({DURAND.id}))) == ["Durand Transports"]


def test_an_unlisted_debtor_is_not_found_by_its_identifier_either(index: SearchIndex) -> None:
    secret = replace(HIDDEN, id=uuid.uuid4(), identifiers=("siren:326220340",))
    index.put([secret])
    assert names(index, "326220340") == []
    assert names(index, "326220340", EVERYTHING) == ["Dupont Caché"]


def test_a_limit_is_kept(index: SearchIndex) -> None:
    index.put([document(f"Dupond {number}") for number in range(40)])
    found = index.find(read_query("dupond"), visibility=LISTED_ONLY, limit=10)
    assert 10 <= len(found) <= 20
    assert len({one.id for one in found}) == len(found)
    assert list(index.find(read_query("dupond"), visibility=LISTED_ONLY, limit=0)) == []


def test_of_very_many_that_begin_alike_the_largest_exposure_is_among_those_found(index: SearchIndex) -> None:
    crowd = [document(f"Zinc {number}", exposure=number) for number in range(300)]
    index.put(crowd)
    assert names(index, "zi", limit=10)[0] == "Zinc 299"
    assert names(index, "z", limit=10)[0] == "Zinc 299"


def test_equals_are_ordered_by_exposure_then_name_each_time_alike(index: SearchIndex) -> None:
    index.put([replace(document(f"Same {n}"), name="Same", exposure=n % 3) for n in range(9)])
    once = [(found.exposure, found.id) for found in _ranked(index, "same")]
    assert [exposure for exposure, _ in once] == [2, 2, 2, 1, 1, 1, 0, 0, 0]
    index.rebuild(
        [*reversed([*ALL, *(replace(document(f"Same {n}"), name="Same", exposure=n % 3) for n in range(9))])]
    )
    assert [(found.exposure, found.id) for found in _ranked(index, "same")] == once


def test_a_newer_version_replaces_and_an_older_one_does_not(index: SearchIndex) -> None:
    assert index.put([replace(DURAND, version=3, name="Durand Logistique")]) == 1
    assert index.put([replace(DURAND, version=2, name="Durand Ancien")]) == 0
    assert index.put([replace(DURAND, version=3, name="Durand Encore")]) == 0
    assert names(index, "durand") == ["Durand Logistique"]
    assert index.count() == len(ALL)


def test_the_newest_of_one_batch_wins(index: SearchIndex) -> None:
    index.put(
        [replace(DURAND, version=5, name="Durand Neuf"), replace(DURAND, version=4, name="Durand Vieux")]
    )
    assert names(index, "durand") == ["Durand Neuf"]


def test_listing_changes_who_finds_it(index: SearchIndex) -> None:
    index.put([replace(HIDDEN, version=2, is_listed=True)])
    assert "Dupont Caché" in names(index, "dupont cache")


def test_what_is_removed_is_gone_and_the_unknown_is_no_error(index: SearchIndex) -> None:
    index.remove({DURAND.id: 2, uuid.uuid4(): GONE})
    assert names(index, "durand") == []
    assert index.count() == len(ALL) - 1
    assert index.versions([DURAND.id, DUPONT.id, uuid.uuid4()]) == {DUPONT.id: 1}


def test_what_is_removed_comes_back_by_a_newer_version_alone(index: SearchIndex) -> None:
    """A merge takes a debtor out, a split brings it back; a late write of before the merge does not."""
    index.remove({DURAND.id: 2})
    assert index.put([DURAND]) == 0
    assert index.put([replace(DURAND, version=2)]) == 0
    assert names(index, "durand") == []
    assert index.put([replace(DURAND, version=3)]) == 1
    assert names(index, "durand") == ["Durand Transports"]
    index.remove({DURAND.id: 2})
    assert names(index, "durand") == ["Durand Transports"], "a removal may come late as well"
    assert index.count() == len(ALL)


def test_a_rebuild_replaces_everything_at_once(index: SearchIndex) -> None:
    def documents() -> Iterator[DebtorDocument]:
        yield document("Acier Neuf")
        assert names(index, "durand") == ["Durand Transports"], "readers stay on the old index meanwhile"
        yield document("Bois Neuf")

    assert index.rebuild(documents()) == 2
    assert (names(index, "durand"), names(index, "acier"), index.count()) == ([], ["Acier Neuf"], 2)


def test_a_rebuild_that_fails_changes_nothing(index: SearchIndex) -> None:
    def documents() -> Iterator[DebtorDocument]:
        yield document("Acier Neuf")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index.rebuild(documents())
    assert names(index, "durand") == ["Durand Transports"]
    assert index.count() == len(ALL)


def test_how_it_was_found_is_said(index: SearchIndex) -> None:
    query = read_query("boulangerie dupont")
    found = rank(query, index.find(query, visibility=LISTED_ONLY, limit=20))
    assert [(one.document.name, one.match) for one in found] == [
        ("Boulangerie Dupont", Match.EXACT),
        ("Boulangerie Dupont Paris", Match.BEGINNING),
    ]


def _ranked(index: SearchIndex, words: str) -> list[DebtorDocument]:
    query = read_query(words)
    return [found.document for found in rank(query, index.find(query, visibility=LISTED_ONLY, limit=30))]
