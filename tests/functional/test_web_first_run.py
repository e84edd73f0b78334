"""An empty network and its first person."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from network.models import User
from tests.factories.cast import Person
from tests.functional.conftest import Visitor, words_of

FORM = {"name": "Anne Le Guen", "email": "Anne@Vigie.Example ", "password": "un phare dans la nuit"}


@pytest.mark.parametrize("path", ["/", "/sign-in", "/search"])
def test_on_an_empty_network_every_way_leads_to_the_first_page(visitor: Visitor, path: str) -> None:
    assert visitor.opens(path).location == "/first-run"


def test_the_first_person_becomes_the_operator_and_is_signed_in(visitor: Visitor, session: Session) -> None:
    assert visitor.sends("/first-run", FORM, seen_on="/first-run").location == "/"
    user = session.scalars(select(User)).one()
    assert (user.email, user.role, user.member_id) == ("anne@vigie.example", "operator", None)
    assert user.password_hash.startswith("$argon2id$")
    assert "You are this network" in words_of(visitor.opens("/"))


def test_whoever_comes_second_finds_no_such_page(visitor: Visitor, operator: Person) -> None:
    assert visitor.opens("/first-run").status_code == 404
    answer = visitor.sends("/first-run", FORM)
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("password", "too short", "Take between 12 and 200 characters"),
        ("email", "anne at vigie", "does not look like an e-mail address"),
        ("name", " ", "This is needed."),
    ],
)
def test_a_fault_is_told_beside_its_field(
    visitor: Visitor, session: Session, field: str, value: str, sentence: str
) -> None:
    answer = visitor.sends("/first-run", {**FORM, field: value}, seen_on="/first-run")
    assert answer.status_code == 400
    assert sentence in words_of(answer)
    assert f'aria-describedby="fault-{field}' in answer.text
    assert session.scalar(select(User)) is None
