"""Lines that are linked though their spelling was never seen: when, and above all when not."""

import uuid

import pytest
from sqlalchemy.orm import Session

from network.models import Debtor, DebtorSpelling
from network.resolution import resolve
from network.resolution.debtor_names import DebtorNames
from network.resolution.resolve import resolve_customers
from tests.factories.customers import customers, sirens

SIRENS = sirens(11)
LYON = {"postcode": "69003", "country": "FR"}


@pytest.fixture(autouse=True)
def _no_names_of_other_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resolve, "debtor_names", DebtorNames())


def known(session: Session, name: str, *, members: int = 2, is_listed: bool = True) -> str:
    """Make a debtor in Lyon that so many members know by this name; return its id."""
    line = {"customer_name": name, "siren": next(SIRENS), **LYON}
    (debtor_id,) = resolve_customers(session, customers(line)).frame["debtor_id"].to_list()
    for _ in range(members - 1):
        resolve_customers(session, customers(line))
    assert debtor_id is not None
    session.get_one(Debtor, uuid.UUID(debtor_id)).is_listed = is_listed
    session.flush()
    return debtor_id


def answer(session: Session, name: str, **place: str) -> tuple[str, str | None, str]:
    found = resolve_customers(session, customers({"customer_name": name, **(place or LYON)}))
    return found.frame.select("band", "debtor_id", "reason").row(0)


def test_a_slip_of_the_pen_at_the_same_place_needs_no_person(session: Session) -> None:
    debtor_id = known(session, "Menuiserie Lefebvre Frères")
    assert answer(session, "MENUISERIE LEFEBVRE FRERE SARL") == ("link", debtor_id, "alike")


def test_such_a_line_confirms_nothing(session: Session) -> None:
    known(session, "Menuiserie Lefebvre Frères")
    for _ in range(3):
        assert answer(session, "Menuiserie Lefebvre Frère")[2] == "alike"
    held = session.query(DebtorSpelling).all()
    assert [(found.spelling, found.confirmations) for found in held] == [("menuiserie lefebvre freres", 2)]


def test_nothing_is_told_of_a_debtor_that_is_not_listed(session: Session) -> None:
    known(session, "Menuiserie Lefebvre Frères", is_listed=False)
    assert answer(session, "Menuiserie Lefebvre Frère")[0] == "review"


def test_a_spelling_of_one_member_is_not_enough(session: Session) -> None:
    known(session, "Menuiserie Lefebvre Frères", members=1)
    assert answer(session, "Menuiserie Lefebvre Frère")[0] == "review"


def test_elsewhere_or_nowhere_it_is_a_question(session: Session) -> None:
    known(session, "Menuiserie Lefebvre Frères")
    assert answer(session, "Menuiserie Lefebvre Frère", postcode="75011", country="FR")[0] != "link"
    assert answer(session, "Menuiserie Lefebvre Frère", country="FR")[0] != "link"


@pytest.mark.parametrize(
    "name",
    [
        "Menuiserie Lefebvre Frères Holding",
        "Menuiserie Lefebvre",
        "Menuiserie Lefebvre Frères 2",
        "Menuiserie Lefèvre Soeurs",
    ],
)
def test_a_word_more_or_less_is_another_company_until_a_person_says_so(session: Session, name: str) -> None:
    known(session, "Menuiserie Lefebvre Frères")
    assert answer(session, name)[0] != "link"


def test_contradicting_legal_forms_are_a_question(session: Session) -> None:
    known(session, "Menuiserie Lefebvre Frères SARL")
    assert answer(session, "Menuiserie Lefevbre Frères SA")[0] != "link"


def test_two_that_are_as_near_are_a_question(session: Session) -> None:
    known(session, "Menuiserie Lefebvre Frères")
    known(session, "Menuiserie Lefeubre Frères")
    assert answer(session, "Menuiserie Lefevbre Frères")[0] == "review"


def test_debtors_judged_to_be_one_are_shown_once(session: Session) -> None:
    one, third = known(session, "Garage Central Nord"), known(session, "Garage Central Sud")
    other = str(uuid.uuid4())
    session.add(Debtor(id=uuid.UUID(other), name="Garage Central du Nord", merged_into=uuid.UUID(one)))
    session.flush()
    session.add(DebtorSpelling(spelling="garage central nordd", area="FR:69", debtor_id=uuid.UUID(other)))
    session.flush()
    found = resolve_customers(session, customers({"customer_name": "Garage Central Nord Est", **LYON}))
    shown = [candidate.debtor_id for case in found.reviews for candidate in case.candidates]
    assert len(set(shown) & {one, other}) == 1
    assert set(shown) <= {one, other, third}
