"""Invoices: when they are made, of what amount, when they fall due, and when (if ever) they are settled."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from simulation.behaviour import NEVER, Behaviour
from simulation.calendar import Days, Window
from simulation.parameters import Parameters
from simulation.randomness import stream
from simulation.relations import Relations
from simulation.sectors import DEBTOR_SECTORS, MEMBER_SECTORS, seasons

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
ONE_DAY = np.timedelta64(1, "D")
EARLIEST = -30
"""Days before terms beyond which nobody pays."""
UNITS_A_EURO = {"NOK": 11.6, "GBP": 0.86, "CHF": 0.94}


@dataclass(frozen=True, slots=True)
class World:
    """Everything that is settled before anybody trades."""

    seed: int
    parameters: Parameters
    calendar: Window
    members: pl.DataFrame
    debtors: pl.DataFrame
    relations: Relations
    accounts: pl.DataFrame
    behaviour: Behaviour


@dataclass(frozen=True, slots=True)
class _Drawn:
    """Invoices before they are a frame; all of shape (invoices,)."""

    account: Integers
    pair: Integers
    invoice_date: Days
    due_date: Days
    amount: Integers


def make_invoices(world: World) -> pl.DataFrame:
    """Return all invoices and credit notes, sorted by member, date and number.

    Columns: invoice (its number), account, pair, member, debtor, invoice_id, invoice_date, due_date, amount (cents of
    the currency, negative for a credit note), currency, settled_date (the truth: after the window for some, null for
    never), disputed, credits (the invoice that a credit note reduces, else null).
    """
    parameters, relations = world.parameters, world.relations
    drawn = _drawn(world)
    owner = relations.debtor[drawn.pair].astype(np.int64)
    random = stream(world.seed, "trading", "disputes")
    disputed = random.random(drawn.pair.size) < parameters.disputed_share
    settled = _settled(world, drawn, disputed)
    frame = pl.DataFrame(
        {
            "account": drawn.account.astype(np.int32),
            "pair": drawn.pair.astype(np.int32),
            "member": relations.member[drawn.pair],
            "debtor": owner.astype(np.int32),
            "invoice_date": drawn.invoice_date,
            "due_date": drawn.due_date,
            "amount": drawn.amount,
            "settled_date": settled,
            "disputed": disputed,
        }
    ).with_columns(pl.lit(None, dtype=pl.Int64).alias("credits"))
    notes = _credit_notes(random, parameters, frame).filter(
        pl.col("invoice_date") <= pl.lit(world.calendar.last_day)
    )
    notes = notes.drop("row").with_row_index("row", offset=frame.height)
    frame = pl.concat([frame.with_row_index("row"), notes])
    return _numbered(frame, world.members)


def _rates(world: World) -> Floats:
    """Return the expected number of invoices of each pair in each month, warm-up included.

    A season of both trades, less from a debtor in a descent (suppliers grow careful), nothing from a month before the
    default on, nothing outside of the relation.
    """
    parameters, relations, behaviour = world.parameters, world.relations, world.behaviour
    random = stream(world.seed, "trading", "rates")
    buyer = world.debtors["sector_index"].to_numpy()[relations.debtor]
    seller = world.members["sector_index"].to_numpy()[relations.member]
    first = np.datetime64(parameters.last_month, "M") - (parameters.months + parameters.warmup_months - 1)
    span = parameters.months + parameters.warmup_months
    calendar_month = (first.astype(np.int64) + np.arange(span)) % 12
    season = np.sqrt(
        seasons(DEBTOR_SECTORS)[buyer][:, calendar_month] * seasons(MEMBER_SECTORS)[seller][:, calendar_month]
    )
    base = relations.weight**0.25 * world.debtors["size"].to_numpy()[relations.debtor] ** 0.15
    base = np.clip(base, 0.8, 4.0)
    base *= parameters.open_invoices / base.mean() / _months_alive(world.accounts, relations.debtor.size)
    month = np.arange(span) - parameters.warmup_months
    careful = random.integers(0, 2, relations.debtor.size)
    stop = np.minimum(relations.last, behaviour.default_month[relations.debtor] - careful - 1)
    trades = (month >= relations.first[:, None]) & (month <= stop[:, None])
    calm = 1 - 0.4 * behaviour.distress[relations.debtor, :span]
    rates: Floats = base[:, None] * season * trades * calm
    return rates


def _months_alive(accounts: pl.DataFrame, pairs: int) -> Floats:
    """Return at how many month ends an invoice of each pair counts, shape (pairs,).

    That is its terms, half a month of delay, and about 0.9 for the month in which it is settled. Short terms go with
    frequent orders (food), long ones with rare ones (steel).
    """
    months = np.zeros(pairs)
    months[accounts["pair"].to_numpy()] = (
        accounts["terms_days"].to_numpy() / 30 + accounts["end_of_month"].to_numpy() / 2 + 1.4
    )
    return months


def _drawn(world: World) -> _Drawn:
    """Draw the invoices.

    Orders come at a steady beat rather than at random: the expected number is added up over the months, and an invoice
    is made each time the sum passes a whole number, from a random start.
    """
    random = stream(world.seed, "trading", "invoices")
    expected = _rates(world)
    started = np.cumsum(expected, axis=1) + random.random((expected.shape[0], 1))
    passed: Integers = np.floor(started).astype(np.int64)
    made = np.diff(passed, axis=1, prepend=0)
    cell = np.repeat(np.arange(made.size), made.ravel())
    pair, column = cell // made.shape[1], cell % made.shape[1]
    account = _accounts_of(random, world.accounts, pair)
    start, end = world.calendar.first_days[column], world.calendar.first_days[column + 1]
    length = (end - start).astype(np.int64)
    day = start + (random.random(pair.size) * length).astype(np.int64)
    invoice_date = _to_weekday(day, forward=False)
    invoice_date = np.where(invoice_date < start, _to_weekday(day, forward=True), invoice_date)
    return _Drawn(
        account=account,
        pair=pair,
        invoice_date=invoice_date,
        due_date=_due(world.accounts, account, invoice_date),
        amount=_amounts(random, world, pair),
    )


def _accounts_of(random: np.random.Generator, accounts: pl.DataFrame, pair: Integers) -> Integers:
    """Return one of the pair's accounts for each invoice; the second account, where there is one, takes a third."""
    of_pair = accounts["pair"].to_numpy()
    begin = np.searchsorted(of_pair, pair, side="left")
    count = np.searchsorted(of_pair, pair, side="right") - begin
    chosen: Integers = begin + ((count > 1) & (random.random(pair.size) < 0.33))
    return chosen


def _due(accounts: pl.DataFrame, account: Integers, invoice_date: Days) -> Days:
    terms = accounts["terms_days"].to_numpy()[account].astype("timedelta64[D]")
    counted = invoice_date + terms
    month_end = (counted.astype("datetime64[M]") + 1).astype("datetime64[D]") - ONE_DAY
    due: Days = np.where(accounts["end_of_month"].to_numpy()[account], month_end, counted)
    return due


def _amounts(random: np.random.Generator, world: World, pair: Integers) -> Integers:
    """Return amounts in cents of the member's currency, VAT included: log-normal around what the member sells."""
    owner = world.relations.member[pair]
    tickets = np.array([sector.ticket for sector in MEMBER_SECTORS])[world.members["sector_index"].to_numpy()]
    units = np.array([UNITS_A_EURO.get(currency, 1.0) for currency in world.members["currency"]])
    usual = (tickets * units)[owner] * world.debtors["size"].to_numpy()[world.relations.debtor[pair]] ** 0.5
    spread = np.exp(0.35 * random.standard_normal(pair.size)) * world.relations.weight[pair] ** 0.5
    cents: Integers = np.maximum(np.round(usual * spread * 100), 1500).astype(np.int64)
    return cents


def _settled(world: World, drawn: _Drawn, disputed: npt.NDArray[np.bool_]) -> Days:
    """Return settlement dates; NaT where the debtor fails first.

    Days beyond terms = what the debtor does in the month of the due date + what it does to this supplier + noise that
    grows with lateness; weekends wait for Monday; a dispute adds a month or two. In distress some invoices just rest.
    """
    relations, behaviour, calendar = world.relations, world.behaviour, world.calendar
    random = stream(world.seed, "trading", "payments")
    debtor = relations.debtor[drawn.pair].astype(np.int64)
    column = np.clip(calendar.month_of(drawn.due_date) + calendar.warmup, 0, behaviour.days_late.shape[1] - 1)
    usual = behaviour.days_late[debtor, column]
    partial = 3.0 * random.standard_normal(relations.debtor.size)[drawn.pair]
    noise = random.standard_t(4, drawn.pair.size) * (2.0 + 0.22 * np.abs(usual))
    rests = random.random(drawn.pair.size) < 0.25 * behaviour.distress[debtor, column]
    late = usual + partial + noise + rests * random.uniform(30, 90, drawn.pair.size)
    late = np.maximum(late + disputed * random.uniform(20, 75, drawn.pair.size), EARLIEST)
    paid: Days = drawn.due_date + np.round(late).astype("timedelta64[D]")
    paid = _to_weekday(np.maximum(paid, drawn.invoice_date + ONE_DAY), forward=True)
    paid[paid >= default_dates(world.seed, calendar, behaviour.default_month)[debtor]] = np.datetime64("NaT")
    return paid


def default_dates(seed: int, calendar: Window, default_month: Integers) -> Days:
    """Return the day on which each debtor fails, NaT for those that live, shape (debtors,)."""
    days = stream(seed, "trading", "defaults").integers(0, 28, default_month.size)
    fails = default_month < NEVER
    after = np.where(fails, default_month, 0).astype("timedelta64[M]")
    months = np.datetime64(calendar.months[0], "M") + after
    dates: Days = months.astype("datetime64[D]") + days.astype("timedelta64[D]")
    dates[~fails] = np.datetime64("NaT")
    return dates


def _to_weekday(days: Days, *, forward: bool) -> Days:
    weekday = (days.astype(np.int64) + 3) % 7
    shift = np.maximum(weekday - 4, 0)
    steps = np.where(shift > 0, 3 - shift, 0) if forward else -shift
    moved: Days = days + steps.astype("timedelta64[D]")
    return moved


def _credit_notes(
    random: np.random.Generator, parameters: Parameters, invoices: pl.DataFrame
) -> pl.DataFrame:
    """Return credit notes: 5 to 40 % of an invoice, dated some days after it, falling due and settled with it."""
    disputed = invoices["disputed"].to_numpy()
    share = np.where(disputed, 0.5, parameters.credit_note_share)
    chosen = np.flatnonzero(random.random(invoices.height) < share)
    parents = invoices.with_row_index("row")[chosen]
    delay = pl.Series("delay", random.integers(2, 13, chosen.size))
    part = pl.Series("part", random.uniform(0.05, 0.40, chosen.size))
    return (
        parents.with_columns(delay, part)
        .with_columns(
            invoice_date=pl.min_horizontal(
                pl.col("invoice_date") + pl.duration(days="delay"),
                "due_date",
                pl.col("settled_date") - pl.duration(days=1),
            ),
            amount=-(pl.col("amount") * pl.col("part")).round().cast(pl.Int64),
            credits=pl.col("row").cast(pl.Int64),
        )
        .drop("delay", "part")
    )


def _numbered(frame: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """Return the frame in the order of the books, with invoice numbers that run through each member's year."""
    book = (
        frame.sort("member", "invoice_date", "row")
        .with_row_index("invoice")
        .with_columns(pl.col("invoice").cast(pl.Int64))
    )
    place = np.zeros(book.height, dtype=np.int64)
    place[book["row"].to_numpy()] = np.arange(book.height)
    reduced = book["credits"].to_numpy()
    is_note = ~np.isnan(reduced)
    moved = np.where(is_note, place[np.where(is_note, reduced, 0).astype(np.int64)], -1)
    number = pl.int_range(1, pl.len() + 1).over("member", pl.col("invoice_date").dt.year())
    return (
        book.with_columns(
            pl.Series("credits", moved),
            members["currency"].gather(book["member"].cast(pl.UInt32)).alias("currency"),
            pl.concat_str(
                pl.when(pl.col("credits").is_null()).then(pl.lit("F")).otherwise(pl.lit("A")),
                pl.col("invoice_date").dt.strftime("%y"),
                number.cast(pl.String).str.zfill(5),
            ).alias("invoice_id"),
        )
        .with_columns(pl.when(pl.col("credits") >= 0).then("credits").alias("credits"))
        .select(
            "invoice", "account", "pair", "member", "debtor", "invoice_id", "invoice_date", "due_date", "amount", "currency",
            "settled_date", "disputed", "credits",
        )
    )  # fmt: skip
