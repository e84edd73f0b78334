"""Moderators say in the pages which debtors are one company."""

import uuid
from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from network.models import Debtor, DebtorIdentifier, Judgement
from network.services.judgements import apply_asked
from tests.factories.cast import Person
from tests.functional.conftest import Visitor, words_of

ReaderOf = Callable[[Person], Visitor]


@pytest.fixture
def pair(session: Session) -> tuple[uuid.UUID, uuid.UUID]:
    """Two debtors that are one company in life."""
    debtors = [Debtor(name="Garage Dupont", is_listed=True), Debtor(name="Ets Dupont Garage", city="Lyon")]
    session.add_all(debtors)
    session.flush()
    session.add(DebtorIdentifier(scheme="siren", value="552100554", debtor_id=debtors[1].id))
    session.commit()
    return debtors[0].id, debtors[1].id


def standing(session: Session, debtor_id: uuid.UUID) -> uuid.UUID | None:
    session.expire_all()
    return session.get_one(Debtor, debtor_id).merged_into


def test_from_the_debtors_page_to_one_company_and_back(
    session: Session, pair: tuple[uuid.UUID, uuid.UUID], moderator: Person, reader_of: ReaderOf
) -> None:
    reader = reader_of(moderator)
    assert "The same company as another debtor?" in words_of(reader.opens(f"/debtors/{pair[0]}"))
    compared = f"/judgements/new?left={pair[0]}&words=552100554"
    words = words_of(reader.opens(compared))
    assert "Garage Dupont" in words
    assert "Ets Dupont Garage" in words
    assert "Would stand for both." in words
    form = {"left": pair[0], "right": pair[1], "verdict": "same", "reason": "Same manager"}
    assert reader.sends("/judgements", form, seen_on=compared).status_code == 303
    assert "asked for" in words_of(reader.opens("/judgements"))
    assert apply_asked() == 1
    assert {standing(session, pair[0]), standing(session, pair[1])} - {None} <= set(pair)
    assert standing(session, pair[0]) or standing(session, pair[1])
    words = words_of(reader.opens("/judgements"))
    assert "one company in force" in words
    assert "Same manager" in words
    assert "These are one company already." in words_of(reader.opens(compared))
    held = session.scalars(select(Judgement.id)).one()
    reader.sends(f"/judgements/{held}/withdraw", seen_on="/judgements")
    assert "being taken back" in words_of(reader.opens("/judgements"))
    apply_asked()
    assert "withdrawn" in words_of(reader.opens("/judgements"))
    assert standing(session, pair[0]) is standing(session, pair[1]) is None


def test_two_sirens_are_refused_on_the_page(
    session: Session, pair: tuple[uuid.UUID, uuid.UUID], operator: Person, reader_of: ReaderOf
) -> None:
    session.add(DebtorIdentifier(scheme="siren", value="732829320", debtor_id=pair[0]))
    session.commit()
    reader = reader_of(operator)
    compared = f"/judgements/new?left={pair[0]}&right={pair[1]}"
    page = reader.opens(compared)
    assert "are two companies, and never become one." in words_of(page)
    assert 'value="same" disabled' in page.text
    form = {"left": pair[0], "right": pair[1], "verdict": "same"}
    assert reader.sends("/judgements", form, seen_on=compared).status_code == 409
    assert session.scalars(select(Judgement)).all() == []
    form["verdict"] = "different"
    assert reader.sends("/judgements", form, seen_on=compared).status_code == 303


def test_words_that_name_nobody_lead_back(
    pair: tuple[uuid.UUID, uuid.UUID], moderator: Person, reader_of: ReaderOf
) -> None:
    reader = reader_of(moderator)
    answer = reader.opens(f"/judgements/new?left={pair[0]}&words=nobody")
    assert answer.location.endswith(f"/debtors/{pair[0]}")
    assert "No debtor nobody" in words_of(reader.opens(answer.location))
    assert reader.opens("/judgements/new").status_code == 404
    assert reader.sends("/judgements", {"left": "x"}, seen_on="/judgements").status_code == 404


def test_members_neither_see_nor_ask(
    session: Session,
    pair: tuple[uuid.UUID, uuid.UUID],
    reporter: Person,
    subscriber: Person,
    visitor: Visitor,
    reader_of: ReaderOf,
) -> None:
    for person in (reporter, subscriber):
        reader = reader_of(person)
        assert "same company" not in words_of(reader.opens(f"/debtors/{pair[0]}"))
        for path in ("/judgements", f"/judgements/new?left={pair[0]}&right={pair[1]}"):
            assert reader.opens(path).status_code == 403
        form = {"left": pair[0], "right": pair[1], "verdict": "same"}
        assert reader.sends("/judgements", form, seen_on="/").status_code == 403
        assert reader.sends(f"/judgements/{uuid.uuid4()}/withdraw", seen_on="/").status_code == 403
    assert visitor.opens("/judgements").status_code == 302
    assert session.scalars(select(Judgement)).all() == []
