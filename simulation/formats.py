"""Formats in which members send, and who sends which."""

from enum import StrEnum

import numpy as np
import polars as pl

from simulation.randomness import stream
from simulation.relations import Relations


class LedgerFormat(StrEnum):
    """A way to send a ledger. The first five tell invoices, the others positions."""

    INVOICES_CSV = "invoices_csv"
    INVOICES_XLSX = "invoices_xlsx"
    NDJSON = "ndjson"
    FEC = "fec"
    SAFT = "saft"
    AGED_CSV_FRENCH = "aged_csv_french"
    AGED_CSV_ENGLISH = "aged_csv_english"
    AGED_XLSX = "aged_xlsx"


AGED = (LedgerFormat.AGED_CSV_FRENCH, LedgerFormat.AGED_CSV_ENGLISH, LedgerFormat.AGED_XLSX)
MONTHLY = (LedgerFormat.AGED_CSV_FRENCH,)
"""Sent as one file a month; all the others come as one file for all months."""

_OF_SIXTY = {
    LedgerFormat.FEC: 5,
    LedgerFormat.NDJSON: 4,
    LedgerFormat.INVOICES_XLSX: 2,
    LedgerFormat.SAFT: 2,
    LedgerFormat.AGED_CSV_ENGLISH: 3,
    LedgerFormat.AGED_XLSX: 1,
    LedgerFormat.AGED_CSV_FRENCH: 2,
}
"""Members of sixty that use each format; the rest sends invoice CSV. Spreadsheets and XML are for the small ones."""

_SMALL = (LedgerFormat.INVOICES_XLSX, LedgerFormat.AGED_XLSX, LedgerFormat.SAFT, LedgerFormat.AGED_CSV_FRENCH)


def assign_formats(seed: int, members: pl.DataFrame, relations: Relations) -> list[LedgerFormat]:
    """Return the format of each member. From a dozen members on, every format has one.

    FEC is kept for French members, SAF-T goes to a Norwegian first, English headings to a British one.
    """
    random = stream(seed, "formats")
    count = members.height
    countries = members["country"].to_list()
    pairs = np.bincount(relations.member, minlength=count)
    free = [int(member) for member in np.argsort(pairs, kind="stable")]
    shuffled = [int(member) for member in random.permutation(count)]
    assigned = [LedgerFormat.INVOICES_CSV] * count
    wanted = [name for name in _OF_SIXTY for _ in range(max(1, round(_OF_SIXTY[name] * count / 60)))]
    wanted.sort(key=lambda name: name not in _SMALL)
    for name in wanted[: max(0, count - 2)]:
        candidates = [member for member in (free if name in _SMALL else shuffled) if member in free]
        home = {LedgerFormat.SAFT: "NO", LedgerFormat.AGED_CSV_ENGLISH: "GB"}.get(name)
        chosen = next((member for member in candidates if countries[member] == home), None)
        if chosen is None and name in {LedgerFormat.FEC, LedgerFormat.AGED_CSV_FRENCH}:
            chosen = next((member for member in candidates if countries[member] == "FR"), None)
        if chosen is None:
            chosen = next(
                (member for member in candidates if countries[member] not in {"NO", "GB"}), candidates[0]
            )
        assigned[chosen] = name
        free.remove(chosen)
    return assigned
