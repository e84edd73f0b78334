"""Candidates, scores, groups and shown names: the pure parts of matching."""

from collections.abc import Mapping

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from network.resolution.candidates import NameIndex
from network.resolution.grouping import group_lines
from network.resolution.normalise import normalise, normalise_all
from network.resolution.placement import shown_name
from network.resolution.registry import IDENTIFIERS
from network.resolution.score import ABSURD_BELOW, plausibility

COMPANIES = (
    "Boulangerie Dupont", "Garage du Centre", "Transports Martin", "Menuiserie Lefèvre", "L'Oréal", "Aciers Réunis",
    "Imprimerie Nouvelle", "Ferronnerie Saint-Denis", "Pharmacie des Lilas", "Travaux Publics du Nord",
)  # fmt: skip


def best(query: str, *, index: NameIndex) -> str:
    found = index.nearest([normalise(query)])
    return COMPANIES[found["row"][0]]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("BOULANGERIE DUPOND", "Boulangerie Dupont"),
        ("Dupont Boulangerie SARL", "Boulangerie Dupont"),
        ("LOREAL SA", "L'Oréal"),
        ("Tranports Martin", "Transports Martin"),
        ("FERRONERIE ST DENIS", "Ferronnerie Saint-Denis"),
        ("TP du Nord", "Travaux Publics du Nord"),
    ],
)
def test_a_misspelt_name_is_nearest_to_the_one_that_was_meant(written: str, meant: str) -> None:
    assert best(written, index=NameIndex(normalise_all(COMPANIES))) == meant


def test_names_added_later_are_found_like_the_first() -> None:
    index = NameIndex(normalise_all(COMPANIES[:3]))
    index.add(normalise_all(COMPANIES[3:]))
    assert index.size == len(COMPANIES)
    assert best("Pharmacie Lilas", index=index) == "Pharmacie des Lilas"
    assert best("Garage Centre", index=index) == "Garage du Centre"


def test_an_index_of_nothing_answers_with_nothing() -> None:
    assert NameIndex([]).nearest(normalise_all(["Dupont"])).height == 0


def test_the_nearest_come_best_first_and_at_most_as_many_as_asked() -> None:
    index = NameIndex(normalise_all([f"Garage {number}" for number in range(50)]))
    index.add(normalise_all([f"Garage Zinc {number}" for number in range(50)]))
    found = index.nearest(normalise_all(["Garage 7", "Garage Zinc 9"]), top=5)
    for query in (0, 1):
        cosines = found.filter(pl.col("query") == query)["cosine"].to_list()
        assert len(cosines) == 5
        assert cosines == sorted(cosines, reverse=True)


@settings(deadline=None)
@given(st.lists(st.text(alphabet="abc d", max_size=12), max_size=6))
def test_a_name_is_its_own_nearest(names: list[str]) -> None:
    analysed = [name for name in normalise_all(names) if name.spelling]
    found = NameIndex(analysed).nearest(analysed, top=1)
    assert all(cosine == pytest.approx(1, abs=1e-5) for cosine in found["cosine"])


@pytest.mark.parametrize(
    ("ours", "theirs", "is_plausible"),
    [
        ("boulangerie dupont", "dupont", True),
        ("bdf", "boulangerie dupont freres", True),
        ("oreal", "loreal", True),
        ("garage zwickau", "boulangerie dupont", False),
        ("terreazur", "passion froid", False),
    ],
)
def test_a_name_goes_with_its_identifier_unless_it_is_quite_different(
    ours: str, theirs: str, *, is_plausible: bool
) -> None:
    assert bool(plausibility(ours=[ours], theirs=[theirs])[0] >= ABSURD_BELOW) is is_plausible


def groups(
    *identifiers: tuple[int, str, str],
    known: tuple[tuple[str, str, str, str | None], ...] = (),
    standing: Mapping[str, str] | None = None,
) -> pl.DataFrame:
    frame = pl.DataFrame(
        identifiers, schema={"line": pl.UInt32, "scheme": pl.String, "value": pl.String}, orient="row"
    )
    rows = [(*row, (standing or {}).get(row[2], row[2])) for row in known]
    found = group_lines(frame, pl.DataFrame(rows, schema=IDENTIFIERS, orient="row"))
    return found.lines.join(found.groups, on="group").sort("line")


def test_lines_are_one_company_through_any_chain_of_identifiers() -> None:
    found = groups(
        (0, "siren", "A"),
        (0, "lei", "L"),
        (1, "lei", "L"),
        (1, "vat", "V"),
        (2, "vat", "V"),
        (3, "siren", "B"),
    )
    assert found["group"][:3].n_unique() == 1
    assert found["group"].n_unique() == 2
    assert not found["is_conflict"].any()


def test_debtors_of_one_company_are_no_conflict_and_each_line_lies_on_its_own() -> None:
    found = groups(
        (0, "siren", "A"),
        (0, "lei", "L"),
        (1, "lei", "L"),
        (1, "vat", "V"),
        (2, "siren", "A"),
        (2, "vat", "V"),
        known=(("siren", "A", "one", "A"), ("vat", "V", "two", "A")),
        standing={"two": "one"},
    ).unique("line", maintain_order=True)
    assert not found["is_conflict"].any()
    assert found["own_debtor_id"].to_list() == ["one", "two", "one"]


def test_a_group_takes_the_one_debtor_that_any_of_its_identifiers_has() -> None:
    found = groups((0, "siren", "A"), (0, "lei", "L"), (1, "lei", "L"), known=(("lei", "L", "debtor", None),))
    assert found["debtor_id"].to_list() == ["debtor", "debtor"]


@pytest.mark.parametrize(
    ("identifiers", "known"),
    [
        (((0, "siren", "A"), (0, "lei", "L"), (1, "siren", "B"), (1, "lei", "L")), ()),
        (((0, "siren", "A"), (0, "lei", "L")), (("lei", "L", "debtor", "B"),)),
        (((0, "vat", "V"), (0, "lei", "L")), (("lei", "L", "one", None), ("vat", "V", "two", None))),
    ],
)
def test_two_sirens_or_two_debtors_in_one_group_are_a_conflict(
    identifiers: tuple[tuple[int, str, str], ...], known: tuple[tuple[str, str, str, str | None], ...]
) -> None:
    assert groups(*identifiers, known=known)["is_conflict"].all()


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("SARL DUPONT", "DUPONT"),
        ("Dupont S.A.R.L.", "Dupont"),
        ("Acme Co., Ltd.", "Acme Co."),
        ("Müller GmbH & Co. KG", "Müller"),
        ("Société à responsabilité limitée Dupont", "Dupont"),
        ("Société Générale SA", "Société Générale"),
        ("La Boulangerie de l'Île", "La Boulangerie de l'Île"),
        ("Dupont SARL Lyon", "Dupont SARL Lyon"),
        ("  Garage   Martin, SAS ", "Garage Martin"),
    ],
)
def test_a_debtor_is_shown_as_written_without_its_legal_form(written: str, shown: str) -> None:
    name = normalise(written)
    assert shown_name(written, name.spelling, name.legal_form) == shown
