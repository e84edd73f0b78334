"""Ledger files as members would send them, in every format that intake reads."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from simulation.economy import Economy
from simulation.formats import AGED, MONTHLY, LedgerFormat
from simulation.ledgers import aged_balance, fec, invoices, saft
from simulation.ledgers.book import Book, book_positions, open_book
from simulation.naming import folded
from simulation.rates import daily_rates


@dataclass(frozen=True, slots=True)
class LedgerFileInfo:
    """One file of one member, and what intake should find in it.

    `member` is the number, `periods` the months (YYYY-MM) of the window that it states, `arrives` the month in whose
    epoch it is there. `rows` are its lines about customers (FEC and SAF-T: lines on customer accounts), `accepted` those
    to be accepted: all but lines about natural persons and lines with a wrong identifier.
    """

    member: int
    member_name: str
    path: Path
    mapping_path: Path | None
    format: LedgerFormat
    periods: tuple[str, ...]
    arrives: str
    rows: int
    accepted: int


_ENDINGS = {
    LedgerFormat.INVOICES_CSV: "factures.csv",
    LedgerFormat.INVOICES_XLSX: "factures.xlsx",
    LedgerFormat.NDJSON: "invoices.ndjson",
    LedgerFormat.SAFT: "saft.xml",
    LedgerFormat.AGED_CSV_FRENCH: "balance-agee",
    LedgerFormat.AGED_CSV_ENGLISH: "aged-balance.csv",
    LedgerFormat.AGED_XLSX: "balance-agee.xlsx",
}


def write_ledgers(
    economy: Economy, folder: Path, *, members: Iterable[int] | None = None
) -> list[LedgerFileInfo]:
    """Write the files of all members, or of those named, each into a folder of its own; return them in order of arrival.

    Files and their order depend on the economy alone, and so do their bytes. Nobody sends a file without a line.
    """
    files: list[LedgerFileInfo] = []
    for member in range(economy.members.height) if members is None else members:
        book = open_book(economy, member)
        if book.invoices.height:
            place = folder / f"{member:03d}-{_slug(book.name)}"
            place.mkdir(parents=True, exist_ok=True)
            files += _write_member(economy, book, place)
    return sorted(files, key=lambda file: (file.arrives, file.member, file.periods))


def write_exchange_rates(economy: Economy, path: Path) -> Path:
    """Write the rates behind the members' currencies (units for one euro) as the ECB lays them out: Date,USD,GBP,..."""
    rates = daily_rates(economy.seed, economy.calendar).rename({"day": "Date"})
    rates.pivot("currency", index="Date", values="rate").write_csv(path)
    return path


def _write_member(economy: Economy, book: Book, place: Path) -> list[LedgerFileInfo]:
    if book.format in AGED:
        return _write_balances(economy, book, place)
    accepted = book.invoices.filter("accepted")
    if book.format == LedgerFormat.FEC:
        path = place / fec.file_name(book)
        mapping = fec.write_fec(book, path, seed=economy.seed, dialect=int(str(book.member["member"])))
        rows, taken = fec.customer_lines(book.invoices), fec.customer_lines(accepted)
    else:
        path = place / _ENDINGS[book.format]
        mapping = _write_invoices(economy, book, path)
        count = saft.customer_lines if book.format == LedgerFormat.SAFT else len
        rows, taken = count(book.invoices), count(accepted)
    return [_info(economy, book, path, mapping, months=book.months, rows=rows, accepted=taken)]


def _write_invoices(economy: Economy, book: Book, path: Path) -> Path | None:
    match book.format:
        case LedgerFormat.INVOICES_XLSX:
            return invoices.write_xlsx(book, path)
        case LedgerFormat.NDJSON:
            return invoices.write_ndjson(book, path)
        case LedgerFormat.SAFT:
            saft.write_saft(economy, book, path)
            return None
        case _:
            return invoices.write_csv(book, path)


def _write_balances(economy: Economy, book: Book, place: Path) -> list[LedgerFileInfo]:
    """Write one file a month where the member does so, else one for all months with their report dates."""
    rows = aged_balance.aged_rows(book, book_positions(economy, book))
    if book.format not in MONTHLY:
        path = place / _ENDINGS[book.format]
        write = (
            aged_balance.write_xlsx if book.format == LedgerFormat.AGED_XLSX else aged_balance.write_english
        )
        mapping = write(book, rows, path)
        return [
            _info(
                economy, book, path, mapping, months=book.months, rows=rows.height, accepted=_accepted(rows)
            )
        ]
    files = []
    for month in book.months:
        part = rows.filter(pl.col("period") == economy.months[month])
        if part.is_empty():
            continue
        path = place / f"{_ENDINGS[book.format]}-{economy.months[month]}.csv"
        mapping = aged_balance.write_french(book, part, path)
        files.append(
            _info(economy, book, path, mapping, months=(month,), rows=part.height, accepted=_accepted(part))
        )
    return files


def _accepted(rows: pl.DataFrame) -> int:
    return int(rows["accepted"].sum())


def _info(
    economy: Economy,
    book: Book,
    path: Path,
    mapping: Path | None,
    *,
    months: tuple[int, ...],
    rows: int,
    accepted: int,
) -> LedgerFileInfo:
    member = int(str(book.member["member"]))
    return LedgerFileInfo(
        member=member,
        member_name=book.name,
        path=path,
        mapping_path=mapping,
        format=book.format,
        periods=tuple(economy.months[month] for month in months),
        arrives=economy.months[int(economy.uploads[member, months[-1]])],
        rows=rows,
        accepted=accepted,
    )


def _slug(name: str) -> str:
    plain = "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in folded(name))
    return "-".join(part for part in plain.split("-") if part)
