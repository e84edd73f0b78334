"""Loading SIRENE's StockUniteLegale, to committed entries, against PostgreSQL's COPY of the columns that are kept."""

import time
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from bench.report import publish, rate, scaled
from bench.stage import fresh_network, seconds_of_copy
from network.permissions import operator_at_console
from network.registers.archive import open_archive
from network.registers.layouts import recognise
from network.services.registers import load_register

ROWS = 2_000_000
BLOCK = 250_000
PERSONS, CEASED = 0.6, 0.45
"""About what the real file has: three in five are sole traders, nearly half have ceased."""

HEADING = (
    "siren,statutDiffusionUniteLegale,unitePurgeeUniteLegale,dateCreationUniteLegale,sigleUniteLegale,sexeUniteLegale,"
    "prenom1UniteLegale,prenom2UniteLegale,prenom3UniteLegale,prenom4UniteLegale,prenomUsuelUniteLegale,"
    "pseudonymeUniteLegale,identifiantAssociationUniteLegale,trancheEffectifsUniteLegale,anneeEffectifsUniteLegale,"
    "dateDernierTraitementUniteLegale,nombrePeriodesUniteLegale,categorieEntreprise,anneeCategorieEntreprise,dateDebut,"
    "etatAdministratifUniteLegale,nomUniteLegale,nomUsageUniteLegale,denominationUniteLegale,"
    "denominationUsuelle1UniteLegale,denominationUsuelle2UniteLegale,denominationUsuelle3UniteLegale,"
    "categorieJuridiqueUniteLegale,activitePrincipaleUniteLegale,nomenclatureActivitePrincipaleUniteLegale,"
    "nicSiegeUniteLegale,economieSocialeSolidaireUniteLegale,societeMissionUniteLegale,caractereEmployeurUniteLegale,"
    "activitePrincipaleNAF25UniteLegale"
)


def run() -> None:
    """Time a first load, the same register a month later with one company in a hundred changed, and COPY."""
    rows = scaled(ROWS)
    with fresh_network() as home:
        first, later = home / "first.csv", home / "later.csv"
        write_units(first, rows, changed=False)
        write_units(later, rows, changed=True)
        kept = home / "kept.csv"
        write_kept(first, kept)
        create = (
            "CREATE TABLE baseline (value text PRIMARY KEY, name text, usual_name text, legal_form text, activity text, "
            "is_active boolean, ceased_on date, is_person boolean)"
        )
        baseline = seconds_of_copy(create, "COPY baseline FROM STDIN (FORMAT csv)", kept)
        ours = seconds_of_load(first, date(2026, 10, 1), written=rows)
        again = seconds_of_load(later, date(2026, 11, 1), written=len(range(0, rows, 100)))
    publish(
        "registers",
        [
            rate("StockUniteLegale, first load", rows=rows, ours=ours, baseline=baseline),
            rate("a month later, 1 in 100 changed", rows=rows, ours=again, baseline=baseline),
        ],
    )


def seconds_of_load(path: Path, day: date, *, written: int) -> float:
    """Return the seconds of one load; stop where it did not write what it should."""
    begin = time.perf_counter()
    card = load_register(operator_at_console(), path=path, as_of=day)
    seconds = time.perf_counter() - begin
    if card.written != written:
        raise SystemExit(f"{card.written} entries were written in place of {written}")
    return seconds


def write_units(path: Path, rows: int, *, changed: bool) -> None:
    """Write a StockUniteLegale of the true layout; `changed` gives every hundredth company another name."""
    random = np.random.default_rng(1)
    with path.open("wb") as out:
        out.write(HEADING.encode() + b"\n")
        for start in range(0, rows, BLOCK):
            _block(start, min(BLOCK, rows - start), random, changed=changed).write_csv(
                out, include_header=False, null_value=""
            )


def _block(start: int, count: int, random: np.random.Generator, *, changed: bool) -> pl.DataFrame:
    number = pl.int_range(start, start + count, eager=True)
    person = pl.Series(random.random(count) < PERSONS) & (number % 100 != 0)
    ceased = pl.Series(random.random(count) < CEASED)
    mark = pl.when((pl.col("number") % 100 == 0) & changed).then(pl.lit(" NOUVELLE")).otherwise(pl.lit(""))
    name = pl.concat_str(pl.lit("ETABLISSEMENTS DUPONT ET FILS "), "number", mark)
    said = {
        "siren": pl.col("number") + 100_000_000,
        "statutDiffusionUniteLegale": pl.lit("O"),
        "dateCreationUniteLegale": pl.lit("2000-09-26"),
        "sexeUniteLegale": pl.when("person").then(pl.lit("F")),
        "prenom1UniteLegale": pl.when("person").then(pl.lit("CAMILLE")),
        "prenomUsuelUniteLegale": pl.when("person").then(pl.lit("CAMILLE")),
        "trancheEffectifsUniteLegale": pl.lit("NN"),
        "dateDernierTraitementUniteLegale": pl.lit("2024-03-30T13:36:38"),
        "nombrePeriodesUniteLegale": pl.lit("4"),
        "dateDebut": pl.lit("2008-01-01"),
        "etatAdministratifUniteLegale": pl.when("ceased").then(pl.lit("C")).otherwise(pl.lit("A")),
        "nomUniteLegale": pl.when("person").then(pl.lit("DURAND")),
        "denominationUniteLegale": pl.when(~pl.col("person")).then(name),
        "categorieJuridiqueUniteLegale": pl.when("person").then(pl.lit("1000")).otherwise(pl.lit("5710")),
        "activitePrincipaleUniteLegale": pl.lit("46.73A"),
        "nomenclatureActivitePrincipaleUniteLegale": pl.lit("NAFRev2"),
        "nicSiegeUniteLegale": pl.lit("00017"),
        "economieSocialeSolidaireUniteLegale": pl.lit("N"),
        "caractereEmployeurUniteLegale": pl.lit("N"),
    }
    columns = [said.get(column, pl.lit(None, pl.String)).alias(column) for column in HEADING.split(",")]
    return pl.DataFrame({"number": number, "person": person, "ceased": ceased}).select(columns)


def write_kept(source: Path, path: Path) -> None:
    """Write what we keep of a file as a plain CSV, which COPY takes as it is."""
    archive = open_archive(source)
    table = recognise(archive.heading(), file_name=source.name)
    with path.open("wb") as out:
        for records, _ in archive.records():
            table.read(records).frame.write_csv(out, include_header=False)
