"""Official registers as reference: what a debtor with a SIREN or LEI takes from them.

Its legal name becomes a confirmed spelling at its head office, so that lines without an identifier find it, and so that
an identifier beside quite another name is seen. A register is public and names every company, so none of this tells
that a member supplies one (docs/decisions/0126).
"""

from collections.abc import Sequence

import polars as pl
from sqlalchemy import text
from sqlalchemy.orm import Session

from network.resolution.areas import area_expression
from network.resolution.normalise import normalise_all
from network.resolution.registry import CONFIRMED, raise_versions

_USUAL = 1
"""A usual name or acronym counts as one voice: a member that writes it beside the identifier confirms it."""

_SCHEMES = ("siren", "lei")

_CHUNK = 50_000
"""Debtors looked at in one statement: some 20 MB."""

REFERENCE = pl.Schema(
    {
        "scheme": pl.String,
        "value": pl.String,
        "name": pl.String,
        "spelling": pl.String,
        "usual": pl.String,
        "legal_form": pl.String,
        "postcode": pl.String,
        "city": pl.String,
        "country": pl.String,
        "area": pl.String,
    }
)


def register_names(session: Session, asked: pl.DataFrame) -> pl.DataFrame:
    """Return what registers call the companies of these identifiers (`scheme`, `value`), analysed (:data:`REFERENCE`).

    `usual` is the spelling of the name that a company uses, where it has one beside its legal name. Those that no register has, natural persons and names that are not disclosed are not in it.
    """
    rows = session.execute(
        text("""
            SELECT entry.scheme, entry.value, entry.name, entry.usual_name, entry.postcode, entry.city, entry.country
            FROM unnest(CAST(:schemes AS text[]), CAST(:values AS text[])) AS asked (scheme, value)
            JOIN register_entry entry ON entry.scheme = asked.scheme AND entry.value = asked.value
            WHERE entry.name IS NOT NULL
            ORDER BY entry.scheme DESC, entry.value
        """),
        {"schemes": asked["scheme"].to_list(), "values": asked["value"].to_list()},
    ).all()
    columns = ("scheme", "value", "name", "usual_name", "postcode", "city", "country")
    frame = pl.DataFrame([tuple(row) for row in rows], schema=dict.fromkeys(columns, pl.String), orient="row")
    names = normalise_all(frame["name"])
    return frame.with_columns(
        spelling=pl.Series([name.spelling for name in names], dtype=pl.String),
        usual=pl.Series([name.spelling for name in normalise_all(frame["usual_name"])], dtype=pl.String),
        legal_form=pl.Series([name.legal_form for name in names], dtype=pl.String),
        area=area_expression(),
    ).select(REFERENCE.names())


def adopt_all(session: Session) -> int:
    """Let every debtor take its names from the registers, by set; return how many learnt one."""
    learnt, last = 0, "00000000-0000-0000-0000-000000000000"
    while True:
        ids = session.scalars(
            text("SELECT id::text FROM debtor WHERE id > CAST(:last AS uuid) ORDER BY id LIMIT :chunk"),
            {"last": last, "chunk": _CHUNK},
        ).all()
        if not ids:
            return learnt
        learnt += adopt(session, ids)
        last = ids[-1]


def adopt_new(session: Session, identifiers: pl.DataFrame) -> int:
    """Let the debtors of a file's identifiers (`scheme`, `value`) take their names from the registers; return how many did.

    Those that have a confirmed spelling are left to the next load, so that a file of known customers costs one look.
    """
    asked = identifiers.filter(pl.col("scheme").is_in(_SCHEMES)).unique(["scheme", "value"])
    if not asked.height:
        return 0
    ids = session.scalars(
        text("""
            SELECT DISTINCT held.debtor_id::text
            FROM unnest(CAST(:schemes AS text[]), CAST(:values AS text[])) AS asked (scheme, value)
            JOIN register_entry entry
              ON entry.scheme = asked.scheme AND entry.value = asked.value AND entry.name IS NOT NULL
            JOIN debtor_identifier held ON held.scheme = asked.scheme AND held.value = asked.value
            WHERE NOT EXISTS (
                SELECT FROM debtor_spelling known
                WHERE known.debtor_id = held.debtor_id AND known.confirmations >= :confirmed
            )
        """),
        {
            "schemes": asked["scheme"].to_list(),
            "values": asked["value"].to_list(),
            "confirmed": CONFIRMED,
        },
    ).all()
    return adopt(session, ids) if ids else 0


def adopt(session: Session, debtor_ids: Sequence[str]) -> int:
    """Let these debtors take their names from the registers; return how many learnt one.

    A spelling that has as many confirmations already is left alone, so that it may be done again at any time.
    """
    rows = session.execute(
        text("""
            SELECT held.debtor_id::text, entry.name, entry.usual_name, entry.postcode, entry.country
            FROM debtor_identifier held
            JOIN register_entry entry ON entry.scheme = held.scheme AND entry.value = held.value
            WHERE held.debtor_id = ANY (CAST(:ids AS uuid[])) AND entry.name IS NOT NULL
        """),
        {"ids": list(debtor_ids)},
    ).all()
    columns = ("debtor_id", "name", "usual_name", "postcode", "country")
    frame = pl.DataFrame(
        [tuple(row) for row in rows], schema=dict.fromkeys(columns, pl.String), orient="row"
    ).with_columns(area=area_expression())
    said = [
        _spelt(frame.drop_nulls(column), column, confirmations)
        for column, confirmations in (("name", CONFIRMED), ("usual_name", _USUAL))
    ]
    spellings = (
        pl.concat(said)
        .filter(pl.col("spelling") != "")
        .group_by("spelling", "area", "debtor_id")
        .agg(pl.col("confirmations").max())
        .sort("spelling", "area", "debtor_id")
    )
    learnt = _write(session, spellings)
    raise_versions(session, learnt)
    return len(learnt)


def publish_registered_names(session: Session, epoch: str) -> int:
    """Show the debtors that a month releases under the name and place that a register gives them; return how many changed.

    Comes after all other names and goes before them: a register knows best, and its name tells nothing of any member. A
    debtor that stands for others has the entry of whichever of them has one, SIRENE before GLEIF.
    """
    changed = session.execute(
        text("""
            UPDATE debtor SET
                name = official.name,
                postcode = CASE WHEN official.is_placed THEN official.postcode ELSE debtor.postcode END,
                city = CASE WHEN official.is_placed THEN official.city ELSE debtor.city END,
                country = COALESCE(official.country, debtor.country),
                version = debtor.version + 1
            FROM (
                SELECT DISTINCT ON (release.debtor_id) release.debtor_id, entry.name, entry.postcode, entry.city,
                       entry.country, entry.postcode IS NOT NULL OR entry.city IS NOT NULL AS is_placed
                FROM release
                JOIN debtor node ON COALESCE(node.merged_into, node.id) = release.debtor_id
                JOIN debtor_identifier held ON held.debtor_id = node.id
                JOIN register_entry entry ON entry.scheme = held.scheme AND entry.value = held.value
                WHERE release.epoch = :epoch AND entry.name IS NOT NULL
                ORDER BY release.debtor_id, entry.scheme DESC, node.merged_into IS NOT NULL, entry.value
            ) official
            WHERE debtor.id = official.debtor_id
            AND (debtor.name <> official.name OR (official.is_placed AND
                 (debtor.postcode, debtor.city) IS DISTINCT FROM (official.postcode, official.city)))
        """),
        {"epoch": epoch},
    )
    return changed.rowcount  # type: ignore[attr-defined, no-any-return]  # a cursor's result has it


def _spelt(frame: pl.DataFrame, column: str, confirmations: int) -> pl.DataFrame:
    spellings = [name.spelling for name in normalise_all(frame[column])]
    return frame.select(
        "debtor_id",
        "area",
        spelling=pl.Series(spellings, dtype=pl.String),
        confirmations=pl.lit(confirmations, pl.Int64),
    )


def _write(session: Session, spellings: pl.DataFrame) -> list[str]:
    """Raise these spellings to at least these confirmations; return the debtors of which one changed."""
    if not spellings.height:
        return []
    changed = session.scalars(
        text("""
            INSERT INTO debtor_spelling AS held (spelling, area, debtor_id, confirmations)
            SELECT * FROM unnest(CAST(:spellings AS text[]), CAST(:areas AS text[]), CAST(:ids AS uuid[]),
                                 CAST(:confirmations AS bigint[]))
            ON CONFLICT (spelling, area, debtor_id)
            DO UPDATE SET confirmations = EXCLUDED.confirmations
            WHERE held.confirmations < EXCLUDED.confirmations
            RETURNING debtor_id::text
        """),
        {
            "spellings": spellings["spelling"].to_list(),
            "areas": spellings["area"].to_list(),
            "ids": spellings["debtor_id"].to_list(),
            "confirmations": spellings["confirmations"].to_list(),
        },
    )
    return sorted(set(changed))
