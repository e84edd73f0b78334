"""Under which name a debtor enters the directory: one that several members write, not that of the first line."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from network.resolution.normalise import normalise_all
from network.resolution.registry import CONFIRMED


def publish_names(session: Session, epoch: str) -> int:
    """Give the debtors that a month lists the name by which most members know them; return how many were renamed.

    To be called when the releases of the month are written and before its debtors are listed: listing raises their
    versions. A name whose spelling is confirmed stays as it was written. Any other may hold what one bookkeeper noted
    for himself, and gives way to the best confirmed spelling of its company, in capitals as registers write. Without one
    it stays.
    """
    rows = session.execute(
        text("""
            SELECT debtor_id::text, name, array_agg(spelling ORDER BY most DESC, spelling)
            FROM (
                SELECT debtor.id AS debtor_id, debtor.name, known.spelling, max(known.confirmations) AS most
                FROM release
                JOIN debtor ON debtor.id = release.debtor_id AND NOT debtor.is_listed
                JOIN debtor node ON coalesce(node.merged_into, node.id) = debtor.id
                JOIN debtor_spelling known ON known.debtor_id = node.id AND known.confirmations >= :confirmed
                WHERE release.epoch = :epoch
                GROUP BY debtor.id, debtor.name, known.spelling
            ) confirmed
            GROUP BY debtor_id, name
            ORDER BY debtor_id
        """),
        {"epoch": epoch, "confirmed": CONFIRMED},
    ).all()
    named = normalise_all(name for _, name, _ in rows)
    ids, names = [], []
    for (debtor_id, _, spellings), name in zip(rows, named, strict=True):
        if name.spelling not in spellings:
            ids.append(debtor_id)
            names.append(spellings[0].upper())
    if ids:
        session.execute(
            text("""
                UPDATE debtor SET name = chosen.name
                FROM unnest(CAST(:ids AS uuid[]), CAST(:names AS text[])) AS chosen (id, name)
                WHERE debtor.id = chosen.id
            """),
            {"ids": ids, "names": names},
        )
    return len(ids)
