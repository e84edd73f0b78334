"""What the pipeline remembers from one epoch to the next. It is sealed at rest and never leaves the worker."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Self

import numpy as np
from numpy.typing import NDArray

from anonymization.pseudonyms import ID, Ids

GAUGES = ("exposure", "aging", "days", "paid")
"""Figures that step 9 holds together: exposure; past-due share and aging mix; days beyond terms; paid shares."""
CELLS = 12
"""Released bands of a debtor: contributors, exposure, past-due share, five aging shares, days, three paid shares."""
SPOKEN = 7
BASELINE = 9


@dataclass(frozen=True, slots=True)
class State:
    """Memory of the pipeline: m debtors in one fixed order, p pairs by debtor and tag.

    A pair is known by its keyed tag alone: the group behind it is not in here. Amounts are EUR cents with the 24 bits
    of a float32, which is also the precision of every later computation, so that nothing changes by being stored.

    Debtors, shape (m,): `debtor` V16; `generation` uint32, applied changes of the contributor set; `waited` uint8,
    epochs that a change has waited; `silent` uint8, epochs since the last release; `held` (m, 4) uint8, epochs that
    each gauge has been held; `bands` (m, 12) int8, the last release, -1 where there is none.

    Pairs, shape (p,): `owner` int32, place of the debtor; `tag` uint64; `is_applied` bool, whether it belongs to the
    applied contributor set; `spoken` (p, 7) float32, last amounts; `baseline` (p, 9) float32, distorted amounts as of
    the last release: five buckets as last let through with the aging gauge, their sum with the exposure gauge,
    `dbt_days` and `dbt_value` with the days gauge; the class of the paid shares, 1 to 3, with
    the paid gauge. Zero where the pair had no part in it.
    """

    debtor: Ids
    generation: NDArray[np.uint32]
    waited: NDArray[np.uint8]
    silent: NDArray[np.uint8]
    held: NDArray[np.uint8]
    bands: NDArray[np.int8]
    owner: NDArray[np.int32]
    tag: NDArray[np.uint64]
    is_applied: NDArray[np.bool_]
    spoken: NDArray[np.float32]
    baseline: NDArray[np.float32]

    @classmethod
    def empty(cls) -> Self:
        """Return the state before the first epoch."""
        return cls(
            debtor=np.empty(0, ID),
            generation=np.empty(0, np.uint32),
            waited=np.empty(0, np.uint8),
            silent=np.empty(0, np.uint8),
            held=np.empty((0, len(GAUGES)), np.uint8),
            bands=np.empty((0, CELLS), np.int8),
            owner=np.empty(0, np.int32),
            tag=np.empty(0, np.uint64),
            is_applied=np.empty(0, np.bool_),
            spoken=np.empty((0, SPOKEN), np.float32),
            baseline=np.empty((0, BASELINE), np.float32),
        )

    def to_columns(self) -> dict[str, dict[str, NDArray[np.generic]]]:
        """Return two tables, `debtors` and `pairs`, each a dict of one-dimensional columns fit for a data frame."""
        tables: dict[str, dict[str, NDArray[np.generic]]] = {"debtors": {}, "pairs": {}}
        words = self.debtor.view(np.uint64).reshape(-1, 2)
        tables["debtors"] |= {"debtor_0": words[:, 0], "debtor_1": words[:, 1]}
        for each in fields(self)[1:]:
            table = tables["pairs" if each.name in _PAIR_FIELDS else "debtors"]
            values = getattr(self, each.name)
            if values.ndim == 1:
                table[each.name] = values
            else:
                table |= {
                    f"{each.name}_{at}": np.ascontiguousarray(values[:, at]) for at in range(values.shape[1])
                }
        return tables

    @classmethod
    def from_columns(cls, tables: Mapping[str, Mapping[str, NDArray[np.generic]]]) -> Self:
        """Return the state of the tables that :meth:`to_columns` gave.

        Raises:
            KeyError: a column is missing.
        """
        blank = cls.empty()
        words = np.stack([tables["debtors"]["debtor_0"], tables["debtors"]["debtor_1"]], axis=1).astype(
            np.uint64
        )
        values: dict[str, NDArray[np.generic]] = {"debtor": np.ascontiguousarray(words).view(ID).reshape(-1)}
        for each in fields(cls)[1:]:
            table = tables["pairs" if each.name in _PAIR_FIELDS else "debtors"]
            like = getattr(blank, each.name)
            if like.ndim == 1:
                values[each.name] = np.asarray(table[each.name], dtype=like.dtype)
            else:
                columns = [table[f"{each.name}_{at}"] for at in range(like.shape[1])]
                values[each.name] = np.stack(columns, axis=1).astype(like.dtype)
        return cls(**values)  # type: ignore[arg-type]  # the loop gives each field its own dtype


_PAIR_FIELDS = frozenset({"owner", "tag", "is_applied", "spoken", "baseline"})
