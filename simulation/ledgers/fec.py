"""FEC, the accounting entries file of the French tax office, as four kinds of software write it."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from simulation.ledgers.book import Book
from simulation.ledgers.text import amount_text, encodable, write_mapping
from simulation.randomness import stream

COLUMNS = (
    "JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib", "CompAuxNum", "CompAuxLib", "PieceRef",
    "PieceDate", "EcritureLib", "Debit", "Credit", "EcritureLet", "DateLet", "ValidDate", "Montantdevise", "Idevise",
)  # fmt: skip
CASH_COLUMNS = ("DateRglt", "ModeRglt", "NatOp")
"""Further columns of cash accounting."""
UNLETTERED = 0.10
"""Share of paid single invoices that nobody has lettered."""
VAT_RATE = 0.20


@dataclass(frozen=True, slots=True)
class _Dialect:
    separator: str
    encoding: str
    signed: bool
    padded: bool
    cash: bool


DIALECTS = (
    _Dialect("\t", "utf-8", signed=False, padded=False, cash=False),
    _Dialect("|", "iso-8859-15", signed=False, padded=True, cash=False),
    _Dialect("\t", "iso-8859-15", signed=True, padded=False, cash=False),
    _Dialect("|", "utf-8", signed=True, padded=False, cash=True),
)
"""Separator, encoding, Montant + Sens in place of Debit + Credit, zero-filled amounts, columns of cash accounting."""


def file_name(book: Book) -> str:
    """Return the name that the law prescribes: SIREN, FEC, last day of the exercise."""
    return f"{book.member['siren']}FEC{str(book.until).replace('-', '')}.txt"


def write_fec(book: Book, path: Path, *, seed: int, dialect: int) -> Path | None:
    """Write sales, credit notes and bank entries with their lettering; return the mapping that declares the terms."""
    style = DIALECTS[dialect % len(DIALECTS)]
    entries = pl.concat([_sales(book), _payments(book)]).sort("EcritureDate", "order", "line")
    lettered = _with_letters(book, entries, seed)
    number = (
        (pl.col("order") != pl.col("order").shift())
        .fill_null(value=True)
        .cum_sum()
        .cast(pl.String)
        .str.zfill(6)
    )
    rows = lettered.with_columns(
        number.alias("EcritureNum"),
        pl.col("EcritureDate").dt.strftime("%Y%m%d"),
        pl.col("PieceDate").dt.strftime("%Y%m%d"),
        pl.col("DateLet").dt.strftime("%Y%m%d"),
        pl.lit(str(book.until).replace("-", "")).alias("ValidDate"),
        pl.lit(None, dtype=pl.String).alias("Montantdevise"),
        pl.lit(None, dtype=pl.String).alias("Idevise"),
    )
    _write(rows, path, style)
    return write_mapping(path, {"terms_days": book.terms_days}, {})


def customer_lines(invoices: pl.DataFrame) -> int:
    """Return how many lines on accounts 411 the invoices make: one each, and one for each payment."""
    return invoices.height + invoices.select(_group().alias("group")).drop_nulls()["group"].n_unique()


def _line(order: pl.Expr, line: int, **columns: pl.Expr) -> list[pl.Expr]:
    base = {
        "JournalCode": pl.lit("VE"), "JournalLib": pl.lit("Ventes"), "CompAuxNum": pl.lit(None, dtype=pl.String),
        "CompAuxLib": pl.lit(None, dtype=pl.String), "debit": pl.lit(0, dtype=pl.Int64), "credit": pl.lit(0, dtype=pl.Int64),
        "letter": pl.lit(None, dtype=pl.String),
    } | columns  # fmt: skip
    return [
        order.cast(pl.Int64).alias("order"),
        pl.lit(line).alias("line"),
        *(base[name].alias(name) for name in _RAW),
    ]


_RAW = (
    "JournalCode", "JournalLib", "EcritureDate", "CompteNum", "CompteLib", "CompAuxNum", "CompAuxLib", "PieceRef", "PieceDate",
    "EcritureLib", "debit", "credit", "letter",
)  # fmt: skip


def _group() -> pl.Expr:
    """Return what is settled together: the invoices and credit notes of one account paid on one day."""
    return pl.when(pl.col("settled_date").is_not_null()).then(
        pl.concat_str("customer_id", pl.lit("/"), pl.col("settled_date").dt.strftime("%Y%m%d"))
    )


def _sales(book: Book) -> pl.DataFrame:
    """Return three lines an invoice: customer, sale, VAT; a credit note has them on the other side."""
    tax = (pl.col("amount") * (VAT_RATE / (1 + VAT_RATE))).round().cast(pl.Int64)
    source = book.invoices.with_columns(_group().alias("group"), tax.alias("tax"))
    label = pl.concat_str(
        pl.when(pl.col("amount") < 0).then(pl.lit("Avoir ")).otherwise(pl.lit("Facture ")), "invoice_id"
    )
    shared = {"EcritureDate": pl.col("invoice_date"), "PieceRef": pl.col("invoice_id"), "PieceDate": pl.col("invoice_date"),
              "EcritureLib": label}  # fmt: skip
    debit = pl.max_horizontal(pl.col("amount"), 0)
    credit = pl.max_horizontal(-pl.col("amount"), 0)
    net = pl.col("amount") - pl.col("tax")
    customer = _line(
        pl.col("invoice"), 0, CompteNum=pl.lit("411000"), CompteLib=pl.lit("Clients"), CompAuxNum=pl.col("customer_id"),
        CompAuxLib=pl.col("customer_name"), debit=debit, credit=credit, letter=pl.col("group"), **shared,
    )  # fmt: skip
    sale = _line(
        pl.col("invoice"), 1, CompteNum=pl.lit("707000"), CompteLib=pl.lit("Ventes de marchandises"),
        debit=pl.max_horizontal(-net, 0), credit=pl.max_horizontal(net, 0), **shared,
    )  # fmt: skip
    vat = _line(
        pl.col("invoice"), 2, CompteNum=pl.lit("445710"), CompteLib=pl.lit("TVA collectée"),
        debit=pl.max_horizontal(-pl.col("tax"), 0), credit=pl.max_horizontal(pl.col("tax"), 0), **shared,
    )  # fmt: skip
    return pl.concat([source.select(line) for line in (customer, sale, vat)])


def _payments(book: Book) -> pl.DataFrame:
    """Return two lines a payment, customer and bank; one payment settles all that the customer settles that day."""
    paid = (
        book.invoices.with_columns(_group().alias("group"))
        .filter(pl.col("group").is_not_null())
        .group_by("group", maintain_order=True)
        .agg(
            pl.col("settled_date", "customer_id", "customer_name").first(),
            pl.col("amount").sum(),
            pl.col("invoice").max(),
            pl.when(pl.len() == 1).then(pl.col("invoice_id").first()).otherwise(pl.concat_str(pl.lit("VIR"), pl.col("invoice_id").first())).first().alias("piece"),
        )
    )  # fmt: skip
    order = pl.col("invoice") + 10_000_000
    shared = {"JournalCode": pl.lit("BQ"), "JournalLib": pl.lit("Banque"), "EcritureDate": pl.col("settled_date"),
              "PieceRef": pl.col("piece"), "PieceDate": pl.col("settled_date"),
              "EcritureLib": pl.concat_str(pl.lit("Virement "), "customer_name")}  # fmt: skip
    bank = _line(
        order, 0, CompteNum=pl.lit("512000"), CompteLib=pl.lit("Banque"), debit=pl.col("amount"), **shared
    )
    customer = _line(
        order, 1, CompteNum=pl.lit("411000"), CompteLib=pl.lit("Clients"), CompAuxNum=pl.col("customer_id"),
        CompAuxLib=pl.col("customer_name"), credit=pl.col("amount"), letter=pl.col("group"), **shared,
    )  # fmt: skip
    return pl.concat([paid.select(line) for line in (bank, customer)])


def _with_letters(book: Book, entries: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Return the entries with EcritureLet and DateLet.

    Letters run AAA, AAB ... within a customer and are set some days after the payment; of single paid invoices a tenth is
    left blank, to be found by amount and PieceRef.
    """
    random = stream(seed, "fec", int(str(book.member["member"])))
    groups = (
        entries.filter(pl.col("letter").is_not_null())
        .group_by("letter", maintain_order=True)
        .agg(
            pl.col("CompAuxNum").first(), pl.col("EcritureDate").max().alias("paid"), pl.len().alias("lines")
        )
        .sort("paid", "letter")
    )
    rank = pl.int_range(pl.len()).over("CompAuxNum", order_by=["paid", "letter"])
    lag = pl.Series("lag", random.integers(0, 21, groups.height))
    blank = pl.Series("blank", random.random(groups.height) < UNLETTERED)
    groups = (
        groups.with_columns(rank.alias("rank"), lag, blank)
        .with_columns(
            DateLet=pl.min_horizontal(
                pl.col("paid") + pl.duration(days="lag"), pl.lit(book.until).cast(pl.Date)
            ),
            EcritureLet=pl.concat_str(
                _letter(pl.col("rank") // 676), _letter(pl.col("rank") // 26), _letter(pl.col("rank"))
            ),
        )
        .filter(~(pl.col("blank") & (pl.col("lines") == 2)))
        .select("letter", "EcritureLet", "DateLet")
    )
    return entries.join(groups, on="letter", how="left", maintain_order="left")


def _letter(number: pl.Expr) -> pl.Expr:
    alphabet = list("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return (number % 26).replace_strict(list(range(26)), alphabet, return_dtype=pl.String)


def _write(rows: pl.DataFrame, path: Path, style: _Dialect) -> None:
    debit, credit = amount_text(pl.col("debit"), ","), amount_text(pl.col("credit"), ",")
    if style.padded:
        debit, credit = debit.str.zfill(13), credit.str.zfill(13)
    if style.signed:
        is_debit = (pl.col("debit") > 0) | (pl.col("credit") == 0)
        money = {
            "Montant": pl.when(is_debit).then(debit).otherwise(credit),
            "Sens": pl.when(is_debit).then(pl.lit("D")).otherwise(pl.lit("C")),
        }
    else:
        money = {"Debit": debit, "Credit": credit}
    names = [
        name
        for column in COLUMNS
        for name in (money if column == "Debit" else () if column == "Credit" else (column,))
    ]
    table = rows.select(*(money.get(name, pl.col(name)).alias(name) for name in names))
    if style.cash:
        table = table.with_columns(*(pl.lit(None, dtype=pl.String).alias(name) for name in CASH_COLUMNS))
    text = table.write_csv(separator=style.separator, quote_style="never")
    path.write_bytes(_encoded(text, style.encoding))


def _encoded(text: str, encoding: str) -> bytes:
    if encoding == "utf-8":
        return text.encode()
    return encodable(text, encoding).encode(encoding)
