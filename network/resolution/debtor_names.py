"""All names of all debtors, in memory, to find which a written name may mean.

Built from PostgreSQL when the first name without an identifier comes, kept for the life of the process, and brought up
to date by debtor version before each use: what was added since is appended, and the whole is built anew when a fifth
has changed.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from sqlalchemy import text
from sqlalchemy.orm import Session

from network.resolution import registry
from network.resolution.areas import area_expression
from network.resolution.candidates import NameIndex
from network.resolution.legal_forms import forms_conflict
from network.resolution.likeness import TELLS_OF_WORDS, beside_the_name, differs_by_a_slip
from network.resolution.normalise import CompanyName, normalise_all
from network.resolution.outcome import MatchCandidate
from network.resolution.reranker import LINK_FROM, LINK_MARGIN, NAMES, REVIEW_FROM, explain, rerank
from network.resolution.word_overlap import Rarity

SHOWN = 5
"""Candidates that a person is shown."""

_REBUILD_SHARE = 0.2
"""Part of the names that may have changed since the weights were taken, before all are read again."""

_NAMES = pl.Schema(
    [
        ("debtor_id", pl.String),
        ("owner", pl.String),
        ("is_listed", pl.Boolean),
        ("is_confirmed", pl.Boolean),
        ("name", pl.String),
        ("shown", pl.String),
        *NAMES.items(),
    ]
)
"""A spelling at an area: its debtor and who stands for that one (`owner`), and what :data:`NAMES` says of it."""

_VERSIONS = pl.Schema({"debtor_id": pl.String, "version": pl.Int64})


@dataclass(frozen=True, slots=True)
class Alike:
    """What the names of the network say of some lines.

    `candidates`: for each line that has any, the debtors that a person is shown, best first, one a company. `links`:
    `line`, `debtor_id`, `score` of the lines that are so near to a confirmed spelling of a listed debtor that nobody need
    look (docs/decisions/0106).
    """

    candidates: Mapping[int, tuple[MatchCandidate, ...]] = field(default_factory=dict)
    links: pl.DataFrame = field(
        default_factory=lambda: pl.DataFrame(
            schema={"line": pl.UInt32, "debtor_id": pl.String, "score": pl.Float64}
        )
    )


class DebtorNames:
    """The names of the network as they stood when they were last asked."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seal: tuple[int, int] | None = None
        self._versions = pl.DataFrame(schema=_VERSIONS)
        self._rows = pl.DataFrame(schema=_NAMES)
        self._is_alive = np.empty(0, dtype=bool)
        self._index: NameIndex | None = None
        self._rarity: Rarity | None = None
        self._moved = 0

    @property
    def is_built(self) -> bool:
        """Tell whether any names have been read yet."""
        return self._seal is not None

    def alike(self, session: Session, lines: pl.DataFrame) -> Alike:
        """Return which debtors have names like those of the lines.

        Args:
            session: to see what has changed since the last time.
            lines: columns of :data:`~network.resolution.placement.LINES`.
        """
        if not lines.height:
            return Alike()
        with self._lock:
            self._refresh(session)
            if self._index is None or not self._rows.height:
                return Alike()
            asked = [
                CompanyName(spelling=spelling, joined=joined, legal_form=form)
                for spelling, joined, form in lines.select("spelling", "joined", "legal_form").iter_rows()
            ]
            near = self._index.nearest(asked)
            near = near.filter(pl.Series(self._is_alive).gather(near["row"]))
            rows, rarity = self._rows, self._rarity
        if not near.height:
            return Alike()
        ranked = rerank(lines, rows, near, rarity=rarity)
        return Alike(_shown(ranked, lines, rows), _links(ranked, lines, rows))

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
            self._rarity = Rarity.of(self._rows["spelling"]) if self._rows.height >= TELLS_OF_WORDS else None
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
            SELECT debtor.id::text, coalesce(debtor.merged_into, debtor.id)::text, debtor.is_listed,
                   known.confirmations >= :confirmed, debtor.name, debtor.legal_form, known.spelling, known.area,
                   debtor.postcode, debtor.city, debtor.country
            FROM debtor JOIN debtor_spelling known ON known.debtor_id = debtor.id {chosen}
            ORDER BY debtor.id, known.spelling, known.area
        """),  # noqa: S608  # `chosen` is one of the two texts above
        {"confirmed": registry.CONFIRMED, **({} if debtor_ids is None else {"ids": list(debtor_ids)})},
    ).all()
    columns = ("debtor_id", "owner", "is_listed", "is_confirmed", "name", "legal_form", "spelling", "area")
    read = {name: _NAMES[name] for name in columns} | dict.fromkeys(
        ("postcode", "city", "country"), pl.String
    )
    rows = pl.DataFrame([tuple(row) for row in found], schema=read, orient="row")
    own_names = normalise_all(rows["name"])
    names = [
        own if own.spelling == spelling else CompanyName(spelling, form, spelling.replace(" ", ""))
        for own, spelling, form in zip(own_names, rows["spelling"], rows["legal_form"], strict=True)
    ]
    is_there = area_expression() == pl.col("area")  # another spelling's place is not the debtor's own
    rows = rows.with_columns(
        shown=pl.when("is_confirmed")
        .then("spelling")
        .otherwise(pl.Series([own.spelling for own in own_names], dtype=pl.String)),
        joined=pl.Series([name.joined for name in names], dtype=pl.String),
        postcode=pl.when(is_there).then("postcode"),
        city=pl.when(is_there).then("city"),
    )
    return rows.select(_NAMES.names()), names


def _shown(
    ranked: pl.DataFrame, lines: pl.DataFrame, rows: pl.DataFrame
) -> dict[int, tuple[MatchCandidate, ...]]:
    """Return the candidates of each line: of each company its likeliest name, from :data:`REVIEW_FROM` on."""
    likely = ranked.filter(pl.col("probability") >= REVIEW_FROM)
    chosen = (
        likely.with_columns(owner=rows["owner"].gather(likely["row"]))
        .unique(["query", "owner"], keep="first", maintain_order=True)
        .group_by("query", maintain_order=True)
        .head(SHOWN)
    )
    found: dict[int, list[MatchCandidate]] = {}
    pairs = zip(
        lines[chosen["query"]].iter_rows(named=True),
        rows[chosen["row"]].iter_rows(named=True),
        chosen["probability"],
        strict=True,
    )
    for line, row, probability in pairs:
        is_placed = bool(line["area"] and row["area"])
        is_same = is_placed and line["area"] == row["area"]
        around = beside_the_name(line, row, is_same=is_same, is_other=is_placed and not is_same)
        why = (*explain(line, row), *around)
        candidate = MatchCandidate(row["debtor_id"], round(probability, 3), why)
        found.setdefault(line["line"], []).append(candidate)
    return {line: tuple(candidates) for line, candidates in found.items()}


def _links(ranked: pl.DataFrame, lines: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Return the lines that are linked though their spelling was never seen.

    All of it must hold: the best candidate is almost certain and far before any other company; the place is the same; its
    spelling is confirmed there; the debtor is listed, so that nothing is told of one that is not; the legal forms agree;
    and the names differ by a slip of the pen at most, for a word more is how companies of one group at one address differ.
    """
    best = ranked.unique("query", keep="first", maintain_order=True).filter(
        (pl.col("probability") >= LINK_FROM) & (pl.col("margin") >= LINK_MARGIN)
    )
    ours, theirs = lines[best["query"]], rows[best["row"]]
    slips = list(map(differs_by_a_slip, ours["spelling"], theirs["spelling"]))
    conflict = list(map(forms_conflict, ours["legal_form"], theirs["legal_form"]))
    is_sure = (
        theirs["is_listed"]
        & theirs["is_confirmed"]
        & (ours["area"] != "")
        & (ours["area"] == theirs["area"])
        & pl.Series(slips, dtype=pl.Boolean)
        & ~pl.Series(conflict, dtype=pl.Boolean)
    )
    return pl.DataFrame(
        {"line": ours["line"], "debtor_id": theirs["debtor_id"], "score": best["probability"].round(3)}
    ).filter(is_sure)
