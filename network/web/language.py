"""In which language a page speaks, and how it writes numbers, money and dates."""

from datetime import date
from decimal import Decimal

from babel import Locale, dates, numbers
from babel.support import NullTranslations
from flask import Flask, request
from flask_babel import Domain, get_locale

from network.errors import NetworkError
from network.extensions import babel
from network.i18n import LANGUAGES, catalogue, translate
from network.web.session import signed_in

LANGUAGE_COOKIE = "vigie_language"
_REGIONS = {"en": "en_GB", "fr": "fr_FR"}


class CatalogueDomain(Domain):  # type: ignore[misc]  # Flask-Babel ships no types
    """Gives Flask-Babel the catalogue that the command line uses too."""

    def get_translations(self) -> NullTranslations:
        """Return the sentences of this request's language."""
        return catalogue(page_language())


def page_language() -> str:
    """Return the language of this request, "en" or "fr"."""
    locale = get_locale()
    return "en" if locale is None else str(locale.language)


def _select() -> str:
    account = signed_in()
    chosen = account.language if account else request.cookies.get(LANGUAGE_COOKIE)
    if chosen not in LANGUAGES:
        chosen = request.accept_languages.best_match(LANGUAGES, default="en")
    return _REGIONS[str(chosen)]


def _locale() -> Locale:
    return get_locale() or Locale.parse("en_GB")


def say(message: str, **values: object) -> str:
    """Return a marked template in the page's language."""
    return translate(message, page_language(), **values)


def say_error(error: NetworkError) -> str:
    """Return the sentence of a refusal in the page's language."""
    return translate(error.message, page_language(), **error.values)


def number(value: float | Decimal) -> str:
    """Write a number with the separators of the page's language."""
    return str(numbers.format_decimal(value, locale=_locale()))


def percent(value: float | Decimal) -> str:
    """Write a fraction of 1 as whole per cent."""
    return str(numbers.format_percent(value, format=None, locale=_locale()))


def euros(cents: int, currency: str = "EUR") -> str:
    """Write minor units (cents) as whole units of the currency."""
    return str(
        numbers.format_currency(
            Decimal(cents) / 100, currency, locale=_locale(), currency_digits=False, format=_whole_money()
        )
    )


def _whole_money() -> str:
    return "#,##0\xa0¤" if page_language() == "fr" else "¤#,##0"


def month(period: str, *, form: str = "long") -> str:
    """Write a month "2026-10" as "October 2026", or "Oct 2026" where `form` is "short"."""
    pattern = "MMM y" if form == "short" else "MMMM y"
    first = date.fromisoformat(f"{period}-01")
    return str(dates.format_date(first, pattern, locale=_locale()))


def day(value: date) -> str:
    """Write a day the way the page's language does."""
    return str(dates.format_date(value, "medium", locale=_locale()))


def install(app: Flask) -> None:
    """Teach `app` the languages; templates get the filters below and `language()`."""
    babel.init_app(app, default_locale="en_GB", locale_selector=_select)
    babel.domain_instance = CatalogueDomain()
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.filters.update(
        number=number, percent=percent, euros=euros, month=month, day=day, say=say, say_error=say_error
    )
    app.jinja_env.globals["language"] = page_language
