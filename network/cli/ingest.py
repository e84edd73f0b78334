"""`vigie ingest`: a member's ledger file into its private ledger."""

from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from network.cli.console import (
    complain,
    example,
    json_option,
    network_running,
    note,
    print_json,
    print_table,
    progress,
    say,
)
from network.i18n import console_language, mark

if TYPE_CHECKING:
    from network.services.ledgers import Receipt

SHOWN_PROBLEMS = 10


@click.command(
    help=say(
        mark("Take a ledger file of a member into its private ledger: CSV, XLSX, FEC, SAF-T or NDJSON.")
    ),
    epilog=example(
        'vigie ingest balance.xlsx --member "Aciers Réunis" --as-of 2026-10-31',
        'vigie ingest 123456789FEC20251231.txt --member "Aciers Réunis" --mapping aciers.toml --json',
    ),
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--member", required=True, help=say(mark("Name of the company; one that is unknown is let in."))
)
@click.option(
    "--mapping",
    type=click.Path(path_type=Path),
    help=say(mark("TOML file that says how to read this member's files.")),
)
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    help=say(mark("Day of an aged balance or of a list of open invoices that does not carry its own.")),
)
@json_option
def ingest(file: Path, member: str, mapping: Path | None, as_of: datetime | None, *, as_json: bool) -> int:
    """Return 0 where something was accepted or nothing had changed, 1 where every row was rejected."""
    from network.cli.up import deal_out_unless_up
    from network.services.search import drain_outbox

    with network_running() as runtime:
        receipt = take_in(
            file,
            member=member,
            mapping=mapping,
            as_of=as_of.date() if as_of else None,
            is_quiet=as_json,
        )
        drain_outbox()
        deal_out_unless_up(runtime.settings)
    if as_json:
        print_json(as_object(receipt))
    else:
        _print_receipt(receipt, member)
    return 0 if receipt.unchanged or receipt.statement.accepted else 1


def take_in(
    file: Path, *, member: str, mapping: Path | None = None, as_of: date | None = None, is_quiet: bool = False
) -> "Receipt":
    """Submit `file` for the member of that name; the network must be running."""
    from dataclasses import replace

    from network.ingest import Mapping
    from network.permissions import operator_at_console
    from network.services.ledgers import submit_ledger
    from network.services.members import find_or_add_member

    declared = Mapping.from_toml(mapping) if mapping is not None else None
    if as_of is not None:
        declared = replace(declared or Mapping(), report_date=as_of)
    company = find_or_add_member(operator_at_console(), name=member)
    with progress(file.name, quiet=is_quiet) as advance:
        return submit_ledger(
            operator_at_console(member_id=company.id),
            path=file,
            mapping=declared,
            today=datetime.now(tz=UTC).date(),
            progress=advance,
        )


def as_object(receipt: "Receipt") -> dict[str, object]:
    """Return the receipt in the shape that `--json` promises."""
    from network.ingest import explain

    statement = receipt.statement
    return {
        "format": statement.format,
        "rows_read": statement.rows_read,
        "accepted": statement.accepted,
        "rejected": statement.rejected,
        "unprocessed": statement.unprocessed,
        "periods": list(statement.periods),
        "unchanged": receipt.unchanged,
        "rejections": [
            {"row": problem.row, "code": problem.code, "message": explain(problem, console_language())}
            for problem in receipt.rejections
        ],
    }


def _print_receipt(receipt: "Receipt", member: str) -> None:
    from network.ingest import explain

    statement = receipt.statement
    if receipt.unchanged:
        note(say(mark("This very file is in force already; nothing was changed.")))
    heading = (say(mark("Member")), say(mark("Format")), say(mark("Months")))
    figures = (say(mark("Rows")), say(mark("Accepted")), say(mark("Rejected")), say(mark("Unprocessed")))
    months = _span(statement.periods)
    counts = (statement.rows_read, statement.accepted, statement.rejected, statement.unprocessed)
    print_table([*heading, *figures], [[member, statement.format, months, *counts]])
    for notice in receipt.notices:
        note(explain(notice, console_language()))
    for code, count in Counter(problem.code for problem in receipt.unprocessed_rows).most_common():
        first = next(problem for problem in receipt.unprocessed_rows if problem.code == code)
        note(
            say(
                mark("%(count)s rows unprocessed, the first in row %(row)s: %(why)s"),
                count=count,
                row=first.row,
                why=explain(first, console_language()),
            )
        )
    if receipt.in_review:
        note(
            say(
                mark("%(count)s customers wait for a person to place them: vigie review list"),
                count=receipt.in_review,
            )
        )
    for problem in receipt.rejections[:SHOWN_PROBLEMS]:
        complain(
            say(
                mark("Row %(row)s: %(why)s"),
                row=problem.row,
                why=explain(problem, console_language()),
            )
        )
    if statement.rejected > SHOWN_PROBLEMS:
        note(
            say(
                mark("%(shown)s of %(total)s rejected rows are shown; --json lists up to 10,000."),
                shown=min(SHOWN_PROBLEMS, len(receipt.rejections)),
                total=statement.rejected,
            )
        )


def _span(periods: tuple[str, ...]) -> str:
    if not periods:
        return ""
    return periods[0] if len(periods) == 1 else f"{periods[0]} – {periods[-1]}"
