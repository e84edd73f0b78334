"""`vigie log`: that nothing which was released has been changed since."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from network.cli.console import (
    complain,
    example,
    json_option,
    network_running,
    note,
    print_json,
    progress,
    say,
)
from network.errors import NotFoundError, UnreadableError
from network.i18n import mark

if TYPE_CHECKING:
    from network.services.log_proofs import SignedHead
    from network.services.log_verification import LogChecked

EXIT_CHANGED = 1
KEY, HEADS, LEAVES = "key.txt", "heads", "leaves.ndjson"


@click.group(help=say(mark("The log of all releases: check it, and take proofs away.")))
def log() -> None:
    """Hold the commands on the log."""


@log.command(
    help=say(
        mark(
            "Compare every stored release, and every signed head, with what the releases give when the log is computed "
            "again. Exit code 1 and one sentence where something was changed."
        )
    ),
    epilog=example("vigie log verify", "vigie log verify --head head.txt --json"),
)
@click.option(
    "--head",
    "kept",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=say(mark("A head that somebody kept: the log must continue it.")),
)
@json_option
@click.pass_context
def verify(context: click.Context, kept: Path | None, *, as_json: bool) -> None:
    """Print what was checked."""
    from network.permissions import operator_at_console
    from network.services.log_verification import verify_log

    with network_running(), progress(say(mark("Checking the log")), quiet=as_json) as advance:
        checked = verify_log(
            operator_at_console(), kept=None if kept is None else _text(kept), progress=advance
        )
    fault = None if checked.fault is None else say(checked.fault, **checked.values)
    if as_json:
        print_json(as_object(checked, fault))
    elif fault is None:
        click.echo(
            say(
                mark("Nothing was changed: %(leaves)s leaves of %(epochs)s months, %(heads)s signed heads."),
                leaves=checked.leaves,
                epochs=checked.epochs,
                heads=checked.heads,
            )
        )
    if fault is not None:
        complain(fault)
        context.exit(EXIT_CHANGED)


@log.command(
    help=say(mark("Print the newest signed head; keep it where nobody of the network can reach it.")),
    epilog=example("vigie log head > head.txt", "vigie log head --json"),
)
@json_option
def head(*, as_json: bool) -> None:
    """Print the head on standard output and the key on standard error."""
    with network_running():
        newest = _newest()
    if as_json:
        print_json(
            {
                "day": newest.day,
                "size": newest.size,
                "root": newest.root.hex(),
                "head": newest.note,
                "key": str(newest.key),
                "fingerprint": newest.key.fingerprint,
            }
        )
        return
    click.echo(newest.note, nl=False)
    note(say(mark("Public key: %(key)s"), key=newest.key))


@log.command(
    help=say(
        mark("Print the proof that a debtor’s release is in the log, as members download it from its page.")
    ),
    epilog=example("vigie log proof 552100554 > proof.json", "vigie log proof 552100554 --epoch 2026-10"),
)
@click.argument("debtor")
@click.option("--epoch", help=say(mark("The month, YYYY-MM. Without it, the newest release of the debtor.")))
@json_option
def proof(debtor: str, epoch: str | None, *, as_json: bool) -> None:  # noqa: ARG001 - it is JSON in any case
    """Print the proof."""
    from network.permissions import operator_at_console
    from network.services.log_proofs import release_proof
    from network.services.profiles import find_debtor, read_profile

    actor = operator_at_console()
    with network_running():
        debtor_id = find_debtor(actor, words=debtor)
        releases = read_profile(actor, debtor_id=debtor_id).releases
        held = [release.epoch for release in releases if epoch in {None, release.epoch}]
        if epoch is None and not held:
            raise NotFoundError(mark("Nothing is published of this debtor yet."))
        found = release_proof(actor, debtor_id=debtor_id, epoch=epoch or held[-1])
    print_json(found.as_object())


@log.command(
    help=say(
        mark(
            "Write the whole log into a folder: key, heads, every leaf, and the tool that checks them without us. What is "
            "in it is what every member may read."
        )
    ),
    epilog=example("vigie log export var/log", "python3 var/log/verify_release.py var/log"),
)
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@json_option
def export(folder: Path, *, as_json: bool) -> None:
    """Write the files; a folder that holds something is refused."""
    from network.permissions import operator_at_console
    from network.services.log_proofs import all_heads, leaves_of_the_log
    from network.web.downloads import VERIFIER

    if folder.is_dir() and any(folder.iterdir()):
        raise UnreadableError(mark("%(folder)s is not empty; name a new folder."), folder=folder)
    actor = operator_at_console()
    with network_running():
        newest = _newest()
        (folder / HEADS).mkdir(parents=True)
        (folder / KEY).write_text(f"{newest.key}\n", encoding="ascii")
        heads = all_heads(actor)
        for each in heads:
            (folder / HEADS / f"{each.id}.txt").write_text(each.note, encoding="utf-8")
        leaves = _write_lines(folder / LEAVES, leaves_of_the_log(actor))
    (folder / VERIFIER.name).write_bytes(VERIFIER.read_bytes())
    if as_json:
        print_json({"folder": str(folder), "leaves": leaves, "heads": len(heads)})
        return
    note(
        say(
            mark("%(leaves)s leaves and %(heads)s heads. Check them: python3 %(tool)s %(folder)s"),
            leaves=leaves,
            heads=len(heads),
            tool=folder / VERIFIER.name,
            folder=folder,
        )
    )


def as_object(checked: "LogChecked", fault: str | None) -> dict[str, object]:
    """Return the outcome in the shape that `--json` promises."""
    return {
        "holds": fault is None,
        "fault": fault,
        "epochs": checked.epochs,
        "leaves": checked.leaves,
        "heads": checked.heads,
    }


def _newest() -> "SignedHead":
    from network.permissions import operator_at_console
    from network.services.log_proofs import newest_head

    found = newest_head(operator_at_console())
    if found is None:
        raise NotFoundError(mark("No head is signed yet: the first is, when the first month is closed."))
    return found


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as fault:
        raise UnreadableError(mark("%(file)s is not a signed head."), file=path) from fault


def _write_lines(path: Path, lines: Iterable[str]) -> int:
    count = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for line in lines:
            file.write(f"{line}\n")
            count += 1
    return count
