"""Which debtor each customer of a member is: one sealed frame a member.

A customer is placed once and remembered; only customers that are new, or whose name, place or identifiers changed,
go through resolution again.
"""

import threading
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Self

import polars as pl
from cachetools import LRUCache
from sqlalchemy import String, cast, func, select
from sqlalchemy.orm import Session

from network.models import Debtor, Judgement, LedgerPage, Member
from network.resolution.outcome import CustomerLine
from network.resolution.resolve import resolve_customers
from network.services import private_pages, review_cases
from network.services.private_pages import Content
from network.transaction import let_read_affiliates, let_see_group, let_see_unlisted

ATTRIBUTES = (
    "customer_name",
    "siren",
    "siret",
    "vat",
    "lei",
    "registration",
    "postcode",
    "city",
    "country",
    "email_domain",
)
SCHEMA = {
    "customer_id": pl.String,
    **dict.fromkeys(ATTRIBUTES, pl.String),
    "debtor_id": pl.String,
    "band": pl.String,
    "reason": pl.String,
}


@dataclass(frozen=True, slots=True)
class OwnDebtor:
    """A debtor in the words of one member's own file."""

    name: str
    postcode: str | None
    city: str | None
    country: str | None
    identifiers: dict[str, str]

    @classmethod
    def of(cls, row: Mapping[str, str | None]) -> Self:
        """Return it from a row of the customer book."""
        siren = row["siren"] or (row["siret"] or "")[:9]
        schemes = {"siren": siren, "vat": row["vat"], "lei": row["lei"]}
        return cls(
            name=row["customer_name"] or row["customer_id"] or "",
            postcode=row["postcode"],
            city=row["city"],
            country=row["country"],
            identifiers={scheme: value for scheme, value in schemes.items() if value},
        )


_Own = tuple[frozenset[uuid.UUID], Mapping[uuid.UUID, OwnDebtor]]
_own_debtors: LRUCache[tuple[uuid.UUID, str, int], _Own] = LRUCache(maxsize=256)
_own_debtors_lock = threading.Lock()


def read_customers(session: Session, member_id: uuid.UUID) -> pl.DataFrame:
    """Return the member's customers; `debtor_id` is null while a person has not placed one."""
    found = private_pages.read(session, member_id=member_id, content=Content.CUSTOMERS)
    return found.get("", pl.DataFrame(schema=SCHEMA))


def read_group_customers(session: Session, member_id: uuid.UUID) -> pl.DataFrame:
    """Return the customers of the member and its affiliates, who have one word about a name between them.

    Affiliates wait for each other from here on, so that neither misses what the other is writing.
    """
    group_id = session.scalar(select(Member.group_id).where(Member.id == member_id))
    if group_id is None:
        return read_customers(session, member_id)
    let_see_group(session, group_id)
    affiliates = session.scalars(
        select(Member.id).where(Member.group_id == group_id, Member.id != member_id)
    ).all()
    if affiliates:
        let_read_affiliates(session, map(private_pages.owner_tag, affiliates))
        private_pages.lock(session, group_id)
    return pl.concat([read_customers(session, held) for held in (member_id, *affiliates)])


def write_customers(session: Session, member_id: uuid.UUID, customers: pl.DataFrame) -> None:
    """Replace the member's customer book."""
    private_pages.erase(session, member_id=member_id, content=Content.CUSTOMERS)
    blob = private_pages.pack(customers.select(list(SCHEMA)))
    private_pages.write(session, member_id=member_id, content=Content.CUSTOMERS, blobs=[("", blob)])


def place_customers(session: Session, *, member_id: uuid.UUID, customers: pl.DataFrame) -> int:
    """Resolve the customers of a file that are new or changed and remember them all.

    Return how many of this file's customers wait for a person.
    """
    incoming = customers.select(pl.col("customer_id", *ATTRIBUTES))
    book = read_customers(session, member_id)
    known = incoming.join(book, on=["customer_id", *ATTRIBUTES], how="inner", nulls_equal=True).select(
        list(SCHEMA)
    )
    fresh = incoming.join(known, on="customer_id", how="anti")
    placed = known
    if fresh.height:
        said = read_group_customers(session, member_id)
        resolution = resolve_customers(session, fresh, book=said)
        placed = pl.concat(
            [
                known,
                fresh.join(resolution.frame, on="customer_id", how="left").select(list(SCHEMA)),
            ]
        )
        review_cases.open_cases(
            session, member_id=member_id, cases=resolution.reviews, asked=fresh["customer_id"].to_list()
        )
        kept = book.join(placed, on="customer_id", how="anti")
        write_customers(session, member_id, pl.concat([kept, placed]))
    return placed.filter(pl.col("debtor_id").is_null()).height


def keep_customers(session: Session, *, member_id: uuid.UUID, customer_ids: pl.Series | None) -> None:
    """Forget all customers but these (None: all of them), and what waits for a person about the others."""
    book = read_customers(session, member_id)
    kept = (
        book.clear()
        if customer_ids is None
        else book.filter(pl.col("customer_id").is_in(customer_ids.implode()))
    )
    if kept.height == book.height:
        return
    gone = book.join(kept, on="customer_id", how="anti")["customer_id"].to_list()
    review_cases.open_cases(session, member_id=member_id, cases=(), asked=gone)
    write_customers(session, member_id, kept)


def place_customer(session: Session, *, member_id: uuid.UUID, customer_id: str, debtor_id: uuid.UUID) -> None:
    """Record a person's decision on one customer."""
    private_pages.lock(session, member_id)
    chosen = pl.col("customer_id") == customer_id
    book = read_customers(session, member_id).with_columns(
        debtor_id=pl.when(chosen).then(pl.lit(str(debtor_id))).otherwise("debtor_id"),
        band=pl.when(chosen).then(pl.lit("link")).otherwise("band"),
        reason=pl.when(chosen).then(pl.lit("decided")).otherwise("reason"),
    )
    write_customers(session, member_id, book)


def take_customer_back(
    session: Session, *, member_id: uuid.UUID, customer: CustomerLine, debtor_id: uuid.UUID, reason: str
) -> bool:
    """Undo :func:`place_customer`: the customer waits for a person again. Tell whether that was done.

    It is not where the customer is gone, was sent with another name, place or identifier, or lies elsewhere by now.
    """
    private_pages.lock(session, member_id)
    book = read_customers(session, member_id)
    as_it_was = [pl.col(name).eq_missing(value) for name, value in asdict(customer).items()]
    chosen = pl.all_horizontal(
        *as_it_was, pl.col("debtor_id") == str(debtor_id), pl.col("reason") == "decided"
    ).fill_null(value=False)
    if not book.select(chosen.any()).item():
        return False
    waiting = book.with_columns(
        debtor_id=pl.when(chosen).then(None).otherwise("debtor_id"),
        band=pl.when(chosen).then(pl.lit("review")).otherwise("band"),
        reason=pl.when(chosen).then(pl.lit(reason)).otherwise("reason"),
    )
    write_customers(session, member_id, waiting)
    return True


def own_debtor_ids(session: Session, member_id: uuid.UUID) -> frozenset[uuid.UUID]:
    """Return the debtors among the member's own customers, and those that stand for them."""
    return _own(session, member_id)[0]


def own_debtors(session: Session, member_id: uuid.UUID) -> Mapping[uuid.UUID, OwnDebtor]:
    """Return the debtors among the member's own customers, as this member wrote them.

    Of a debtor that was never released a member is shown these words and no others: those of the register of debtors
    came with some other member's file. A debtor that stands for one of them goes by the same words.
    """
    return _own(session, member_id)[1]


def _own(session: Session, member_id: uuid.UUID) -> _Own:
    """Return both. Search as one types asks at every key, so they are kept until a page of the book or a judgement changes."""
    slot = private_pages.slot_tag(member_id, Content.CUSTOMERS)
    let_see_unlisted(session)  # a judgement of debtors that were never released is seen by nobody else
    page_id, judged = session.execute(
        select(
            select(func.min(cast(LedgerPage.id, String)))
            .where(LedgerPage.slot_tag == slot)
            .scalar_subquery(),
            select(func.max(Judgement.revision)).scalar_subquery(),
        )
    ).one()
    if page_id is None:
        return frozenset(), {}
    key = (member_id, page_id, judged or 0)
    with _own_debtors_lock:
        known = _own_debtors.get(key)
    if known is None:
        placed = read_customers(session, member_id).drop_nulls("debtor_id").unique("debtor_id", keep="first")
        owned = {uuid.UUID(row["debtor_id"]): OwnDebtor.of(row) for row in placed.iter_rows(named=True)}
        merged = select(Debtor.id, Debtor.standing_id).where(Debtor.merged_into.is_not(None))
        for debtor_id, standing_id in session.execute(merged.order_by(Debtor.id)):
            if debtor_id in owned:
                owned.setdefault(standing_id, owned[debtor_id])
        known = frozenset(owned), owned
        with _own_debtors_lock:
            _own_debtors[key] = known
    return known
