"""`vigie rates`: the exchange rates by which amounts become euros."""

from pathlib import Path

import click

from network.cli.console import example, json_option, network_running, print_json, say
from network.i18n import mark


@click.group(help=say(mark("The exchange rates by which amounts in other currencies become euros.")))
def rates() -> None:
    """Hold the commands on rates."""


@rates.command(
    help=say(mark("Load a table in the layout of the ECB's eurofxref-hist.csv (Date,USD,JPY,…).")),
    epilog=example("vigie rates load eurofxref-hist.csv"),
)
@click.argument("file", type=click.Path(path_type=Path))
@json_option
def load(file: Path, *, as_json: bool) -> None:
    """Print what was loaded."""
    from network.permissions import operator_at_console
    from network.services.exchange_rates import load_rates

    with network_running():
        loaded = load_rates(operator_at_console(), path=file)
    if as_json:
        print_json(
            {
                "rates": loaded.rates,
                "currencies": loaded.currencies,
                "first": loaded.first,
                "last": loaded.last,
            }
        )
    else:
        click.echo(
            say(
                mark("%(rates)s rates of %(currencies)s currencies, %(first)s to %(last)s."),
                rates=loaded.rates,
                currencies=loaded.currencies,
                first=loaded.first,
                last=loaded.last,
            )
        )
