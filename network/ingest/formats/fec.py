"""FEC (fichier des écritures comptables, article A47 A-1 of the Livre des procédures fiscales): the French books of a year.

Kept are the lines on accounts 411; all other lines only tell which entries move money (class 5) and which book sales
(class 7). Amounts are in euros, as the books are.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date

import polars as pl

from network.errors import UnreadableError
from network.i18n import mark
from network.ingest.formats.delimited import SEPARATORS, Delimited
from network.ingest.formats.entries import EntryIntake, EntryReader, Terms
from network.ingest.formats.tables import LINE_FAULT, Heading
from network.ingest.ledger import Batch
from network.ingest.mapping import Mapping as LedgerMapping
from network.ingest.source import Look, Source, utf8_parts
from network.ingest.tally import Tally
from network.schemas.readings import Reading, UnfitError, read_date

LEGAL_TERMS_DAYS = 30
"""Article L441-10 of the Code de commerce: thirty days where nothing else was agreed."""
LONGEST_YEAR_DAYS = 24 * 31
"""A first financial year may last up to two years."""

_FIRST = ("journalcode", "journallib", "ecriturenum", "ecrituredate")
_NEEDED = {
    "journal": "JournalCode",
    "number": "EcritureNum",
    "entry_date": "EcritureDate",
    "account": "CompteNum",
    "account_name": "CompteLib",
    "auxiliary": "CompAuxNum",
    "auxiliary_name": "CompAuxLib",
    "reference": "PieceRef",
    "document_date": "PieceDate",
    "group": "EcritureLet",
}
_QUOTED = re.compile(r'\s*"[^"\r\n]*"\s*[;,\t|]')
"""A first field in quotation marks, against the norm; else they are plain characters of a label."""
_OPENING = r"(?i)^\s*(?:an|ran|anv|ano|rep)\s*$|nouveau"
_HEADINGS = {
    "customer_id": "CompAuxNum",
    "customer_name": "CompAuxLib",
    "entry_date": "EcritureDate",
    "document_date": "PieceDate",
    "reference": "PieceRef",
    "debit": "Debit",
    "credit": "Credit",
    "group": "EcritureLet",
}


def fec_heading(source: Source, look: Look, mapping: LedgerMapping) -> Delimited | None:
    """Return the file as a delimited one if its first line is that of a FEC, else None."""
    encoding = mapping.encoding or look.encoding
    if encoding is None:
        return None
    line, _, rest = next(utf8_parts(source, look, encoding))[0].decode("utf-8", "replace").partition("\n")
    for separator in SEPARATORS:
        cells = tuple(cell.strip().strip('"') for cell in line.rstrip("\r").split(separator))
        if tuple(cell.casefold() for cell in cells[:4]) == _FIRST:
            quote = '"' if _QUOTED.match(rest) else None
            return Delimited(source, look, encoding, separator, quote, Heading(cells, 1), 1)
    return None


class FecReader(EntryReader):
    """Reads the lines of a FEC."""

    def __init__(
        self, table: Delimited, mapping: LedgerMapping, today: date, tally: Tally, name: str
    ) -> None:
        self._table = table
        self._positions = _columns(table.heading.cells)
        terms = mapping.terms_days if mapping.terms_days is not None else LEGAL_TERMS_DAYS
        if mapping.terms_days is None:
            tally.notice("terms_assumed", days=terms)
        reading = Reading(
            today=today,
            date_format=mapping.date_format,
            decimal=mapping.decimal or ",",
            currency="EUR",
            country=mapping.country,
        )
        super().__init__(EntryIntake(reading, _HEADINGS, tally, Terms(terms)), tally)
        self._name = name
        self._today = f"{today:%Y%m%d}"
        self._first, self._last = "99999999", "00000000"
        self._undated = 0

    def batches(self) -> Iterator[Batch]:
        """Read the file through, once; the invoices come at its end."""
        for table in self._table.tables():
            before = self._tally.rows_read
            self._take(table.frame)
            yield Batch(None, self._tally.rows_read - before, table.bytes_read)
        first, last = _day(self._first), _day(self._last)
        if first and last and self._tally.accepted:
            self._span(first, last)
            self._notice_dates(first, last)
        yield from self._cleared()

    def _take(self, frame: pl.DataFrame) -> None:
        cells = pl.exclude("row", LINE_FAULT).str.strip_chars()
        frame = frame.with_columns(cells).filter(~pl.all_horizontal(cells.is_null() | (cells == "")))
        cut = pl.col(LINE_FAULT) == "line_cut"  # a field too many is no fault: cash accounting adds columns
        broken = frame.filter(cut).select("row", code=LINE_FAULT, field=pl.lit(""), text=pl.lit(""))
        self._tally.reject(broken, {})
        lines = self._named(frame.filter(cut.ne_missing(other=True)))
        account = pl.col("account").fill_null("")
        opening = pl.col("journal").str.contains(_OPENING).fill_null(value=False)
        money = lines.filter(account.str.starts_with("5"), ~opening)["entry"]
        self._intake.name_entries(money=money, sales=lines.filter(account.str.starts_with("7"))["entry"])
        customers = lines.filter(account.str.starts_with("411"))
        self._tally.pass_over_unnamed(len(lines) - len(customers), "other_account")
        days = customers["entry_date"].filter(customers["entry_date"].str.contains(r"^(?:19|20)[0-9]{6}$"))
        days = days.filter(days <= self._today)  # a line of the future is rejected; no month follows from it
        if len(days):
            self._first, self._last = min(self._first, str(days.min())), max(self._last, str(days.max()))
        own_date = pl.col("document_date").fill_null("") < pl.col("entry_date")
        self._undated += len(customers.filter(opening, ~own_date, pl.col("debit").str.contains("[1-9]")))
        if len(customers):
            self._intake.feed(customers)

    def _named(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the columns by name, one customer and one debit and credit a line, and the identity of the entry."""
        at = {name: pl.col(str(index)) for name, index in self._positions.items()}
        lines = frame.select("row", **at)
        if "amount" in at:
            sense = pl.col("sense").str.to_uppercase().str.strip_chars("+ ")
            lines = lines.with_columns(
                debit=pl.when(sense.is_in(["D", "1"])).then("amount"),
                credit=pl.when(sense.is_in(["C", "-1"])).then("amount"),
            )
        own = pl.when(pl.col("auxiliary").fill_null("") != "")
        number = pl.when(pl.col("number").fill_null("") != "").then("number").otherwise("reference")
        return lines.with_columns(
            customer_id=own.then("auxiliary").otherwise("account"),
            customer_name=pl.when(pl.col("auxiliary_name").fill_null("") != "")
            .then("auxiliary_name")
            .otherwise("account_name"),
            entry=pl.struct("journal", number, "entry_date").hash(seed=3),
        )

    def _notice_dates(self, first: date, last: date) -> None:
        if self._undated:
            self._tally.notice("opening_undated", number=self._undated, day=first.isoformat())
        named = re.search(r"\d{9}FEC(\d{8})", self._name, re.IGNORECASE)
        closing = _day(named[1]) if named else None
        if closing and not 0 <= (closing - first).days <= LONGEST_YEAR_DAYS:
            self._tally.notice(
                "closing_differs", named=closing.isoformat(), first=first.isoformat(), last=last.isoformat()
            )


def _columns(cells: tuple[str, ...]) -> Mapping[str, int]:
    """Return our names by position; raise UnreadableError where a column of the norm lacks."""
    at = {cell.casefold(): index for index, cell in enumerate(cells)}
    pair = (
        {"amount": "Montant", "sense": "Sens"} if "montant" in at else {"debit": "Debit", "credit": "Credit"}
    )
    wanted = {**_NEEDED, **pair}
    lacking = [name for name in wanted.values() if name.casefold() not in at]
    if lacking:
        raise UnreadableError(
            mark("The FEC lacks the columns %(lacking)s: export it again with all columns of the norm."),
            code="heading_missing",
            lacking=", ".join(lacking),
        )
    return {ours: at[name.casefold()] for ours, name in wanted.items()}


def _day(text: str) -> date | None:
    try:
        return read_date(text, None)
    except UnfitError:
        return None
