"""Reading the files that a member already has: formats in, judged rows and positions out. Pure: no database, no clock.

`open_ledger` says what a file is; its `batches()` stream it in flat memory; `summary()` tells the outcome row by row.
"""

from network.ingest.ledger import (
    CUSTOMER_COLUMNS,
    INVOICE_COLUMNS,
    POSITION_COLUMNS,
    Batch,
    LedgerKind,
    RowProblem,
    Summary,
)
from network.ingest.mapping import Mapping

__all__ = [
    "CUSTOMER_COLUMNS",
    "INVOICE_COLUMNS",
    "POSITION_COLUMNS",
    "Batch",
    "LedgerKind",
    "Mapping",
    "RowProblem",
    "Summary",
]
