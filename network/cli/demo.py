"""`vigie demo`: a network to look at, in one command."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from network.cli.console import example, json_option, network_running, note, print_json, print_table, say
from network.errors import ConflictError
from network.i18n import mark

if TYPE_CHECKING:
    from network.cli.demo_memo import Memo
    from network.settings import Settings


@click.command(
    help=say(
        mark(
            "Start a network with two years of history and print where to look. With --data, one made of the ledger "
            "files in a folder. The second time it only starts what was made."
        )
    ),
    epilog=example(
        "vigie demo", "vigie demo --members 12 --debtors 400 --months 6", "vigie demo --data ./ledgers"
    ),
)
@click.option(
    "--data",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help=say(mark("Folder of ledger files.")),
)
@click.option("--members", default=60, show_default=True, help=say(mark("Companies that contribute.")))
@click.option("--debtors", default=4000, show_default=True, help=say(mark("Companies that buy on credit.")))
@click.option("--months", default=24, show_default=True, help=say(mark("Months of history.")))
@click.option("--seed", default=1, show_default=True, help=say(mark("The same seed gives the same economy.")))
@json_option
def demo(data: Path | None, members: int, debtors: int, months: int, seed: int, *, as_json: bool) -> None:
    """Make the network unless it is there, start it, and say where to look."""
    from network.cli.demo_folder import build_from_folder
    from network.cli.demo_memo import read_memo, unfinished, write_memo
    from network.cli.demo_simulated import Size, build_simulated
    from network.cli.up import start_detached
    from network.services.dealing import deal_out
    from network.settings import Settings

    settings = Settings.from_environment()
    memo = read_memo(settings)
    if memo is not None and data is not None and memo.source != str(data.resolve()):
        raise ConflictError(
            mark("%(home)s holds another demo. Choose a new home (VIGIE_HOME=/tmp/try) or run: vigie reset"),
            home=settings.home,
        )
    if memo is None:
        _clear_half_made(settings)
    with network_running() as runtime:
        if memo is None:
            with unfinished(settings):
                if data is not None:
                    memo = build_from_folder(data, runtime, quiet=as_json)
                else:
                    size = Size(members=members, debtors=debtors, months=months)
                    memo = build_simulated(size, seed, runtime, quiet=as_json)
                deal_out()
                write_memo(settings, memo)
        start_detached(settings)
    _show(settings, memo, as_json=as_json)


def _clear_half_made(settings: "Settings") -> None:
    """Remove a demo that was cut while it was made; refuse to build on a network that is somebody's."""
    from network.cli.demo_memo import is_half_made
    from network.cli.reset import delete_network

    is_ours = settings.database_url is None
    if is_ours and is_half_made(settings):
        note(say(mark("An earlier demo was cut short; it is made anew.")))
        delete_network(settings)
    elif ((settings.home / "postgres").exists() or not is_ours) and _has_people(settings):
        raise ConflictError(
            mark("%(home)s holds a network already. Choose a new home: VIGIE_HOME=/tmp/try vigie demo"),
            home=settings.home,
        )


def _has_people(settings: "Settings") -> bool:
    from network.cli.up import is_up
    from network.services.accounts import is_first_run

    with network_running():
        return is_up(settings) or not is_first_run()


def _show(settings: "Settings", memo: "Memo", *, as_json: bool) -> None:
    from dataclasses import asdict

    if as_json:
        print_json({"url": settings.public_url, **asdict(memo)})
        return
    click.echo()
    click.secho(say(mark("Vigie is on watch: %(url)s"), url=settings.public_url), bold=True)
    click.echo()
    for line in memo.told:
        click.echo(line)
    click.echo()
    print_table(
        (say(mark("Sign in as")), say(mark("Address")), say(mark("Password")), say(mark("Company"))),
        [(say(person.title), person.email, person.password, person.member) for person in memo.people],
    )
    if memo.debtors:
        click.echo()
        print_table(
            (say(mark("Worth a look")), say(mark("Why")), say(mark("Index")), ""),
            [
                (
                    found.name,
                    say(found.why),
                    f"{found.index_before} → {found.index}",
                    f"{settings.public_url}/debtors/{found.id}",
                )
                for found in memo.debtors
            ],
        )
    click.echo()
    click.echo(
        say(mark("Stop it with: vigie down. Start it again with: vigie demo. Delete it with: vigie reset."))
    )
