"""`vigie group`: members under one control, who have one voice."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from network.cli.console import example, json_option, network_running, note, print_json, print_table, say
from network.i18n import mark

if TYPE_CHECKING:
    from network.services.groups import GroupCard


@click.group(help=say(mark("Economic groups: members under one control have one voice in a release.")))
def group() -> None:
    """Hold the commands on groups."""


@group.command(
    "list",
    help=say(
        mark("Show the groups, and those that the next close makes of members with one ultimate parent.")
    ),
    epilog=example("vigie group list", "vigie group list --json"),
)
@json_option
def list_(*, as_json: bool) -> None:
    """Print the groups of more than one member."""
    from network.permissions import operator_at_console
    from network.services.groups import list_groups

    with network_running():
        overview = list_groups(operator_at_console())
    if as_json:
        print_json(asdict(overview))
        return
    print_table(
        (say(mark("Parent")), say(mark("Members")), say(mark("State"))),
        [(_parent(card), ", ".join(card.members), _state(card)) for card in overview.groups],
    )
    for name in overview.unclear:
        note(say(mark("%(name)s has several ultimate parents: nothing follows from that."), name=name))
    for change in overview.changes:
        note(
            say(
                mark("%(epoch)s: %(name)s joined its group, under %(parent)s."),
                epoch=change.epoch,
                name=change.member,
                parent=change.because,
            )
        )
    if overview.unidentified:
        note(
            say(
                mark("%(count)s members have no SIREN or LEI: vigie member identify NAME --siren NUMBER"),
                count=overview.unidentified,
            )
        )


def _parent(card: "GroupCard") -> str:
    return card.parent_name or str(card.parent or "")


def _state(card: "GroupCard") -> str:
    if card.is_pending:
        return say(mark("one group from the next close on"))
    if card.held_by_ended:
        return say(
            mark("one group, though the link of %(names)s has ended"), names=", ".join(card.held_by_ended)
        )
    return say(mark("one group"))


@group.command(
    help=say(mark("Enter that one company controls another; both by SIREN or LEI.")),
    epilog=example("vigie group link 732829320 552120222"),
)
@click.argument("child")
@click.argument("parent")
@json_option
def link(child: str, parent: str, *, as_json: bool) -> None:
    """Say what was entered."""
    from network.permissions import operator_at_console
    from network.services.groups import link_parent

    with network_running():
        ours, theirs = link_parent(
            operator_at_console(), child=child, parent=parent, today=datetime.now(tz=UTC).date()
        )
    if as_json:
        print_json({"child": ours, "parent": theirs})
        return
    click.echo(
        say(
            mark("%(parent)s controls %(child)s. What the next close makes of it: vigie group list"),
            parent=theirs,
            child=ours,
        )
    )


@group.command(
    help=say(
        mark(
            "End a parent link, entered or loaded; a later load does not bring it back. Members that are one group already stay one."
        )
    ),
    epilog=example("vigie group unlink 732829320 552120222"),
)
@click.argument("child")
@click.argument("parent")
@json_option
def unlink(child: str, parent: str, *, as_json: bool) -> None:
    """Say what was ended."""
    from network.permissions import operator_at_console
    from network.services.groups import end_link

    with network_running():
        count = end_link(operator_at_console(), child=child, parent=parent, today=datetime.now(tz=UTC).date())
    if as_json:
        print_json({"ended": count})
        return
    click.echo(say(mark("%(count)s links ended."), count=count))
