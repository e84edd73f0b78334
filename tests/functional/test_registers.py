"""Official registers on a real database: loading, and what debtors take from them."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from network.errors import ConflictError, UnreadableError
from network.models import Debtor, DebtorIdentifier, DebtorSpelling, ParentLink, RegisterEntry, RegisterLoad
from network.permissions import operator_at_console
from network.resolution import resolve
from network.resolution.debtor_names import DebtorNames
from network.resolution.resolve import resolve_customers
from network.services.registers import LoadCard, load_register, read_registers
from tests.factories.customers import customers, sirens
from tests.factories.registers import (
    entities_file,
    entity,
    link,
    links_file,
    packed,
    person,
    site,
    sites_file,
    unit,
    units_file,
)

SIRENS = sirens(seed=7)
ACIERS, TOLES, DURAND = next(SIRENS), next(SIRENS), next(SIRENS)
LEI, PARENT = "969500Q2MA9VBQ8BG884", "R0MUWSFPU8MPRO8K5P83"


@pytest.fixture(autouse=True)
def _no_names_of_other_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resolve, "debtor_names", DebtorNames())


def load(path: Path, day: date | None = None) -> LoadCard:
    return load_register(operator_at_console(), path=path, as_of=day)


def sirene(folder: Path, *names: tuple[str, str], postcode: str = "69003") -> None:
    """Load companies by number and name, all in Lyon."""
    load(units_file(folder / "StockUniteLegale_utf8.csv", [unit(siren, name) for siren, name in names]))
    load(
        sites_file(
            folder / "StockEtablissement_utf8.zip", [site(siren, postcode, "LYON") for siren, _ in names]
        )
    )


def entry(session: Session, value: str) -> RegisterEntry:
    session.expire_all()
    return session.scalars(select(RegisterEntry).where(RegisterEntry.value == value)).one()


def test_a_company_of_sirene_is_known_with_its_head_office(session: Session, tmp_path: Path) -> None:
    sirene(tmp_path, (ACIERS, "ACIERS DU RHONE"))
    held = entry(session, ACIERS)
    assert (held.name, held.legal_form, held.activity, held.postcode, held.city, held.country) == (
        "ACIERS DU RHONE",
        "5710",
        "46.73A",
        "69003",
        "LYON",
        "FR",
    )


def test_of_a_natural_person_the_number_alone_is_stored(session: Session, tmp_path: Path) -> None:
    load(units_file(tmp_path / "u.csv", [person(DURAND), unit(ACIERS, "ACIERS")]))
    load(sites_file(tmp_path / "s.csv", [site(DURAND, "69003", "LYON", enseigne1="CHEZ CAMILLE")]))
    held = entry(session, DURAND)
    assert held.is_person
    assert not any((held.name, held.usual_name, held.legal_form, held.activity, held.postcode, held.city))
    for table in ("register_entry", "register_load"):
        rows = session.execute(text(f"SELECT {table}::text FROM {table}")).scalars()  # noqa: S608  # our own
        assert not any(word in row for row in rows for word in ("DURAND", "CAMILLE"))


def test_a_company_that_turns_out_to_be_a_person_loses_all_but_its_number(
    session: Session, tmp_path: Path
) -> None:
    sirene(tmp_path, (DURAND, "DURAND"))
    load(units_file(tmp_path / "later.csv", [person(DURAND)]))
    held = entry(session, DURAND)
    assert (held.is_person, held.name, held.postcode, held.city) == (True, None, None, None)


def test_the_same_file_again_changes_nothing(session: Session, tmp_path: Path) -> None:
    path = units_file(tmp_path / "u.csv", [unit(ACIERS, "ACIERS"), unit(TOLES, "TOLES")])
    first, again = load(path), load(path)
    assert (first.rows, first.written, again.rows, again.written) == (2, 2, 2, 2)
    assert session.scalars(select(RegisterLoad.state)).all() == ["done"]


def test_the_next_month_writes_what_changed(session: Session, tmp_path: Path) -> None:
    sirene(tmp_path, (ACIERS, "ACIERS"), (TOLES, "TOLES"))
    later = units_file(
        tmp_path / "next.csv",
        [unit(ACIERS, "ACIERS"), unit(TOLES, "TOLES", etatAdministratif="C", dateDebut="2026-10-31")],
    )
    assert load(later, date(2026, 12, 1)).written == 1
    held = entry(session, TOLES)
    assert (held.is_active, held.ceased_on, held.as_of) == (False, date(2026, 10, 31), date(2026, 12, 1))
    assert (held.postcode, held.city) == ("69003", "LYON")


def test_an_older_file_is_refused(session: Session, tmp_path: Path) -> None:
    assert session
    load(units_file(tmp_path / "new.csv", [unit(ACIERS, "ACIERS")]), date(2026, 12, 1))
    with pytest.raises(ConflictError, match="newer file"):
        load(units_file(tmp_path / "old.csv", [unit(ACIERS, "ANCIENS ACIERS")]), date(2026, 11, 1))


def test_establishments_need_their_companies_first(session: Session, tmp_path: Path) -> None:
    assert session
    with pytest.raises(ConflictError, match="StockUniteLegale first"):
        load(sites_file(tmp_path / "s.csv", [site(ACIERS, "69003", "LYON")]))


def test_a_damaged_file_keeps_what_was_read_and_says_so(session: Session, tmp_path: Path) -> None:
    path = units_file(
        tmp_path / "u.csv.gz", [unit(f"{place:09}", f"N{place * 7919}") for place in range(5000)]
    )
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(UnreadableError, match="cut or damaged"):
        load(path)
    assert [card.is_done for card in read_registers(operator_at_console()).loads] == [False]
    assert session


def test_links_that_a_golden_copy_no_longer_has_are_kept_as_ended(session: Session, tmp_path: Path) -> None:
    load(links_file(tmp_path / "20261001-rr.csv", [link(LEI, PARENT), link(LEI, PARENT, kind="DIRECTLY")]))
    load(links_file(tmp_path / "20261101-rr.csv", [link(LEI, PARENT)]))
    session.expire_all()
    found = session.execute(select(ParentLink.kind, ParentLink.ended_on).order_by(ParentLink.kind)).all()
    assert [tuple(row) for row in found] == [("direct", date(2026, 11, 1)), ("ultimate", None)]
    assert read_registers(operator_at_console()).links == 1


def test_a_lei_keeps_the_siren_that_its_register_gave(session: Session, tmp_path: Path) -> None:
    card = load(
        entities_file(
            tmp_path / "20261115-0800-gleif-goldencopy-lei2-golden-copy.csv.zip",
            [entity(LEI, "Aciers du Rhône SA", siren=ACIERS)],
        )
    )
    assert card.as_of == date(2026, 11, 15)
    assert entry(session, LEI).siren == ACIERS


def spellings(session: Session) -> set[tuple[str, str, int]]:
    session.expire_all()
    found = session.execute(
        select(DebtorSpelling.spelling, DebtorSpelling.area, DebtorSpelling.confirmations)
    )
    return {(spelling, area, count) for spelling, area, count in found}


def test_a_debtor_that_was_there_learns_its_legal_name_at_its_head_office(
    session: Session, tmp_path: Path
) -> None:
    resolve_customers(
        session, customers({"customer_name": "Aciers Rhone", "siren": ACIERS, "postcode": "38000"})
    )
    sirene(tmp_path, (ACIERS, "ACIERS DU RHONE"))
    assert {("aciers rhone", "FR:38", 1), ("aciers rhone", "FR:69", 2)} <= spellings(session)
    linked = resolve_customers(
        session, customers({"customer_name": "ACIERS DU RHONE", "postcode": "69001", "country": "FR"})
    )
    assert linked.frame["band"].to_list() == ["link"]


def test_a_new_debtor_enters_under_its_legal_name(session: Session, tmp_path: Path) -> None:
    sirene(tmp_path, (ACIERS, "ACIERS DU RHONE"))
    resolve_customers(
        session,
        customers({"customer_name": "Aciers Rhône (voir Paul)", "siren": ACIERS, "postcode": "38000"}),
    )
    debtor = session.scalars(select(Debtor)).one()
    assert (debtor.name, debtor.postcode, debtor.city) == ("ACIERS DU RHONE", "69003", "LYON")
    linked = resolve_customers(
        session, customers({"customer_name": "Aciers du Rhône", "postcode": "69009", "country": "FR"})
    )
    assert linked.frame["debtor_id"].to_list() == [str(debtor.id)]


def test_a_number_under_a_quite_different_name_goes_to_a_person_at_once(
    session: Session, tmp_path: Path
) -> None:
    sirene(tmp_path, (ACIERS, "ACIERS DU RHONE"))
    found = resolve_customers(
        session, customers({"customer_name": "Plomberie VX", "siren": ACIERS, "postcode": "69003"})
    )
    assert (found.frame["band"].to_list(), found.frame["reason"].to_list()) == (["review"], ["name_absurd"])
    debtor = session.scalars(select(Debtor)).one()
    assert debtor.name == "ACIERS DU RHONE"
    assert session.scalars(select(DebtorIdentifier.value)).all() == [ACIERS]
    assert [case.debtor_id for case in found.reviews[0].candidates] == [str(debtor.id)]


def test_a_usual_name_is_one_voice(session: Session, tmp_path: Path) -> None:
    load(units_file(tmp_path / "u.csv", [unit(ACIERS, "SOCIETE DES ACIERS DU RHONE", sigle="SAR")]))
    load(sites_file(tmp_path / "s.csv", [site(ACIERS, "69003", "LYON")]))
    resolve_customers(session, customers({"customer_name": "SAR", "siren": ACIERS, "postcode": "69003"}))
    assert {("sar", "FR:69", 1)} <= spellings(session)


def test_a_wrong_file_writes_nothing(session: Session, tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="is no register"):
        load(packed(tmp_path / "x.csv", b"a,b\n1,2\n"))
    assert session.scalars(select(RegisterLoad)).all() == []
