"""The declaration of a mapping file: what a member may say about its own ledgers."""

import codecs
from collections.abc import Mapping
from datetime import date
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate
from marshmallow.fields import Field
from typing_extensions import override

from network.schemas.fields import Currency as LedgerCurrency
from network.schemas.headings import field_named
from network.schemas.readings import Reading, declared_format

_READING = Reading(today=date.min)


class DateFormat(fields.String):
    """The order of day, month and year, as "%d/%m/%Y" or as people write it (DD/MM/YYYY)."""

    @override
    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            return declared_format(str(text))
        except ValueError as error:
            raise ValidationError("write the order of day, month and year, for example %d/%m/%Y.") from error


class CurrencyCode(fields.String):
    """An ISO 4217 code."""

    @override
    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        text = str(super()._deserialize(value, attr, data, **kwargs))
        code, unfit = LedgerCurrency().verdict(text, _READING)
        if unfit or code is None:
            raise ValidationError("write a currency by its three letters, for example EUR.")
        return str(code)


class Day(Field[date]):
    """A day, as TOML has it or as YYYY-MM-DD."""

    @override
    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> date:
        try:
            return date.fromisoformat(str(value))
        except ValueError as error:
            raise ValidationError("write a day as YYYY-MM-DD.") from error


class Columns(Field[dict[str, str]]):
    """Field -> heading; a field may be named as in the list of fields or by any heading that is known for it."""

    @override
    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> dict[str, str]:
        if not isinstance(value, Mapping):
            raise ValidationError('write a table of field = "heading".')
        columns: dict[str, str] = {}
        for key, heading in value.items():
            name = field_named(str(key))
            if name is None:
                raise ValidationError(f"there is no field “{key}”.")
            if name in columns:
                raise ValidationError(f"the field “{name}” has two headings.")
            columns[name] = str(heading)
        return columns


def _known_encoding(name: str) -> None:
    try:
        codecs.lookup(name)
    except LookupError as error:
        raise ValidationError("there is no such encoding; try utf-8, cp1252 or iso-8859-15.") from error


class MappingSchema(Schema):
    """Keys of a mapping file. An unknown key is an error, so that a misspelt one is never silently ignored."""

    date_format = DateFormat()
    decimal = fields.String(
        validate=validate.OneOf([",", "."], error='write decimal = "," or decimal = ".".')
    )
    currency = CurrencyCode()
    terms_days = fields.Integer(strict=True, validate=validate.Range(0, 365))
    report_date = Day()
    country = fields.String(
        validate=validate.Regexp(r"^[A-Z]{2}$", error="write a country by its two letters, for example FR.")
    )
    delimiter = fields.String(
        validate=validate.OneOf([",", ";", "\t", "|"], error='write ",", ";", "|" or "\\t".')
    )
    encoding = fields.String(validate=_known_encoding)
    sheet = fields.String()
    columns = Columns()
    only_rows = fields.Dict(keys=fields.String(), values=fields.String(), data_key="only")
