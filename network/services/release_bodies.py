"""Writes releases as canonical JSON, by columns: a body is a row of fragments, one a band."""

import json

import numpy as np
import polars as pl
from numpy.typing import NDArray

from anonymization.parameters import Parameters, Scale
from anonymization.pseudonyms import uuids_of
from anonymization.records import Releases
from network.indicators.payment_index import index_of_band
from network.schemas.release import AGING_BUCKETS, PAID_CLASSES


def encode(releases: Releases, *, epoch: str, parameters: Parameters) -> pl.DataFrame:
    """Return a frame (debtor_id, epoch, payment_index, body), a row a release, in the order of `releases`.

    `body` is the JSON of :class:`network.schemas.release.ReleaseSchema` with sorted keys and no blanks.
    """
    ids = pl.Series("debtor_id", [str(held) for held in uuids_of(releases.debtor)], dtype=pl.String)
    indices = index_of_bands(parameters)
    values = np.array([value for _, value, _ in indices], dtype=np.int16)
    contributors = _fragments(parameters.contributors, releases.contributors)
    exposure = _fragments(parameters.exposure, releases.exposure)
    past_due = _fragments(parameters.share, releases.past_due_share)
    days = _fragments(parameters.days, releases.days_beyond_terms)
    index = _gather(
        [f'{{"high":{high},"low":{low},"value":{value}}}' for low, value, high in indices],
        releases.days_beyond_terms,
    )
    body = pl.concat_str(
        pl.lit('{"aging":'),
        *_nested(AGING_BUCKETS, releases.aging, parameters.share),
        pl.lit(',"contributors":'),
        contributors,
        pl.lit(',"currency":"EUR","days_beyond_terms":'),
        days,
        pl.lit(',"debtor":"'),
        ids,
        pl.lit(f'","epoch":"{epoch}","exposure":'),
        exposure,
        pl.lit(',"paid":'),
        *_nested(PAID_CLASSES, releases.paid, parameters.share),
        pl.lit(',"past_due_share":'),
        past_due,
        pl.lit(',"payment_index":'),
        index,
        pl.lit("}"),
    )
    return pl.select(
        debtor_id=ids,
        epoch=pl.lit(epoch),
        payment_index=pl.Series(values[releases.days_beyond_terms]),
        body=body,
    )


def index_of_bands(parameters: Parameters) -> list[tuple[int, int, int]]:
    """Return the Payment Index (low, value, high) of each band of days beyond terms."""
    scale = parameters.days
    indices = []
    for band, typical in enumerate(parameters.days_typical):
        low, high = scale.ends(band)
        indices.append(index_of_band(float(low), typical, float(high if high is not None else typical)))
    return indices


def _fragments(scale: Scale, bands: NDArray[np.int8]) -> pl.Series:
    def fragment(band: int) -> str:
        low, high = scale.ends(band)
        ends = {"high": None if high is None else str(high), "low": str(low)}
        return json.dumps(ends, separators=(",", ":"))

    return _gather([fragment(band) for band in range(scale.bands)], bands)


def _gather(fragments: list[str], bands: NDArray[np.int8]) -> pl.Series:
    return pl.Series(fragments, dtype=pl.String).gather(bands.astype(np.int64))


def _nested(names: tuple[str, ...], bands: NDArray[np.int8], scale: Scale) -> list[pl.Expr | pl.Series]:
    """Return the parts of an object of bands, its names sorted; `bands` has a column for each of `names`."""
    parts: list[pl.Expr | pl.Series] = []
    for place, name in enumerate(sorted(names)):
        parts += [
            pl.lit(("{" if place == 0 else ",") + f'"{name}":'),
            _fragments(scale, bands[:, names.index(name)]),
        ]
    return [*parts, pl.lit("}")]
