"""Pairs of written names and companies to train on, as columns: from files, or from names that are made."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from network.errors import UnreadableError
from network.i18n import mark
from network.resolution.areas import area_expression
from network.resolution.candidates import NameIndex
from network.resolution.normalise import CompanyName, normalise, normalise_all
from network.resolution.reranker import NAMES

TOP = 30
SAME_POSTCODE = 0.62
SAME_AREA = 0.80
"""Of a hundred written names 80 carry the department of the company's entry, 62 its very postcode; the others are sites
elsewhere, or slips. Assumed, not measured: the sets hold no places."""

Town = tuple[str, str]
Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Written names, the companies that they may mean, and the right answers.

    `asked` and `reference` have the columns of `reranker.NAMES`. `truth` is the row of the reference that each written name
    means; `sets` the set that it belongs to; `fold` the part of the cross-validation that its company is in. `near` are the
    nearest candidates, one more than :data:`TOP`, so that one can be taken out.
    """

    asked: pl.DataFrame
    reference: pl.DataFrame
    truth: Places
    sets: tuple[str, ...]
    fold: Places
    near: pl.DataFrame

    @property
    def known(self) -> pl.DataFrame:
        """The candidates of each written name: `query`, `row`, `cosine`, `is_right`."""
        marked = self._marked()
        return marked.filter(pl.int_range(pl.len()).over("query") < TOP)

    @property
    def unknown(self) -> pl.DataFrame:
        """The same with the company meant taken out of the reference."""
        marked = self._marked().filter(~pl.col("is_right"))
        return marked.filter(pl.int_range(pl.len()).over("query") < TOP)

    def nowhere(self) -> "Pairs":
        """Return the pairs without any place."""
        blank = [pl.lit("").alias(name) for name in ("area", "postcode", "city")]
        return Pairs(
            asked=self.asked.with_columns(blank),
            reference=self.reference.with_columns(blank),
            truth=self.truth,
            sets=self.sets,
            fold=self.fold,
            near=self.near,
        )

    def _marked(self) -> pl.DataFrame:
        meant = pl.Series(self.truth, dtype=pl.UInt32)[self.near["query"]]
        return self.near.with_columns(is_right=meant == self.near["row"])


def read_pairs(
    reference: pl.DataFrame,
    queries: pl.DataFrame,
    *,
    towns: Sequence[Town],
    folds: int,
    name: str,
    seed: int = 1,
) -> Pairs:
    """Return the pairs of two frames.

    Args:
        reference: `id`, `name`, perhaps `postcode`, `city`, `country`; without places, each company is given one of `towns`.
        queries: `query`, `gt` (the id of the company meant), perhaps `task` (the set) and places likewise; without, most are
            where the company is (:data:`SAME_POSTCODE`).
        towns: (postcode, city) to draw places from.
        folds: parts of the cross-validation; a company is in one of them.
        name: of the set, where there is no `task`.
        seed: of the places.

    Raises:
        UnreadableError: a column is missing, or a company is asked for that the reference does not have.
    """
    _require(reference, "id", "name")
    _require(queries, "query", "gt")
    rows = {identifier: row for row, identifier in enumerate(reference["id"])}
    lost = next((meant for meant in queries["gt"] if meant not in rows), None)
    if lost is not None:
        raise UnreadableError(
            mark("The pairs ask for a company that the reference does not have: %(id)s."), id=lost
        )
    truth = np.array([rows[meant] for meant in queries["gt"]], dtype=np.int64)
    random = np.random.default_rng(seed)
    if "postcode" not in reference.columns:
        at = random.integers(len(towns), size=reference.height)
        reference = reference.with_columns(_places(towns, at))
    if "postcode" not in queries.columns:
        queries = queries.with_columns(_written_places(reference, truth, random))
    names, written = normalise_all(reference["name"]), normalise_all(queries["query"])
    sets = queries["task"].to_list() if "task" in queries.columns else [name] * queries.height
    return Pairs(
        asked=_rows(written, queries),
        reference=_rows(names, reference),
        truth=truth,
        sets=tuple(sets),
        fold=np.array([zlib.crc32(meant.encode()) % folds for meant in queries["gt"]], dtype=np.int64),
        near=NameIndex(names).nearest(written, top=TOP + 1),
    )


def _require(frame: pl.DataFrame, *columns: str) -> None:
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        raise UnreadableError(mark("The file has no column %(name)s."), name=missing[0])


def _places(towns: Sequence[Town], at: Places) -> list[pl.Series]:
    return [
        pl.Series("postcode", [towns[place][0] for place in at.tolist()]),
        pl.Series("city", [towns[place][1] for place in at.tolist()]),
        pl.Series("country", ["FR"] * len(at)),
    ]


def _written_places(reference: pl.DataFrame, truth: Places, random: np.random.Generator) -> list[pl.Series]:
    """Draw where written names are: mostly where their company is, else a neighbour of it, else anywhere."""
    companies = reference.select("postcode", "city", "country", area=area_expression())
    by_area: dict[str, list[int]] = {}
    for row, area in enumerate(companies["area"]):
        by_area.setdefault(area, []).append(row)
    at = truth.copy()
    for place, draw in enumerate(random.random(len(truth)).tolist()):
        if draw >= SAME_AREA:
            at[place] = random.integers(companies.height)
        elif draw >= SAME_POSTCODE:
            at[place] = random.choice(by_area[companies["area"][int(truth[place])]])
    return [companies[column][at] for column in ("postcode", "city", "country")]


def _rows(names: Sequence[CompanyName], frame: pl.DataFrame) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "spelling": [name.spelling for name in names],
            "joined": [name.joined for name in names],
            "legal_form": [name.legal_form for name in names],
            "area": frame.select(area=area_expression())["area"],
            "postcode": frame["postcode"].fill_null(""),
            "city": [normalise(city).joined for city in frame["city"]],
        },
        schema=NAMES,
    )
