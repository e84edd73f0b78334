"""Reading the files that a member already has: formats in, judged rows and positions out. Pure: no database, no clock.

`open_ledger` says what a file is; its `batches()` stream it in flat memory; `summary()` tells the outcome row by row.
"""

from network.ingest.ledger import (
    BUCKETS,
    CUSTOMER_COLUMNS,
    INVOICE_COLUMNS,
    LATE_BUCKETS,
    POSITION_COLUMNS,
    Batch,
    LedgerKind,
    RowProblem,
    Summary,
)
from network.ingest.ledger_file import LedgerFile, open_ledger
from network.ingest.mapping import Mapping
from network.ingest.problems import explain

__all__ = [
    "BUCKETS",
    "CUSTOMER_COLUMNS",
    "INVOICE_COLUMNS",
    "LATE_BUCKETS",
    "POSITION_COLUMNS",
    "Batch",
    "LedgerFile",
    "LedgerKind",
    "Mapping",
    "RowProblem",
    "Summary",
    "explain",
    "open_ledger",
]
