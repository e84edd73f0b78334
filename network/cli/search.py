"""`vigie search`: find a debtor."""

import click

from network.cli.console import example, json_option, network_running, note, print_json, print_table, say
from network.i18n import mark


@click.command(
    help=say(
        mark(
            "Find debtors by name, place or identifier; typing errors, accents and legal forms do not matter."
        )
    ),
    epilog=example(
        "vigie search garage dupont lyon",
        "vigie search 552100554 --json",
        'vigie search "index:<60" city:lyon',
    ),
)
@click.argument("words", nargs=-1, required=True)
@click.option("--limit", default=10, show_default=True, help=say(mark("How many to show.")))
@json_option
def search(words: tuple[str, ...], limit: int, *, as_json: bool) -> None:
    """Print what was found, best first."""
    from network.errors import NetworkError
    from network.permissions import operator_at_console
    from network.services.search import drain_outbox, find_debtors

    asked = " ".join(words)
    with network_running():
        drain_outbox()
        found = find_debtors(operator_at_console(), words=asked, limit=limit)
    for fault in found.query.faults:
        raise NetworkError(fault.message, typed=fault.typed)
    hits, is_cut = found.hits, found.is_cut
    if as_json:
        print_json(
            {
                "words": asked,
                "hits": [
                    {
                        "id": hit.id,
                        "name": hit.name,
                        "legal_form": hit.legal_form,
                        "postcode": hit.postcode,
                        "city": hit.city,
                        "country": hit.country,
                        "identifiers": hit.identifiers,
                        "payment_index": hit.payment_index,
                        "epoch": hit.epoch,
                        "is_listed": hit.is_listed,
                    }
                    for hit in hits
                ],
                "is_cut": is_cut,
                "facets": {facet.kind: dict(facet.counts) for facet in found.facets},
            }
        )
        return
    if not hits:
        note(say(mark("Nothing found. Try fewer words, or a SIREN.")))
        return
    columns = (
        say(mark("Debtor")),
        say(mark("Place")),
        say(mark("Known by")),
        say(mark("Index")),
        say(mark("Month")),
    )
    print_table(
        columns,
        [
            (
                " ".join(filter(None, [hit.name, hit.legal_form])),
                " ".join(filter(None, [hit.postcode, hit.city, hit.country])),
                ", ".join(f"{scheme.upper()} {value}" for scheme, value in sorted(hit.identifiers.items()))
                or hit.id,
                hit.payment_index,
                hit.epoch,
            )
            for hit in hits
        ],
    )
    if is_cut:
        note(say(mark("There are more; see --limit.")))
