"""SAF-T Financial (OECD): the Norwegian ledger (1.10 to 1.30) and the Portuguese one (1.04), read as a stream.

The Norwegian file names the customer on the lines of the general ledger; the Portuguese one lists invoices and payments as
documents, which say more than its ledger: where it has them, the ledger lines are passed over.
"""

import io
from collections.abc import Iterator
from datetime import date
from xml.etree.ElementTree import Element, ParseError

import polars as pl
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse
from typing_extensions import Buffer, override

from network.errors import UnreadableError
from network.i18n import mark
from network.ingest.formats.entries import EntryIntake, EntryReader, Terms
from network.ingest.formats.saft_parts import (
    SaftCustomer,
    SaftHeader,
    books_sales,
    ledger_lines,
    local,
    moves_money,
    payment_lines,
    read_customer,
    read_header,
    read_invoice,
)
from network.ingest.ledger import Batch
from network.ingest.mapping import Mapping
from network.ingest.source import Source
from network.ingest.tally import Tally
from network.schemas.readings import Reading

BATCH_LINES = 20_000
_WANTED = frozenset(
    (
        ("AuditFile", "Header"),
        ("MasterFiles", "Customer"),
        ("Customers", "Customer"),
        ("Journal", "Transaction"),
        ("SalesInvoices", "Invoice"),
        ("Payments", "Payment"),
    )
)
_TEXTS = (
    *(
        "customer_id",
        "customer_name",
        "vat",
        "registration",
        "street",
        "postcode",
        "city",
        "country",
        "email",
    ),
    *("entry_date", "document_date", "due_date", "reference", "group", "debit", "credit", "role"),
)
_SCHEMA = {"row": pl.UInt32, "entry": pl.UInt64, **dict.fromkeys(_TEXTS, pl.String)}
Line = dict[str, str | int | None]


class _Stream(io.RawIOBase):
    """The unpacked bytes of a source as the parser wants them; counts what it took of the file."""

    def __init__(self, source: Source) -> None:
        self._parts = source.parts(1 << 16)
        self._rest = b""
        self.taken = 0

    @override
    def readable(self) -> bool:
        return True

    @override
    def readinto(self, buffer: Buffer) -> int:
        if not self._rest:
            self._rest, taken = next(self._parts, (b"", 0))
            self.taken += taken
        view = memoryview(buffer)
        size = min(len(view), len(self._rest))
        view[:size], self._rest = self._rest[:size], self._rest[size:]
        return size


def _elements(stream: _Stream) -> Iterator[Element]:
    """Yield the wanted elements as they close; raise UnreadableError for a cut file or a bomb.

    All that lies in no wanted element is forgotten as it closes, whatever it is called: memory stays flat.
    """
    path: list[Element] = []
    wanted = 0
    try:
        for event, element in iterparse(stream, events=("start", "end"), forbid_dtd=True):
            if event == "start":
                wanted += _is_wanted(path, element)
                path.append(element)
                continue
            path.pop()
            if _is_wanted(path, element):
                wanted -= 1
                yield element
            if path and not wanted:
                path[-1].clear()
    except DefusedXmlException as error:
        raise UnreadableError(
            mark(
                "The XML declares entities or a document type, which a ledger does not need; export it without."
            ),
            code="bomb",
        ) from error
    except ParseError as error:
        line, _ = error.position
        raise UnreadableError(
            mark("The XML is cut or broken at line %(line)s; export it again and send it whole."),
            code="truncated",
            line=line,
        ) from error


def _is_wanted(path: list[Element], element: Element) -> bool:
    return bool(path) and (local(path[-1]), local(element)) in _WANTED


def saft_header(source: Source) -> SaftHeader:
    """Return the header; raise UnreadableError where the XML is no SAF-T."""
    for element in _elements(_Stream(source)):
        if local(element) == "Header":
            return read_header(element)
        break
    raise UnreadableError(
        mark("The XML is not a SAF-T Financial file (no AuditFile with a Header)."), code="format"
    )


class SaftReader(EntryReader):
    """Reads the customer lines of a SAF-T file."""

    def __init__(
        self, source: Source, header: SaftHeader, mapping: Mapping, today: date, tally: Tally
    ) -> None:
        self._source = source
        self._header = header
        self._today = today
        reading = Reading(
            today=today, decimal=".", currency=header.currency or mapping.currency, country=mapping.country
        )
        intake = EntryIntake(reading, {}, tally, Terms(mapping.terms_days, self._due_by_customer))
        super().__init__(intake, tally)
        self._known: dict[str, SaftCustomer] = {}
        self._lines: list[Line] = []
        self._notes: list[Line] = []
        self._ledger: list[pl.DataFrame] = []
        self._money: list[int] = []
        self._sales: list[int] = []
        self._settled: set[str | None] = set()
        self._row = self._entry = self._openings = self._dropped = 0
        self._documents = False

    def batches(self) -> Iterator[Batch]:
        """Read the file through, once; the invoices come at its end."""
        stream = _Stream(self._source)
        rows = taken = 0
        for element in _elements(stream):
            self._take(element)
            if len(self._lines) >= BATCH_LINES:
                self._flush()
                yield Batch(None, self._tally.rows_read - rows, stream.taken - taken)
                rows, taken = self._tally.rows_read, stream.taken
        self._flush()
        self._close()
        yield Batch(None, self._tally.rows_read - rows, stream.taken - taken)
        if self._header.first and self._header.last:
            self._span(self._header.first, min(self._header.last, self._today))
        yield from self._cleared()

    def _take(self, element: Element) -> None:
        name = local(element)
        if name == "Customer":
            self._take_customer(read_customer(element, self._header.country))
        elif name == "Transaction":
            self._take_transaction(element)
        elif name == "Invoice":
            self._documents = True
            line, passed = read_invoice(element)
            (self._notes if line["role"] == "credit_note" and not passed else self._lines).extend(
                self._place(line, passed)
            )
        elif name == "Payment":
            for line, passed in payment_lines(element):
                self._settled.add(line["group"])
                self._lines.extend(self._place(line, passed))

    def _take_customer(self, customer: SaftCustomer) -> None:
        self._known[customer.customer_id] = customer
        self._dropped += customer.vat_dropped
        if customer.opening is None or not customer.opening.strip("0.") or self._header.first is None:
            return
        owes = customer.opening_sign > 0
        day = self._header.first.isoformat()
        self._openings += owes
        opening = {
            "customer_id": customer.customer_id,
            "entry_date": day,
            "document_date": day,
            "reference": f"{day} #{customer.customer_id}",
            "debit": customer.opening if owes else None,
            "credit": None if owes else customer.opening,
            "role": "invoice" if owes else "payment",
        }
        self._lines.extend(self._place(opening, None))

    def _take_transaction(self, element: Element) -> None:
        self._entry += 1
        others = 0
        for line in ledger_lines(element, self._header.country):
            account = line.pop("account") or ""
            if moves_money(account, self._header.country):
                self._money.append(self._entry)
            elif books_sales(account, self._header.country):
                self._sales.append(self._entry)
            if line["customer_id"] is None:
                self._row += 1
                others += 1
            else:
                self._lines.extend(self._place(line, None))
        self._tally.pass_over_unnamed(others, "other_account")

    def _place(self, line: dict[str, str | None], passed: str | None) -> list[Line]:
        """Number a line and give it its customer's details; a line that is not to be judged is counted instead."""
        self._row += 1
        customer = self._known.get(line["customer_id"] or "")
        refused = passed or (customer.refused if customer else None)
        if refused in {"cancelled", "cash_sale", "final_consumer"}:
            self._tally.pass_over(pl.Series([self._row]), str(refused))
            return []
        if customer is None or refused:
            code = refused or "account_unknown"
            value = line["customer_id"] if customer is None else customer.details["customer_name"]
            told = pl.DataFrame(
                {"row": [self._row], "code": [code], "field": ["customer_id"], "text": [value]}
            )
            self._tally.reject(told, {})
            return []
        return [{"row": self._row, "entry": self._entry, **customer.details, **line}]

    def _flush(self) -> None:
        """Hand over what was read; ledger lines of a file that may list documents wait until its end."""
        frame = pl.DataFrame(self._lines, schema=_SCHEMA, orient="row")
        self._lines = []
        if self._header.country == "PT":
            self._ledger.append(frame.filter(pl.col("role").is_null()))
            frame = frame.filter(pl.col("role").is_not_null())
        self._feed(frame)

    def _close(self) -> None:
        """Feed what waited: credit notes, tied to the invoice unless a payment used them up; ledger lines without documents."""
        for note in self._notes:
            if note["reference"] in self._settled:
                note["group"] = note["reference"]
        self._feed(pl.DataFrame(self._notes, schema=_SCHEMA, orient="row"))
        for frame in self._ledger:
            if self._documents:
                self._tally.pass_over(frame["row"], "told_twice")
            else:
                self._feed(frame)
        self._intake.name_entries(
            money=pl.Series(self._money, dtype=pl.UInt64), sales=pl.Series(self._sales, dtype=pl.UInt64)
        )
        if self._openings and self._header.first:
            self._tally.notice("opening_undated", number=self._openings, day=self._header.first.isoformat())
        if self._dropped:
            self._tally.notice("identifiers_dropped", number=self._dropped)

    def _feed(self, frame: pl.DataFrame) -> None:
        if len(frame):
            self._intake.feed(frame)

    def _due_by_customer(self, lines: pl.DataFrame) -> pl.Series:
        """Return the due dates by the terms of each customer, null where it has none."""
        known = [customer for customer in self._known.values() if customer.terms_days is not None]
        terms = pl.DataFrame(
            {
                "customer_id": [customer.customer_id for customer in known],
                "days": [customer.terms_days for customer in known],
                "end_of_month": [customer.end_of_month for customer in known],
            },
            schema={"customer_id": pl.String, "days": pl.Int64, "end_of_month": pl.Boolean},
        )
        start = (
            pl.when("end_of_month").then(pl.col("document_date").dt.month_end()).otherwise("document_date")
        )
        placed = lines.select("customer_id", "document_date").join(
            terms, on="customer_id", how="left", maintain_order="left"
        )
        return placed.select(due_date=start + pl.duration(days="days")).to_series().cast(pl.Date)
