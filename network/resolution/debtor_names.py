"""All names of all debtors, in memory, to find which a written name may mean.

Built from PostgreSQL when the first name without an identifier comes, kept for the life of the process, and brought up
to date by debtor version before each use: what was added since is appended, and the whole is built anew when a fifth
has changed.
"""

import threading
from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
from sqlalchemy import text
from sqlalchemy.orm import Session

from network.i18n import mark
from network.resolution import registry
from network.resolution.candidates import NameIndex
from network.resolution.legal_forms import forms_conflict
from network.resolution.normalise import CompanyName, normalise_all
from network.resolution.outcome import MatchCandidate, MatchReason
from network.resolution.score import REVIEW_FROM, similarity

SHOWN = 5
"""Candidates that a person is shown."""

_REBUILD_SHARE = 0.2
"""Part of the names that may have changed since the weights were taken, before all are read again."""

_NAMES = pl.Schema(
    {
        "debtor_id": pl.String,
        "name": pl.String,
        "legal_form": pl.String,
        "spelling": pl.String,
        "area": pl.String,
        "shown": pl.String,
        "joined": pl.String,
    }
)
_VERSIONS = pl.Schema({"debtor_id": pl.String, "version": pl.Int64})


class DebtorNames:
    """The names of the network as they stood when they were last asked."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seal: tuple[int, int] | None = None
        self._versions = pl.DataFrame(schema=_VERSIONS)
        self._rows = pl.DataFrame(schema=_NAMES)
        self._is_alive = np.empty(0, dtype=bool)
        self._index: NameIndex | None = None
        self._moved = 0

    @property
    def is_built(self) -> bool:
        """Tell whether any names have been read yet."""
        return self._seal is not None

    def candidates(self, session: Session, lines: pl.DataFrame) -> dict[int, tuple[MatchCandidate, ...]]:
        """Return for each line the debtors whose names are alike, best first, at most :data:`SHOWN`.

        Lines without any that scores :data:`REVIEW_FROM` are left out.

        Args:
            session: to see what has changed since the last time.
            lines: `line`, `spelling`, `joined`, `legal_form`, `area`.
        """
        if not lines.height:
            return {}
        with self._lock:
            self._refresh(session)
            if self._index is None or not self._rows.height:
                return {}
            asked = [
                CompanyName(spelling=spelling, joined=joined, legal_form=form)
                for spelling, joined, form in lines.select("spelling", "joined", "legal_form").iter_rows()
            ]
            near = self._index.nearest(asked)
            near = near.filter(pl.Series(self._is_alive).gather(near["row"]))
            pairs = _pairs(near, lines, self._rows)
        return _best(_scored(pairs))

    def _refresh(self, session: Session) -> None:
        """Bring the names up to the versions that this transaction sees."""
        row = session.execute(
            text("SELECT count(*), coalesce(bit_xor(hashtextextended(id::text, version)), 0) FROM debtor")
        ).one()
        seal = (int(row[0]), int(row[1]))
        if seal == self._seal:
            return
        found = session.execute(text("SELECT id::text, version FROM debtor")).all()
        versions = pl.DataFrame([tuple(pair) for pair in found], schema=_VERSIONS, orient="row")
        changed = versions.join(self._versions, on=_VERSIONS.names(), how="anti")
        gone = self._versions.join(versions, on=_VERSIONS.names(), how="anti")
        self._moved += changed.height + gone.height
        if self._index is None or self._moved > _REBUILD_SHARE * self._index.base_size:
            self._rows, names = _read_names(session, None)
            self._index, self._moved = NameIndex(names), 0
            self._is_alive = np.ones(self._rows.height, dtype=bool)
        else:
            dead = self._rows["debtor_id"].is_in(gone["debtor_id"].to_list()).to_numpy()
            rows, names = _read_names(session, changed["debtor_id"].to_list())
            self._rows = pl.concat([self._rows, rows])
            self._is_alive = np.concatenate([self._is_alive & ~dead, np.ones(rows.height, dtype=bool)])
            self._index.add(names)
        self._versions, self._seal = versions, seal


def _read_names(session: Session, debtor_ids: Sequence[str] | None) -> tuple[pl.DataFrame, list[CompanyName]]:
    """Return the names of these debtors, or of all: one row a spelling and place.

    `shown` is what a reason may say of the spelling: itself once it is confirmed, else the debtor's own name, for a
    spelling that one member alone has written is nobody else's to read.
    """
    chosen = "" if debtor_ids is None else "WHERE debtor.id = ANY (CAST(:ids AS uuid[]))"
    found = session.execute(
        text(f"""
            SELECT debtor.id::text, debtor.name, debtor.legal_form, known.spelling, known.area,
                   CASE WHEN known.confirmations >= :confirmed THEN known.spelling END
            FROM debtor JOIN debtor_spelling known ON known.debtor_id = debtor.id {chosen}
            ORDER BY debtor.id, known.spelling, known.area
        """),  # noqa: S608  # `chosen` is one of the two texts above
        {"confirmed": registry.CONFIRMED, **({} if debtor_ids is None else {"ids": list(debtor_ids)})},
    ).all()
    read = pl.Schema({name: kind for name, kind in _NAMES.items() if name != "joined"})
    rows = pl.DataFrame([tuple(row) for row in found], schema=read, orient="row")
    own_names = normalise_all(rows["name"])
    names = [
        own if own.spelling == spelling else CompanyName(spelling, form, spelling.replace(" ", ""))
        for own, spelling, form in zip(own_names, rows["spelling"], rows["legal_form"], strict=True)
    ]
    rows = rows.with_columns(
        shown=pl.coalesce("shown", pl.Series([own.spelling for own in own_names], dtype=pl.String)),
        joined=pl.Series([name.joined for name in names], dtype=pl.String),
    )
    return rows, names


def _pairs(near: pl.DataFrame, lines: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Put each line beside the names that are near it."""
    ours = lines.select("line", "spelling", "joined", "legal_form", "area")[near["query"]]
    theirs = rows[near["row"]].select(pl.all().name.prefix("their_"))
    return pl.concat([ours, theirs, near.select("cosine")], how="horizontal")


def _scored(pairs: pl.DataFrame) -> pl.DataFrame:
    conflict = np.array(
        [
            forms_conflict(ours, theirs)
            for ours, theirs in pairs.select("legal_form", "their_legal_form").iter_rows()
        ],
        dtype=bool,
    )
    both_placed = (pl.col("area") != "") & (pl.col("their_area") != "")
    pairs = pairs.with_columns(
        forms_conflict=pl.Series(conflict, dtype=pl.Boolean),
        same_area=both_placed & (pl.col("area") == pl.col("their_area")),
        other_area=both_placed & (pl.col("area") != pl.col("their_area")),
    )
    score = similarity(
        ours=pairs["spelling"].to_list(),
        theirs=pairs["their_spelling"].to_list(),
        ours_joined=pairs["joined"].to_list(),
        theirs_joined=pairs["their_joined"].to_list(),
        cosine=pairs["cosine"].to_numpy().astype(np.float64),
        forms_conflict=conflict,
        same_area=pairs["same_area"].to_numpy(),
        other_area=pairs["other_area"].to_numpy(),
    )
    return pairs.with_columns(score=pl.Series(score, dtype=pl.Float64))


def _best(pairs: pl.DataFrame) -> dict[int, tuple[MatchCandidate, ...]]:
    chosen = (
        pairs.filter(pl.col("score") >= REVIEW_FROM)
        .sort("line", "score", "their_debtor_id", descending=[False, True, False])
        .unique(["line", "their_debtor_id"], keep="first", maintain_order=True)
        .group_by("line", maintain_order=True)
        .head(SHOWN)
    )
    found: dict[int, list[MatchCandidate]] = {}
    for row in chosen.iter_rows(named=True):
        candidate = MatchCandidate(
            debtor_id=row["their_debtor_id"], score=round(row["score"], 3), reasons=_reasons(row)
        )
        found.setdefault(row["line"], []).append(candidate)
    return {line: tuple(candidates) for line, candidates in found.items()}


def _reasons(row: dict[str, Any]) -> tuple[MatchReason, ...]:
    """Say what speaks for and against, most telling first."""
    reasons = [_name_reason(row)]
    if row["same_area"]:
        reasons.append(MatchReason(mark("The place is the same.")))
    elif row["other_area"]:
        reasons.append(MatchReason(mark("The places differ.")))
    else:
        reasons.append(MatchReason(mark("The place of one of them is not known.")))
    if row["forms_conflict"]:
        reasons.append(
            MatchReason(
                mark("The legal forms contradict each other: %(ours)s and %(theirs)s."),
                {"ours": row["legal_form"], "theirs": row["their_legal_form"]},
            )
        )
    return tuple(reasons)


def _name_reason(row: dict[str, Any]) -> MatchReason:
    ours, theirs = row["spelling"], row["their_shown"]
    if ours == theirs:
        return MatchReason(mark("The names are the same, legal forms aside."))
    same_joined = row["joined"] == row["their_joined"] and theirs == row["their_spelling"]
    if ours.replace(" ", "") == theirs.replace(" ", "") or same_joined:
        return MatchReason(mark("The names differ only in blanks."))
    words, other = set(ours.split()), set(theirs.split())
    if words == other:
        return MatchReason(mark("The same words in another order."))
    if words < other or other < words:
        return MatchReason(
            mark("One name has more words: %(words)s."), {"words": ", ".join(sorted(words ^ other))}
        )
    return MatchReason(mark("The name is written like %(name)s."), {"name": theirs})
