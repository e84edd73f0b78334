"""What a reader sees where something is refused or fails."""

from collections.abc import Callable
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from network.extensions import database
from network.web.configuration import MAX_REQUEST
from tests.factories.cast import Person
from tests.functional.conftest import Visitor, words_of


def test_a_page_that_is_not_there(visitor: Visitor, operator: Person) -> None:
    answer = visitor.opens("/no-such-page")
    assert answer.status_code == 404
    assert "Nothing on this bearing" in words_of(answer)


def test_a_page_that_is_not_for_this_role(reader_of: Callable[[Person], Visitor], moderator: Person) -> None:
    answer = reader_of(moderator).opens("/inbox")
    assert answer.status_code == 403
    assert "Your role, moderator, does not allow this" in words_of(answer)


def test_a_way_of_asking_that_is_not_foreseen(visitor: Visitor, operator: Person) -> None:
    for answer in (visitor.client.put("/sign-in"), visitor.opens("/sign-out")):
        assert answer.status_code == 405
        assert "This did not work" in words_of(answer)


def test_a_fragment_is_refused_in_one_sentence(
    reader_of: Callable[[Person], Visitor], moderator: Person
) -> None:
    answer = reader_of(moderator).opens("/inbox", X_Vigie_Fragment="1")
    assert answer.status_code == 403
    assert "<html" not in answer.text


def test_a_database_that_does_not_answer_is_said_calmly(
    reader_of: Callable[[Person], Visitor], reporter: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = reader_of(reporter)
    nowhere = create_engine("postgresql+psycopg2://nobody@127.0.0.1:1/none")
    monkeypatch.setattr(database, "new_session", lambda: Session(nowhere))
    answer = reader.opens("/")
    assert answer.status_code == 503
    assert "Back in a moment" in words_of(answer)
    assert "127.0.0.1" not in answer.text


def test_a_fault_of_ours_shows_a_reference_and_no_more(app: Flask, operator: Person) -> None:
    @app.get("/fault")
    def fault() -> str:
        raise ZeroDivisionError("the secret inside")

    answer = Visitor(app.test_client()).opens("/fault")
    assert answer.status_code == 500
    assert "The light went out" in words_of(answer)
    assert "Reference" in words_of(answer)
    assert "secret" not in answer.text


def test_who_has_not_signed_in_cannot_make_us_store_a_large_request(
    visitor: Visitor, operator: Person
) -> None:
    for path in ("/contributions", "/sign-in"):
        assert visitor.sends(path, {"email": "x" * (MAX_REQUEST + 1)}).status_code == 413


def test_who_has_signed_in_sends_large_ledgers(
    reader_of: Callable[[Person], Visitor], reporter: Person
) -> None:
    rows = b"no,heading,that,is,known\n" * (MAX_REQUEST // 20)
    form: dict[str, object] = {"ledger": (BytesIO(rows), "l.csv")}
    answer = reader_of(reporter).sends("/contributions", form, seen_on="/contributions")
    answer.request.environ[
        "wsgi.input"
    ].close()  # the file in which the test client itself keeps a large form
    assert answer.status_code == 422
