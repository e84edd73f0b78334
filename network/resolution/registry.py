"""What the network knows of debtors, read and written by whole files: few statements, however many lines.

Every set is passed as arrays or through COPY. Rows are written in the order of their keys, so that two files taken in
at once wait for each other instead of locking each other out.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
from sqlalchemy import text
from sqlalchemy.orm import Session

from network.bulk import copy_frame
from network.resolution.standing import KIN, hold_judgements

CONFIRMED = 2
"""Confirmations from which a spelling counts: two members wrote it beside an identifier, or a person decided once."""

ENOUGH = 5
"""Confirmations are counted up to here: more would tell nothing but how many members supply the debtor."""

TOPIC_CHANGED = "debtor.changed"

IDENTIFIERS = pl.Schema(
    {
        "scheme": pl.String,
        "value": pl.String,
        "debtor_id": pl.String,
        "debtor_siren": pl.String,
        "stands_for": pl.String,
    }
)
SPELLINGS = pl.Schema(
    {"debtor_id": pl.String, "spelling": pl.String, "area": pl.String, "confirmations": pl.Int64}
)
CONFIRMED_SPELLINGS = pl.Schema(
    {
        "spelling": pl.String,
        "area": pl.String,
        "debtor_id": pl.String,
        "legal_form": pl.String,
        "stands_for": pl.String,
    }
)


def _read(session: Session, statement: str, values: Mapping[str, Any], schema: pl.Schema) -> pl.DataFrame:
    rows = session.execute(text(statement), values).all()
    return pl.DataFrame([tuple(row) for row in rows], schema=schema, orient="row")


def known_identifiers(session: Session, asked: pl.DataFrame) -> pl.DataFrame:
    """Return those of the asked identifiers (`scheme`, `value`) that a debtor has, in one query (:data:`IDENTIFIERS`).

    `debtor_id` is the debtor on which the identifier lies, `stands_for` who stands for that one, `debtor_siren` the
    SIREN of their company, whichever identifier found it.
    """
    hold_judgements(session)
    return _read(
        session,
        f"""
        WITH {KIN}, of_kin AS MATERIALIZED (
            SELECT kin.standing, siren.value FROM kin
            JOIN debtor_identifier siren ON siren.debtor_id = kin.node AND siren.scheme = 'siren'
        )
        SELECT known.scheme, known.value, known.debtor_id::text, coalesce(of_kin.value, siren.value),
               coalesce(kin.standing, known.debtor_id)::text
        FROM unnest(CAST(:schemes AS text[]), CAST(:values AS text[])) AS asked (scheme, value)
        JOIN debtor_identifier known ON known.scheme = asked.scheme AND known.value = asked.value
        LEFT JOIN debtor_identifier siren ON siren.debtor_id = known.debtor_id AND siren.scheme = 'siren'
        LEFT JOIN kin ON kin.node = known.debtor_id
        LEFT JOIN of_kin ON of_kin.standing = kin.standing
        """,  # noqa: S608  # our own names
        {"schemes": asked["scheme"].to_list(), "values": asked["value"].to_list()},
        IDENTIFIERS,
    )


def spellings_of(session: Session, debtor_ids: Sequence[str]) -> pl.DataFrame:
    """Return all spellings of these debtors, under each those of its whole company (:data:`SPELLINGS`)."""
    return _read(
        session,
        f"""
        WITH {KIN}
        SELECT debtor_id::text, spelling, area, confirmations FROM debtor_spelling
        WHERE debtor_id = ANY (CAST(:ids AS uuid[]))
        UNION ALL
        SELECT asked.node::text, held.spelling, held.area, held.confirmations
        FROM kin asked JOIN kin other ON other.standing = asked.standing AND other.node <> asked.node
        JOIN debtor_spelling held ON held.debtor_id = other.node
        WHERE asked.node = ANY (CAST(:ids AS uuid[]))
        """,  # noqa: S608  # as above
        {"ids": list(debtor_ids)},
        SPELLINGS,
    )


def confirmed_spellings(session: Session, asked: pl.DataFrame) -> pl.DataFrame:
    """Return the debtors known by exactly these spellings at these areas, confirmed (:data:`CONFIRMED_SPELLINGS`).

    Where several debtors of one company are known by a spelling, the rows all name one of them, its representative if it
    is among them; `legal_form` is that of each.
    """
    hold_judgements(session)
    return _read(
        session,
        """
        SELECT known.spelling, known.area,
               first_value(known.debtor_id) OVER (
                   PARTITION BY known.spelling, known.area, coalesce(debtor.merged_into, debtor.id)
                   ORDER BY debtor.merged_into IS NOT NULL, debtor.id
               )::text,
               debtor.legal_form, coalesce(debtor.merged_into, debtor.id)::text
        FROM unnest(CAST(:spellings AS text[]), CAST(:areas AS text[])) AS asked (spelling, area)
        JOIN debtor_spelling known ON known.spelling = asked.spelling AND known.area = asked.area
        JOIN debtor ON debtor.id = known.debtor_id
        WHERE known.confirmations >= :confirmed
        """,
        {
            "spellings": asked["spelling"].to_list(),
            "areas": asked["area"].to_list(),
            "confirmed": CONFIRMED,
        },
        CONFIRMED_SPELLINGS,
    )


def create_debtors(session: Session, debtors: pl.DataFrame) -> None:
    """Write new debtors: columns `id`, `name`, `legal_form`, `postcode`, `city`, `country`.

    In the order of their random ids, for rows that lie in the order of a member's file would tell whose file it was.
    """
    hold_judgements(session)
    if debtors.height:
        shuffled = debtors.sort("id").with_columns(is_listed=pl.lit(value=False), version=pl.lit(1))
        copy_frame(session, table="debtor", frame=shuffled)
        announce(session, shuffled["id"])


def drop_debtors(session: Session, debtor_ids: Sequence[str]) -> None:
    """Take back debtors that this transaction created and another one created first."""
    for statement in (
        "DELETE FROM debtor_identifier WHERE debtor_id = ANY (CAST(:ids AS uuid[]))",
        "DELETE FROM debtor WHERE id = ANY (CAST(:ids AS uuid[]))",
        "DELETE FROM outbox WHERE topic = :topic AND subject = ANY (CAST(:ids AS text[]))",
    ):
        session.execute(text(statement), {"ids": list(debtor_ids), "topic": TOPIC_CHANGED})


def claim_identifiers(session: Session, identifiers: pl.DataFrame) -> pl.DataFrame:
    """Write identifiers (`debtor_id`, `scheme`, `value`) that nobody has, and return those that somebody has by now.

    Waits for a transaction that is writing the same one. The unique index over SIRENs makes a second SIREN of one
    debtor impossible; such a row is returned too.
    """
    rows = identifiers.sort("scheme", "value")
    written = session.execute(
        text("""
            INSERT INTO debtor_identifier (debtor_id, scheme, value)
            SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:schemes AS text[]), CAST(:values AS text[]))
            ON CONFLICT DO NOTHING RETURNING scheme, value
        """),
        {
            "ids": rows["debtor_id"].to_list(),
            "schemes": rows["scheme"].to_list(),
            "values": rows["value"].to_list(),
        },
    ).all()
    if len(written) == rows.height:
        return rows.clear()
    ours = pl.DataFrame(
        [tuple(row) for row in written], schema={"scheme": pl.String, "value": pl.String}, orient="row"
    )
    return rows.join(ours, on=["scheme", "value"], how="anti")


def counted_enough(session: Session, spellings: pl.DataFrame) -> pl.DataFrame:
    """Return those of the spellings (`debtor_id`, `spelling`, `area`) whose count has reached :data:`ENOUGH`.

    They need no further confirmation: leaving them alone spares each file of a well-known debtor a lock on its row.
    """
    return _read(
        session,
        """
        SELECT held.debtor_id::text, held.spelling, held.area, held.confirmations
        FROM unnest(CAST(:spellings AS text[]), CAST(:areas AS text[]), CAST(:ids AS uuid[])) AS asked (spelling, area, id)
        JOIN debtor_spelling held
          ON held.spelling = asked.spelling AND held.area = asked.area AND held.debtor_id = asked.id
        WHERE held.confirmations >= :enough
        """,
        {
            "spellings": spellings["spelling"].to_list(),
            "areas": spellings["area"].to_list(),
            "ids": spellings["debtor_id"].to_list(),
            "enough": ENOUGH,
        },
        SPELLINGS,
    )


def remember_new(session: Session, spellings: pl.DataFrame) -> None:
    """Write the spellings of debtors that this transaction created (:data:`SPELLINGS`)."""
    if spellings.height:
        rows = spellings.select(SPELLINGS.names()).sort("spelling", "area", "debtor_id")
        copy_frame(session, table="debtor_spelling", frame=rows)


def remember(session: Session, spellings: pl.DataFrame) -> list[str]:
    """Add confirmations to spellings of known debtors (:data:`SPELLINGS`); return debtors of which one became confirmed."""
    hold_judgements(session)
    if not spellings.height:
        return []
    rows = spellings.sort("spelling", "area", "debtor_id")
    after = _read(
        session,
        """
        INSERT INTO debtor_spelling AS held (spelling, area, debtor_id, confirmations)
        SELECT * FROM unnest(CAST(:spellings AS text[]), CAST(:areas AS text[]), CAST(:ids AS uuid[]),
                             CAST(:confirmations AS bigint[]))
        ON CONFLICT (spelling, area, debtor_id)
        DO UPDATE SET confirmations = LEAST(held.confirmations + EXCLUDED.confirmations, :enough)
        RETURNING debtor_id::text, spelling, area, confirmations
        """,
        {
            "spellings": rows["spelling"].to_list(),
            "areas": rows["area"].to_list(),
            "ids": rows["debtor_id"].to_list(),
            "confirmations": rows["confirmations"].to_list(),
            "enough": ENOUGH,
        },
        SPELLINGS,
    )
    added = rows.rename({"confirmations": "added"})
    crossed = after.join(added, on=["debtor_id", "spelling", "area"]).filter(
        (pl.col("confirmations") >= CONFIRMED) & (pl.col("confirmations") - pl.col("added") < CONFIRMED)
    )
    return crossed["debtor_id"].unique().sort().to_list()


def raise_versions(session: Session, debtor_ids: Sequence[str]) -> None:
    """Have every process read the names of these debtors anew before it compares any with them.

    Nothing that readers see follows: the search index learns new spellings by the next release of a debtor, for an
    answer that changed when a second member wrote a name would tell the first one that there is a second.
    """
    ids = sorted(set(debtor_ids))
    if ids:
        session.execute(
            text("""
                WITH locked AS MATERIALIZED (
                    SELECT id FROM debtor WHERE id = ANY (CAST(:ids AS uuid[])) ORDER BY id FOR NO KEY UPDATE
                )
                UPDATE debtor SET version = version + 1 FROM locked WHERE debtor.id = locked.id
            """),
            {"ids": ids},
        )


def announce(session: Session, debtor_ids: Sequence[str] | pl.Series) -> None:
    """Have the search documents of these debtors written: an outbox row for each."""
    session.execute(
        text("""
            INSERT INTO outbox (id, topic, subject)
            SELECT gen_random_uuid(), :topic, subject FROM unnest(CAST(:ids AS text[])) AS changed (subject)
        """),
        {"topic": TOPIC_CHANGED, "ids": list(debtor_ids)},
    )
