"""Files of registers in their true layouts, read into our columns."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from network.errors import UnreadableError
from network.registers.archive import open_archive
from network.registers.layouts import Read, Source, recognise
from tests.factories.registers import (
    ENTITY_HEADING,
    LINK_HEADING,
    SITE_HEADING,
    UNIT_HEADING,
    entities_file,
    entity,
    link,
    links_file,
    packed,
    person,
    site,
    sites_file,
    text_of,
    unit,
    units_file,
)

LEI, PARENT = "969500Q2MA9VBQ8BG884", "R0MUWSFPU8MPRO8K5P83"


def read(path: Path) -> Read:
    archive = open_archive(path)
    table = recognise(archive.heading(), file_name=path.name)
    (part,) = archive.records()
    return table.read(part[0])


def only(path: Path) -> dict[str, Any]:
    (row,) = read(path).frame.iter_rows(named=True)
    return row


@pytest.mark.parametrize(
    ("heading", "source"),
    [
        (UNIT_HEADING.split(","), Source.SIRENE_UNITS),
        (SITE_HEADING.split(","), Source.SIRENE_SITES),
        (ENTITY_HEADING, Source.GLEIF_ENTITIES),
        (LINK_HEADING, Source.GLEIF_LINKS),
    ],
)
def test_a_file_is_told_by_its_headings_in_any_order(heading: list[str], source: Source) -> None:
    for columns in (heading, heading[::-1]):
        assert recognise(",".join(columns).encode(), file_name="x.csv").layout.source is source


def test_a_company_has_its_name_form_activity_and_state(tmp_path: Path) -> None:
    file = units_file(tmp_path / "u.csv", [unit("732829320", 'TÔLES, "ET"  FILS', sigle="TEF")])
    assert only(file) == {
        "value": "732829320",
        "name": 'TÔLES, "ET" FILS',
        "usual_name": "TEF",
        "legal_form": "5710",
        "activity": "46.73A",
        "is_active": True,
        "ceased_on": None,
        "is_person": False,
    }


def test_a_ceased_company_is_kept_with_its_day(tmp_path: Path) -> None:
    row = only(
        units_file(
            tmp_path / "u.csv", [unit("732829320", "FINIE", etatAdministratif="C", dateDebut="2019-07-31")]
        )
    )
    assert (row["is_active"], row["ceased_on"]) == (False, date(2019, 7, 31))


@pytest.mark.parametrize(
    "row",
    [
        person("732829320", denominationUsuelle1="AU BON PAIN", sigle="ABP"),
        person("732829320", surname="[ND]", statutDiffusion="P"),
        unit("732829320", "", categorieJuridique="1300", activitePrincipale="10.71C"),
        unit("732829320", "", categorieJuridique="", nom="DURAND"),
    ],
)
def test_of_a_natural_person_nothing_but_the_number_is_read(tmp_path: Path, row: dict[str, str]) -> None:
    read_row = only(units_file(tmp_path / "u.csv", [row]))
    assert read_row.pop("is_person") is True
    assert {name for name, value in read_row.items() if value is not None} == {"value", "is_active"}


def test_what_is_not_disclosed_is_blank(tmp_path: Path) -> None:
    row = only(units_file(tmp_path / "u.csv", [unit("732829320", "[ND]", statutDiffusion="P", sigle="[ND]")]))
    assert (row["name"], row["usual_name"], row["is_person"]) == (None, None, False)


def test_activities_of_older_nomenclatures_are_left_out(tmp_path: Path) -> None:
    old = unit("732829320", "VIEILLE", activitePrincipale="51.5A", nomenclatureActivitePrincipale="NAF1993")
    assert only(units_file(tmp_path / "u.csv", [old]))["activity"] is None


def test_rows_without_a_number_are_counted(tmp_path: Path) -> None:
    found = read(
        units_file(tmp_path / "u.csv", [unit("", "X"), unit("12345678", "Y"), unit("732829320", "Z")])
    )
    assert (found.rows, found.refused, found.frame.height) == (3, 2, 1)


def test_the_head_office_alone_tells_where_a_company_is(tmp_path: Path) -> None:
    rows = [
        site("732829320", "69003", "LYON 3EME", enseigne1="CHEZ NOUS"),
        site("732829320", "75001", "PARIS 1", is_head=False),
        site("356000000", "", "", codePaysEtranger="99132", libelleCommuneEtranger="LONDRES"),
    ]
    assert list(read(sites_file(tmp_path / "s.csv.gz", rows)).frame.iter_rows()) == [
        ("732829320", "69003", "LYON 3EME", "FR", "CHEZ NOUS"),
        ("356000000", None, "LONDRES", None, None),
    ]


def test_a_lei_names_the_siren_it_was_given_for(tmp_path: Path) -> None:
    rows = [
        entity(LEI, "Aciers  SA", siren="552 120 222"),
        entity(PARENT, "Wrong", siren="552120223"),
        entity(
            "O2RNE8IBXP4R0TD8PU41",
            "GmbH",
            **{
                "Entity.RegistrationAuthority.RegistrationAuthorityID": "RA000197",
                "Entity.RegistrationAuthority.RegistrationAuthorityEntityID": "552120222",
            },
        ),
    ]
    frame = read(entities_file(tmp_path / "lei2.csv.zip", rows)).frame
    assert frame["siren"].to_list() == ["552120222", None, None]
    assert frame["name"][0] == "Aciers SA"


def test_a_sole_trader_with_a_lei_is_a_person_too(tmp_path: Path) -> None:
    row = only(
        entities_file(
            tmp_path / "l.csv", [entity(LEI, "DURAND Camille", Entity__EntityCategory="SOLE_PROPRIETOR")]
        )
    )
    assert row["is_person"] is True
    assert {name for name, value in row.items() if value is not None} == {"value", "is_active", "is_person"}


def test_leis_given_by_mistake_are_passed_over(tmp_path: Path) -> None:
    rows = [
        entity(LEI, "X", Registration__RegistrationStatus="DUPLICATE"),
        entity(PARENT, "Y", Registration__RegistrationStatus="LAPSED"),
    ]
    assert read(entities_file(tmp_path / "l.csv", rows)).frame["value"].to_list() == [PARENT]


def test_links_in_force_between_two_leis_are_read(tmp_path: Path) -> None:
    rows = [
        link(LEI, PARENT),
        link(LEI, PARENT, kind="DIRECTLY"),
        link(LEI, PARENT, Relationship__RelationshipStatus="INACTIVE"),
        link(LEI, PARENT, Registration__RegistrationStatus="LAPSED"),
        link(LEI, PARENT, Relationship__RelationshipType="IS_FUND-MANAGED_BY"),
        link(LEI, "Somebody", Relationship__EndNode__NodeIDType="ISO_17442_COMPATIBLE"),
        link(LEI, LEI),
    ]
    assert list(read(links_file(tmp_path / "rr.csv", rows)).frame.iter_rows()) == [
        (LEI, PARENT, "ultimate"),
        (LEI, PARENT, "direct"),
    ]


def test_a_column_that_was_renamed_is_named(tmp_path: Path) -> None:
    text = text_of(UNIT_HEADING, [unit("732829320", "X")]).replace(b"denominationUniteLegale", b"raison")
    with pytest.raises(UnreadableError, match=r"StockUniteLegale but lacks: denominationUniteLegale\."):
        read(packed(tmp_path / "u.csv", text))
    text = text_of(UNIT_HEADING, []).replace(b"etatAdministratifUniteLegale", b"etat")
    with pytest.raises(UnreadableError, match="lacks: etatAdministratifUniteLegale"):
        read(packed(tmp_path / "u2.csv", text))


@pytest.mark.parametrize("text", [b"Date,USD,JPY\n2026-01-02,1,2\n", b"\x89PNG\r\n\x1a\n\x00\x00", b"<xml/>"])
def test_another_file_is_no_register(tmp_path: Path, text: bytes) -> None:
    with pytest.raises(UnreadableError, match="is no register"):
        read(packed(tmp_path / "x.csv", text))


@pytest.mark.parametrize("suffix", ["csv.zip", "csv.gz"])
def test_a_cut_archive_says_that_it_is_cut(tmp_path: Path, suffix: str) -> None:
    path = units_file(
        tmp_path / f"u.{suffix}", [unit(f"{place:09}", f"N{place * 7919}") for place in range(5000)]
    )
    path.write_bytes(path.read_bytes()[:-2000])
    with pytest.raises(UnreadableError, match="cut or damaged"):
        for _ in open_archive(path).records():
            pass


def test_an_empty_file_and_one_that_ends_inside_a_field_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="is empty"):
        read(packed(tmp_path / "u.csv", b""))
    with pytest.raises(UnreadableError, match="quoted field"):
        read(packed(tmp_path / "v.csv", text_of(UNIT_HEADING, []) + b'732829320,O,,2001-01-01,"TEF'))


def test_parts_end_with_records_and_can_be_gone_on_from(tmp_path: Path) -> None:
    rows = [unit(f"{place:09}", f'LINE\n"{place}"') for place in range(200)]
    for suffix in ("csv", "csv.zip", "csv.gz"):
        archive = open_archive(units_file(tmp_path / f"u.{suffix}", rows))
        table = recognise(archive.heading(), file_name="u")
        parts = [(table.read(text).frame["value"].to_list(), at) for text, at in archive.records(part=1000)]
        assert len(parts) > 20
        assert [value for part, _ in parts for value in part] == [row["siren"] for row in rows]
        done = sum(len(part) for part, _ in parts[:7])
        rest = [
            table.read(text).frame["value"].to_list() for text, _ in archive.records(parts[6][1], part=1000)
        ]
        assert [value for part in rest for value in part] == [row["siren"] for row in rows[done:]]
