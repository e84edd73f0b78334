"""`vigie simulate`: the ledgers of an economy that never was, to try things on."""

from pathlib import Path

import click

from network.cli.console import example, json_option, note, print_json, progress, say
from network.i18n import mark


@click.command(
    help=say(
        mark(
            "Make an economy from a seed and write what its members would send: ledgers in every format, and rates."
        )
    ),
    epilog=example(
        "vigie simulate ./ledgers --members 12 --debtors 300 --months 6",
        'vigie ingest ./ledgers/000-*/*.csv --member "Some member"',
    ),
)
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--members", default=60, show_default=True, help=say(mark("Companies that contribute.")))
@click.option("--debtors", default=4000, show_default=True, help=say(mark("Companies that buy on credit.")))
@click.option("--months", default=24, show_default=True, help=say(mark("Months of history.")))
@click.option("--seed", default=1, show_default=True, help=say(mark("The same seed gives the same files.")))
@json_option
def simulate(folder: Path, members: int, debtors: int, months: int, seed: int, *, as_json: bool) -> None:
    """Write the files and say what they are."""
    from simulation import Parameters, make_economy, write_exchange_rates, write_ledgers

    with progress(say(mark("Making %(members)s ledgers"), members=members), quiet=as_json):
        economy = make_economy(seed, Parameters(members=members, debtors=debtors, months=months))
        files = write_ledgers(economy, folder)
        rates = write_exchange_rates(economy, folder / "eurofxref-hist.csv")
    if as_json:
        print_json(
            {
                "folder": folder,
                "rates": rates,
                "files": [
                    {
                        "member": file.member_name,
                        "path": file.path,
                        "mapping": file.mapping_path,
                        "format": str(file.format),
                        "periods": list(file.periods),
                        "rows": file.rows,
                        "accepted": file.accepted,
                    }
                    for file in files
                ],
            }
        )
    else:
        rows = sum(file.rows for file in files)
        note(
            say(
                mark("%(files)s files with %(rows)s lines lie in %(folder)s."),
                files=len(files),
                rows=rows,
                folder=folder,
            )
        )
