"""Sentences in the reader's language, the same way for pages, the command line and row errors."""

import os
from functools import cache
from gettext import NullTranslations
from pathlib import Path

from babel.support import Translations

LANGUAGES = ("en", "fr")
_FOLDER = Path(__file__).parent / "translations"


def mark(message: str) -> str:
    """Mark a template for translation where it is declared; returned as it is (translate it where it is shown)."""
    return message


@cache
def _catalogue(language: str) -> NullTranslations:
    return Translations.load(str(_FOLDER), [language])


def translate(message: str, language: str, **values: object) -> str:
    """Return the template in `language` ("en" or "fr"), filled with `values` (``%(name)s`` fields)."""
    text = _catalogue(language).gettext(message)
    return text % values if values else text


def console_language() -> str:
    """Return the language of the command line, from VIGIE_LANG, LC_ALL, LC_MESSAGES or LANG; English otherwise."""
    for name in ("VIGIE_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        language = os.environ.get(name, "")[:2].lower()
        if language in LANGUAGES:
            return language
    return "en"
