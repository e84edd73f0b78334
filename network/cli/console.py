"""What the commands share: the reader's language, one line for an error, JSON, tables and progress."""

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from network.i18n import console_language, mark, translate

if TYPE_CHECKING:
    from network.runtime import Runtime

Progress = Callable[[int, int], None]
"""Called with (done, in all)."""


def say(message: str, **values: object) -> str:
    """Return the template in the language of the console, filled."""
    return translate(message, console_language(), **values)


def complain(sentence: str) -> None:
    """Say on standard error what is wrong and what to do, as one line."""
    click.secho(" ".join(sentence.split()), fg="red", err=True)


def note(sentence: str) -> None:
    """Say on standard error what goes on; standard output stays for results."""
    click.echo(sentence, err=True)


def example(*lines: str) -> str:
    """Return the closing words of a --help: how one types it."""
    return "\b\n" + "\n".join([say(mark("Example:")), *(f"  {line}" for line in lines)])


json_option = click.option(
    "--json", "as_json", is_flag=True, help=say(mark("Print one JSON object and nothing else."))
)
"""`--json`, the same for every command; the parameter is `as_json`."""


def print_json(value: Any) -> None:
    """Print `value` as one line of JSON on standard output."""
    click.echo(json.dumps(value, ensure_ascii=False, default=str))


def print_table(
    columns: Sequence[str], rows: Sequence[Sequence[object]], *, title: str | None = None
) -> None:
    """Print a table on standard output; numbers go to the right."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title, title_justify="left", header_style="bold", box=None, pad_edge=False)
    for place, column in enumerate(columns):
        is_figure = bool(rows) and all(isinstance(row[place], int | float) for row in rows)
        table.add_column(column, justify="right" if is_figure else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text("" if cell is None else str(cell)) for cell in row))
    wide = None if sys.stdout.isatty() else 200  # a pipe has no width: nothing is folded there
    Console(highlight=False, width=wide).print(table)


@contextmanager
def network_running(*, redis: bool = False, with_keys: bool = True, web: bool = False) -> Iterator["Runtime"]:
    """Yield the runtime of this installation, with engines started where they do not run.

    `with_keys` False is for the commands that mend the keys. `web` asks for what the pages may do in the database;
    without it, for what commands and the worker may.

    Raises:
        SettingsError: the settings are wrong.
        UnavailableError: an engine does not answer, or went away in the middle.
    """
    from sqlalchemy.exc import OperationalError

    from network.errors import UnavailableError
    from network.logins import DatabaseRole
    from network.runtime import started
    from network.settings import Settings

    role = DatabaseRole.WEB if web else DatabaseRole.WORKER
    try:
        with started(Settings.from_environment(), role=role, redis=redis, with_keys=with_keys) as runtime:
            yield runtime
    except OperationalError as error:
        raise UnavailableError(
            mark("The database does not answer (%(why)s). Run: vigie doctor"),
            why=str(error.orig).strip().partition("\n")[0],
        ) from error


@contextmanager
def progress(label: str, *, quiet: bool = False) -> Iterator[Progress]:
    """Show a bar on standard error while the block calls the yielded function with (done, in all).

    Where standard error is no terminal, one line tells at the end how long it took. `quiet` shows nothing.
    """
    if quiet:
        yield lambda _done, _total: None
        return
    if not sys.stderr.isatty():
        began = time.monotonic()
        yield lambda _done, _total: None
        note(say(mark("%(what)s: done in %(seconds).1f s"), what=label, seconds=time.monotonic() - began))
        return
    from rich.console import Console
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("{task.description:<34}"),
        BarColumn(bar_width=40),
        TaskProgressColumn(),
        TimeElapsedColumn(),
    )
    with Bars(*columns, console=Console(stderr=True)) as bars:
        task = bars.add_task(label, total=None)

        def show(done: int, total: int) -> None:
            bars.update(task, completed=done, total=total)

        yield show
        finished = bars.tasks[0].total or 1
        bars.update(task, completed=finished, total=finished)
