"""A member's books as it can show them on a day: what every writer writes from."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from simulation.economy import Economy
from simulation.formats import AGED, LedgerFormat
from simulation.positions import COLUMNS, account_positions
from simulation.uploads import MISSING

CUSTOMER_FIELDS = (
    "customer_id", "customer_name", "siren", "siret", "vat", "lei", "registration", "street", "postcode", "city", "country", "email",
)  # fmt: skip
_BLIND = (LedgerFormat.FEC, LedgerFormat.SAFT, *AGED)
"""Formats that do not tell disputes apart."""
MIDDLE_DAYS = np.array([0, 15, 45, 75, 105])
"""Days past due that stand for the buckets of an aged balance."""


@dataclass(frozen=True, slots=True)
class Book:
    """One member's books up to a day.

    `member` is its row of `Economy.members`; `until` the last day the books know; `months` the numbers of the months it
    has stated by then; `terms_days` its usual terms; `customers` one row an account with `CUSTOMER_FIELDS`, account,
    terms_days and accepted (whether intake should take its lines); `invoices` those fields and the invoices made by
    `until`, with settled_date null where it lies later.
    """

    member: dict[str, object]
    format: LedgerFormat
    until: np.datetime64
    months: tuple[int, ...]
    terms_days: int
    customers: pl.DataFrame
    invoices: pl.DataFrame

    @property
    def currency(self) -> str:
        """Return the currency of the member's invoices."""
        return str(self.member["currency"])

    @property
    def name(self) -> str:
        """Return the member's name."""
        return str(self.member["name"])


def open_book(economy: Economy, member: int) -> Book:
    """Return the books of a member (its number) up to the last month that it has stated."""
    row = economy.members.row(member, named=True)
    stated = tuple(np.flatnonzero(economy.uploads[member] < MISSING).tolist())
    until = economy.calendar.month_ends[stated[-1]]
    accounts = economy.accounts.filter(pl.col("member") == member)
    # a FEC carries no identifiers, and from a SAF-T's customer list a wrong one is dropped, not its lines
    checks = row["format"] not in {LedgerFormat.FEC, LedgerFormat.SAFT}
    persons = economy.debtors["sole_trader"].gather(accounts["debtor"].cast(pl.UInt32))
    customers = accounts.with_columns(
        (~persons & (pl.lit(not checks) | (pl.col("fault") != "invalid"))).alias("accepted"),
        pl.concat_str(pl.lit("compta@"), "email_domain").alias("email"),
    ).select("account", *CUSTOMER_FIELDS, "terms_days", "accepted")
    known = economy.invoices.filter((pl.col("member") == member) & (pl.col("invoice_date") <= until))
    invoices = known.with_columns(
        pl.when(pl.col("settled_date") <= until).then("settled_date").alias("settled_date")
    ).join(customers, on="account", how="left", maintain_order="left")
    terms = customers["terms_days"].mode().sort()[0] if customers.height else 30
    return Book(
        member=row,
        format=LedgerFormat(row["format"]),
        until=until,
        months=stated,
        terms_days=int(terms),
        customers=customers,
        invoices=invoices,
    )


def book_positions(economy: Economy, book: Book) -> pl.DataFrame:
    """Return the month-end positions that the member's own figures give, in the currency of its books.

    One row a customer and month with anything to say: customer_id, period, currency, the columns of
    `simulation.positions.COLUMNS`, high_credit (largest month-end balance of twelve months) and accepted.
    Where the format does not tell disputes, they are among the buckets; an aged balance tells days late by bucket only.
    """
    local = {account: place for place, account in enumerate(book.customers["account"])}
    numbered = book.invoices.with_columns(pl.col("account").replace_strict(local, return_dtype=pl.Int64))
    cells = account_positions(
        numbered,
        accounts=book.customers.height,
        calendar=economy.calendar,
        sees_disputes=book.format not in _BLIND,
    )
    balance = cells[:, :, :5].sum(axis=2) + cells[:, :, 7]
    high = np.stack(
        [balance[:, max(0, month - 11) : month + 1].max(axis=1) for month in range(balance.shape[1])], axis=1
    )
    if book.format in AGED:
        cells[:, :, 6] = cells[:, :, :5].sum(axis=2)
        cells[:, :, 5] = cells[:, :, :5] @ MIDDLE_DAYS
    return pl.concat(
        [_month(economy, book, cells[:, number], high[:, number], number) for number in book.months]
    )


def _month(
    economy: Economy, book: Book, cells: npt.NDArray[np.int64], high: npt.NDArray[np.int64], number: int
) -> pl.DataFrame:
    frame = book.customers.with_columns(
        pl.lit(economy.months[number]).alias("period"),
        pl.lit(book.currency).alias("currency"),
        *(pl.Series(name, cells[:, place]) for place, name in enumerate(COLUMNS)),
        pl.Series("high_credit", high),
    )
    says_anything = (cells[:, 6] > 0) | (cells[:, 7] > 0)
    return frame.filter(pl.Series(says_anything)).select(
        "customer_id", "period", "currency", *COLUMNS, "high_credit", "accepted"
    )
