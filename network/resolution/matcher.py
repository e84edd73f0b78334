"""Matches any list of companies to any other, as the network matches ledgers to its debtors. Pure: no database.

The same steps in the same order: an identifier decides; else the names are compared, together with where the companies
are. Two companies with different SIRENs, or different LEIs, are never matched, however alike their names. A name alone
never links: it is put before a person. Where the resolver of ledgers asks for a confirmed spelling, the reference list
stands for it: its names are those that its owner vouches for.
"""

import re
from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from network.errors import UnreadableError
from network.i18n import mark
from network.resolution.areas import area_expression
from network.resolution.candidates import NameIndex
from network.resolution.identifiers import line_identifiers
from network.resolution.legal_forms import forms_conflict
from network.resolution.likeness import TELLS_OF_WORDS, beside_the_name, differs_by_a_slip
from network.resolution.normalise import CompanyName, fold
from network.resolution.outcome import MatchBand, MatchReason
from network.resolution.placement import LINES, analyse
from network.resolution.reranker import LINK_FROM, LINK_MARGIN, NAMES, explain, rerank
from network.resolution.score import is_absurd, plausibility
from network.resolution.word_overlap import Rarity

CHUNK = 2_500
"""Names that are matched at once: some 75,000 candidates, 50 MB while it lasts."""

_THREADS = 2
"""Chunks under way at once: half of the time goes into C that leaves the other core free."""

REVIEW_FROM = 0.02
"""Chance from which a candidate is shown (docs/decisions/0105): in a list that a person asked for, a look costs little."""

_DOUBTFUL = 0.5
"""Score of a candidate for whom an identifier speaks and against whom another one, or the name."""

_WORD = re.compile(r"[^\W_]+")
_UNIQUE = ("siren", "lei")
"""Schemes of which a company has one number: two different ones are two companies."""

_REASONS: Mapping[str, MatchReason] = {
    "identifier": MatchReason(mark("It has the same identifier.")),
    "absurd": MatchReason(mark("It has the same identifier, and quite another name. A slip in the number?")),
    "several": MatchReason(mark("Its identifiers belong to different companies.")),
    "nothing": MatchReason(mark("There is neither a name nor an identifier to go by.")),
    "unlike": MatchReason(mark("No name in the list is like it.")),
    "broken": MatchReason(mark("The line is broken: more fields than headings, or cut. It was not matched.")),
    "invalid": MatchReason(
        mark("An identifier of the line does not hold its check digits and was left out.")
    ),
    "close": MatchReason(mark("Another one is almost as likely.")),
}


@dataclass(frozen=True, slots=True)
class Match:
    """What became of one company of the asked list.

    `id` and `name` are those of the best candidate as the reference list has them, None in band "new". `score` is the
    calibrated chance that the best candidate is the company meant, in band "new" too; 0 where there is none.
    """

    query: str
    id: str | None
    name: str | None
    score: float
    band: MatchBand
    reasons: tuple[MatchReason, ...]


class Reference:
    """A list of companies to match against: analysed once, then asked as often as one likes."""

    def __init__(self, companies: pl.DataFrame) -> None:
        """Analyse a list (:data:`~network.ingest.company_list.COMPANIES`); rows with one id are names of one company."""
        self.names = companies.height
        self.companies = companies["id"].n_unique()
        lines = _analysed(companies)
        self._rows = lines.with_columns(id=companies["id"], name=companies["name"], siret=companies["siret"])
        self._rows = self._rows.with_columns(
            owner=pl.col("id").rank("dense").cast(pl.UInt32), row=pl.col("line")
        )
        self._identifiers = _identifiers(companies).rename({"line": "row"})
        self._unique = {scheme: self._identifiers.filter(scheme=scheme) for scheme in _UNIQUE}
        self._is_bare = bool((lines["is_placed"] & ~lines["has_country"]).any())
        self._index = NameIndex(_names(lines))
        self._rarity = Rarity.of(lines["spelling"]) if lines.height >= TELLS_OF_WORDS else None

    def match(self, asked: pl.DataFrame, *, review_from: float = REVIEW_FROM) -> Iterator[Match]:
        """Yield what became of each row of `asked` (the same columns; `id` is not looked at), in their order."""
        work: deque[Future[list[Match]]] = deque()
        with ThreadPoolExecutor(_THREADS) as pool:
            try:
                for chunk in asked.iter_slices(CHUNK):
                    work.append(pool.submit(self._match, chunk, review_from))
                    if len(work) > _THREADS:
                        yield from work.popleft().result()
                while work:
                    yield from work.popleft().result()
            finally:
                pool.shutdown(cancel_futures=True)

    def _match(self, asked: pl.DataFrame, review_from: float) -> list[Match]:
        lines = _analysed(asked).with_columns(
            is_broken=asked["fault"].str.starts_with("line_").fill_null(value=False)
        )
        identifiers = _identifiers(asked)
        found = self._by_identifier(lines.filter(~pl.col("is_broken")), identifiers, asked["siret"])
        rest = lines.join(found, on="line", how="anti").filter(
            (pl.col("spelling") != "") & ~pl.col("is_broken")
        )
        bare = pl.lit(self._is_bare) | (pl.col("is_placed") & ~pl.col("has_country"))
        by_name = [
            self._by_name(group, identifiers, "bare_area" if is_bare else "area", review_from)
            for (is_bare,), group in rest.with_columns(is_bare=bare)
            .partition_by("is_bare", as_dict=True)
            .items()
        ]
        return self._told(asked, lines, pl.concat([found, *by_name], how="diagonal"))

    def _by_identifier(
        self, lines: pl.DataFrame, identifiers: pl.DataFrame, siret: pl.Series
    ) -> pl.DataFrame:
        """Return `line`, `row`, `score`, `band`, `why` of the lines that share an identifier with a row of the list."""
        hits = lines.join(identifiers, on="line").join(self._identifiers, on=["scheme", "value"])
        hits = hits.unique(["line", "row"], keep="first", maintain_order=True).drop("scheme", "value")
        hits = hits.join(self._contradicted(identifiers), on=["line", "row"], how="left")
        theirs = self._rows.select(
            "row", "owner", their_spelling="spelling", their_area="area", their_siret="siret"
        )
        hits = hits.join(theirs, on="row", maintain_order="left").with_columns(
            siret=siret.gather(hits["line"])
        )
        likeness = plausibility(ours=hits["spelling"].to_list(), theirs=hits["their_spelling"].to_list())
        named = (pl.col("spelling") != "") & (pl.col("their_spelling") != "")
        hits = hits.with_columns(
            likeness=pl.when(named).then(pl.Series(likeness, dtype=pl.Float64)).otherwise(1.0),
            near=(pl.col("area") != "") & (pl.col("area") == pl.col("their_area")),
            same_site=(pl.col("siret") == pl.col("their_siret")).fill_null(value=False),
        )
        hits = self._companies_of(hits).sort(
            "line", "same_site", "likeness", "near", "row", descending=[False, True, True, True, False]
        )
        best = hits.unique("line", keep="first", maintain_order=True)
        is_torn = (pl.col("companies") > 1) | pl.col("contradicted").fill_null(value=False)
        why = (
            pl.when(is_torn)
            .then(pl.lit("several"))
            .when(is_absurd(pl.col("likeness"), pl.col("near")))
            .then(pl.lit("absurd"))
            .otherwise(pl.lit("identifier"))
        )
        is_sure = pl.col("why") == "identifier"
        return best.with_columns(why=why).select(
            "line",
            "row",
            "why",
            score=pl.when(is_sure).then(1.0).otherwise(_DOUBTFUL),
            band=pl.when(is_sure)
            .then(pl.lit(MatchBand.LINK.value))
            .otherwise(pl.lit(MatchBand.REVIEW.value)),
        )

    def _companies_of(self, hits: pl.DataFrame) -> pl.DataFrame:
        """Add `companies`: how many different ones a line's identifiers name; rows that share a SIREN are one."""
        siren = self._unique["siren"].select("row", siren="value").unique("row", keep="first")
        key = pl.coalesce("siren", pl.concat_str(pl.lit("#"), "owner"))
        return hits.join(siren, on="row", how="left", maintain_order="left").with_columns(
            companies=key.n_unique().over("line")
        )

    def _contradicted(self, identifiers: pl.DataFrame) -> pl.DataFrame:
        """Return the pairs (`line`, `row`, `contradicted`) that share some identifier and differ in a unique one."""
        shared = identifiers.join(self._identifiers, on=["scheme", "value"]).select("line", "row").unique()
        found = [
            shared.join(identifiers.filter(scheme=scheme), on="line")
            .join(self._unique[scheme].select("row", theirs="value"), on="row")
            .group_by("line", "row")
            .agg(contradicted=(pl.col("value") != pl.col("theirs")).any())
            .filter("contradicted")
            for scheme in _UNIQUE
        ]
        return pl.concat(found).unique()

    def _by_name(
        self, lines: pl.DataFrame, identifiers: pl.DataFrame, area: str, review_from: float
    ) -> pl.DataFrame:
        """Return `line`, `row`, `score`, `band`, `close`, `same_place`, `other_place` of lines by their names."""
        asked = lines.with_columns(area=area)
        reference = self._rows.with_columns(area=area)
        near = self._near(asked, reference)
        near = self._without_other_companies(near, asked["line"], identifiers)
        ranked = rerank(asked, reference, near, rarity=self._rarity)
        best = ranked.unique("query", keep="first", maintain_order=True)
        ours = asked.select("line", "town", *NAMES.names())[best["query"]]
        theirs = reference.select("town", *NAMES.names())[best["row"]].select(pl.all().name.prefix("their_"))
        pairs = pl.concat([best, ours, theirs], how="horizontal").with_columns(**_places())
        forms = map(forms_conflict, pairs["legal_form"], pairs["their_legal_form"])
        slips = map(differs_by_a_slip, pairs["spelling"], pairs["their_spelling"])
        is_close = pl.col("margin") < LINK_MARGIN
        links = (
            (pl.col("probability") >= LINK_FROM)
            & ~is_close
            & pl.col("same_place")
            & pl.Series(list(slips), dtype=pl.Boolean)
            & ~pl.Series(list(forms), dtype=pl.Boolean)
        )
        band = (
            pl.when(links)
            .then(pl.lit(MatchBand.LINK.value))
            .when(pl.col("probability") >= review_from)
            .then(pl.lit(MatchBand.REVIEW.value))
            .otherwise(pl.lit(MatchBand.NEW.value))
        )
        return pairs.select(
            "line",
            "row",
            score="probability",
            band=band,
            close=is_close,
            same_place="same_place",
            other_place="other_place",
        )

    def _near(self, asked: pl.DataFrame, reference: pl.DataFrame) -> pl.DataFrame:
        """Return candidates by likeness, and every row with the very same spelling at the same place.

        A name that a hundred companies share has more rows that are just as near than likeness alone would give.
        """
        near = self._index.nearest(_names(asked))
        key = ["spelling", "area"]
        placed = asked.with_row_index("query").filter(pl.col("area") != "").select("query", *key)
        exact = placed.join(reference.select("row", *key), on=key).select(
            pl.col("query", "row").cast(pl.UInt32), cosine=pl.lit(1.0, pl.Float32)
        )
        added = exact.join(near, on=["query", "row"], how="anti")
        return pl.concat([near, added]) if added.height else near

    def _without_other_companies(
        self, near: pl.DataFrame, lines: pl.Series, identifiers: pl.DataFrame
    ) -> pl.DataFrame:
        """Strike out candidates whose SIREN or LEI is another one than the line's."""
        for scheme in _UNIQUE:
            ours, theirs = identifiers.filter(scheme=scheme), self._unique[scheme]
            if not (ours.height and theirs.height):
                continue
            line_has = pl.DataFrame({"line": lines}).join(
                ours.select("line", ours=pl.lit(value=True)).unique(),
                on="line",
                how="left",
                maintain_order="left",
            )["ours"]
            row_has = np.zeros(self._rows.height, dtype=bool)
            row_has[theirs["row"].to_numpy()] = True
            # Had they one in common, the identifier would have decided already.
            differ = line_has.fill_null(value=False).gather(near["query"]) & pl.Series(row_has).gather(
                near["row"]
            )
            near = near.filter(~differ)
        return near

    def _told(self, asked: pl.DataFrame, lines: pl.DataFrame, found: pl.DataFrame) -> list[Match]:
        """Return the matches in the order of the lines, with their reasons."""
        best: dict[int, dict[str, Any]] = {row["line"]: row for row in found.iter_rows(named=True)}
        shown = found.select("line", "row")
        theirs = dict(zip(shown["line"], self._rows[shown["row"]].iter_rows(named=True), strict=True))
        matches = []
        for line, fault, is_broken, query in zip(
            lines.iter_rows(named=True), asked["fault"], lines["is_broken"], asked["name"], strict=True
        ):
            number = line["line"]
            verdict = best.get(number)
            noted = (_REASONS["invalid"],) if fault == "identifier_invalid" else ()
            if verdict is None:
                code = "broken" if is_broken else "unlike" if line["spelling"] else "nothing"
                matches.append(Match(query, None, None, 0.0, MatchBand.NEW, (_REASONS[code], *noted)))
                continue
            candidate, score = theirs[number], round(verdict["score"], 4)
            if verdict["band"] == MatchBand.NEW.value:
                why = (_nearest(candidate["name"]), *noted)
                matches.append(Match(query, None, None, score, MatchBand.NEW, why))
                continue
            why = (*_reasons(verdict, line, candidate), *noted)
            band = MatchBand(verdict["band"])
            matches.append(Match(query, candidate["id"], candidate["name"], score, band, why))
        return matches


def refuse_unclear_ids(companies: pl.DataFrame) -> None:
    """Refuse a reference list whose ids do not say which company is meant.

    Raises:
        UnreadableError: a row has no id, or one id stands for two SIRENs or two LEIs.
    """
    blank = companies.filter(pl.col("id") == "")
    if blank.height:
        raise UnreadableError(
            mark("Row %(row)s of the reference list has no id: each company needs one to be named by."),
            code="id_missing",
            row=blank["row"][0],
        )
    held = _identifiers(companies).join(companies.with_row_index("line").select("line", "id"), on="line")
    unique = held.filter(pl.col("scheme").is_in(_UNIQUE)).sort("line")
    torn = unique.filter(pl.col("value").n_unique().over("id", "scheme") > 1)
    if torn.height:
        name, scheme = torn.select("id", "scheme").row(0)
        same = torn.filter((pl.col("id") == name) & (pl.col("scheme") == scheme))["value"]
        first, second = same.unique(maintain_order=True).head(2)
        raise UnreadableError(
            mark(
                "The id “%(id)s” of the reference list stands for two companies: %(scheme)s %(first)s and %(second)s. Give each its "
                "own id; rows that share one are taken for names of one company."
            ),
            code="id_duplicate",
            id=name,
            scheme=scheme.upper(),
            first=first,
            second=second,
        )


def _analysed(companies: pl.DataFrame) -> pl.DataFrame:
    """Return analysed lines (LINES) with what their place can be compared by.

    `bare_area` is the area where no country is known: the first digits of the postcode, whatever land it lies in. It is
    used for lines without a country, and for all where the reference list has such rows.
    """
    lines = analyse(companies.rename({"name": "customer_name"}))
    cities = lines["city"].unique().drop_nulls().to_list()
    keys = pl.DataFrame(
        {"city": cities, "town": [_town(city) for city in cities]},
        schema={"city": pl.String, "town": pl.String},
    )
    return (
        lines.join(keys, on="city", how="left", maintain_order="left")
        .with_columns(bare=pl.lit("FR"))
        .with_columns(
            bare_area=area_expression(country="bare"),
            is_placed=pl.col("area") != "",
            has_country=pl.col("country").fill_null("").str.strip_chars() != "",
            town=pl.col("town").fill_null(""),
        )
        .select(*LINES.names(), "bare_area", "town", "is_placed", "has_country")
    )


def _town(city: str) -> str:
    """Return a city without its district and delivery office: "Lyon 3e", "LYON CEDEX 03" and "lyon" are one town."""
    words = _WORD.findall(fold(city))
    return "".join(word for word in words if word != "cedex" and not word[0].isdigit())


def _names(lines: pl.DataFrame) -> list[CompanyName]:
    return [CompanyName(*held) for held in lines.select("spelling", "legal_form", "joined").iter_rows()]


def _identifiers(companies: pl.DataFrame) -> pl.DataFrame:
    return line_identifiers(companies.with_row_index("line"))


def _places() -> dict[str, pl.Expr]:
    """Return what the places of pairs say: the area, else the very postcode, else the town."""

    def both(name: str) -> pl.Expr:
        return (pl.col(name).fill_null("") != "") & (pl.col(f"their_{name}").fill_null("") != "")

    differ = both("area") & (pl.col("area") != pl.col("their_area"))
    same = both("area") & (pl.col("area") == pl.col("their_area"))
    same_town = both("town") & (pl.col("town") == pl.col("their_town"))
    return {"same_place": same | (same_town & ~differ), "other_place": differ}


def _nearest(name: str) -> MatchReason:
    return MatchReason(mark("No name in the list is near enough; the nearest is %(name)s."), {"name": name})


def _reasons(
    verdict: Mapping[str, Any], line: Mapping[str, Any], candidate: Mapping[str, Any]
) -> tuple[MatchReason, ...]:
    """Say what speaks for and against, most telling first."""
    if verdict["why"] is not None:
        return (_REASONS[verdict["why"]],)
    reasons = [
        *explain(line, candidate),
        *beside_the_name(line, candidate, is_same=verdict["same_place"], is_other=verdict["other_place"]),
    ]
    if verdict["close"]:
        reasons.append(_REASONS["close"])
    return tuple(reasons)
