"""`vigie member`: the companies of the network."""

import click

from network.cli.console import example, json_option, network_running, print_json, print_table, say
from network.i18n import mark


@click.group(help=say(mark("The companies of the network.")))
def member() -> None:
    """Hold the commands on members."""


@member.command(
    help=say(mark("Let a company in.")),
    epilog=example(
        'vigie member add "Aciers Réunis"', 'vigie member add "Aciers du Sud" --group "Aciers Réunis"'
    ),
)
@click.argument("name")
@click.option("--group", help=say(mark("A member under the same control: both have one voice in a release.")))
@json_option
def add(name: str, group: str | None, *, as_json: bool) -> None:
    """Print the new member."""
    from network.permissions import operator_at_console
    from network.services.members import add_member

    with network_running():
        card = add_member(operator_at_console(), name=name, affiliate_of=group)
    if as_json:
        print_json({"id": card.id, "name": card.name, "group_id": card.group_id})
    else:
        click.echo(say(mark("%(name)s is a member."), name=card.name))


@member.command("list", help=say(mark("List the members.")), epilog=example("vigie member list"))
@json_option
def list_(*, as_json: bool) -> None:
    """Print all members."""
    from network.permissions import operator_at_console
    from network.services.members import list_members

    with network_running():
        cards = list_members(operator_at_console())
    if as_json:
        print_json(
            {"members": [{"id": card.id, "name": card.name, "group_id": card.group_id} for card in cards]}
        )
    else:
        print_table(
            (say(mark("Member")), say(mark("Economic group"))), [(card.name, card.group_id) for card in cards]
        )


@member.command(
    help=say(mark("Give a member its SIREN or LEI, by which registers tell who its affiliates are.")),
    epilog=example(
        'vigie member identify "Aciers Réunis" --siren 732829320',
        'vigie member identify "Aciers Réunis" --lei R0MUWSFPU8MPRO8K5P83',
    ),
)
@click.argument("name")
@click.option("--siren", help=say(mark("Nine digits.")))
@click.option("--lei", help=say(mark("Twenty signs.")))
@json_option
def identify(name: str, siren: str | None, lei: str | None, *, as_json: bool) -> None:
    """Say what was noted."""
    from network.permissions import operator_at_console
    from network.services.groups import identify_member

    numbers = [number for number in (siren, lei) if number]
    if not numbers:
        raise click.UsageError(say(mark("Give --siren or --lei.")))
    with network_running():
        found = [identify_member(operator_at_console(), name=name, number=number) for number in numbers]
    if as_json:
        print_json({"name": name, "identifiers": found})
        return
    for identifier in found:
        click.echo(say(mark("%(name)s is %(identifier)s."), name=name, identifier=identifier))
