"""Each feature is what its meaning says."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from network.resolution.features import FEATURES, NAMED, measure
from network.resolution.normalise import normalise, normalise_all
from network.resolution.reranker import name_rows
from network.resolution.word_overlap import Rarity

RARITY = Rarity({"services": 0.2, "transports": 0.4, "groupe": 0.1})


def measured(
    written: str, *candidates: str, owners: list[str] | None = None, **places: list[str]
) -> list[dict[str, float]]:
    """Measure a name against candidates; `places` gives area, postcode, city: the written name's, then each candidate's."""
    ours = {name: values[:1] for name, values in places.items()}
    theirs = {name: values[1:] for name, values in places.items()}
    reference = name_rows(normalise_all(candidates), **ours | theirs)
    if owners:
        reference = reference.with_columns(owner=pl.Series(owners))
    near = pl.DataFrame(
        {"query": [0] * len(candidates), "row": range(len(candidates))},
        schema={"query": pl.UInt32, "row": pl.UInt32},
    )
    rows = measure(name_rows([normalise(written)], **ours), reference, near, RARITY)
    return [dict(zip(NAMED, row.tolist(), strict=True)) for row in rows]


def test_the_very_name_has_all_that_speaks_for_it() -> None:
    (row,) = measured("Transports Dupont", "TRANSPORTS DUPONT")
    for name in ("letters", "sorted_words", "common_words", "contained"):
        assert row[name] == 100
    for name in (
        "same_joined",
        "our_words_found",
        "their_words_found",
        "first_word_shared",
        "same_beginning",
    ):
        assert row[name] == pytest.approx(1)
    for name in (
        "rarest_ours_missing",
        "rarest_theirs_missing",
        "their_words_more",
        "longer",
        "numbers_differ",
    ):
        assert row[name] == 0


def test_a_rare_word_counts_more_than_a_common_one() -> None:
    common, rare = measured("Lagarde Services", "Services Martin", "Lagarde Martin")
    assert common["our_words_found"] == pytest.approx(0.2 / 1.2)
    assert rare["our_words_found"] == pytest.approx(1 / 1.2)
    assert common["rarest_ours_missing"] == 1
    assert rare["rarest_ours_missing"] == pytest.approx(0.2)
    assert common["rarest_shared"] == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("written", "candidate"),
    [
        ("Hldgs Bidule", "Holdings Bidule"),
        ("Bouygues Bat", "Bouygues Batiment"),
        ("Thyssnekrupp", "Thyssenkrupp"),
    ],
)
def test_a_slip_or_an_abbreviation_is_alike_though_not_the_same_word(written: str, candidate: str) -> None:
    (row,) = measured(written, candidate)
    assert row["our_words_found"] < 1
    assert row["our_words_alike"] == pytest.approx(1)
    assert row["rarest_ours_missing"] == 0


def test_words_of_other_names_are_not_alike() -> None:
    (row,) = measured("Martin Boulangerie", "Dupont Plomberie")
    assert row["our_words_alike"] == 0
    assert row["their_words_more"] == 2


def test_what_is_said_of_forms_numbers_acronyms_and_lengths() -> None:
    (row,) = measured("Dupont 3 SARL", "Dupont 4 SAS")
    assert (row["forms"], row["our_form"], row["their_form"], row["numbers_differ"]) == (-1, 1, 1, 2)
    (row,) = measured("BNP", "Banque Nationale Paris SA")
    assert (row["acronym"], row["forms"], row["our_form"], row["their_form"]) == (1, 0, 0, 1)
    assert row["longer"] == len("banquenationaleparis") - 3
    assert row["our_length"] == 3


def test_a_lead_is_over_the_best_other_company_and_not_over_another_spelling_of_the_same() -> None:
    alone = measured("Dupont", "Dupont", "Dupond", "Martin")
    assert 0 < alone[0]["letters_lead"] < 20
    assert alone[1]["letters_lead"] == -alone[0]["letters_lead"]
    one = measured("Dupont", "Dupont", "Dupond", "Martin", owners=["a", "a", "b"])
    assert one[0]["letters_lead"] > 50
    assert one[1]["letters_lead"] < one[0]["letters_lead"]


def test_another_company_of_the_very_name_is_counted_once() -> None:
    rows = measured("Eurovia", "Eurovia", "EUROVIA SAS", "Eurovia SA", owners=["a", "b", "b"])
    assert [row["others_same"] for row in rows] == [1, 1, 1]
    assert [row["others_same"] for row in measured("Eurovia", "Eurovia", "Colas")] == [0, 1]


def test_a_place_that_one_of_them_lacks_is_neither_the_same_nor_another() -> None:
    rows = measured("Dupont", "Dupont", "Dupont", "Dupont", area=["FR:69", "FR:69", "FR:75", ""])
    assert [row["area"] for row in rows] == [1, -1, 0]
    assert [row["postcode"] for row in rows] == [0, 0, 0]
    assert [row["others_in_area"] for row in rows] == [0, 1, 1]


def test_nothing_to_measure_gives_no_rows() -> None:
    near = pl.DataFrame(schema={"query": pl.UInt32, "row": pl.UInt32})
    assert measure(name_rows([]), name_rows([]), near, RARITY).shape == (0, len(FEATURES))


@settings(deadline=None, max_examples=30)
@given(st.lists(st.text(alphabet="abé 1&.", max_size=12), min_size=1, max_size=5), st.text(max_size=12))
def test_every_figure_is_finite_whatever_the_names(candidates: list[str], written: str) -> None:
    for row in measured(written, *candidates):
        assert np.isfinite(list(row.values())).all()


def test_words_are_the_rarer_the_fewer_names_have_them() -> None:
    rarity = Rarity.of(pl.Series(["dupont services", "martin services", "services services", "x", ""]))
    weights = rarity.of_words(["services", "dupont", "never seen"])
    assert weights[0] < weights[1] == weights[2] == rarity.unlisted < 1
