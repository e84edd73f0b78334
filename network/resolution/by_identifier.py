"""Step 2: lines that carry an identifier find or found the debtor that has it."""

import uuid
from dataclasses import dataclass

import polars as pl
from sqlalchemy.orm import Session

from network.errors import ConflictError
from network.i18n import mark
from network.resolution import registry
from network.resolution.grouping import group_lines
from network.resolution.outcome import MatchBand, MatchCandidate, MatchReason
from network.resolution.placement import Placement, new_debtors, together, verdict
from network.resolution.reference import register_names
from network.resolution.score import is_absurd, plausibility

_ROUNDS = 5
"""How often lines are looked at again because another file created their debtor at the same moment. Each time is one
other transaction that committed; more than two were never seen."""

_REASON_ABSURD = MatchReason(
    mark("It has the identifier that the line gives, and is known by quite different names.")
)
_REASON_SHARED = MatchReason(mark("It has one of the identifiers that the line gives."))


@dataclass(frozen=True, slots=True)
class _Round:
    """One look at all lines: what is settled, and which lines lost their debtor to another transaction."""

    placement: Placement
    lost: pl.DataFrame


def place_by_identifier(session: Session, lines: pl.DataFrame, identifiers: pl.DataFrame) -> Placement:
    """Place the lines that have identifiers; creates debtors and attaches further identifiers.

    Args:
        session: the running unit of work.
        lines: columns of :data:`~network.resolution.placement.LINES`.
        identifiers: `line`, `scheme`, `value`.

    Raises:
        ConflictError: other transactions kept creating the same debtors; try again.
    """
    rounds: list[Placement] = []
    for _ in range(_ROUNDS):
        if not identifiers.height:
            return together(rounds)
        result = _look(session, lines.join(identifiers, on="line", how="semi"), identifiers)
        rounds.append(result.placement)
        identifiers = identifiers.join(result.lost, on="line", how="semi")
    if identifiers.height:
        raise ConflictError(
            mark("Other files are creating the same debtors at this moment. Send this one again.")
        )
    return together(rounds)


def _look(session: Session, lines: pl.DataFrame, identifiers: pl.DataFrame) -> _Round:
    known = registry.known_identifiers(session, identifiers.select("scheme", "value").unique())
    groups = group_lines(identifiers, known)
    placed = (
        lines.join(groups.lines, on="line")
        .join(groups.groups, on="group", maintain_order="left")
        .with_columns(debtor_id=pl.coalesce("own_debtor_id", "debtor_id"))
    )
    clear = _with_founders(placed.filter(~pl.col("is_conflict")))
    torn = _torn(placed.filter("is_conflict"), identifiers, known)
    single = torn.filter(pl.col("debtor_id").is_not_null())
    official = _official(session, clear, identifiers)
    absurd = _absurd(session, clear, single, official)
    sound = clear.join(absurd, on="line", how="anti")

    founders = _as_registered(clear.filter("is_founder"), official)
    registry.create_debtors(session, new_debtors(_named(founders, identifiers)))
    claims = (
        pl.concat(
            [
                identifiers.join(sound.select("line", "group", "debtor_id"), on="line").drop("line"),
                official.select("scheme", "value", "group", "debtor_id"),
            ]
        )
        .join(known, on=["scheme", "value"], how="anti")
        .select("group", "debtor_id", "scheme", "value")
        .unique(["scheme", "value"], maintain_order=True)
    )
    lost = _claim(session, claims, clear)
    kept = clear.join(lost, on="group", how="anti")
    ok, wrong = kept.join(absurd, on="line", how="anti"), kept.join(absurd, on="line", how="semi")
    return _Round(
        placement=together(
            [
                Placement(
                    verdict(ok.filter(~pl.col("is_new")), band=MatchBand.LINK, reason="identifier", score=1.0)
                ),
                Placement(
                    verdict(ok.filter("is_new"), band=MatchBand.NEW, reason="new_identifier", score=1.0)
                ),
                _absurd_cases(wrong, absurd),
                _torn_cases(torn, absurd),
            ]
        ),
        lost=clear.join(lost, on="group", how="semi").select("line"),
    )


def _with_founders(clear: pl.DataFrame) -> pl.DataFrame:
    """Give each group without a debtor a new id, and choose the line that it takes its name from.

    That is the first one with the spelling which most of its lines have.
    """
    is_new = pl.col("debtor_id").is_null()
    fresh = clear.filter(is_new)["group"].unique(maintain_order=True)
    ids = pl.DataFrame({"group": fresh, "new_id": [str(uuid.uuid4()) for _ in range(len(fresh))]})
    numbered = clear.with_columns(
        is_new=is_new,
        rank=pl.struct(
            pl.col("spelling") == "", -pl.len().over("group", "spelling").cast(pl.Int64), pl.col("line")
        )
        .rank("ordinal")
        .over("group"),
    )
    return numbered.join(
        ids.cast({"new_id": pl.String}), on="group", how="left", maintain_order="left"
    ).with_columns(
        debtor_id=pl.coalesce("debtor_id", "new_id"), is_founder=pl.col("is_new") & (pl.col("rank") == 1)
    )


def _official(session: Session, clear: pl.DataFrame, identifiers: pl.DataFrame) -> pl.DataFrame:
    """Return what a register calls the companies of the new groups, one row a group at most, SIRENE before GLEIF.

    Columns of :data:`~network.resolution.reference.REFERENCE`, `group` and `debtor_id`.
    """
    new = clear.filter("is_new").select("line", "group", "debtor_id")
    asked = identifiers.join(new, on="line").unique(["scheme", "value"])
    named = register_names(session, asked).join(asked.drop("line"), on=["scheme", "value"])
    return named.sort(pl.col("scheme") != "siren", "value").unique("group", keep="first", maintain_order=True)


def _as_registered(founders: pl.DataFrame, official: pl.DataFrame) -> pl.DataFrame:
    """Let new debtors enter under the name and place that a register gives them, not those of the line that brought them."""
    given = {"customer_name": "name", "spelling": "spelling", "legal_form": "legal_form"}
    place = {name: name for name in ("postcode", "city", "country")}
    found = founders.join(
        official.select(
            "group", *(pl.col(theirs).alias(f"{ours}_given") for ours, theirs in {**given, **place}.items())
        ),
        on="group",
        how="left",
        maintain_order="left",
    )
    is_given = pl.col("customer_name_given").is_not_null()
    return found.with_columns(
        pl.when(is_given).then(f"{name}_given").otherwise(name).alias(name) for name in given
    ).with_columns(
        pl.when(is_given & pl.col("postcode_given").is_not_null())
        .then(f"{name}_given")
        .otherwise(name)
        .alias(name)
        for name in place
    )


def _named(founders: pl.DataFrame, identifiers: pl.DataFrame) -> pl.DataFrame:
    """Call a line without a name by its identifier."""
    label = identifiers.unique("line", keep="first", maintain_order=True).select(
        "line", label=pl.concat_str(pl.col("scheme").str.to_uppercase(), pl.lit(" "), "value")
    )
    return founders.join(label, on="line", how="left", maintain_order="left").with_columns(
        customer_name=pl.when(pl.col("spelling") == "").then("label").otherwise("customer_name")
    )


def _torn(conflict: pl.DataFrame, identifiers: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Look at the lines of torn groups one by one.

    `debtor_id` is set where a line's own identifiers name one company and no second SIREN; `debtors` are all it touches,
    one of each company.
    """
    own = identifiers.join(conflict, on="line", how="semi").join(known, on=["scheme", "value"], how="left")
    sirens = pl.concat(
        [
            own.filter(pl.col("scheme") == "siren").select("line", siren="value"),
            own.filter(pl.col("debtor_siren").is_not_null()).select("line", siren="debtor_siren"),
        ]
    )
    touched = (
        own.drop_nulls("debtor_id")
        .sort("debtor_id")
        .unique(["line", "stands_for"], keep="first", maintain_order=True)
        .group_by("line")
        .agg(pl.col("debtor_id").alias("debtors"))
    )
    seen = (
        conflict.drop("debtor_id")
        .join(touched, on="line", how="left")
        .join(sirens.group_by("line").agg(pl.col("siren").n_unique().alias("sirens")), on="line", how="left")
    )
    is_single = (pl.col("debtors").list.len() == 1) & (pl.col("sirens").fill_null(0) <= 1)
    return seen.with_columns(debtor_id=pl.when(is_single).then("own_debtor_id"))


def _absurd(
    session: Session, clear: pl.DataFrame, single: pl.DataFrame, official: pl.DataFrame
) -> pl.DataFrame:
    """Return the lines (`line`, `score`) whose name contradicts the debtor that their identifier gives them.

    A new debtor is known by what a register calls it, and only where none does by the line that founds it.
    """
    registered = pl.col("group").is_in(official["group"].implode())
    founders = clear.filter(pl.col("is_founder") & (pl.col("spelling") != "") & ~registered)
    columns = ["line", "debtor_id", "spelling", "area"]
    asked = pl.concat(
        [clear.filter(~pl.col("is_founder") | registered).select(columns), single.select(columns)]
    )
    asked = asked.filter(pl.col("spelling") != "")
    if not asked.height:
        return pl.DataFrame(schema={"line": pl.UInt32, "score": pl.Float64})
    held = registry.spellings_of(session, asked["debtor_id"].unique().sort().to_list())
    spellings = pl.concat(
        [
            held.select("debtor_id", "spelling", "area"),
            founders.select("debtor_id", "spelling", "area"),
            official.select("debtor_id", "spelling", "area"),
            official.filter(pl.col("usual") != "").select("debtor_id", spelling="usual", area="area"),
        ]
    ).rename({"spelling": "known", "area": "known_area"})
    exact = spellings.select("debtor_id", spelling="known").unique()
    open_lines = asked.join(exact, on=["debtor_id", "spelling"], how="anti")
    pairs = open_lines.join(spellings, on="debtor_id")
    if not pairs.height:
        return pl.DataFrame(schema={"line": pl.UInt32, "score": pl.Float64})
    score = plausibility(ours=pairs["spelling"].to_list(), theirs=pairs["known"].to_list())
    return (
        pairs.with_columns(
            score=pl.Series(score, dtype=pl.Float64),
            near=(pl.col("area") != "") & (pl.col("area") == pl.col("known_area")),
        )
        .group_by("line")
        .agg(pl.col("score").max(), pl.col("near").any())
        .filter(is_absurd(pl.col("score"), pl.col("near")))
        .select("line", "score")
    )


def _claim(session: Session, claims: pl.DataFrame, clear: pl.DataFrame) -> pl.DataFrame:
    """Write the identifiers; return the groups (`group`) that lost one, with the debtors made for them taken back."""
    if not claims.height:
        return claims.select("group")
    lost = registry.claim_identifiers(session, claims.select("debtor_id", "scheme", "value"))
    if not lost.height:
        return claims.select("group").clear()
    groups = claims.join(lost, on=["scheme", "value"], how="semi").select("group").unique()
    orphans = clear.filter("is_founder").join(groups, on="group", how="semi")
    registry.drop_debtors(session, orphans["debtor_id"].to_list())
    return groups


def _absurd_cases(wrong: pl.DataFrame, absurd: pl.DataFrame) -> Placement:
    scored = wrong.join(absurd, on="line")
    return Placement(
        verdict(scored, band=MatchBand.REVIEW, reason="name_absurd", debtor=None),
        {
            line: (MatchCandidate(debtor_id, round(score, 3), (_REASON_ABSURD,)),)
            for line, debtor_id, score in scored.select("line", "debtor_id", "score").iter_rows()
        },
    )


def _torn_cases(torn: pl.DataFrame, absurd: pl.DataFrame) -> Placement:
    single = torn.filter(pl.col("debtor_id").is_not_null())
    several = torn.filter(pl.col("debtor_id").is_null())
    fine = single.join(absurd, on="line", how="anti")
    return together(
        [
            Placement(verdict(fine, band=MatchBand.LINK, reason="identifier", score=1.0)),
            _absurd_cases(single, absurd),
            Placement(
                verdict(several, band=MatchBand.REVIEW, reason="identifiers_disagree", debtor=None),
                {
                    line: tuple(MatchCandidate(debtor, 1.0, (_REASON_SHARED,)) for debtor in debtors or ())
                    for line, debtors in several.select("line", "debtors").iter_rows()
                },
            ),
        ]
    )
