"""`vigie review`: lines of which nobody could say for sure which debtor they mean."""

import uuid

import click

from network.cli.console import example, json_option, network_running, note, print_json, say
from network.i18n import mark


@click.group(help=say(mark("Lines of which a person must say which debtor they mean.")))
def review() -> None:
    """Hold the commands on reviews."""


@review.command(
    "list",
    help=say(mark("List the lines that wait, each with the debtors that it may mean.")),
    epilog=example("vigie review list", "vigie review list --limit 200 --json"),
)
@click.option("--limit", default=20, show_default=True, help=say(mark("How many to show.")))
@json_option
def list_(limit: int, *, as_json: bool) -> None:
    """Print the open reviews."""
    from network.permissions import operator_at_console
    from network.services.reviews import list_reviews

    with network_running():
        found = list_reviews(operator_at_console(), limit=limit)
    if as_json:
        print_json(
            {
                "total": found.total,
                "reviews": [
                    {
                        "id": held.id,
                        "name": held.customer.customer_name,
                        "postcode": held.customer.postcode,
                        "city": held.customer.city,
                        "reason": say(held.reason),
                        "candidates": [
                            {"debtor": candidate.debtor_id, "name": candidate.name, "score": candidate.score}
                            for candidate in held.candidates
                        ],
                    }
                    for held in found.reviews
                ],
            }
        )
        return
    for held in found.reviews:
        line = " ".join(
            filter(None, [held.customer.customer_name, held.customer.postcode, held.customer.city])
        )
        click.echo(f"{held.id}  {click.style(line, bold=True)}  {say(held.reason)}")
        for candidate in held.candidates:
            place = " ".join(filter(None, [candidate.postcode, candidate.city]))
            click.echo(f"    {candidate.debtor_id}  {candidate.name} {place} ({candidate.score:.2f})")
    if found.total > len(found.reviews):
        note(
            say(
                mark("%(shown)s of %(total)s are shown; see --limit."),
                shown=len(found.reviews),
                total=found.total,
            )
        )


@review.command(
    help=say(mark("Say that a line means one of its candidates.")),
    epilog=example(
        "vigie review link 1b4e28ba-2fa1-11d2-883f-0016d3cca427 6fa459ea-ee8a-3ca4-894e-db77e160355e"
    ),
)
@click.argument("review_id", metavar="REVIEW", type=click.UUID)
@click.argument("debtor_id", metavar="DEBTOR", type=click.UUID)
@json_option
def link(review_id: uuid.UUID, debtor_id: uuid.UUID, *, as_json: bool) -> None:
    """Place the line on the debtor."""
    _decide(review_id, debtor_id, as_json=as_json)


@review.command(
    help=say(mark("Say that a line means a debtor that the network does not know yet.")),
    epilog=example("vigie review new 1b4e28ba-2fa1-11d2-883f-0016d3cca427"),
)
@click.argument("review_id", metavar="REVIEW", type=click.UUID)
@json_option
def new(review_id: uuid.UUID, *, as_json: bool) -> None:
    """Place the line on a new debtor."""
    _decide(review_id, None, as_json=as_json)


def _decide(review_id: uuid.UUID, debtor_id: uuid.UUID | None, *, as_json: bool) -> None:
    from network.cli.up import deal_out_unless_up
    from network.permissions import operator_at_console
    from network.services.reviews import decide_review

    with network_running() as runtime:
        decision = decide_review(operator_at_console(), review_id=review_id, debtor_id=debtor_id)
        deal_out_unless_up(runtime.settings)
    if as_json:
        print_json({"debtor": decision.debtor_id, "settled": decision.settled})
    else:
        note(
            say(
                mark("Placed on %(debtor)s; %(count)s lines were settled by it."),
                debtor=decision.debtor_id,
                count=decision.settled,
            )
        )
