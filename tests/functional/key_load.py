"""Programs that seal and read while keys change: `python -m tests.functional.key_load fill|upload|read`.

`upload` and `read` are processes that live long, as those of `vigie up` do: they start with the ring of their start. They
print a line after each turn and end when their standard input ends, with code 0 if every turn was right.
"""

import csv
import os
import random
import sys
import threading
import uuid
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from network.permissions import Actor, operator_at_console
from network.runtime import started
from network.services import private_pages
from network.services.ledgers import period_totals, submit_ledger
from network.services.members import find_or_add_member
from network.services.private_pages import Content
from network.settings import Settings
from network.transaction import reading, unit_of_work

FILLED = [uuid.UUID(int=number) for number in range(20)]
"""Members whose pages are random bytes: they give a rotation something to do."""

TODAY = date(2026, 11, 21)
HEADINGS = (
    "customer_id", "customer_name", "siren", "invoice_id", "invoice_date", "due_date", "amount", "currency",
)  # fmt: skip
MONTH = "2026-09"


def actor_of(name: str) -> Actor:
    return operator_at_console(member_id=find_or_add_member(operator_at_console(), name=name).id)


def fill(pages: int) -> None:
    """Seal pages of random bytes, `pages` in all."""
    for member_id in FILLED:
        frames = [
            private_pages.pack(pl.DataFrame({"bytes": [os.urandom(7_000)]}))
            for _ in range(pages // len(FILLED))
        ]
        with unit_of_work() as session:
            private_pages.write(
                session,
                member_id=member_id,
                content=Content.INVOICES,
                blobs=[(MONTH, frame) for frame in frames],
            )


def check(pages: int) -> None:
    """Open every page of :func:`fill`."""
    with reading() as session:
        found = [
            private_pages.read(session, member_id=member_id, content=Content.INVOICES, periods=[MONTH])[MONTH]
            for member_id in FILLED
        ]
    assert sum(frame.height for frame in found) == pages // len(FILLED) * len(FILLED)
    assert all(len(body) == 7_000 for frame in found for body in frame["bytes"])


def upload(actor: Actor, folder: Path) -> int:
    """Send a ledger of its own amounts, and see that it is the one that is read back; return what it sums up to."""
    amounts = [random.randint(1, 99_999) for _ in range(400)]  # noqa: S311  # amounts of nobody
    path = folder / "ledger.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(HEADINGS)
        for number, amount in enumerate(amounts):
            name = f"Atelier {number % 40:02} Morel SARL"
            invoice = (f"F{number}", "2026-09-02", "2026-10-02", f"{amount / 100:.2f}", "EUR")
            rows.writerow((f"C{number % 40}", name, "", *invoice))
    submit_ledger(actor, path=path, today=TODAY)
    (total,) = [each for each in period_totals(actor) if each.period == MONTH]
    assert total.current == sum(amounts), (total.current, sum(amounts))
    return total.current


def read(actor: Actor) -> int:
    """Read what another process sends, and pages that nobody changes."""
    check_one = random.choice(FILLED)  # noqa: S311  # any will do
    with reading() as session:
        private_pages.read(session, member_id=check_one, content=Content.INVOICES, periods=[MONTH])
    return sum(total.current for total in period_totals(actor))


def main(what: str, *numbers: str) -> None:
    """Run one of the programs."""
    with started(Settings.from_environment()), TemporaryDirectory() as folder:
        if what in {"fill", "check"}:
            {"fill": fill, "check": check}[what](int(numbers[0]))
            return
        actor = actor_of("Aciers Réunis")
        ends = threading.Event()
        threading.Thread(target=lambda: (sys.stdin.read(), ends.set()), daemon=True).start()
        while not ends.is_set():
            done = upload(actor, Path(folder)) if what == "upload" else read(actor)
            sys.stdout.write(f"{done}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
