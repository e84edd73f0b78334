"""The `vigie` command: one file a noun, loaded when it is asked for.

`python -m network.cli` is the same command.
"""

import os
import signal
import sys
from collections.abc import Sequence
from importlib import import_module
from types import FrameType
from typing import NoReturn

import click

from network.cli.console import complain, say
from network.errors import NetworkError, SettingsError, UnavailableError, UnreadableError
from network.i18n import mark

COMMANDS = {
    "up": "up",
    "down": "up",
    "reset": "reset",
    "demo": "demo",
    "ingest": "ingest",
    "search": "search",
    "match": "match",
    "profile": "profile",
    "release": "release",
    "log": "log",
    "rates": "rates",
    "registers": "registers",
    "review": "review",
    "debtor": "debtor",
    "member": "member",
    "group": "group",
    "user": "user",
    "simulate": "simulate",
    "reindex": "reindex",
    "keys": "keys",
    "train-matcher": "train_matcher",
    "attacks": "attacks",
    "doctor": "doctor",
    "secrets": "deployment",
    "migrate": "deployment",
    "health": "deployment",
    "web": "serve",
    "worker": "serve",
    "scheduler": "serve",
}
"""Each command and the file of this folder that holds it."""

EXIT_REFUSED = 1
EXIT_UNFIT = 2
EXIT_STOPPED = 130
_UNFIT = (UnreadableError, SettingsError, UnavailableError)


class LazyGroup(click.Group):
    """A group that imports a command when it is asked for."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """Return the names in the order in which a newcomer meets them."""
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        """Return the command; None where there is no such one."""
        if name not in COMMANDS:
            return None
        command = getattr(import_module(f"network.cli.{COMMANDS[name]}"), name.replace("-", "_"))
        return command if isinstance(command, click.Command) else None


@click.group(
    cls=LazyGroup,
    help=say(mark("Vigie: the debtor is named, the contributor never is.")),
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="vigie", message="%(version)s")
def vigie() -> None:
    """Hold the commands."""


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code: 0 done, 1 refused, 2 not fit to run, 130 stopped by hand."""
    try:
        code = vigie.main(args=list(arguments), prog_name="vigie", standalone_mode=False)
    except click.ClickException as error:
        complain(f"{error.format_message()} {_where_to_read(error)}")
        return EXIT_UNFIT
    except (click.Abort, KeyboardInterrupt):
        complain(say(mark("Stopped.")))
        return EXIT_STOPPED
    except NetworkError as error:
        complain(say(error.message, **error.values))
        return EXIT_UNFIT if isinstance(error, _UNFIT) else EXIT_REFUSED
    return code if isinstance(code, int) else 0


def _where_to_read(error: click.ClickException) -> str:
    context = error.ctx if isinstance(error, click.UsageError) else None
    return f"({context.command_path} --help)" if context else ""


def main() -> NoReturn:
    """Be the program `vigie`."""
    signal.signal(signal.SIGTERM, _leave_in_order)
    try:
        code = run(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:  # the reader of our output has seen enough, as in `vigie search x | head -1`
        os.dup2(
            os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno()
        )  # or Python complains once more at its end
        code = 0
    sys.exit(code)


def _leave_in_order(number: int, _frame: FrameType | None) -> NoReturn:
    """End as Ctrl-C does, so that engines that we started are stopped."""
    raise SystemExit(128 + number)
