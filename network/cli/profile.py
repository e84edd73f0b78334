"""`vigie profile`: what the network released of one debtor."""

from typing import TYPE_CHECKING

import click

from network.cli.console import example, json_option, network_running, note, print_json, print_table, say
from network.i18n import mark

if TYPE_CHECKING:
    from network.schemas.release import Band, ReleasedValues
    from network.services.profiles import Profile


@click.command(
    help=say(
        mark(
            "Show what the network released of a debtor, named by its id, its SIREN or other identifier, or its exact name."
        )
    ),
    epilog=example("vigie profile 552100554", 'vigie profile "Garage Dupont" --json'),
)
@click.argument("debtor")
@json_option
def profile(debtor: str, *, as_json: bool) -> None:
    """Print the profile."""
    from network.permissions import operator_at_console
    from network.services.profiles import find_debtor, read_profile

    actor = operator_at_console()
    with network_running():
        found = read_profile(actor, debtor_id=find_debtor(actor, words=debtor))
    if as_json:
        print_json(as_object(found))
        return
    if found.asked != found.debtor.id:
        note(say(mark("By a judgement, the debtor that you named is one company with this one.")))
    _print_profile(found)


def as_object(profile: "Profile") -> dict[str, object]:
    """Return the profile in the shape that `--json` promises: released values and nothing else."""
    debtor = profile.debtor
    return {
        "debtor": {
            "id": str(debtor.id),
            "name": debtor.name,
            "legal_form": debtor.legal_form,
            "identifiers": debtor.identifiers,
            "postcode": debtor.postcode,
            "city": debtor.city,
            "country": debtor.country,
        },
        "latest_epoch": profile.latest_epoch,
        "is_published": profile.is_published,
        "releases": [_release(release) for release in profile.releases],
    }


def _release(release: "ReleasedValues") -> dict[str, object]:
    low, value, high = release.payment_index
    return {
        "epoch": release.epoch,
        "payment_index": {"low": low, "value": value, "high": high},
        "contributors": _band(release.contributors),
        "exposure": _band(release.exposure),
        "past_due_share": _band(release.past_due_share),
        "days_beyond_terms": _band(release.days_beyond_terms),
        "aging": {name: _band(band) for name, band in release.aging.items()},
        "paid": {name: _band(band) for name, band in release.paid.items()},
    }


def _band(band: "Band") -> dict[str, str | None]:
    return {"low": str(band.low), "high": None if band.high is None else str(band.high)}


def _print_profile(profile: "Profile") -> None:
    debtor = profile.debtor
    click.secho(" ".join(filter(None, [debtor.name, debtor.legal_form])), bold=True)
    place = " ".join(filter(None, [debtor.postcode, debtor.city, debtor.country]))
    known = ", ".join(f"{scheme.upper()} {value}" for scheme, value in sorted(debtor.identifiers.items()))
    click.echo(" · ".join(filter(None, [place, known, str(debtor.id)])))
    if not profile.releases:
        note(
            say(
                mark(
                    "Nothing is published of this debtor yet. A figure appears when enough companies, "
                    "independent of each other, say how it pays."
                )
            )
        )
        return
    columns = (
        say(mark("Month")),
        say(mark("Payment index")),
        say(mark("Days beyond terms")),
        say(mark("Past due")),
        say(mark("Exposure, EUR")),
        say(mark("Contributors")),
    )
    print_table(
        columns,
        [
            (
                release.epoch,
                f"{release.payment_index[1]} ({release.payment_index[0]}–{release.payment_index[2]})",
                _range(release.days_beyond_terms),
                _range(release.past_due_share, percent=True),
                _range(release.exposure),
                _range(release.contributors),
            )
            for release in reversed(profile.releases)
        ],
    )
    if not profile.is_published:
        note(say(mark("The release of %(epoch)s has nothing on it."), epoch=profile.latest_epoch))


def _range(band: "Band", *, percent: bool = False) -> str:
    scale, unit = (100, " %") if percent else (1, "")
    low = f"{band.low * scale:,.0f}"
    return f"{low}+{unit}" if band.high is None else f"{low} – {band.high * scale:,.0f}{unit}"
