"""`vigie keys export-recovery` and `import-recovery`: the keys under a passphrase, and back."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from network.cli.console import example, json_option, network_running, note, print_json, say
from network.i18n import mark

if TYPE_CHECKING:
    from network.keystore import KeyStore

print_option = click.option(
    "--print",
    "in_words",
    is_flag=True,
    help=say(mark("Write no file; print what to set as VIGIE_KEYS on every machine.")),
)
_passphrase_option = click.option(
    "--passphrase-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help=say(mark("A file of mode 0600 whose first line is the passphrase. Without it, you are asked.")),
)


@click.command(
    "export-recovery",
    help=say(mark("Write all keys under a passphrase to a new file, to be kept away from this machine.")),
    epilog=example("vigie keys export-recovery vigie-recovery.json"),
)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@_passphrase_option
@json_option
def export_recovery(file: Path, *, passphrase_file: Path | None, as_json: bool) -> None:
    """Write the recovery copy, and say what to do with it."""
    from network.permissions import operator_at_console
    from network.services import key_custody

    passphrase = _passphrase(passphrase_file, is_new=True)
    with network_running():
        copy = key_custody.export_recovery(
            operator_at_console(), path=file, passphrase=passphrase, today=datetime.now(tz=UTC).date()
        )
    if as_json:
        print_json({"file": file, "fingerprint": copy.fingerprint, "keys": copy.keys})
        return
    note(
        say(
            mark("%(file)s holds the root key %(fingerprint)s and the keys %(keys)s."),
            file=file,
            fingerprint=copy.fingerprint,
            keys=", ".join(copy.keys),
        )
    )
    note(
        say(
            mark(
                "Keep it away from this machine and from the backups of its database, and the passphrase in a third place. See that it opens: vigie keys import-recovery FILE changes nothing here. Write a new one after each rotation, and keep the older ones as long as you keep backups from their time."
            )
        )
    )


@click.command(
    "import-recovery",
    help=say(
        mark(
            "Put the keys of a recovery copy back: where they are lost, or beside those of the same network."
        )
    ),
    epilog=example("vigie keys import-recovery vigie-recovery.json"),
)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@_passphrase_option
@print_option
@json_option
def import_recovery(file: Path, *, passphrase_file: Path | None, in_words: bool, as_json: bool) -> None:
    """Put the keys back."""
    from network.permissions import operator_at_console
    from network.services import key_custody

    passphrase = _passphrase(passphrase_file, is_new=False)
    with network_running(with_keys=False):
        store = store_of_settings()
        copy = key_custody.import_recovery(
            operator_at_console(), path=file, passphrase=passphrase, store=store, in_words=in_words
        )
    if as_json:
        print_json(
            {
                "file": file,
                "fingerprint": copy.fingerprint,
                "keys": copy.keys,
                "place": store.place,
                "was_known": copy.was_known,
                "set_vigie_keys": copy.to_set,
            }
        )
    elif copy.to_set is not None:
        click.echo(f"VIGIE_KEYS={copy.to_set}")
    elif copy.was_known:
        note(say(mark("The copy opens; all its keys are in %(place)s already."), place=store.place))
    else:
        note(say(mark("The keys of this network are in %(place)s."), place=store.place))


def store_of_settings() -> "KeyStore":
    """Return the key store of this installation."""
    from network.runtime import key_store
    from network.settings import Settings

    return key_store(Settings.from_environment())


def _passphrase(path: Path | None, *, is_new: bool) -> str:
    """Return the passphrase from its file, or ask the person for it; a new one twice."""
    from network.errors import SettingsError
    from network.keystore.passphrase import read_passphrase, refuse_if_short

    if path is not None:
        return read_passphrase(path)
    if not sys.stdin.isatty():
        raise SettingsError(
            mark("Nobody is there to be asked for the passphrase; name its file with --passphrase-file.")
        )
    words = say(mark("Passphrase"))
    passphrase = str(click.prompt(words, hide_input=True, confirmation_prompt=is_new, err=True))
    refuse_if_short(passphrase)
    return passphrase
