"""What we sent: month by month, file by file; send a ledger, read its receipt, withdraw a month."""

import tempfile
import uuid
from collections.abc import Mapping as Values
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from http import HTTPStatus
from pathlib import Path

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.utils import secure_filename

from network.errors import NetworkError, NotFoundError, UnreadableError
from network.extensions import limiter
from network.i18n import mark
from network.ingest import Mapping, explain
from network.permissions import Actor, Permission
from network.services.ledgers import (
    PeriodTotals,
    Receipt,
    list_statements,
    period_totals,
    read_receipt,
    submit_ledger,
    withdraw_period,
)
from network.web.amounts import amounts_by_currency
from network.web.language import month, number, page_language, say, say_error
from network.web.pages import page

blueprint = Blueprint("contributions", __name__, url_prefix="/contributions")

ROWS_SHOWN = 200
"""Rows of a receipt on one page; beyond it the page says how many there are."""

NOTICES_SHOWN = 3

DATE_FORMATS = ("%d/%m/%Y", "%Y-%m-%d", "%d.%m.%Y", "%d-%m-%Y", "%m/%d/%Y", "%Y%m%d")
DECLARABLE = ("report_date", "date_format", "decimal", "currency", "terms_days")


@blueprint.get("")
@page(Permission.LEDGER_READ)
def show(actor: Actor) -> ResponseReturnValue:
    """Show what the reader's company sent."""
    return _overview(actor, refused=None)


def _overview(actor: Actor, *, refused: str | None) -> str:
    return render_template(
        "contributions/show.html",
        statements=list_statements(actor),
        amounts=amounts_by_currency(period_totals(actor)),
        date_formats=DATE_FORMATS,
        refused=refused,
    )


@blueprint.post("")
@limiter.limit("30 per minute")
@page(Permission.LEDGER_SUBMIT)
def send(actor: Actor) -> ResponseReturnValue:
    """Take in a ledger file; nothing of it stays on disk in clear."""
    try:
        held = period_totals(actor)
        receipt = _take_in(actor)
    except NetworkError as error:
        return _overview(actor, refused=say_error(error)), error.status
    if not receipt.statement.accepted:
        return _receipt(receipt), HTTPStatus.UNPROCESSABLE_ENTITY
    if receipt.unchanged:
        flash(say(mark("This very file is in force already: nothing was changed.")))
    else:
        _tell_shrunken_months(receipt, before=held, now=period_totals(actor))
    for notice in receipt.notices[:NOTICES_SHOWN]:
        flash(explain(notice, page_language()))
    return redirect(url_for("contributions.show_receipt", statement_id=receipt.statement.id))


def _tell_shrunken_months(
    receipt: Receipt, *, before: Sequence[PeriodTotals], now: Sequence[PeriodTotals]
) -> None:
    """Say which months lost most of their customers to the file: it may be a part sent as a whole."""
    kept = {(found.period, found.currency): found.customers for found in now}
    shrunken = [
        (found, left)
        for found in before
        if found.period in receipt.statement.periods
        and 2 * (left := kept.get((found.period, found.currency), 0)) < found.customers
    ]
    for found, left in shrunken[-NOTICES_SHOWN:]:
        flash(
            say(
                mark(
                    "%(month)s had %(before)s customers in %(currency)s and has %(left)s now: this file replaced it. "
                    "If the file is only a part, send the whole ledger again."
                ),
                month=month(found.period).capitalize(),
                before=number(found.customers),
                currency=found.currency,
                left=number(left),
            )
        )


def _take_in(actor: Actor) -> Receipt:
    sent = request.files.get("ledger")
    if sent is None or not sent.filename:
        raise UnreadableError(mark("Choose a file first."))
    with tempfile.TemporaryDirectory(prefix="vigie-") as folder:
        path = Path(folder) / (secure_filename(sent.filename) or "ledger")
        sent.save(path)
        return submit_ledger(
            actor,
            path=path,
            today=date.today(),  # noqa: DTZ011  # a ledger's dates are days of the member's own calendar
            mapping=_mapping(Path(folder), request.form),
            original_name=sent.filename,
        )


def _mapping(folder: Path, declared: Values[str, str]) -> Mapping | None:
    """Return how to read the file: the mapping file, and over it the fields that were filled in."""
    values: dict[str, object] = {
        name: declared[name].strip() for name in DECLARABLE if declared.get(name, "").strip()
    }
    by_fields = Mapping.from_values(values, name=say(mark("of this form"))) if values else None
    sent = request.files.get("mapping")
    if sent is None or not sent.filename:
        return by_fields
    path = folder / "mapping.toml"
    sent.save(path)
    by_file = Mapping.from_toml(path)
    if by_fields is None:
        return by_file
    return replace(by_file, **{name: getattr(by_fields, name) for name in values})


@blueprint.get("/<uuid:statement_id>")
@page(Permission.LEDGER_READ)
def show_receipt(actor: Actor, statement_id: uuid.UUID) -> ResponseReturnValue:
    """Show what became of a file, row by row where something is to be mended."""
    return _receipt(read_receipt(actor, statement_id=statement_id))


def _receipt(receipt: Receipt) -> str:
    return render_template("contributions/receipt.html", receipt=receipt, rows_shown=ROWS_SHOWN)


@blueprint.get("/<period>/withdraw")
@page(Permission.LEDGER_WITHDRAW)
def ask_to_withdraw(actor: Actor, period: str) -> ResponseReturnValue:
    """Ask once more before a month is erased."""
    try:
        date.fromisoformat(f"{period}-01")
    except ValueError as error:
        raise NotFoundError(mark("Your company has sent nothing for %(period)s."), period=period) from error
    amounts = [found for found in period_totals(actor) if found.period == period]
    return render_template("contributions/withdraw.html", period=period, amounts=amounts)


@blueprint.post("/<period>/withdraw")
@page(Permission.LEDGER_WITHDRAW)
def withdraw(actor: Actor, period: str) -> ResponseReturnValue:
    """Erase what the reader's company said of a month."""
    withdraw_period(actor, period=period)
    flash(say(mark("%(month)s is withdrawn: none of its figures is left."), month=month(period).capitalize()))
    return redirect(url_for("contributions.show"))
