"""Sentences in the reader's language, the same way for pages, the command line and row errors.

The catalogue is read from the `.po` file that people edit: nothing has to be compiled after a clone
(docs/decisions/0051-catalogues-are-read-as-they-are-written.md).
"""

import os
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

LANGUAGES = ("en", "fr")
CATALOGUES = Path(__file__).parent / "translations"


def mark(message: str) -> str:
    """Mark a template for translation where it is declared; returned as it is (translate it where it is shown)."""
    return message


@cache
def catalogue(language: str) -> NullTranslations:
    """Return the sentences of `language`; English, which the code is written in, needs none."""
    path = CATALOGUES / language / "LC_MESSAGES" / "messages.po"
    if language not in LANGUAGES or not path.exists():
        return NullTranslations()
    compiled = BytesIO()
    with path.open("rb") as source:
        write_mo(compiled, read_po(source, locale=language))
    compiled.seek(0)
    return Translations(compiled)


def translate(message: str, language: str, **values: object) -> str:
    """Return the template in `language` ("en" or "fr"), filled with `values` (``%(name)s`` fields)."""
    text = catalogue(language).gettext(message)
    return text % values if values else text


def console_language() -> str:
    """Return the language of the command line, from VIGIE_LANG, LC_ALL, LC_MESSAGES or LANG; English otherwise."""
    for name in ("VIGIE_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        language = os.environ.get(name, "")[:2].lower()
        if language in LANGUAGES:
            return language
    return "en"
