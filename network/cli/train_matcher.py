"""`vigie train-matcher`: the reranker of company names, from pairs whose answer is known."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from network.cli.console import example, json_option, note, print_json, print_table, progress, say
from network.errors import UnreadableError
from network.i18n import mark

if TYPE_CHECKING:
    import polars as pl

    from network.resolution.training_pairs import Pairs

_COMPANIES, _QUERIES = 8_000, 3_000


@click.command(
    help=say(
        mark(
            "Train the model that ranks company names, and write its card. It learns from names that are made, and from pairs "
            "of your own: a CSV with query and gt (the id of the company meant), perhaps task (the set; real ones end in _real) and "
            "postcode, city, country; beside it a reference with id and name, perhaps postcode, city, country."
        )
    ),
    epilog=example(
        "vigie train-matcher --out model.json",
        "vigie train-matcher --pairs pairs.csv --reference companies.csv.gz --out model.json --card card.md",
    ),
)
@click.option("--pairs", type=click.Path(path_type=Path), help=say(mark("Names as they were written.")))
@click.option("--reference", type=click.Path(path_type=Path), help=say(mark("The companies that they mean.")))
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help=say(mark("The model, as JSON. Without it, nothing is kept but the card.")),
)
@click.option("--card", type=click.Path(path_type=Path, dir_okay=False), help=say(mark("The model card.")))
@click.option("--seed", default=1, show_default=True, help=say(mark("Of the names that are made.")))
@click.option(
    "--companies",
    default=_COMPANIES,
    show_default=True,
    type=click.IntRange(min=100),
    help=say(mark("Companies that are made.")),
)
@json_option
def train_matcher(
    pairs: Path | None,
    reference: Path | None,
    out: Path | None,
    card: Path | None,
    seed: int,
    companies: int,
    *,
    as_json: bool,
) -> None:
    """Train, write what was asked for, and print the figures."""
    from dataclasses import asdict

    from network.resolution.model_card import write_card
    from network.resolution.training import train

    if (pairs is None) != (reference is None):
        raise click.UsageError(say(mark("--pairs and --reference go together.")))
    corpora = [_made(seed, companies)]
    sources = [
        (
            f"Names of {companies:,} invented companies and what hurry, narrow fields and habit make of them "
            f"(`simulation/spelling_pairs.py`, seed {seed})."
        )
    ]
    command = "vigie train-matcher"
    if pairs is not None and reference is not None:
        corpora.append(_given(pairs, reference))
        sources.append(
            f"Pairs given on the command line (`{pairs.name}` against `{reference.name}`). They are not part of the project; "
            "what is left of them in the model are the numbers of its trees and the rarity of the commonest words."
        )
        command += f" --pairs {pairs.name} --reference {reference.name}"
    command += "".join(f" --{name} {path.name}" for name, path in (("out", out), ("card", card)) if path)
    with progress(say(mark("Training")), quiet=as_json) as advance:
        trained = train(corpora, progress=advance)
    if out is not None:
        out.write_text(trained.model.as_text, encoding="utf-8")
    if card is not None:
        card.write_text(write_card(trained, command=command, sources=tuple(sources)), encoding="utf-8")
    if as_json:
        print_json({"out": out, "card": card, "figures": [asdict(row) for row in trained.figures]})
        return
    heads = [mark("Set"), mark("Names"), mark("First is right"), mark("Among five"), mark("Coverage at 90 %")]
    print_table(
        [say(head) for head in heads],
        [
            (row.name, row.queries, str(row.first), str(row.among_five), f"{100 * row.coverage_90:.1f} %")
            for row in trained.figures
        ],
    )
    for path in (out, card):
        if path is not None:
            note(say(mark("Written: %(path)s"), path=path))


def _made(seed: int, companies: int) -> "Pairs":
    from network.resolution.training import FOLDS
    from network.resolution.training_pairs import read_pairs
    from simulation.spelling_pairs import make_spelling_pairs
    from simulation.vocabulary import places

    reference, queries = make_spelling_pairs(
        seed, companies=companies, queries=companies * _QUERIES // _COMPANIES
    )
    return read_pairs(reference, queries, towns=places.french_towns(), folds=FOLDS, name="made")


def _given(pairs: Path, reference: Path) -> "Pairs":
    from network.resolution.training import FOLDS
    from network.resolution.training_pairs import read_pairs
    from simulation.vocabulary import places

    return read_pairs(
        _read(reference), _read(pairs), towns=places.french_towns(), folds=FOLDS, name=pairs.stem
    )


def _read(path: Path) -> "pl.DataFrame":
    import polars as pl

    try:
        return pl.read_csv(path, infer_schema=False)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise UnreadableError(
            mark("%(file)s cannot be read: %(why)s"), file=path.name, why=str(error).partition("\n")[0]
        ) from error
