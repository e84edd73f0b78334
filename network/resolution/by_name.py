"""Steps 3 and 4: lines without an identifier. A confirmed spelling at a known place links, at most one slip beside it."""

import uuid

import polars as pl
from sqlalchemy.orm import Session

from network.i18n import mark
from network.resolution import registry
from network.resolution.debtor_names import DebtorNames
from network.resolution.legal_forms import FAMILIES, forms_conflict
from network.resolution.outcome import MatchBand, MatchCandidate, MatchReason
from network.resolution.placement import Placement, new_debtors, together, verdict
from network.resolution.standing import standing_beside

_KNOWN = registry.CONFIRMED_SPELLINGS
_REASON_SPELLING = MatchReason(mark("It is known by this spelling at this place."))
_REASON_OWN_FILE = MatchReason(
    mark("The same file has this name, without a place that would tell them apart.")
)


def place_by_name(
    session: Session, lines: pl.DataFrame, identified: pl.DataFrame, names: DebtorNames
) -> Placement:
    """Place lines that have a name and no identifier; creates provisional debtors.

    Args:
        session: the running unit of work.
        lines: columns of :data:`~network.resolution.placement.LINES`, `spelling` not empty.
        identified: `spelling`, `area`, `debtor_id`, `legal_form` of the lines of the same file that an identifier placed.
        names: the names of the network.
    """
    exact = _place_exact(session, lines, identified)
    rest = lines.join(exact.verdicts, on="line", how="anti")
    alike = _place_alike(session, rest, names)
    rest = rest.join(alike.verdicts, on="line", how="anti")
    return together([exact, alike, _place_new(session, rest)])


def _place_exact(session: Session, lines: pl.DataFrame, identified: pl.DataFrame) -> Placement:
    """Step 3: the very spelling, confirmed, at the same place; or the member's own file says who that is."""
    placed = lines.filter(pl.col("area") != "")
    if not placed.height:
        return together([])
    asked = placed.select("spelling", "area").unique()
    confirmed = registry.confirmed_spellings(session, asked)
    in_file = standing_beside(session, identified)
    # Debtors of one company are one; the line lies on the one that the network knows by this spelling.
    known = pl.concat([confirmed.select(_KNOWN.names()), in_file.select(_KNOWN.names())])
    known = known.group_by("spelling", "area", "stands_for", maintain_order=True).agg(
        pl.col("debtor_id").first(), pl.col("legal_form").drop_nulls().unique().sort().alias("their_forms")
    )
    hits = placed.join(known, on=["spelling", "area"])
    conflict = [
        any(forms_conflict(ours, theirs) for theirs in forms)
        for ours, forms in hits.select("legal_form", "their_forms").iter_rows()
    ]
    hits = hits.with_columns(
        conflict=pl.Series(conflict, dtype=pl.Boolean),
        several=pl.col("debtor_id").n_unique().over("line") > 1,
    )
    from_network = (
        confirmed.select("spelling", "area", "debtor_id").unique().with_columns(reason=pl.lit("spelling"))
    )
    sure = hits.filter(~pl.col("several") & ~pl.col("conflict")).join(
        from_network, on=["spelling", "area", "debtor_id"], how="left"
    )
    doubtful = hits.filter(pl.col("several") | pl.col("conflict"))
    several = doubtful.filter("several").unique("line", maintain_order=True)
    contradicted = doubtful.filter(~pl.col("several")).unique("line", maintain_order=True)
    candidates: dict[int, list[MatchCandidate]] = {}
    for line, debtor_id in doubtful.sort("line", "debtor_id").select("line", "debtor_id").iter_rows():
        candidates.setdefault(line, []).append(MatchCandidate(debtor_id, 1.0, (_REASON_SPELLING,)))
    verdicts = [
        verdict(
            sure.filter(pl.col("reason").is_not_null()), band=MatchBand.LINK, reason="spelling", score=1.0
        ),
        verdict(sure.filter(pl.col("reason").is_null()), band=MatchBand.LINK, reason="own_file", score=1.0),
        verdict(several, band=MatchBand.REVIEW, reason="several", debtor=None),
        verdict(contradicted, band=MatchBand.REVIEW, reason="forms_conflict", debtor=None),
    ]
    return Placement(pl.concat(verdicts), {line: tuple(found[:5]) for line, found in candidates.items()})


def _place_alike(session: Session, lines: pl.DataFrame, names: DebtorNames) -> Placement:
    """Step 4: names that are like a debtor's go to a person, but for those that leave no doubt."""
    found = names.alike(session, lines)
    links = lines.join(found.links, on="line")
    linked = (
        verdict(links, band=MatchBand.LINK, reason="alike")
        .drop("score")
        .join(found.links.select("line", "score"), on="line", maintain_order="left")
    )
    waiting = {line: shown for line, shown in found.candidates.items() if line not in set(links["line"])}
    hits = lines.filter(pl.col("line").is_in(list(waiting)))
    best = pl.Series([waiting[line][0].score for line in hits["line"]], dtype=pl.Float64)
    verdicts = verdict(hits, band=MatchBand.REVIEW, reason="name_alone", debtor=None).with_columns(score=best)
    return Placement(pl.concat([linked, verdicts]), waiting)


def _place_new(session: Session, lines: pl.DataFrame) -> Placement:
    """Found a provisional debtor for each name that nobody had.

    Lines of one file with one spelling at one place are one debtor. Without a place, the first founds it and a person
    looks at the others: even in one file a name alone links nothing.
    """
    if not lines.height:
        return together([])
    families = [FAMILIES.get(form, "") if form else "" for form in lines["legal_form"]]
    key = ["spelling", "area", "kind"]
    forms_meet = pl.col("family").filter(pl.col("family") != "").n_unique().over("spelling", "area") > 1
    named = lines.with_columns(family=pl.Series(families, dtype=pl.String)).with_columns(
        kind=pl.when(forms_meet).then("family").otherwise(pl.lit(""))
    )
    founders = named.unique(key, keep="first", maintain_order=True)
    founders = founders.with_columns(
        debtor_id=pl.Series([str(uuid.uuid4()) for _ in range(founders.height)], dtype=pl.String)
    )
    registry.create_debtors(session, new_debtors(founders))
    others = named.join(founders.select(*key, "debtor_id"), on=key, maintain_order="left").join(
        founders, on="line", how="anti"
    )
    at_place, nowhere = others.filter(pl.col("area") != ""), others.filter(pl.col("area") == "")
    verdicts = [
        verdict(founders, band=MatchBand.NEW, reason="no_match"),
        verdict(at_place, band=MatchBand.NEW, reason="own_file"),
        verdict(nowhere, band=MatchBand.REVIEW, reason="name_alone", debtor=None),
    ]
    return Placement(
        pl.concat(verdicts),
        {
            line: (MatchCandidate(debtor_id, 1.0, (_REASON_OWN_FILE,)),)
            for line, debtor_id in nowhere.select("line", "debtor_id").iter_rows()
        },
    )
