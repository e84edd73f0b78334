"""`vigie reset`: an installation of one machine back to nothing."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import click

from network.cli.console import example, json_option, note, print_json, say
from network.errors import ConflictError
from network.i18n import mark

if TYPE_CHECKING:
    from network.settings import Settings

OURS = ("postgres", "postgres.new", "redis", "run", "log", "index", "keys", "demo", "demo.json", "secret_key")
"""What an installation keeps in its home; anything else there is left alone."""


@click.command(
    help=say(
        mark("Stop everything and delete this network: database, keys, index and logs. There is no way back.")
    ),
    epilog=example("vigie reset", "VIGIE_HOME=/tmp/try vigie reset --yes"),
)
@click.option("--yes", is_flag=True, help=say(mark("Do not ask.")))
@json_option
def reset(*, yes: bool, as_json: bool) -> None:
    """Delete what lies in the home."""
    from network.settings import Settings

    settings = Settings.from_environment()
    if settings.database_url is not None:
        raise ConflictError(
            mark("This network keeps its data on a server of yours (VIGIE_DATABASE_URL); delete it there.")
        )
    if not yes:
        click.confirm(
            say(mark("Delete the network in %(home)s with all its data and keys?"), home=settings.home),
            abort=True,
            err=True,
        )
    gone = delete_network(settings)
    if as_json:
        print_json({"home": settings.home, "removed": gone})
    else:
        note(say(mark("The network in %(home)s is gone."), home=settings.home))


def delete_network(settings: "Settings") -> list[str]:
    """Stop what runs in this home and delete what is ours there; return the names of what was deleted."""
    from network.cli.up import stop
    from network.embedded import engines

    stop(settings)
    engines.stop_all(settings.home)
    return [name for name in OURS if _remove(settings.home / name)]


def _remove(path: Path) -> bool:
    if path.is_dir():
        shutil.rmtree(path)
        return True
    found = path.exists()
    path.unlink(missing_ok=True)
    return found
