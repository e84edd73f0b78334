"""Debtors that are judged, and members that send balances about them."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import select

from network.models import Debtor, DebtorIdentifier, Judgement
from network.permissions import Actor, operator_at_console
from network.services.epochs import EpochClosed, close_epoch
from network.services.ledgers import submit_ledger
from network.transaction import reading, unit_of_work
from tests.factories.cast import new_member

TODAY = date(2028, 1, 15)
"""When tests of many months take place."""
DAY = date(2026, 11, 21)
HEADINGS = (
    "Customer Account #,Company Name,SIREN,VAT,Account Balance,Current Due,1-30,31-60,61-90,91+ Days Past Due,"
    "Report Date,Currency"
)


@dataclass(frozen=True)
class Supplied:
    """A customer as members write it: by its SIREN or its VAT number."""

    name: str
    siren: str = ""
    vat: str = ""


def node(
    name: str, *, debtor_id: uuid.UUID | None = None, is_listed: bool = False, **identifiers: str
) -> uuid.UUID:
    """Make a debtor with these identifiers, one a scheme."""
    debtor_id = debtor_id or uuid.uuid4()
    with unit_of_work() as session:
        session.add(Debtor(id=debtor_id, name=name, is_listed=is_listed))
        session.flush()
        session.add_all(
            DebtorIdentifier(scheme=scheme, value=value, debtor_id=debtor_id)
            for scheme, value in identifiers.items()
        )
    return debtor_id


def merged_into() -> dict[uuid.UUID, uuid.UUID]:
    """Return who stands for whom, those that stand for themselves left out."""
    with reading() as session:
        rows = session.execute(select(Debtor.id, Debtor.merged_into).where(Debtor.merged_into.is_not(None)))
        return {row.id: row.merged_into for row in rows}


def edges_in_force(verdict: str = "same") -> list[tuple[uuid.UUID, uuid.UUID]]:
    """Return the two ends of each judgement in force."""
    chosen = select(Judgement.left_id, Judgement.right_id).where(
        Judgement.state == "in_force", Judgement.verdict == verdict
    )
    with reading() as session:
        return [(left, right) for left, right in session.execute(chosen)]


def joined(
    nodes: Iterable[uuid.UUID], edges: Iterable[tuple[uuid.UUID, uuid.UUID]]
) -> set[frozenset[uuid.UUID]]:
    """Return the companies that edges make of debtors, worked out apart from the product."""
    of = {each: frozenset([each]) for each in nodes}
    for left, right in edges:
        together = of[left] | of[right]
        of |= dict.fromkeys(together, together)
    return set(of.values())


def companies(nodes: Iterable[uuid.UUID]) -> set[frozenset[uuid.UUID]]:
    """Return the companies that the directory has."""
    standing = merged_into()
    by: dict[uuid.UUID, set[uuid.UUID]] = {}
    for each in nodes:
        by.setdefault(standing.get(each, each), set()).add(each)
    return {frozenset(held) for held in by.values()}


def some_members(count: int) -> list[Actor]:
    """Make members, each an economic group of its own."""
    return [operator_at_console(member_id=new_member(f"Member {number:02d}").id) for number in range(count)]


def send(folder: Path, actor: Actor, epoch_end: str, owed: Mapping[Supplied, int]) -> None:
    """Send the balances of one member at a month's end, euros by customer; a quarter is 1 to 30 days late."""
    rows = [
        f"A{place},{each.name},{each.siren},{each.vat},{euros}.00,{euros - euros // 4}.00,{euros // 4}.00,0.00,0.00,0.00,"
        f"{epoch_end},EUR"
        for place, (each, euros) in enumerate(owed.items())
    ]
    path = folder / f"{actor.member_id}-{epoch_end}.csv"
    path.write_text("\n".join([HEADINGS, *rows]) + "\n", encoding="utf-8")
    receipt = submit_ledger(actor, path=path, today=TODAY)
    assert receipt.statement.accepted == len(rows), receipt.rejections


def close(epoch: str) -> EpochClosed:
    """Close a month."""
    from alerts.channels.in_app import deliver_release

    return close_epoch(operator_at_console(), epoch=epoch, today=TODAY, on_released=deliver_release)
