"""French and English, from the first page on."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from network.models import User
from tests.factories.cast import Person
from tests.functional.conftest import Visitor, words_of


def test_the_first_page_speaks_the_language_of_the_browser(visitor: Visitor) -> None:
    assert '<html lang="fr"' in visitor.opens("/first-run", Accept_Language="fr-CA,fr;q=0.9,en;q=0.5").text
    assert '<html lang="en"' in visitor.opens("/first-run", Accept_Language="de").text


def test_a_language_chosen_at_the_door_stays(visitor: Visitor, reporter: Person, session: Session) -> None:
    answer = visitor.sends("/language", {"language": "fr", "next": "/sign-in"})
    assert answer.location == "/sign-in"
    assert "Se connecter" in words_of(visitor.opens("/sign-in", Accept_Language="en"))
    visitor.signs_in(reporter)
    assert '<html lang="fr"' in visitor.opens("/").text
    session.expire_all()
    assert session.get_one(User, reporter.user_id).locale == "fr"


def test_the_language_of_an_account_goes_before_that_of_the_browser(
    reader_of: Callable[[Person], Visitor], reporter: Person
) -> None:
    reader = reader_of(reporter)
    reader.sends("/language", {"language": "fr", "next": "/inbox"}, seen_on="/")
    assert '<html lang="fr"' in reader.opens("/", Accept_Language="en").text


def test_an_unknown_language_changes_nothing(
    reader_of: Callable[[Person], Visitor], reporter: Person
) -> None:
    reader = reader_of(reporter)
    reader.sends("/language", {"language": "tlh"}, seen_on="/")
    assert '<html lang="en"' in reader.opens("/").text


def test_a_refusal_speaks_the_language_too(visitor: Visitor, operator: Person) -> None:
    answer = visitor.opens("/no-such-page", Accept_Language="fr")
    assert answer.status_code == 404
    assert "Rien à cet horizon" in words_of(answer)


def test_the_light_is_kept_and_an_unknown_one_is_that_of_the_device(
    visitor: Visitor, operator: Person
) -> None:
    visitor.sends("/light", {"light": "dark", "next": "/sign-in"})
    assert 'data-light="dark"' in visitor.opens("/sign-in").text
    visitor.sends("/light", {"light": "disco", "next": "/sign-in"})
    assert "data-light=" not in visitor.opens("/sign-in").text.split("<head>")[0]
