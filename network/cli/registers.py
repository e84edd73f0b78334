"""`vigie registers`: SIRENE and GLEIF, the public registers that say who companies are."""

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
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
from network.i18n import mark

if TYPE_CHECKING:
    from network.services.registers import LoadCard


@click.group(help=say(mark("Public registers that say who companies are: SIRENE and GLEIF.")))
def registers() -> None:
    """Hold the commands on registers."""


@registers.command(
    help=say(
        mark(
            "Load files of SIRENE (StockUniteLegale, then StockEtablissement) or GLEIF (lei2, rr): CSV, .zip or .gz. Which one a "
            "file is, is told by its headings. A load that was cut goes on where it stopped."
        )
    ),
    epilog=example(
        "vigie registers load StockUniteLegale_utf8.zip StockEtablissement_utf8.zip",
        "vigie registers load 20261115-0800-gleif-goldencopy-lei2-golden-copy.csv.zip",
    ),
)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    help=say(mark("Day of the register, where neither the name of the file nor its date says it.")),
)
@json_option
def load(files: tuple[Path, ...], as_of: datetime | None, *, as_json: bool) -> None:
    """Print what was loaded."""
    from network.cli.up import deal_out_unless_up
    from network.permissions import operator_at_console
    from network.services.registers import load_register

    cards = []
    with network_running() as runtime:
        for file in files:
            with progress(file.name, quiet=as_json) as advance:
                card = load_register(
                    operator_at_console(),
                    path=file,
                    as_of=as_of.date() if as_of else None,
                    progress=advance,
                )
            cards.append(card)
            if not as_json:
                note(_told(card))
        deal_out_unless_up(runtime.settings)
    if as_json:
        print_json({"loads": [asdict(card) for card in cards]})


def _told(card: "LoadCard") -> str:
    return say(
        mark(
            "%(name)s, of %(day)s: %(rows)s rows, %(written)s new or changed, %(refused)s without a valid number; %(names)s "
            "debtors learnt a name."
        ),
        name=card.file_name,
        day=card.as_of,
        rows=card.rows,
        written=card.written,
        refused=card.refused,
        names=card.names,
    )


@registers.command(
    help=say(mark("Show what is loaded, what was cut, and what follows at the next close.")),
    epilog=example("vigie registers status"),
)
@json_option
def status(*, as_json: bool) -> None:
    """Print the loads and what the registers hold."""
    from network.permissions import operator_at_console
    from network.services.registers import read_registers

    with network_running():
        state = read_registers(operator_at_console())
    if as_json:
        print_json(asdict(state))
        return
    if not state.loads:
        note(say(mark("No register is loaded. Begin with: vigie registers load StockUniteLegale_utf8.zip")))
        return
    print_table(
        (
            say(mark("Register")),
            say(mark("File")),
            say(mark("Of")),
            say(mark("Rows")),
            say(mark("New or changed")),
            say(mark("State")),
        ),
        [
            (
                _NAMES[card.source.value],
                card.file_name,
                card.as_of,
                card.rows,
                card.written,
                say(mark("loaded")) if card.is_done else say(mark("cut: load it again")),
            )
            for card in state.loads
        ],
    )
    note(
        say(
            mark("%(companies)s companies, %(persons)s natural persons, %(links)s parent links."),
            companies=state.companies,
            persons=state.persons,
            links=state.links,
        )
    )
    if state.persons_among_debtors:
        note(
            say(
                mark("%(count)s debtors are natural persons: the next close takes them out."),
                count=state.persons_among_debtors,
            )
        )


_NAMES = {
    "sirene_units": "SIRENE StockUniteLegale",
    "sirene_sites": "SIRENE StockEtablissement",
    "gleif_entities": "GLEIF lei2",
    "gleif_links": "GLEIF rr",
}
