"""Gathers every sentence that a reader can meet, from the code and the templates."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

from anonymization.parameters import DEFAULT
from network.i18n import CATALOGUES, LANGUAGES

ROOT = Path(__file__).parents[2]
PACKAGES = ("network", "alerts", "anonymization")
METHODS = [("**/templates/**.html", "jinja2"), ("**.py", "python")]
OPTIONS = {"**/templates/**.html": {"trimmed": "true", "silent": "false", "encoding": "utf-8"}}
ERRORS = (
    "NetworkError",
    "NotAllowedError",
    "NotFoundError",
    "ConflictError",
    "UnreadableError",
    "SettingsError",
    "UnavailableError",
)
KEYWORDS = {
    **{name: spec for name, spec in DEFAULT_KEYWORDS.items() if not name.startswith("_")},
    "mark": None,
    **dict.fromkeys(ERRORS),
}
"""Functions whose first argument is a sentence. An error's sentence is one, marked or not."""


def _found() -> Iterator[tuple[str, str | tuple[str, ...]]]:
    for package in PACKAGES:
        for file, _, message, _, _ in extract_from_dir(
            ROOT / package, method_map=METHODS, options_map=OPTIONS, keywords=KEYWORDS
        ):
            yield f"{package}/{file}", message
    for reason in DEFAULT.reasons().values():
        yield "anonymization/parameters.py", reason


def extract() -> Catalog:
    """Return all sentences of the product, and the reasons of the parameters, with the files that say them."""
    catalog = Catalog(fuzzy=False)
    for file, message in sorted(_found(), key=lambda found: (found[0], str(found[1]))):
        if message:
            catalog.add(message, locations=[(file, 0)])
    return catalog


def update(language: str) -> Catalog:
    """Bring the catalogue of `language` up to date: new sentences empty, unused ones gone; return it."""
    path = CATALOGUES / language / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as source:
        catalog = read_po(source, locale=language)
    catalog.update(extract(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    body = BytesIO()
    write_po(body, catalog, width=110, include_lineno=False, omit_header=True)
    path.write_bytes(_header(language, catalog.plural_forms).encode() + body.getvalue())
    return catalog


def _header(language: str, plural_forms: str) -> str:
    """Return the head of a catalogue. It holds no dates: two people who gather the same get the same bytes."""
    return (
        "# Gathered by `python -m network.translations`; translated by hand.\n"
        'msgid ""\nmsgstr ""\n'
        f'"Language: {language}\\n"\n'
        f'"Plural-Forms: {plural_forms}\\n"\n'
        '"MIME-Version: 1.0\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Content-Transfer-Encoding: 8bit\\n"\n\n'
    )


def untranslated(catalog: Catalog) -> list[str]:
    """Return the sentences that have no translation yet."""
    return [str(message.id) for message in catalog if message.id and not _is_complete(message.string)]


def _is_complete(text: str | list[str] | tuple[str, ...] | None) -> bool:
    return all(text) if isinstance(text, list | tuple) else bool(text)


def translated_languages() -> tuple[str, ...]:
    """Return the languages that have a catalogue: all but English, which the code is written in."""
    return tuple(language for language in LANGUAGES if language != "en")
