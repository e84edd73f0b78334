"""`vigie keys`: the keys of the private ledgers, how they change, and how they come back."""

from typing import TYPE_CHECKING

import click

from network.cli.console import (
    complain,
    example,
    json_option,
    network_running,
    note,
    print_json,
    print_table,
    progress,
    say,
)
from network.cli.keys_recovery import export_recovery, import_recovery, print_option, store_of_settings
from network.i18n import mark

if TYPE_CHECKING:
    from network.services.key_custody import KeyStatus
    from network.services.key_rotation import Rotation


@click.group(help=say(mark("The keys that seal the private ledgers: look at them, change them, save them.")))
def keys() -> None:
    """Hold the commands on keys."""


keys.add_command(export_recovery)
keys.add_command(import_recovery)


@keys.command(
    help=say(mark("Make the first keys of an empty network. The first start does this by itself.")),
    epilog=example("vigie keys init", "vigie keys init --print"),
)
@print_option
@json_option
def init(*, in_words: bool, as_json: bool) -> None:
    """Make the first ring."""
    from network.permissions import operator_at_console
    from network.services.key_custody import begin_keys

    with network_running(with_keys=False):
        store = store_of_settings()
        made = begin_keys(operator_at_console(), store=store, in_words=in_words)
    if as_json:
        print_json(
            {
                "fingerprint": made.fingerprint,
                "key": made.key,
                "place": store.place,
                "set_vigie_keys": made.to_set,
            }
        )
        return
    if made.to_set is None:
        note(say(mark("The keys of this network are in %(place)s."), place=store.place))
    else:
        click.echo(f"VIGIE_KEYS={made.to_set}")
    note(say(mark("Save a recovery copy now: vigie keys export-recovery FILE")))


@keys.command(
    help=say(
        mark(
            "Bring a new key into use while the network runs, and retire the old one. Run again to go on where a run was cut."
        )
    ),
    epilog=example("vigie keys rotate", "vigie keys rotate --json"),
)
@click.option(
    "--patience",
    type=click.IntRange(min=0),
    default=900,
    show_default=True,
    help=say(mark("Seconds to wait for uploads that began with the old key.")),
)
@json_option
def rotate(*, patience: int, as_json: bool) -> int:
    """Return 0 where the old key is gone, 1 where something is left to do."""
    from network.permissions import operator_at_console
    from network.services.key_rotation import rotate_keys

    label = say(mark("Wrapping keys anew"))
    with network_running(), progress(label, quiet=as_json) as advance:
        done = rotate_keys(operator_at_console(), progress=advance, patience=patience)
    if as_json:
        print_json(
            {
                "key": done.key,
                "rewrapped": done.rewrapped,
                "retired": done.retired,
                "went_on": done.went_on,
                "is_complete": done.is_complete,
                "in_use": done.in_use,
                "broken": done.broken,
                "set_vigie_keys": done.to_set,
            }
        )
    else:
        _tell_rotation(done)
    return 0 if done.is_complete else 1


def _tell_rotation(done: "Rotation") -> None:
    if done.to_set is not None:
        click.echo(f"VIGIE_KEYS={done.to_set}")
    if done.to_set is not None and not done.is_complete and not done.in_use:
        note(
            say(
                mark(
                    "Nothing has changed yet. Set VIGIE_KEYS to this on every machine, start every process again, then run: vigie keys rotate"
                )
            )
        )
        return
    if done.went_on:
        note(say(mark("A rotation that had been begun was taken up.")))
    note(
        say(
            mark("%(key)s is the key in use; %(rows)s rows were wrapped anew."),
            key=done.key,
            rows=done.rewrapped,
        )
    )
    if done.broken:
        note(
            say(
                mark(
                    "%(rows)s rows do not open with their key and were left as they are; the old key stays for them. Restore them from a backup."
                ),
                rows=done.broken,
            )
        )
    elif done.in_use:
        note(
            say(
                mark("Uploads still use the older key %(keys)s, so it stays for now. Run again later."),
                keys=", ".join(done.in_use),
            )
        )
    if done.retired:
        note(
            say(
                mark(
                    "%(keys)s is retired. Backups of the database made before now open only with a recovery copy that holds it."
                ),
                keys=", ".join(done.retired),
            )
        )
    if done.to_set is not None:
        note(say(mark("Set VIGIE_KEYS to the value above on every machine, whenever it suits you.")))
    note(say(mark("Save a recovery copy now: vigie keys export-recovery FILE")))


@keys.command(
    help=say(
        mark("Show where the keys are, which are in use, and whether a recovery copy was ever written.")
    ),
    epilog=example("vigie keys status", "vigie keys status --json"),
)
@json_option
def status(*, as_json: bool) -> int:
    """Return 0 where the installation can start with its keys, 1 otherwise."""
    from network.permissions import operator_at_console
    from network.services.key_custody import key_status

    with network_running(with_keys=False):
        found = key_status(operator_at_console(), store=store_of_settings())
    if as_json:
        print_json(_as_object(found))
    else:
        _tell_status(found)
    return 0 if found.fault is None else 1


def _as_object(found: "KeyStatus") -> dict[str, object]:
    return {
        "is_fine": found.fault is None,
        "fault": say(found.fault.message, **found.fault.values) if found.fault is not None else None,
        "store": found.store,
        "place": found.place,
        "wrapper": found.wrapper,
        "fingerprint": found.fingerprint,
        "is_rotating": found.is_rotating,
        "is_recoverable": found.is_recoverable,
        "keys": [
            {
                "id": key.id,
                "is_held": key.is_held,
                "is_current": key.is_current,
                "rows": dict(key.rows),
                "exported_on": key.exported_on,
            }
            for key in found.keys
        ],
    }


def _tell_status(found: "KeyStatus") -> None:
    note(
        say(
            mark("Keys in %(place)s, wrapped by: %(wrapper)s. Root key: %(fingerprint)s"),
            place=found.place,
            wrapper=found.wrapper,
            fingerprint=found.fingerprint or "-",
        )
    )
    tables = list(found.keys[0].rows) if found.keys else []
    print_table(
        (say(mark("Key")), say(mark("State")), *tables, say(mark("Recovery copy"))),
        [
            (key.id, _state(key.is_held, key.is_current), *key.rows.values(), key.exported_on or "-")
            for key in found.keys
        ],
    )
    if found.fault is not None:
        complain(say(found.fault.message, **found.fault.values))
        return
    if found.is_rotating:
        note(say(mark("A rotation was begun and is not complete. Run: vigie keys rotate")))
    if not found.is_recoverable:
        note(
            say(
                mark(
                    "No recovery copy with all keys in use was ever written here. Run: vigie keys export-recovery FILE"
                )
            )
        )


def _state(is_held: bool, is_current: bool) -> str:  # noqa: FBT001  # two facts of one key
    if not is_held:
        return say(mark("missing"))
    return say(mark("seals")) if is_current else say(mark("opens"))
