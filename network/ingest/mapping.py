"""How a member's own headings, dates and figures are to be read: the mapping, from TOML."""

import json
import tomllib
from collections.abc import Mapping as Values
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path

from marshmallow import ValidationError

from network.errors import UnreadableError
from network.i18n import mark
from network.schemas.mapping import MappingSchema


@dataclass(frozen=True, slots=True)
class Mapping:
    """What a member declares about its files. Nothing that is left out is guessed.

    `date_format` in strptime letters ("%d/%m/%Y"); `decimal` "," or "."; `currency` an ISO 4217 code for rows that name
    none; `terms_days` from the invoice date where a row has no due date; `report_date` the day of an aged balance or of
    a list of open invoices; `columns` field -> heading; `only_rows` (the
    table `[only]`) heading -> value, to read these rows alone.
    """

    date_format: str | None = None
    decimal: str | None = None
    currency: str | None = None
    terms_days: int | None = None
    report_date: date | None = None
    country: str | None = None
    delimiter: str | None = None
    encoding: str | None = None
    sheet: str | None = None
    columns: Values[str, str] = field(default_factory=dict)
    only_rows: Values[str, str] = field(default_factory=dict)

    @classmethod
    def from_toml(cls, path: Path) -> "Mapping":
        """Return the mapping of a TOML file; raise UnreadableError with one sentence where it is not one."""
        try:
            raw = tomllib.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise UnreadableError(
                mark("%(path)s cannot be opened: %(reason)s."),
                code="unreadable",
                path=path.name,
                reason=error.strerror,
            ) from error
        except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise UnreadableError(
                mark("The mapping %(path)s cannot be read as TOML: %(reason)s."),
                code="mapping_invalid",
                path=path.name,
                reason=error,
            ) from error
        return cls.from_values(raw, name=path.name)

    @classmethod
    def from_values(cls, raw: Values[str, object], *, name: str = "mapping") -> "Mapping":
        """Return the mapping of plain values (TOML, a form); raise UnreadableError naming the first fault."""
        try:
            return cls(**MappingSchema().load(dict(raw)))
        except ValidationError as error:
            faults: dict[str, object] = error.normalized_messages()  # type: ignore[no-untyped-call]  # marshmallow's
            key, reasons = next(iter(faults.items()))
            raise UnreadableError(
                mark("The mapping %(path)s is wrong at “%(key)s”: %(reason)s"),
                code="mapping_invalid",
                path=name,
                key=key,
                reason=" ".join(_sentences(reasons)),
            ) from error

    def canonical(self) -> bytes:
        """Return the same bytes for the same declarations, whatever order they were written in."""
        return json.dumps(asdict(self), sort_keys=True, default=str, ensure_ascii=False).encode()


def _sentences(reasons: object) -> list[str]:
    """Return marshmallow's messages, however deep they lie."""
    if isinstance(reasons, dict):
        return [sentence for inner in reasons.values() for sentence in _sentences(inner)]
    if isinstance(reasons, list):
        return [sentence for inner in reasons for sentence in _sentences(inner)]
    return [str(reasons)]
