"""`vigie release`: what the network publishes."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from network.cli.console import (
    example,
    json_option,
    network_running,
    note,
    print_json,
    print_table,
    progress,
    say,
)
from network.errors import ConflictError
from network.i18n import mark

if TYPE_CHECKING:
    from network.services.epochs import EpochClosed

STAGES = ("pool", "release", "write", "news")


@click.group(help=say(mark("What the network publishes, month by month.")))
def release() -> None:
    """Hold the commands on releases."""


@release.command(
    help=say(
        mark("Close a month: write its releases, which never change, and the news that follows from them.")
    ),
    epilog=example("vigie release close", "vigie release close --epoch 2026-10 --json"),
)
@click.option(
    "--epoch", help=say(mark("The month, YYYY-MM. Without it, the one after the last that was closed."))
)
@json_option
def close(epoch: str | None, *, as_json: bool) -> None:
    """Print what was published."""
    from network.services.dealing import deal_out
    from network.services.epochs import next_epoch
    from network.services.search import drain_outbox

    with network_running() as runtime:
        chosen = epoch or next_epoch()
        if chosen is None:
            raise ConflictError(
                mark("No member has sent anything yet. Start with: vigie ingest FILE --member NAME")
            )
        label = say(mark("Closing %(epoch)s"), epoch=chosen)
        with progress(label, quiet=as_json) as advance:
            closed = close_one(
                chosen,
                profile=runtime.settings.profile,
                stage=lambda name: advance(STAGES.index(name), len(STAGES)),
            )
        drain_outbox()
        deal_out()
    if closed.on_the_way:
        months = ", ".join(closed.on_the_way)
        note(say(mark("Left open until now, and closed on the way: %(months)s."), months=months))
    if as_json:
        print_json(as_object(closed))
        return
    print_table(
        (
            say(mark("Month")),
            say(mark("Debtors")),
            say(mark("Published")),
            say(mark("Withheld")),
            say(mark("News")),
        ),
        [(closed.epoch, closed.debtors, closed.published, closed.withheld, closed.news)],
    )
    for sentence in remarks(closed):
        note(sentence)


def close_one(
    epoch: str, *, profile: str, stage: Callable[[str], None] = lambda _name: None
) -> "EpochClosed":
    """Close a month as the operator, with its news in the same transaction; the network must be running."""
    import re

    from alerts.channels.in_app import deliver_release
    from network.permissions import operator_at_console
    from network.services.epochs import close_epoch

    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", epoch):
        raise ConflictError(mark("%(epoch)s is not a month; write it as 2026-10."), epoch=epoch)
    return close_epoch(
        operator_at_console(),
        epoch=epoch,
        today=datetime.now(tz=UTC).date(),
        profile=profile,
        on_released=deliver_release,
        stage=stage,
    )


def as_object(closed: "EpochClosed") -> dict[str, object]:
    """Return the outcome in the shape that `--json` promises."""
    return {
        "epoch": closed.epoch,
        "debtors": closed.debtors,
        "published": closed.published,
        "withheld": closed.withheld,
        "seconds": closed.seconds,
    }


def remarks(closed: "EpochClosed") -> list[str]:
    """Return what the operator should know besides the figures."""
    sentences = []
    if closed.swings:
        sentences.append(
            say(
                mark("%(count)s contributions moved by more than three times; a moderator should look."),
                count=closed.swings,
            )
        )
    sentences += [
        say(
            mark(
                "%(count)s positions in %(currency)s were left out for want of a rate. Run: vigie rates load FILE"
            ),
            count=count,
            currency=currency,
        )
        for currency, count in sorted(closed.without_rate.items())
    ]
    return sentences
