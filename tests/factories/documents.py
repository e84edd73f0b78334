"""Search documents of made-up debtors."""

import uuid
from typing import Any

from network.search.documents import DebtorDocument


def document(name: str, **fields: Any) -> DebtorDocument:
    """Return a listed debtor of this name; its id follows from the name."""
    plain: dict[str, Any] = {
        "id": uuid.uuid5(uuid.NAMESPACE_DNS, name),
        "version": 1,
        "legal_form": None,
        "postcode": None,
        "city": None,
        "country": "FR",
        "is_listed": True,
        "identifiers": (),
        "aliases": (),
        "payment_index": None,
        "epoch": None,
        "exposure": 0,
    }
    return DebtorDocument(name=name, **{**plain, **fields})
