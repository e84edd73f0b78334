"""The fields of ledger records: each reads a text by one rule, row by row or, for well-formed texts, by column.

`read` is the rule. `well_formed` says the same of the plain shapes that nearly every row has, as a polars expression that
is null wherever it is not sure; the reader of columns hands those few texts to `read` itself, so both ways agree.
"""

from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any, ClassVar, Protocol, cast

import polars as pl
from babel import Locale
from babel.numbers import list_currencies
from marshmallow import ValidationError, fields
from stdnum import lei
from stdnum.exceptions import ValidationError as InvalidNumberError
from stdnum.fr import siren, siret
from stdnum.util import get_cc_module
from typing_extensions import override

from network.schemas.natural_person import is_natural_person
from network.schemas.readings import Reading, UnfitError, read_amount, read_date, tidy

MAX_TEXT = 200


class HasReading(Protocol):
    """A schema that knows how its file is to be read."""

    reading: Reading


class LedgerField(fields.Field[Any]):
    """A field of a ledger record. A blank is None; what is unfit raises its code.

    `missing` is the code of a row that lacks the field after everything that may fill it; None where it may be blank.
    """

    dtype: ClassVar[type[pl.DataType]] = pl.String
    repeats: ClassVar[bool] = True
    """Whether a file says the same few texts over and over, so that each is better read once."""

    def __init__(self, *, missing: str | None = None) -> None:
        super().__init__(allow_none=True, load_default=None)
        self.missing = missing

    def read(self, text: str, reading: Reading) -> Any:
        """Return the value of a tidy text that is not empty; raise UnfitError."""
        raise NotImplementedError

    def well_formed(self, text: pl.Expr, reading: Reading) -> pl.Expr | None:  # noqa: ARG002 - fields with few distinct texts have none
        """Return the value of plain texts as an expression, null elsewhere; None where there is no such shortcut."""
        return None

    def verdict(self, text: str, reading: Reading) -> tuple[Any, str | None]:
        """Return (value, None), or (None, code) of an unfit text."""
        tidied = tidy(text)
        if not tidied:
            return None, None
        if tidied.startswith("="):
            return None, "formula"
        try:
            return self.read(tidied, reading), None
        except UnfitError as unfit:
            return None, unfit.code

    @override
    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        found, code = self.verdict(
            value if isinstance(value, str) else str(value), cast("HasReading", self.parent).reading
        )
        if code:
            raise ValidationError(code)
        return found


class Text(LedgerField):
    """A text of at most 200 characters."""

    @override
    def read(self, text: str, reading: Reading) -> str:
        if len(text) > MAX_TEXT:
            raise UnfitError("text_too_long")
        return text


class Reference(Text):
    """A number or code of the member's own, such as an invoice number."""

    repeats = False

    @override
    def well_formed(self, text: pl.Expr, reading: Reading) -> pl.Expr:
        plain = text.str.contains(r"^[!-<>-~][!-~]*(?: [!-~]+)*$") & (text.str.len_bytes() <= MAX_TEXT)
        return pl.when(plain).then(text)


class CustomerName(Text):
    """A company's name; a natural person's is refused."""

    @override
    def read(self, text: str, reading: Reading) -> str:
        name = super().read(text, reading)
        if is_natural_person(name):
            raise UnfitError("natural_person")
        return name


class Amount(LedgerField):
    """An amount in minor units (hundredths of whatever currency)."""

    dtype = pl.Int64
    repeats = False

    @override
    def read(self, text: str, reading: Reading) -> int:
        return read_amount(text, reading.decimal_of(self.name or ""))

    @override
    def well_formed(self, text: pl.Expr, reading: Reading) -> pl.Expr:
        point = {".": r"\.", ",": ",", None: "[.,]"}[reading.decimal_of(self.name or "")]
        spaced = text.str.contains(
            rf"^-?[0-9]{{1,3}}(?:[ \u00a0\u202f][0-9]{{3}}){{1,2}}(?:{point}[0-9]{{1,2}})?$"
        )
        plain = text.str.contains(rf"^-?[0-9]{{1,9}}(?:{point}[0-9]{{1,2}})?$")
        bare = pl.when(plain).then(text).when(spaced).then(text.str.replace_all(r"[ \u00a0\u202f]", ""))
        return (bare.str.replace(",", ".", literal=True).cast(pl.Float64) * 100).round().cast(pl.Int64)


class LedgerDate(LedgerField):
    """A day."""

    dtype = pl.Date
    repeats = False

    @override
    def read(self, text: str, reading: Reading) -> date:
        return read_date(text, reading.date_format)

    @override
    def well_formed(self, text: pl.Expr, reading: Reading) -> pl.Expr:
        iso = text.str.contains(r"^(?:199|20[0-9])[0-9]-[0-9]{2}-[0-9]{2}$")
        return pl.when(iso).then(text).str.to_date("%Y-%m-%d", strict=False)


class Flag(LedgerField):
    """Yes or no, in the words and marks that ledgers use."""

    dtype = pl.Boolean
    _YES: ClassVar = frozenset(("1", "true", "yes", "y", "oui", "o", "x", "vrai", "litige", "disputed"))
    _NO: ClassVar = frozenset(("0", "false", "no", "n", "non", "faux", "-"))

    @override
    def read(self, text: str, reading: Reading) -> bool:
        word = text.casefold()
        if word not in self._YES | self._NO:
            raise UnfitError("flag_invalid")
        return word in self._YES


class Currency(LedgerField):
    """An ISO 4217 code, or the euro sign."""

    @override
    def read(self, text: str, reading: Reading) -> str:
        code = "EUR" if text == "€" else text.upper()
        if code not in _currencies():
            raise UnfitError("currency_invalid")
        return code


class Identifier(LedgerField):
    """A public number of a company, held to its check digits and kept without blanks."""

    def __init__(self, check: Callable[[str], str], *, digits: int = 0, luhn: tuple[int, ...] = ()) -> None:
        """`digits` is the whole length; each of `luhn` first digits end with a check digit of their own."""
        super().__init__()
        self._check = check
        self._digits = digits
        self._luhn = luhn

    @override
    def read(self, text: str, reading: Reading) -> str:
        try:
            return self._check(text)
        except InvalidNumberError as error:
            raise UnfitError("identifier_invalid") from error

    @override
    def well_formed(self, text: pl.Expr, reading: Reading) -> pl.Expr | None:
        if not self._luhn:
            return None
        plain = text.str.contains(f"^[0-9]{{{self._digits}}}$")
        number = pl.when(plain).then(text).cast(pl.Int64)
        sound = [_luhn_sum(number // 10 ** (self._digits - first), first) % 10 == 0 for first in self._luhn]
        return pl.when(plain, *sound).then(text)


def _luhn_sum(number: pl.Expr, length: int) -> pl.Expr:
    """Return the Luhn sum of the last digits: every second counts twice, 9 less where that exceeds 9."""
    digits = [number // 10**place % 10 for place in range(length)]
    doubled = [digit * 2 - (digit > 4).cast(pl.Int64) * 9 for digit in digits[1::2]]  # noqa: PLR2004 - 2 x 5 = 10
    return pl.sum_horizontal(*digits[::2], *doubled)


class Country(LedgerField):
    """A country as its two letters, from a code or a French or English name; an unknown one is left blank."""

    @override
    def read(self, text: str, reading: Reading) -> str | None:
        return _countries().get(text.casefold())


class EmailDomain(LedgerField):
    """The domain of an address; the person before the sign is not kept."""

    @override
    def read(self, text: str, reading: Reading) -> str | None:
        _, sign, domain = text.casefold().rpartition("@")
        return domain[:MAX_TEXT] if sign and "." in domain else None


def french_siren(text: str) -> str:
    """Return the nine digits of a SIREN; raise stdnum's ValidationError."""
    return str(siren.validate(text))


def french_siret(text: str) -> str:
    """Return the fourteen digits of a SIRET; raise stdnum's ValidationError."""
    return str(siret.validate(text))


def legal_entity(text: str) -> str:
    """Return a Legal Entity Identifier; raise stdnum's ValidationError."""
    return str(lei.validate(text))


def vat_number(text: str) -> str:
    """Return a VAT number with its country prefix; raise stdnum's ValidationError."""
    compact = "".join(c for c in text.upper() if c.isalnum())
    country = "gr" if compact[:2] == "EL" else compact[:2].lower()
    module = get_cc_module(country, "vat") if country.isascii() and country.isalpha() else None
    if module is None:
        raise InvalidNumberError
    return compact[:2] + str(module.validate(compact)).removeprefix(compact[:2])


@cache
def _currencies() -> frozenset[str]:
    return frozenset(list_currencies())


@cache
def _countries() -> dict[str, str]:
    names: dict[str, str] = {}
    for language in ("en", "fr"):
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha():  # noqa: PLR2004 - ISO letters; the rest are continents
                names |= {name.casefold(): code, code.casefold(): code}
    return names | {"usa": "US", "uk": "GB", "royaume uni": "GB"}
