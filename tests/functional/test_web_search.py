"""Search: the page, what follows the typing, and what drops down in the bar."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from network.models import Debtor, DebtorIdentifier
from network.search.embedded import EmbeddedIndex
from tests.factories.cast import Person
from tests.functional.conftest import Visitor, words_of


@pytest.fixture
def debtors(session: Session, index: EmbeddedIndex) -> dict[str, Debtor]:
    found = {
        name: Debtor(name=name, legal_form=form, city=city, postcode=postcode, country="FR", is_listed=listed)
        for name, form, city, postcode, listed in (
            ("Charpentes Vasseur et Fils", "SARL", "Arras", "62000", True),
            ("Transports Lecœur", "SA", "Rouen", "76000", True),
            ("Menuiserie <Béranger>", None, "Vannes", "56000", True),
            ("Ateliers Secrets", "SAS", "Tulle", "19000", False),
        )
    }
    session.add_all(found.values())
    session.flush()
    session.add(DebtorIdentifier(scheme="siren", value="552100554", debtor_id=found["Transports Lecœur"].id))
    session.commit()
    return found


def test_before_one_types_the_page_says_what_helps(
    reader_of: Callable[[Person], Visitor], reporter: Person, debtors: dict[str, Debtor]
) -> None:
    assert "A name as you remember it is enough" in words_of(reader_of(reporter).opens("/search"))


@pytest.mark.parametrize(
    "typed", ["charpante vaseur", "VASSEUR", "sarl charpentes vasseur", "charpentes arras"]
)
def test_a_name_as_one_remembers_it_is_enough(
    reader_of: Callable[[Person], Visitor], reporter: Person, debtors: dict[str, Debtor], typed: str
) -> None:
    answer = reader_of(reporter).opens(f"/search?q={typed}")
    words = words_of(answer)
    assert "Charpentes Vasseur et Fils SARL 62000 Arras" in words
    assert "Nothing published yet" in words
    assert f"/debtors/{debtors['Charpentes Vasseur et Fils'].id}" in answer.text


def test_a_siren_is_found_with_its_blanks(
    reader_of: Callable[[Person], Visitor], reporter: Person, debtors: dict[str, Debtor]
) -> None:
    words = words_of(reader_of(reporter).opens("/search?q=552 100 554"))
    assert "Transports Lecœur" in words
    assert "SIREN 552 100 554" in words
    assert "1 debtor" in words


def test_while_one_types_only_the_results_are_sent(
    reader_of: Callable[[Person], Visitor], reporter: Person, debtors: dict[str, Debtor]
) -> None:
    answer = reader_of(reporter).opens("/search?q=lecoeur", X_Vigie_Fragment="1")
    assert "Transports Lecœur" in answer.text
    assert "<html" not in answer.text


def test_suggestions_are_options_of_a_list(
    reader_of: Callable[[Person], Visitor], reporter: Person, debtors: dict[str, Debtor]
) -> None:
    text = reader_of(reporter).opens("/search/suggestions?q=tra").text
    assert 'role="option"' in text
    assert f'data-href="/debtors/{debtors["Transports Lecœur"].id}"' in text


def test_a_name_is_never_markup(
    reader_of: Callable[[Person], Visitor], reporter: Person, debtors: dict[str, Debtor]
) -> None:
    text = reader_of(reporter).opens('/search?q=béranger"><script>').text
    assert "<Béranger>" not in text
    assert '"><script>' not in text
    assert "Menuiserie &lt;Béranger&gt;" in reader_of(reporter).opens("/search?q=beranger").text


def test_whom_nobody_knows_is_said_with_what_to_try(
    reader_of: Callable[[Person], Visitor], reporter: Person, debtors: dict[str, Debtor]
) -> None:
    assert "Nobody by that name" in words_of(reader_of(reporter).opens("/search?q=zzzzzz"))


def test_a_debtor_without_a_release_is_found_by_a_moderator_alone(
    reader_of: Callable[[Person], Visitor], reporter: Person, moderator: Person, debtors: dict[str, Debtor]
) -> None:
    assert "Ateliers Secrets" not in words_of(
        reader_of(reporter).opens("/search?q=ateliers secrets")
    ).replace("“", "")
    assert "Ateliers Secrets SAS" in words_of(reader_of(moderator).opens("/search?q=ateliers secrets"))


def test_a_list_that_is_cut_says_so(
    reader_of: Callable[[Person], Visitor], reporter: Person, session: Session, index: EmbeddedIndex
) -> None:
    session.add_all(Debtor(name=f"Garage Martin {place}", is_listed=True) for place in range(30))
    session.commit()
    words = words_of(reader_of(reporter).opens("/search?q=garage martin"))
    assert "The best 20;" in words


def test_without_words_the_page_shows_how_to_list(
    reader_of: Callable[[Person], Visitor], reporter: Person, debtors: dict[str, Debtor]
) -> None:
    answer = reader_of(reporter).opens("/search")
    assert "index:&lt;60 department:69" in answer.text
    assert "/search?q=index:%3C60+department:69" in answer.text


def test_an_operator_chooses_and_is_shown_with_a_way_to_take_it_away(
    reader_of: Callable[[Person], Visitor], reporter: Person, debtors: dict[str, Debtor]
) -> None:
    answer = reader_of(reporter).opens("/search?q=ville:rouen transports")
    words = words_of(answer)
    assert "Transports Lecœur" in words
    assert "City: Rouen take away" in words
    assert 'class="chip" href="/search?q=transports"' in answer.text
    assert "Nobody answers to all of this" in words_of(
        reader_of(reporter).opens("/search?q=city:arras transports")
    )


def test_hits_can_be_narrowed_by_what_tells_them_apart(
    reader_of: Callable[[Person], Visitor], reporter: Person, session: Session, index: EmbeddedIndex
) -> None:
    session.add_all(
        Debtor(name=f"Garage {name}", city=city, postcode=code, country="FR", is_listed=listed)
        for name, city, code, listed in (
            ("Un", "Lyon", "69003", True),
            ("Deux", "LYON CEDEX 03", "69421", True),
            ("Trois", "Rouen", "76000", True),
            ("Secret", "Tulle", "19000", False),
        )
    )
    session.commit()
    answer = reader_of(reporter).opens("/search?q=garage")
    words = words_of(answer)
    assert "City Lyon 2 Rouen 1" in words
    assert "Department 69 Rhône 2 76 Seine-Maritime 1" in words
    assert "Country" not in words, "all are of one"
    assert "Tulle" not in answer.text
    assert 'href="/search?q=city:rouen+garage"' in answer.text
    narrowed = words_of(reader_of(reporter).opens("/search?q=city:rouen+garage"))
    assert "Garage Trois" in narrowed
    assert "Garage Un" not in narrowed


def test_what_cannot_be_read_is_said_while_one_types(
    reader_of: Callable[[Person], Visitor], reporter: Person, debtors: dict[str, Debtor]
) -> None:
    answer = reader_of(reporter).opens("/search?q=lecoeur index:soon", X_Vigie_Fragment="1")
    words = words_of(answer)
    assert "“index:soon” cannot be read. Write index:<60, index:>80 or index:60-80" in words
    assert "Nobody" not in words
