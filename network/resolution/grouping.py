"""Lines that share an identifier, directly or through others, are one company, unless two SIRENs would meet."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

_SUREST = {"siren": 0, "lei": 1, "vat": 2, "registration": 3}
"""Which of a line's identifiers says on which debtor of one company it lies, should they be on several."""


@dataclass(frozen=True, slots=True)
class Groups:
    """Lines by company.

    `lines`: `line`, `group`, `own_debtor_id` (the debtor on which the line's own identifiers lie, null where they are
    new). `groups`: `group`, `debtor_id` (null where none is known), `is_conflict` (its identifiers name two SIRENs or
    two companies).
    """

    lines: pl.DataFrame
    groups: pl.DataFrame


def group_lines(identifiers: pl.DataFrame, known: pl.DataFrame) -> Groups:
    """Return the groups of lines and companies that identifiers connect.

    Debtors that were judged to be one company are one here; a line lies on the one that its own identifiers name.

    Args:
        identifiers: `line`, `scheme`, `value`.
        known: those that a debtor has, columns of :data:`~network.resolution.registry.IDENTIFIERS`.
    """
    edges = identifiers.join(known, on=["scheme", "value"], how="left").with_columns(
        key=pl.concat_str("scheme", pl.lit(":"), "value")
    )
    nodes = pl.concat(
        [
            edges["line"].cast(pl.String),
            edges["key"],
            edges["stands_for"].drop_nulls(),
        ]
    ).unique(maintain_order=True)
    number = pl.DataFrame({"node": nodes}).with_row_index("number")
    left, right = (
        pl.concat([edges["line"].cast(pl.String), edges.filter(pl.col("stands_for").is_not_null())["key"]]),
        pl.concat([edges["key"], edges["stands_for"].drop_nulls()]),
    )
    starts, ends = _numbers(left, number), _numbers(right, number)
    graph = coo_matrix((np.ones(len(starts), dtype=np.int8), (starts, ends)), shape=(len(nodes), len(nodes)))
    _, group_of = connected_components(graph, directed=False)
    grouped = edges.with_columns(group=pl.Series(group_of[_numbers(edges["key"], number)], dtype=pl.UInt32))
    sirens = pl.concat(
        [
            grouped.filter(pl.col("scheme") == "siren").select("group", siren="value"),
            grouped.filter(pl.col("debtor_siren").is_not_null()).select("group", siren="debtor_siren"),
        ]
    )
    return Groups(
        lines=grouped.select("line", "group")
        .unique(maintain_order=True)
        .join(own_debtors(grouped), on="line", how="left", maintain_order="left"),
        groups=grouped.group_by("group", maintain_order=True)
        .agg(
            pl.col("debtor_id").drop_nulls().unique().sort().alias("debtors"),
            pl.col("stands_for").drop_nulls().unique().sort().alias("companies"),
        )
        .join(
            sirens.group_by("group").agg(pl.col("siren").n_unique().alias("sirens")), on="group", how="left"
        )
        .select(
            "group",
            debtor_id=pl.when(pl.col("debtors").list.len() == 1)
            .then(pl.col("debtors").list.first())
            .otherwise(pl.col("companies").list.first()),
            is_conflict=(pl.col("companies").list.len() > 1) | (pl.col("sirens").fill_null(0) > 1),
        ),
    )


def own_debtors(known: pl.DataFrame) -> pl.DataFrame:
    """Return for each line (`line`, `own_debtor_id`) the debtor that its own identifiers name, the surest scheme first.

    `known` has `line`, `scheme` and `debtor_id`, null where an identifier is new.
    """
    return (
        known.drop_nulls("debtor_id")
        .sort(pl.col("scheme").replace_strict(_SUREST, default=len(_SUREST)), "debtor_id")
        .unique("line", keep="first", maintain_order=True)
        .select("line", own_debtor_id="debtor_id")
    )


def _numbers(nodes: pl.Series, number: pl.DataFrame) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    found = pl.DataFrame({"node": nodes}).join(number, on="node", how="left", maintain_order="left")["number"]
    return found.to_numpy().astype(np.int64)
