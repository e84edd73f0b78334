"""`vigie debtor`: which debtors are one company, and taking that back."""

import uuid
from typing import TYPE_CHECKING

import click

from network.cli.console import example, json_option, network_running, note, print_json, print_table, say
from network.errors import ConflictError
from network.i18n import mark

if TYPE_CHECKING:
    from network.permissions import Actor
    from network.services.judgement_list import JudgedDebtor, JudgementRecord
    from network.services.judgements import JudgementMade, Verdict, Withdrawn
    from network.settings import Settings

because_option = click.option(
    "--because",
    default="",
    metavar="TEXT",
    help=say(mark("Why; moderators read it. At most 400 characters.")),
)


@click.group(help=say(mark("Which debtors are one company: merge, keep apart, take back.")))
def debtor() -> None:
    """Hold the commands on debtors."""


@debtor.command(
    help=say(
        mark(
            "Judge that two debtors are one company. Each is named by its id, its SIREN or other identifier, or its exact "
            "name. From the next close on its figures hold all voices; each line stays where it was, so that a split gives "
            "everything back."
        )
    ),
    epilog=example(
        "vigie debtor merge 552100554 1b4e28ba-2fa1-11d2-883f-0016d3cca427",
        'vigie debtor merge 552100554 "Garage Dupont" --because "Same address, same manager"',
    ),
)
@click.argument("left", metavar="DEBTOR")
@click.argument("right", metavar="DEBTOR")
@because_option
@click.option(
    "--despite-identifiers",
    is_flag=True,
    help=say(mark("Merge although a VAT number, LEI or register number differs. Two SIRENs never merge.")),
)
@json_option
def merge(left: str, right: str, because: str, *, despite_identifiers: bool, as_json: bool) -> None:
    """Judge that they are the same."""
    from network.services.judgements import Verdict

    made = _judge(left, right, Verdict.SAME, because, despite_identifiers=despite_identifiers)
    if as_json:
        _print_made(made)
    else:
        note(
            say(
                mark("Judgement %(judgement)s: one company, for which %(debtor)s stands."),
                judgement=made.id,
                debtor=next(iter(made.standing.values())),
            )
        )


@debtor.command(
    "keep-apart",
    help=say(mark("Judge that two debtors are different companies: nothing may merge them from then on.")),
    epilog=example('vigie debtor keep-apart 552100554 732829320 --because "Two brothers, two companies"'),
)
@click.argument("left", metavar="DEBTOR")
@click.argument("right", metavar="DEBTOR")
@because_option
@json_option
def keep_apart(left: str, right: str, because: str, *, as_json: bool) -> None:
    """Judge that they are different."""
    from network.services.judgements import Verdict

    made = _judge(left, right, Verdict.DIFFERENT, because, despite_identifiers=False)
    if as_json:
        _print_made(made)
    else:
        note(say(mark("Judgement %(judgement)s: different companies."), judgement=made.id))


@debtor.command(
    help=say(
        mark(
            "Take a judgement back, named by its id or by the two debtors that it merged. The figures follow from the next "
            "close on."
        )
    ),
    epilog=example(
        "vigie debtor split 6fa459ea-ee8a-3ca4-894e-db77e160355e",
        'vigie debtor split 552100554 "Garage Dupont" --because "Another manager, as it turns out"',
    ),
)
@click.argument("named", metavar="JUDGEMENT | DEBTOR DEBTOR", nargs=-1, required=True)
@because_option
@json_option
def split(named: tuple[str, ...], because: str, *, as_json: bool) -> None:
    """Withdraw the judgement."""
    from network.permissions import operator_at_console
    from network.services.judgements import withdraw

    actor = operator_at_console()
    with network_running() as runtime:
        taken = withdraw(actor, judgement_id=_meant(actor, named), because=because)
        _follow(runtime.settings)
    if as_json:
        print_json(
            {
                "judgement": taken.id,
                "debtors": [taken.left, taken.right],
                "still_one_company": taken.still_one,
            }
        )
    else:
        note(_taken_back(taken))


@debtor.command(
    help=say(mark("List what was judged of a debtor and of those that are one company with it, or of all.")),
    epilog=example("vigie debtor judgements 552100554", "vigie debtor judgements --limit 200 --json"),
)
@click.argument("named", metavar="[DEBTOR]", required=False)
@click.option("--limit", default=50, show_default=True, help=say(mark("How many to show.")))
@json_option
def judgements(named: str | None, limit: int, *, as_json: bool) -> None:
    """Print the judgements, newest first."""
    from network.permissions import operator_at_console
    from network.services.judgements import list_judgements
    from network.services.profiles import find_debtor

    actor = operator_at_console()
    with network_running():
        chosen = None if named is None else find_debtor(actor, words=named)
        found = list_judgements(actor, debtor_id=chosen, limit=limit)
    if as_json:
        print_json({"total": found.total, "judgements": [_as_object(each) for each in found.judgements]})
        return
    columns = (
        say(mark("Judgement")),
        say(mark("Debtor")),
        say(mark("Debtor")),
        say(mark("Says")),
        say(mark("State")),
        say(mark("Day")),
    )
    print_table(columns, [_row(each) for each in found.judgements])
    if found.total > len(found.judgements):
        shown = mark("%(shown)s of %(total)s are shown; see --limit.")
        note(say(shown, shown=len(found.judgements), total=found.total))


_WORDS = {
    "same": mark("one company"),
    "different": mark("different companies"),
    "unsure": mark("nobody can say"),
    "asked": mark("asked for"),
    "in_force": mark("in force"),
    "refused": mark("refused"),
    "withdrawn": mark("withdrawn"),
}


def _judge(
    left: str, right: str, verdict: "Verdict", because: str, *, despite_identifiers: bool
) -> "JudgementMade":
    from network.permissions import operator_at_console
    from network.services.judgements import judge
    from network.services.profiles import find_debtor

    actor = operator_at_console()
    with network_running() as runtime:
        made = judge(
            actor,
            left=find_debtor(actor, words=left),
            right=find_debtor(actor, words=right),
            verdict=verdict,
            reason=because,
            despite_identifiers=despite_identifiers,
        )
        _follow(runtime.settings)
    return made


def _follow(settings: "Settings") -> None:
    """Have search follow at once, and the rows dealt out where no worker does it."""
    from network.cli.up import deal_out_unless_up
    from network.services.search import drain_outbox

    drain_outbox()
    deal_out_unless_up(settings)


def _meant(actor: "Actor", named: tuple[str, ...]) -> uuid.UUID:
    """Return the judgement that one or two words name."""
    from network.services.judgements import preview
    from network.services.profiles import find_debtor

    if len(named) == 1:
        try:
            return uuid.UUID(named[0])
        except ValueError as error:
            raise click.UsageError(
                say(mark("Name a judgement by its id, or the two debtors that it merged."))
            ) from error
    if len(named) > 2:  # noqa: PLR2004 - the two debtors
        raise click.UsageError(say(mark("Name a judgement by its id, or the two debtors that it merged.")))
    left, right = (find_debtor(actor, words=words) for words in named)
    joined_by = preview(actor, left=left, right=right).joined_by
    if not joined_by:
        raise ConflictError(mark("No judgement in force makes one company of these two."))
    if len(joined_by) > 1:
        raise ConflictError(
            mark("Several judgements join these two: %(judgements)s. Name the one that is wrong."),
            judgements=", ".join(map(str, joined_by)),
        )
    return joined_by[0]


def _taken_back(taken: "Withdrawn") -> str:
    if taken.verdict != "same":
        return say(mark("Judgement %(judgement)s is withdrawn."), judgement=taken.id)
    if taken.still_one:
        return say(
            mark("Judgement %(judgement)s is withdrawn; others still make one company of the two."),
            judgement=taken.id,
        )
    return say(
        mark("Judgement %(judgement)s is withdrawn. Each line is on its own debtor again."),
        judgement=taken.id,
    )


def _print_made(made: "JudgementMade") -> None:
    standing = {str(debtor_id): str(stands_for) for debtor_id, stands_for in made.standing.items()}
    print_json({"judgement": made.id, "is_new": made.is_new, "stands_for": standing})


def _row(held: "JudgementRecord") -> tuple[object, ...]:
    says = _WORDS["withdrawn"] if held.withdraws else _WORDS[held.verdict]
    day = held.withdrawn_on or held.decided_on
    return (
        held.id,
        _called(held.left),
        _called(held.right),
        say(says),
        say(_WORDS[held.state]),
        day.isoformat(),
    )


def _called(debtor: "JudgedDebtor") -> str:
    numbers = [f"{scheme.upper()} {value}" for scheme, value in debtor.identifiers[:1]]
    return " · ".join([debtor.name, *(numbers or [str(debtor.id)])])


def _as_object(held: "JudgementRecord") -> dict[str, object]:
    return {
        "id": held.id,
        "debtors": [{"id": each.id, "name": each.name} for each in (held.left, held.right)],
        "verdict": held.verdict,
        "state": held.state,
        "decided_by": held.decided_by,
        "decided_on": held.decided_on.isoformat(),
        "reason": held.reason,
        "despite_identifiers": held.despite_identifiers,
        "withdraws": held.withdraws,
        "refusal": None if held.refusal is None else say(held.refusal.message, **held.refusal.values),
        "withdrawn_by": held.withdrawn_by,
        "withdrawn_on": held.withdrawn_on.isoformat() if held.withdrawn_on else None,
        "withdrawn_because": held.withdrawn_because,
    }
