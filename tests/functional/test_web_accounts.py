"""Accounts: who makes them, and that there is one first operator."""

import threading

import pytest
from marshmallow import ValidationError
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from network.errors import ConflictError, NotAllowedError
from network.models import User
from network.permissions import Role
from network.services.accounts import (
    choose_language,
    create_account,
    create_first_operator,
    is_first_run,
    read_account,
    sign_in,
)
from network.transaction import reading
from tests.factories.cast import Person

PASSWORD = "un phare dans la nuit"


def test_the_operator_opens_an_account_and_its_person_signs_in(
    operator: Person, reporter: Person, session: Session
) -> None:
    made = create_account(
        operator.actor,
        name="Claire Morel",
        email=" Claire@Acier.Example",
        password=PASSWORD,
        role=Role.CREDIT_MANAGER,
        member_id=reporter.member_id,
        language="fr",
    )
    account = sign_in(email="claire@acier.example", password=PASSWORD)
    assert account == made
    assert (account.member_name, account.language, account.role) == (
        "Aciers Réunis",
        "fr",
        Role.CREDIT_MANAGER,
    )


def test_nobody_else_opens_accounts(reporter: Person) -> None:
    with pytest.raises(NotAllowedError):
        create_account(reporter.actor, name="x", email="x@y.example", password=PASSWORD, role=Role.OPERATOR)


def test_an_address_has_one_account(operator: Person, reporter: Person) -> None:
    with pytest.raises(ConflictError):
        create_account(
            operator.actor, name="x", email=reporter.email.upper(), password=PASSWORD, role=Role.SUBSCRIBER
        )


@pytest.mark.parametrize("wrong", [{"email": "x"}, {"password": "short"}, {"name": ""}, {"language": "tlh"}])
def test_what_is_no_account_is_refused_by_the_schema(operator: Person, wrong: dict[str, str]) -> None:
    right = {"name": "X", "email": "x@y.example", "password": PASSWORD, "language": "en"}
    with pytest.raises(ValidationError) as refusal:
        create_account(operator.actor, role=Role.SUBSCRIBER, **{**right, **wrong})
    assert list(refusal.value.messages_dict) == list(wrong)


def test_a_closed_account_is_read_by_nobody(reporter: Person, session: Session) -> None:
    assert read_account(reporter.user_id) is not None
    session.get_one(User, reporter.user_id).is_active = False
    session.commit()
    assert read_account(reporter.user_id) is None


def test_a_language_that_we_do_not_speak_is_not_kept(reporter: Person, session: Session) -> None:
    choose_language(reporter.actor, language="fr")
    choose_language(reporter.actor, language="tlh")
    session.expire_all()
    assert session.get_one(User, reporter.user_id).locale == "fr"


def test_of_two_who_come_first_one_becomes_the_operator(committed_database: Engine) -> None:
    assert is_first_run()
    outcomes: list[str] = []
    ready = threading.Barrier(4)

    def come(place: int) -> None:
        ready.wait()
        try:
            create_first_operator(name="First", email=f"first{place}@vigie.example", password=PASSWORD)
            outcomes.append("operator")
        except ConflictError:
            outcomes.append("too late")

    people = [threading.Thread(target=come, args=(place,)) for place in range(4)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert sorted(outcomes) == ["operator", "too late", "too late", "too late"]
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(User)) == 1
