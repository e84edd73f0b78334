"""`vigie user`: the people who sign in."""

import click

from network.cli.console import example, json_option, network_running, print_json, say
from network.i18n import LANGUAGES, mark
from network.permissions import Role


@click.group(help=say(mark("The people who sign in.")))
def user() -> None:
    """Hold the commands on people."""


@user.command(
    help=say(mark("Open an account. Without --password one is made and printed once.")),
    epilog=example(
        'vigie user add claire@aciers.example --name "Claire Morel" --role credit_manager --member "Aciers Réunis"'
    ),
)
@click.argument("email")
@click.option("--name", required=True, help=say(mark("How the person is called.")))
@click.option(
    "--role",
    required=True,
    type=click.Choice([role.value for role in Role]),
    help=say(mark("What the person may do.")),
)
@click.option("--member", help=say(mark("The person's company; one that is unknown is let in.")))
@click.option(
    "--language", type=click.Choice(LANGUAGES), default="en", help=say(mark("The language of the pages."))
)
@click.option(
    "--password", help=say(mark("Better left out: what is typed here stays in the shell's history."))
)
@json_option
def add(
    email: str,
    name: str,
    role: str,
    member: str | None,
    language: str,
    password: str | None,
    *,
    as_json: bool,
) -> None:
    """Print the new account."""
    import secrets

    from marshmallow import ValidationError

    from network.errors import ConflictError
    from network.permissions import operator_at_console
    from network.services.accounts import create_account
    from network.services.members import find_or_add_member

    if role == Role.CREDIT_MANAGER.value and not member:
        raise ConflictError(mark("A credit manager sends the ledgers of a company: add --member NAME."))
    actor = operator_at_console()
    chosen = password or secrets.token_urlsafe(12)
    with network_running():
        company = find_or_add_member(actor, name=member) if member else None
        try:
            account = create_account(
                actor,
                name=name,
                email=email,
                password=chosen,
                role=Role(role),
                member_id=company.id if company else None,
                language=language,
            )
        except ValidationError as error:
            raise ConflictError(
                mark("The account was not opened: %(why)s"), why=_reasons(error.messages)
            ) from error
    if as_json:
        shown = {} if password else {"password": chosen}
        print_json({"id": account.id, "email": account.email, "role": account.role.value, **shown})
        return
    click.echo(say(mark("%(email)s may sign in."), email=account.email))
    if not password:
        click.echo(say(mark("Password, shown once: %(password)s"), password=chosen))


def _reasons(messages: object) -> str:
    """Return marshmallow's nest of messages as one sentence after the other."""
    if isinstance(messages, dict):
        return " ".join(_reasons(part) for part in messages.values())
    if isinstance(messages, list | tuple):
        return " ".join(_reasons(part) for part in messages)
    return say(str(messages))
