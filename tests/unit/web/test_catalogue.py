"""Everything that the product says, it says in every language."""

import re
import string

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from network.i18n import CATALOGUES, translate
from network.translations.extraction import extract, translated_languages, untranslated

FIELD = re.compile(r"%\((\w+)\)")


@pytest.fixture(scope="module")
def said() -> Catalog:
    return extract()


def _catalogue(language: str) -> Catalog:
    with (CATALOGUES / language / "LC_MESSAGES" / "messages.po").open("rb") as source:
        return read_po(source, locale=language)


def _texts(message: Message) -> list[tuple[str, str]]:
    """Return (English, translation) pairs; a plural has one for each form."""
    if isinstance(message.id, tuple):
        return [(message.id[min(place, 1)], text) for place, text in enumerate(message.string)]
    return [(str(message.id), str(message.string))]


def _pairs(language: str) -> list[tuple[str, str]]:
    return [pair for message in _catalogue(language) if message.id for pair in _texts(message)]


@pytest.mark.parametrize("language", translated_languages())
def test_every_sentence_is_translated(said: Catalog, language: str) -> None:
    catalogue = _catalogue(language)
    missing = [str(message.id) for message in said if message.id and catalogue.get(message.id) is None]
    assert missing + untranslated(catalogue) == [], "run: python -m network.translations, then translate"


@pytest.mark.parametrize("language", translated_languages())
def test_no_translation_is_a_guess_or_left_over(said: Catalog, language: str) -> None:
    catalogue = _catalogue(language)
    assert [message.id for message in catalogue if message.id and message.fuzzy] == []
    assert [message.id for message in catalogue if message.id and said.get(message.id) is None] == []


@pytest.mark.parametrize("language", translated_languages())
def test_a_translation_fills_the_same_fields(language: str) -> None:
    wrong = [
        (english, text)
        for english, text in _pairs(language)
        # a singular may leave its number out, never name a field of its own
        if not set(FIELD.findall(text)) <= set(FIELD.findall(english)) | {"num"}
        or set(FIELD.findall(english)) - set(FIELD.findall(text)) - {"num"}
    ]
    assert wrong == []


def test_french_keeps_its_punctuation_from_falling_off_the_line() -> None:
    loose = re.compile(r" [:;?!»](?:\s|$)| %(?!\()|« |\w[;?!](?:\s|$)|\w:(?:\s|$)")
    fallen = [text for _, text in _pairs("fr") if loose.search(text)]
    assert fallen == [], "a no-break space goes before : ; ? ! % and inside « »"


def test_french_uses_the_typographic_apostrophe() -> None:
    letters = string.ascii_letters + "àâçéèêëîïôûùœ"
    straight = [text for _, text in _pairs("fr") if re.search(rf"[{letters}]'[{letters}]", text)]
    assert straight == []


def test_the_command_line_and_the_pages_share_the_catalogue() -> None:
    assert translate("Sign in", "fr") == "Se connecter"
    assert translate("There is no such sentence.", "fr") == "There is no such sentence."
