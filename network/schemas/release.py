"""What a release says of one debtor: the one declaration of its body.

The body is canonical JSON (sorted keys, no blanks), so that it has the same bytes for every reader and one hash in
the log. Figures are bands: each has a `low` and a `high`, and an open end is null. Money is in whole euros.
"""

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from marshmallow import Schema, fields, validate

AGING_BUCKETS = ("current", "late_1_30", "late_31_60", "late_61_90", "late_91")
PAID_CLASSES = ("under_30", "from_30_to_90", "over_90")


class BandSchema(Schema):
    """A range in which the figure lies; both ends are strings so that no reader rounds them."""

    low = fields.Decimal(required=True, as_string=True)
    high = fields.Decimal(required=True, as_string=True, allow_none=True)


class IndexSchema(Schema):
    """Payment Index of the band of days beyond terms: its ends and its middle, 0 to 100."""

    low = fields.Integer(required=True, strict=True, validate=validate.Range(0, 100))
    high = fields.Integer(required=True, strict=True, validate=validate.Range(0, 100))
    value = fields.Integer(required=True, strict=True, validate=validate.Range(0, 100))


class ReleaseSchema(Schema):
    """Body of a release. Shares are fractions of 1."""

    debtor = fields.UUID(required=True)
    epoch = fields.String(required=True, validate=validate.Regexp(r"^\d{4}-(0[1-9]|1[0-2])$"))
    currency = fields.String(required=True, validate=validate.Equal("EUR"))
    contributors = fields.Nested(BandSchema, required=True)
    exposure = fields.Nested(BandSchema, required=True)
    past_due_share = fields.Nested(BandSchema, required=True)
    days_beyond_terms = fields.Nested(BandSchema, required=True)
    payment_index = fields.Nested(IndexSchema, required=True)
    aging = fields.Dict(
        keys=fields.String(validate=validate.OneOf(AGING_BUCKETS)),
        values=fields.Nested(BandSchema),
        required=True,
    )
    paid = fields.Dict(
        keys=fields.String(validate=validate.OneOf(PAID_CLASSES)),
        values=fields.Nested(BandSchema),
        required=True,
    )


@dataclass(frozen=True, slots=True)
class Band:
    """A released range; `high` is None where it is open."""

    low: Decimal
    high: Decimal | None

    @property
    def middle(self) -> Decimal:
        """Return the middle, or the low end of an open band."""
        return self.low if self.high is None else (self.low + self.high) / 2


@dataclass(frozen=True, slots=True)
class ReleasedValues:
    """One release as values. `payment_index` is (low, value, high)."""

    debtor: str
    epoch: str
    contributors: Band
    exposure: Band
    past_due_share: Band
    days_beyond_terms: Band
    payment_index: tuple[int, int, int]
    aging: dict[str, Band]
    paid: dict[str, Band]


def _band(body: dict[str, str | None]) -> Band:
    high = body["high"]
    return Band(low=Decimal(str(body["low"])), high=None if high is None else Decimal(high))


def read_release(body: str) -> ReleasedValues:
    """Return the values of a stored release body, which is canonical JSON of :class:`ReleaseSchema`."""
    raw: dict[str, Any] = json.loads(body)
    index = raw["payment_index"]
    return ReleasedValues(
        debtor=raw["debtor"],
        epoch=raw["epoch"],
        contributors=_band(raw["contributors"]),
        exposure=_band(raw["exposure"]),
        past_due_share=_band(raw["past_due_share"]),
        days_beyond_terms=_band(raw["days_beyond_terms"]),
        payment_index=(index["low"], index["value"], index["high"]),
        aging={name: _band(raw["aging"][name]) for name in AGING_BUCKETS},
        paid={name: _band(raw["paid"][name]) for name in PAID_CLASSES},
    )
