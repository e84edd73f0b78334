"""Coming in and going out."""

import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from network import create_app
from network.models import User
from network.settings import Settings
from tests.factories.cast import Person
from tests.functional.conftest import Visitor, words_of

WRONG = "This address and password do not go together."


def test_a_credit_manager_signs_in_and_lands_on_the_watchtower(visitor: Visitor, reporter: Person) -> None:
    answer = visitor.signs_in(reporter)
    assert (answer.status_code, answer.location) == (302, "/")
    assert "Watchtower" in words_of(visitor.opens("/"))


@pytest.mark.parametrize("email", ["reporter@vigie.example", "nobody@vigie.example"])
def test_a_wrong_password_and_an_unknown_address_get_one_answer(
    visitor: Visitor, reporter: Person, email: str
) -> None:
    answer = visitor.sends("/sign-in", {"email": email, "password": "not the password"})
    assert answer.status_code == 403
    assert WRONG in words_of(answer)


def test_a_closed_account_does_not_open(visitor: Visitor, reporter: Person, session: Session) -> None:
    session.get_one(User, reporter.user_id).is_active = False
    session.commit()
    assert WRONG in words_of(visitor.signs_in(reporter))


def test_closing_an_account_ends_its_sessions(
    reader_of: Callable[[Person], Visitor], reporter: Person, session: Session
) -> None:
    reader = reader_of(reporter)
    session.get_one(User, reporter.user_id).is_active = False
    session.commit()
    assert reader.opens("/").location.startswith("/sign-in")


def test_a_new_password_ends_older_sessions(
    reader_of: Callable[[Person], Visitor], reporter: Person, session: Session
) -> None:
    reader = reader_of(reporter)
    session.get_one(User, reporter.user_id).password_hash = "another"
    session.commit()
    assert reader.opens("/").location.startswith("/sign-in")


def test_the_password_of_today_is_kept_under_the_cost_of_today(
    visitor: Visitor, reporter: Person, session: Session
) -> None:
    before = session.get_one(User, reporter.user_id).password_hash
    visitor.signs_in(reporter)
    session.expire_all()
    after = session.get_one(User, reporter.user_id).password_hash
    assert before != after
    assert "m=65536" in after
    assert visitor.opens("/").status_code == 200


def test_the_session_of_before_is_thrown_away_at_sign_in(visitor: Visitor, reporter: Person) -> None:
    with visitor.client.session_transaction() as session:
        session["planted"] = "by somebody else"
    visitor.signs_in(reporter)
    with visitor.client.session_transaction() as session:
        assert "planted" not in session


def test_signing_out_ends_it(reader_of: Callable[[Person], Visitor], reporter: Person) -> None:
    reader = reader_of(reporter)
    assert reader.sends("/sign-out", seen_on="/").location == "/sign-in"
    assert reader.opens("/").location.startswith("/sign-in")


def test_after_sign_in_one_is_where_one_wanted_to_go(visitor: Visitor, reporter: Person) -> None:
    door = visitor.opens("/search?q=acier").location
    assert visitor.signs_in(reporter, path=door).location == "/search?q=acier"


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x"]
)
def test_no_link_leads_away_after_sign_in(visitor: Visitor, reporter: Person, target: str) -> None:
    answer = visitor.client.get("/sign-in", query_string={"next": target})
    assert answer.status_code == 200
    assert visitor.signs_in(reporter, path=f"/sign-in?next={target}").location == "/"


def test_a_form_without_its_token_is_refused(visitor: Visitor, reporter: Person) -> None:
    answer = visitor.client.post("/sign-in", data={"email": reporter.email, "password": reporter.password})
    assert answer.status_code == 400
    assert "open for too long" in words_of(answer)


def test_guessing_is_slowed_down(visitor: Visitor, reporter: Person) -> None:
    answers = [visitor.signs_in(reporter, password="guess again and again").status_code for _ in range(11)]
    assert answers == [403] * 10 + [429]


def test_an_unknown_address_takes_as_long_as_a_wrong_password(visitor: Visitor, operator: Person) -> None:
    def seconds(email: str) -> float:
        start = time.perf_counter()
        visitor.sends("/sign-in", {"email": email, "password": "a wrong one"})
        return time.perf_counter() - start

    # the cast's hashes are cheap on purpose, so only one direction can be held here: no early way out
    assert min(seconds("nobody@vigie.example") for _ in range(3)) > 0.02


def test_the_cookie_of_a_secure_site_is_bound_to_it(
    session: Session, settings: Settings, reporter: Person
) -> None:
    secure = create_app(replace(settings, public_url="https://vigie.example"))
    client = secure.test_client()
    answer = client.get("/sign-in", base_url="https://vigie.example")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-vigie=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")


def test_every_answer_says_what_a_browser_may_load(app: Flask, operator: Person) -> None:
    client = app.test_client()
    for path in ("/sign-in", "/no-such-page", "/static/css/tokens.css"):
        with client.get(path) as answer:
            policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
    first, second = (client.get("/sign-in").headers["Content-Security-Policy"] for _ in range(2))
    assert first != second, "a nonce serves once"


def test_behind_a_proxy_the_limit_counts_readers_and_not_the_proxy(
    session: Session, settings: Settings, reporter: Person
) -> None:
    client = create_app(replace(settings, public_url="https://vigie.example")).test_client()

    def attempt(address: str, place: int) -> int:
        proxied = {"X-Forwarded-For": address, "X-Forwarded-Proto": "https"}
        door = client.get("/sign-in", headers=proxied)
        token = door.text.split('name="csrf_token" value="')[1].split('"')[0]
        form = {"csrf_token": token, "email": f"guess{place}@vigie.example", "password": ""}
        referer = {"Referer": "https://localhost/sign-in"}
        return client.post("/sign-in", data=form, headers=proxied | referer).status_code

    assert [attempt("192.0.2.1", place) for place in range(21)] == [400] * 20 + [429]
    assert attempt("192.0.2.2", 0) == 400
