"""The order of candidates, how sure it is, and why."""

import polars as pl
import pytest

from network.resolution.candidates import NameIndex
from network.resolution.features import FEATURES
from network.resolution.normalise import normalise, normalise_all
from network.resolution.reranker import NAMES, REVIEW_FROM, explain, name_rows, rerank, shipped_model

NEAR = {"query": pl.UInt32, "row": pl.UInt32}


def ranked(written: list[str], known: list[str], *, owners: list[str] | None = None) -> pl.DataFrame:
    names = normalise_all(known)
    asked = normalise_all(written)
    reference = name_rows(names)
    if owners:
        reference = reference.with_columns(owner=pl.Series(owners))
    return rerank(name_rows(asked), reference, NameIndex(names).nearest(asked))


def test_the_company_meant_comes_first_and_the_chances_fall() -> None:
    known = ["Boulangerie Dupont", "Dupont Plomberie", "Boulangerie Martin", "Garage Dupond"]
    found = ranked(["BOULANGERIE DUPOND SARL", "garage dupont"], known)
    for query, meant in ((0, 0), (1, 3)):
        rows = found.filter(query=query)
        assert rows["row"][0] == meant
        assert rows["probability"].is_sorted(descending=True)
        assert rows["probability"].is_between(0, 1).all()


def test_the_same_name_is_worth_a_look_and_a_place_tells_more() -> None:
    names = normalise_all(["Dupont Charpentes", "Martin Charpentes"])
    near = pl.DataFrame({"query": [0, 0], "row": [0, 1]}, schema=NEAR)

    def chance(ours: str, theirs: str) -> float:
        asked = name_rows(names[:1], area=[ours])
        return float(rerank(asked, name_rows(names, area=[theirs, theirs]), near)["probability"][0])

    assert chance("", "") >= REVIEW_FROM
    assert chance("FR:69", "FR:75") < chance("FR:69", "FR:69")


def test_the_margin_is_to_the_best_other_company() -> None:
    found = ranked(["Eurovia"], ["Eurovia", "Eurovia", "Colas Eurovia Sud"], owners=["a", "a", "b"])
    best, other = found["probability"][0], found.filter(row=2)["probability"][0]
    assert found["margin"][0] == pytest.approx(best - other)
    assert found.filter(row=2)["margin"][0] == pytest.approx(other - best)
    twins = ranked(["Eurovia"], ["Eurovia", "Eurovia"])
    assert twins["margin"].to_list() == [0, 0]


def test_the_order_in_which_candidates_come_does_not_count() -> None:
    names = normalise_all(["Garage Dupont", "Garage Dupond", "Dupont"])
    asked = name_rows(normalise_all(["garage dupont sarl", "dupont"]))
    near = pl.DataFrame({"query": [0, 0, 0, 1, 1, 1], "row": [0, 1, 2, 0, 1, 2]}, schema=NEAR)
    straight = rerank(asked, name_rows(names), near)
    assert rerank(asked, name_rows(names), near.reverse()).equals(straight)
    assert rerank(asked, name_rows(names), near).equals(straight)


def test_unknown_fields_are_no_error() -> None:
    bare = pl.DataFrame(
        {name: ["dupont" if name in {"spelling", "joined"} else None] for name in NAMES}, schema=NAMES
    )
    found = rerank(bare, bare, pl.DataFrame({"query": [0], "row": [0]}, schema=NEAR))
    assert found["probability"][0] > REVIEW_FROM


def test_nobody_to_rank_gives_no_rows() -> None:
    assert ranked([], []).columns == ["query", "row", "cosine", "probability", "margin"]
    assert ranked(["Dupont"], []).height == 0


def test_the_shipped_model_is_of_the_features_that_are_measured() -> None:
    model = shipped_model()
    assert model.features == tuple(feature.name for feature in FEATURES)
    assert len(model.as_text) < 1_000_000
    assert (model.chances[1:] >= model.chances[:-1]).all()
    assert model.chances[0] < 0.01
    assert 0.95 < model.chances[-1] < 1


def why(ours: str, theirs: str, **fields: str) -> list[str]:
    left, right = (name_rows([normalise(text)]).row(0, named=True) for text in (ours, theirs))
    return [reason.message % reason.values for reason in explain(left, right | fields)]


@pytest.mark.parametrize(
    ("ours", "theirs", "said"),
    [
        ("Dupont SARL", "DUPONT", "The names are the same, legal forms aside."),
        ("Loreal", "L'Oréal", "The names differ only in blanks."),
        ("Dupont Garage", "Garage Dupont", "The same words in another order."),
        ("BNP", "Banque Nationale Paris", "One name is made of the first letters of the other’s words."),
        ("Dupont", "Dupont Frères", "One name has more words: freres."),
        ("Garage Dupond", "Garage Dupont", "The name is written like garage dupont."),
    ],
)
def test_the_first_reason_says_how_the_names_are_alike(ours: str, theirs: str, said: str) -> None:
    assert why(ours, theirs)[0] == said


def test_shared_words_and_different_numbers_are_told() -> None:
    told = why("Foresight 4 VCT", "Foresight 3 VCT")
    assert "Both names have: foresight, vct." in told
    assert "Their numbers differ: 4 and 3." in told


def test_a_spelling_that_is_not_to_be_shown_is_not_quoted() -> None:
    told = why("Dupond frères ne paie pas", "Dupont freres ne paie pas", shown="dupont")
    assert told == ["The name is written like dupont."]
