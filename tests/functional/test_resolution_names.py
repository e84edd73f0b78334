"""Lines with a name and no identifier: what links, what a person must place, what founds a debtor."""

import uuid

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from network.models import Debtor, DebtorSpelling
from network.resolution import resolve
from network.resolution.debtor_names import DebtorNames
from network.resolution.outcome import Resolution
from network.resolution.resolve import resolve_customers
from tests.factories.customers import customers, sirens

SIRENS = sirens()
DUPONT, MARTIN = next(SIRENS), next(SIRENS)


@pytest.fixture(autouse=True)
def _no_names_of_other_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resolve, "debtor_names", DebtorNames())


def bands(resolution: Resolution) -> list[str]:
    return resolution.frame["band"].to_list()


def debtors(resolution: Resolution) -> list[str | None]:
    return resolution.frame["debtor_id"].to_list()


def reasons(resolution: Resolution) -> list[str]:
    return resolution.frame["reason"].to_list()


def confirmed(session: Session, name: str, siren: str, *, postcode: str = "69003") -> str:
    """Make a debtor whose spelling two members have written beside its SIREN; return its id."""
    line = {"customer_name": name, "siren": siren, "postcode": postcode, "country": "FR"}
    found = resolve_customers(session, customers(line))
    resolve_customers(session, customers(line))
    (debtor_id,) = debtors(found)
    assert debtor_id is not None
    return debtor_id


def test_a_name_alone_never_links(session: Session) -> None:
    confirmed(session, "Boulangerie Dupont", DUPONT)
    found = resolve_customers(session, customers({"customer_name": "Boulangerie Dupont"}))
    assert (bands(found), reasons(found)) == (["review"], ["name_alone"])


def test_a_confirmed_spelling_links_in_its_department_and_nowhere_else(session: Session) -> None:
    debtor_id = confirmed(session, "Boulangerie Dupont", DUPONT, postcode="69003")
    found = resolve_customers(
        session,
        customers(
            {"customer_name": "BOULANGERIE DUPONT SARL", "postcode": "69100", "country": "FR"},
            {"customer_name": "Boulangerie Dupont", "postcode": "75011", "country": "FR"},
            {"customer_name": "Boulangerie Dupond", "postcode": "69003", "country": "FR"},
        ),
    )
    assert bands(found) == ["link", "review", "review"]
    assert (debtors(found)[0], reasons(found)[0]) == (debtor_id, "spelling")


def test_what_one_member_wrote_is_not_confirmed(session: Session) -> None:
    line = {"customer_name": "Boulangerie Dupont", "siren": DUPONT, "postcode": "69003", "country": "FR"}
    resolve_customers(session, customers(line))
    found = resolve_customers(session, customers({**line, "siren": None}))
    assert bands(found) == ["review"]


def test_a_member_who_writes_it_twice_counts_once(session: Session) -> None:
    line = {"customer_name": "Boulangerie Dupont", "siren": DUPONT, "postcode": "69003", "country": "FR"}
    first = resolve_customers(session, customers(line))
    book = customers(line).with_columns(debtor_id=first.frame["debtor_id"])
    resolve_customers(session, customers({**line, "city": "Lyon"}), book=book)
    assert session.scalars(select(DebtorSpelling.confirmations)).all() == [1]


def test_confirmations_stop_where_they_tell_nothing_more(session: Session) -> None:
    for _ in range(9):
        resolve_customers(session, customers({"customer_name": "Dupont", "siren": DUPONT}))
    assert session.scalars(select(DebtorSpelling.confirmations)).all() == [5]


def test_two_debtors_of_one_confirmed_name_in_one_place_go_to_a_person(session: Session) -> None:
    both = {confirmed(session, "Dupont", DUPONT), confirmed(session, "Dupont", MARTIN)}
    found = resolve_customers(
        session, customers({"customer_name": "Dupont", "postcode": "69003", "country": "FR"})
    )
    assert (bands(found), reasons(found)) == (["review"], ["several"])
    assert {candidate.debtor_id for candidate in found.reviews[0].candidates} == both


def test_a_contradicting_legal_form_goes_to_a_person(session: Session) -> None:
    confirmed(session, "Dupont SARL", DUPONT)
    found = resolve_customers(
        session, customers({"customer_name": "Dupont SA", "postcode": "69003", "country": "FR"})
    )
    assert (bands(found), reasons(found)) == (["review"], ["forms_conflict"])


def test_inside_a_file_one_name_at_one_place_is_one_company(session: Session) -> None:
    found = resolve_customers(
        session,
        customers(
            {"customer_name": "Dupont Frères", "siren": DUPONT, "postcode": "69003", "country": "FR"},
            {"customer_name": "DUPONT FRERES", "postcode": "69100", "country": "FR"},
            {"customer_name": "Martin Transports", "postcode": "13001", "country": "FR"},
            {"customer_name": "Martin Transports", "postcode": "13009", "country": "FR"},
            {"customer_name": "Martin Transports SARL", "postcode": "33000", "country": "FR"},
            {"customer_name": "Martin Transports SA", "postcode": "33000", "country": "FR"},
        ),
    )
    one, two, three, four, five, six = debtors(found)
    assert bands(found) == ["new", "link", "new", "new", "new", "new"]
    assert one == two
    assert three == four
    assert len({one, three, five, six}) == 4


def test_inside_a_file_one_name_without_a_place_is_a_question(session: Session) -> None:
    found = resolve_customers(
        session, customers({"customer_name": "WALMAR"}, {"customer_name": "Walmar Corp"})
    )
    assert bands(found) == ["new", "review"]
    assert found.reviews[0].candidates[0].debtor_id == debtors(found)[0]


def test_a_line_with_nothing_to_go_by_goes_to_a_person(session: Session) -> None:
    found = resolve_customers(session, customers({"customer_name": " - "}))
    assert (bands(found), reasons(found)) == (["review"], ["no_name"])
    assert found.reviews[0].candidates == ()


def test_a_person_gets_at_most_five_candidates_best_first_with_reasons(session: Session) -> None:
    place = {"postcode": "69003", "country": "FR"}
    for name in ("Garage Central", *(f"Garage Central {number}" for number in range(8))):
        resolve_customers(session, customers({"customer_name": name, "siren": next(SIRENS), **place}))
    found = resolve_customers(session, customers({"customer_name": "Garage Centrall", **place}))
    (case,) = found.reviews
    scores = [candidate.score for candidate in case.candidates]
    assert len(scores) == 5
    assert scores == sorted(scores, reverse=True)
    best = session.get_one(Debtor, uuid.UUID(case.candidates[0].debtor_id))
    assert best.name == "Garage Central"
    assert [reason.message for reason in case.candidates[0].reasons] == [
        "The name is written like %(name)s.",
        "Both names have: %(words)s.",
        "The place is the same.",
    ]


def test_what_is_like_nothing_becomes_a_provisional_debtor_without_confirmation(session: Session) -> None:
    confirmed(session, "Boulangerie Dupont", DUPONT)
    found = resolve_customers(session, customers({"customer_name": "Zwickauer Motorenwerk"}))
    assert (bands(found), reasons(found)) == (["new"], ["no_match"])
    spelling = session.scalars(select(DebtorSpelling).where(DebtorSpelling.spelling.like("zwick%"))).one()
    assert spelling.confirmations == 0


def test_names_follow_the_network_as_it_grows_changes_and_rolls_back(session: Session) -> None:
    for number in range(20):
        resolve_customers(
            session, customers({"customer_name": f"Firme {number} Zinc", "siren": next(SIRENS)})
        )
    assert bands(resolve_customers(session, customers({"customer_name": "Quincaillerie Vauban"}))) == ["new"]
    with session.begin_nested() as point:
        resolve_customers(session, customers({"customer_name": "Miroiterie Sarrazin", "siren": next(SIRENS)}))
        assert bands(resolve_customers(session, customers({"customer_name": "Miroiterie Sarrazin"}))) == [
            "review"
        ]
        point.rollback()
    assert bands(resolve_customers(session, customers({"customer_name": "Miroiterie Sarrazin"}))) == ["new"]
    assert bands(resolve_customers(session, customers({"customer_name": "Quincaillerie Vauban"}))) == [
        "review"
    ]
