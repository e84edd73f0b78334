"""From the lines of customer accounts to invoices and the days on which they were paid.

Accounts are cleared as an accountant clears them: first by what ties a payment to its invoice (lettering, or a document
number), then, for lines without any tie, by reference and amount, then by amount alone. What remains stays open.
"""

import polars as pl

TOLERANCE_CENTS = 5
"""A group that misses by a rounding of a few cents is settled."""

_KEY = ["customer_id", "currency", "group"]


def clear(lines: pl.DataFrame) -> pl.DataFrame:
    """Return invoices, credit notes and payments on account from the lines of customer accounts.

    Args:
        lines: "customer_id", "currency", "invoice_id", "reference", "group" (null where untied), "entry_date",
            "document_date", "due_date", "amount" (minor units, positive where the customer owes more) and "role": "invoice",
            "credit_note" or "payment".

    Returns:
        "customer_id", "invoice_id", "invoice_date", "due_date", "amount", "currency", "settled_date". A credit note that is
        tied to an invoice reduces it; one that is not, and what was paid on account, are open items with a negative amount.
    """
    tied = lines.filter(pl.col("group").is_not_null())
    loose = lines.filter(pl.col("group").is_null())
    return pl.concat([_clear_groups(tied), _clear_by_amount(loose)])


def _clear_groups(lines: pl.DataFrame) -> pl.DataFrame:
    """Settle the invoices of each group in the order of their dates; each on the day of the payment that covers it."""
    reduced = pl.col("cancelled").fill_null(0)
    cancelled = _total(lines, "credit_note", "cancelled")
    invoices = (
        lines.filter(pl.col("role") == "invoice")
        .sort("document_date", "entry_date", "row")
        .join(cancelled, on=_KEY, how="left", maintain_order="left")
        .with_columns(owed=pl.col("amount").cum_sum().over(_KEY))
        .with_columns(
            need=(pl.col("owed") - reduced).clip(0),
            net=(pl.col("owed") - reduced).clip(0) - (pl.col("owed") - pl.col("amount") - reduced).clip(0),
        )
    )
    payments = (
        lines.filter(pl.col("role") == "payment")
        .sort("entry_date", "row")
        .with_columns(paid=(-pl.col("amount")).cum_sum().over(_KEY) + TOLERANCE_CENTS)
    )
    settled = (
        invoices.sort("need")
        .join_asof(
            payments.select(*_KEY, "paid", settled_date="entry_date").sort("paid", maintain_order=True),
            left_on="need",
            right_on="paid",
            by=_KEY,
            strategy="forward",
            check_sortedness=False,
        )
        .filter(pl.col("net") > 0)
        .sort("row")
    )
    return pl.concat(
        [
            settled.select(*_SAME, amount="net", settled_date="settled_date"),
            _left_over(lines, invoices, settled).select(*_SAME, "amount", "settled_date"),
        ]
    )


_SAME = ("customer_id", "invoice_id", pl.col("document_date").alias("invoice_date"), "due_date", "currency")


def _total(lines: pl.DataFrame, role: str, name: str) -> pl.DataFrame:
    """Return the sum of the credits of a role by group, as a positive amount."""
    return lines.filter(pl.col("role") == role).group_by(_KEY).agg((-pl.col("amount")).sum().alias(name))


def _left_over(lines: pl.DataFrame, invoices: pl.DataFrame, settled: pl.DataFrame) -> pl.DataFrame:
    """Return what was credited in a group beyond the invoices that it settled, as one open item a group."""
    owed = invoices.group_by(_KEY).agg(pl.col("amount").sum().alias("owed"))
    used = (
        settled.filter(pl.col("settled_date").is_not_null())
        .group_by(_KEY)
        .agg(pl.col("net").sum().alias("used"))
    )
    paid, cancelled = _total(lines, "payment", "paid"), _total(lines, "credit_note", "cancelled")
    beyond_owed = (pl.col("cancelled").fill_null(0) - pl.col("owed").fill_null(0)).clip(0)
    last = lines.filter(pl.col("role") != "invoice").sort("entry_date", "row").group_by(_KEY).last()
    return (
        last.drop("amount")
        .join(paid, on=_KEY, how="left")
        .join(cancelled, on=_KEY, how="left")
        .join(owed, on=_KEY, how="left")
        .join(used, on=_KEY, how="left")
        .with_columns(amount=-(pl.col("paid").fill_null(0) - pl.col("used").fill_null(0) + beyond_owed))
        .filter(pl.col("amount") < -TOLERANCE_CENTS)
        .with_columns(
            document_date="entry_date", due_date="entry_date", settled_date=pl.lit(None, dtype=pl.Date)
        )
        .sort("row")
    )


def _clear_by_amount(lines: pl.DataFrame) -> pl.DataFrame:
    """Match each payment with an invoice of the same amount before it: of the same reference first, then of any."""
    invoices = lines.filter(pl.col("role") == "invoice")
    payments = lines.filter(pl.col("role") == "payment")
    notes = lines.filter(pl.col("role") == "credit_note")
    matched: list[pl.DataFrame] = []
    for key in (["customer_id", "currency", "reference", "amount"], ["customer_id", "currency", "amount"]):
        pairs = _pairs(invoices, payments, key)
        matched.append(invoices.join(pairs.select("row", settled_date="paid_on"), on="row", how="inner"))
        invoices = invoices.join(pairs, on="row", how="anti")
        payments = payments.join(pairs, left_on="row", right_on="paid_by", how="anti")
    opened = pl.concat([invoices, notes]).with_columns(settled_date=pl.lit(None, dtype=pl.Date))
    on_account = payments.with_columns(
        document_date="entry_date", due_date="entry_date", settled_date=pl.lit(None, dtype=pl.Date)
    )
    columns = (*_SAME, "amount", "settled_date")
    return pl.concat([part.sort("row").select(columns) for part in (*matched, opened, on_account)])


def _pairs(invoices: pl.DataFrame, payments: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """Pair the n-th invoice with the n-th payment of the same key where the payment is not the earlier."""
    nth = pl.int_range(pl.len()).over(key)
    left = invoices.sort("document_date", "row").select(*key, "row", "document_date", nth=nth)
    right = (
        payments.with_columns(amount=-pl.col("amount"))
        .sort("entry_date", "row")
        .select(*key, "row", "entry_date", nth=nth)
        .rename({"row": "paid_by", "entry_date": "paid_on"})
    )
    pairs = left.join(right, on=[*key, "nth"], how="inner")
    return pairs.filter(pl.col("paid_on") >= pl.col("document_date")).select("row", "paid_by", "paid_on")
