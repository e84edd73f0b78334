"""Any list of companies against any other: what links, what is shown, what is new, and why."""

import random
from collections.abc import Mapping

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from network.errors import UnreadableError
from network.ingest.company_list import COMPANIES
from network.resolution.matcher import Match, Reference, refuse_unclear_ids
from network.resolution.outcome import MatchBand
from tests.factories.customers import sirens

SIRENS = sirens(7)
DANONE, RENAULT, DUPONT = next(SIRENS), next(SIRENS), next(SIRENS)
LYON = {"postcode": "69003", "city": "Lyon", "country": "FR"}
WORDS = [
    "garage",
    "boulangerie",
    "transports",
    "menuiserie",
    "dupont",
    "martin",
    "lefevre",
    "centre",
    "nord",
    "est",
    "lyon",
    "fils",
    "freres",
]


def companies(*rows: Mapping[str, str | None]) -> pl.DataFrame:
    full = [
        {**dict.fromkeys(COMPANIES, None), "row": number, "id": f"R{number}", "name": "", **row}
        for number, row in enumerate(rows, start=2)
    ]
    return pl.DataFrame(full, schema=COMPANIES)


def one(reference: pl.DataFrame, **query: str | None) -> Match:
    (found,) = Reference(reference).match(companies({"id": "", **query}))
    return found


def said(found: Match) -> list[str]:
    return [reason.message % reason.values for reason in found.reasons]


def test_an_identifier_decides_whatever_way_it_is_written() -> None:
    reference = companies({"name": "Danone", "siren": DANONE}, {"name": "Renault", "siren": RENAULT})
    for query in ({"siren": DANONE}, {"siret": f"{DANONE}00012"}, {"vat": f"FR12{DANONE}"}):
        found = one(reference, name="Danone SA", **query)
        assert (found.id, found.band, found.score) == ("R2", MatchBand.LINK, 1.0)


def test_an_identifier_with_quite_another_name_is_a_question() -> None:
    found = one(companies({"name": "Danone", "siren": DANONE}), name="Boulangerie Lefort", siren=DANONE)
    assert (found.id, found.band) == ("R2", MatchBand.REVIEW)
    assert "quite another name" in said(found)[0]


def test_identifiers_of_two_companies_are_a_question() -> None:
    lei = "969500KMUQ2B6CBAF162"
    reference = companies({"name": "Danone", "siren": DANONE}, {"name": "Renault", "lei": lei})
    found = one(reference, name="Danone", siren=DANONE, lei=lei)
    assert (found.id, found.band) == ("R2", MatchBand.REVIEW)
    assert said(found) == ["Its identifiers belong to different companies."]


def test_two_sirens_are_two_companies_however_alike_the_names() -> None:
    found = one(
        companies({"name": "Dupont Fils", "siren": DUPONT, **LYON}), name="Dupont Fils", siren=DANONE, **LYON
    )
    assert (found.id, found.band) == (None, MatchBand.NEW)


def test_of_several_sites_the_nearest_is_named() -> None:
    reference = companies(
        {"name": "Dupont Paris", "siren": DUPONT, "siret": f"{DUPONT}00012"},
        {"name": "Dupont Lyon", "siren": DUPONT, "siret": f"{DUPONT}00020"},
    )
    assert one(reference, name="Dupont Lyon", siren=DUPONT).id == "R3"
    assert one(reference, name="Dupont", siret=f"{DUPONT}00012").id == "R2"


def test_a_name_alone_never_links() -> None:
    found = one(
        companies({"name": "Boulangerie Dupont"}, {"name": "Garage Martin"}), name="Boulangerie Dupont"
    )
    assert (found.id, found.name, found.band) == ("R2", "Boulangerie Dupont", MatchBand.REVIEW)


@pytest.mark.parametrize("place", [LYON, {"postcode": "69003"}, {"postcode": "69008", "country": "FR"}])
def test_a_name_and_its_place_link(place: dict[str, str]) -> None:
    reference = companies({"name": "Boulangerie Dupont Frères", **place}, {"name": "Garage Martin", **place})
    found = one(reference, name="BOULANGERIE DUPONT FRERES", **place)
    assert (found.id, found.band) == ("R2", MatchBand.LINK)
    assert "The place is the same." in said(found)


def test_a_list_without_countries_still_has_places() -> None:
    reference = companies({"name": "Boulangerie Dupont", **LYON})
    assert one(reference, name="Boulangerie Dupont", postcode="69100").band is MatchBand.LINK
    assert one(reference, name="Boulangerie Dupont", postcode="75001").band is MatchBand.REVIEW


def test_among_many_of_one_name_the_one_at_the_place_is_found() -> None:
    rows = [
        {"name": "Garage du Centre", "postcode": f"{number:02}000", "country": "FR"}
        for number in range(1, 90)
    ]
    found = one(companies(*rows), name="Garage du Centre", postcode="69003", country="FR")
    assert (found.id, found.band) == ("R70", MatchBand.LINK)


def test_contradicting_forms_are_never_linked() -> None:
    found = one(companies({"name": "Dupont SARL", **LYON}), name="Dupont SA", **LYON)
    assert found.band is not MatchBand.LINK


def test_what_is_like_nothing_is_new() -> None:
    found = one(companies({"name": "Boulangerie Dupont"}), name="Zwickauer Motorenwerk")
    assert (found.id, found.name, found.band) == (None, None, MatchBand.NEW)


def test_rows_with_one_id_are_names_of_one_company() -> None:
    known = Reference(
        companies({"id": "A", "name": "BNP Paribas"}, {"id": "A", "name": "Banque Nationale de Paris"})
    )
    (found,) = known.match(companies({"name": "Banque Nationale Paris"}))
    assert (found.id, known.companies, known.names) == ("A", 1, 2)


def test_one_id_for_two_sirens_is_refused() -> None:
    rows = ({"id": "A", "name": "x", "siren": DANONE}, {"id": "A", "name": "y", "siren": RENAULT})
    with pytest.raises(UnreadableError, match="stands for two companies"):
        refuse_unclear_ids(companies(*rows))


def test_a_company_without_an_id_is_refused_with_its_row() -> None:
    with pytest.raises(UnreadableError, match="Row 3"):
        refuse_unclear_ids(companies({"name": "Danone"}, {"id": "", "name": "Renault"}))


def test_lines_that_say_nothing_or_are_broken_are_answered_too() -> None:
    known = Reference(companies({"name": "Danone"}))
    asked = companies({"name": " - "}, {"name": "Danone", "fault": "line_malformed"}, {"name": "Danone"})
    found = list(known.match(asked))
    assert [match.band for match in found] == [MatchBand.NEW, MatchBand.NEW, MatchBand.REVIEW]
    assert [match.query for match in found] == [" - ", "Danone", "Danone"]


def test_a_list_of_nothing_but_identifiers_works() -> None:
    reference = companies({"name": "", "siren": DANONE})
    assert one(reference, name="", siren=DANONE).band is MatchBand.LINK
    assert one(reference, name="Danone").band is MatchBand.NEW


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "name": st.lists(st.sampled_from(WORDS), max_size=4).map(" ".join),
            "siren": st.sampled_from([None, DANONE, RENAULT, DUPONT]),
            "postcode": st.sampled_from([None, "69003", "69008", "75001"]),
            "country": st.sampled_from([None, "FR"]),
        }
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(reference=ROWS, asked=ROWS, seed=st.integers(0, 9))
def test_rules_that_hold_for_any_two_lists(
    reference: list[dict[str, str | None]], asked: list[dict[str, str | None]], seed: int
) -> None:
    known = Reference(companies(*reference))
    queries = companies(*asked)
    found = list(known.match(queries))
    by_id = {f"R{number}": row for number, row in enumerate(reference, start=2)}
    for row, match in zip(asked, found, strict=True):
        assert match.query == row["name"]
        assert 0 <= match.score <= 1
        assert (match.id is None) == (match.band is MatchBand.NEW)
        if match.id is not None:
            theirs = by_id[match.id]
            # Two SIRENs never meet, and without an identifier or a place nothing links.
            assert None in {row["siren"], theirs["siren"]} or row["siren"] == theirs["siren"]
            shares = row["siren"] is not None and row["siren"] == theirs["siren"]
            assert match.band is not MatchBand.LINK or shares or (row["postcode"] and theirs["postcode"])
    order = list(range(len(asked)))
    random.Random(seed).shuffle(order)  # noqa: S311
    again = list(known.match(queries[order]))
    assert [(match.id, match.band) for match in again] == [
        (found[place].id, found[place].band) for place in order
    ]
