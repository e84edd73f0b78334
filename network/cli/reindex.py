"""`vigie reindex`: the search index anew, from PostgreSQL."""

import click

from network.cli.console import example, json_option, network_running, note, print_json, progress, say
from network.i18n import mark


@click.command(
    help=say(mark("Build the search index anew; readers keep the old one until the new one is ready.")),
    epilog=example("vigie reindex"),
)
@json_option
def reindex(*, as_json: bool) -> None:
    """Print how many debtors the index holds."""
    from network.search.indexer import rebuild_index

    with network_running(), progress(say(mark("Indexing")), quiet=as_json) as advance:
        count = rebuild_index(progress=advance)
    if as_json:
        print_json({"debtors": count})
    else:
        note(say(mark("%(count)s debtors are in the index."), count=count))
