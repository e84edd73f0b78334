"""The model card: what the reranker was trained on, what it did on companies that it had not seen, and where it is weak."""

from network.resolution.features import FEATURES
from network.resolution.matching_metrics import table
from network.resolution.reranker import LINK_FROM, LINK_MARGIN, REVIEW_FROM
from network.resolution.training import FOLDS, Trained
from network.resolution.training_pairs import SAME_AREA, SAME_POSTCODE, TOP

_TREND = {1: "more speaks for", 0: "either", -1: "more speaks against"}


def write_card(trained: Trained, *, command: str, sources: tuple[str, ...]) -> str:
    """Return the card in Markdown.

    Args:
        trained: the model and its figures.
        command: that makes the very model.
        sources: a sentence for each kind of data that it learnt from.
    """
    return (
        "\n\n".join(
            (
                "# Model card: the reranker of company names",
                f"Written by the command that made the model, together with it; not by hand:\n\n    {command}",
                _what(trained),
                _learnt(trained, sources),
                _figures(trained),
                _reliability(trained),
                _features(trained),
                _weaknesses(),
            )
        )
        + "\n"
    )


def _what(trained: Trained) -> str:
    trees = trained.model.trees
    return (
        "## What it is\n\n"
        f"{len(trees.roots)} boosted decision trees ({len(trees.left):,} nodes) over {len(FEATURES)} numbers measured of a "
        "written name and a candidate, and a line from their score to the chance that both are one company. What the numbers "
        "mean is in the table below; where a trend is given, more of it never lowers (or raises) the chance. The file is "
        "JSON, opening it runs nothing, and the same data give the same file.\n\n"
        f"It answers with a chance and the margin to the best other company. From {LINK_FROM} on, with a margin of at least "
        f"{LINK_MARGIN} **and** a second signal, a name may be linked; from {REVIEW_FROM} on a person is shown it. A name "
        "alone never links, however sure the model is."
    )


def _learnt(trained: Trained, sources: tuple[str, ...]) -> str:
    lines = ["## What it learnt from", "", *(f"- {source}" for source in sources), ""]
    lines += ["| set | written names |", "|---|---|"]
    lines += [f"| {name} | {count:,} |" for name, count in trained.learnt_from]
    lines += [
        "",
        (
            f"Every name serves four times: with and without places, with its company in the reference and taken out; {TOP} "
            "candidates each. Each set weighs the same. Where the sets hold no places, they are **made up**: each company gets a "
            f"French town by lot, and {100 * SAME_POSTCODE:.0f} % of the written names have its postcode, "
            f"{100 * SAME_AREA:.0f} % its department, the others are anywhere. No measurement stands behind these shares."
        ),
    ]
    return "\n".join(lines)


def _figures(trained: Trained) -> str:
    return (
        "## What it did\n\n"
        f"Cross-validated in {FOLDS} parts by company: no company was learnt from and tried in the same part. Intervals are "
        "Wilson's at 95 %. *Coverage at 90 %*: the largest share of names, by falling chance, of which 90 % are right. "
        f"*Linked*: chance from {LINK_FROM} and margin from {LINK_MARGIN}, with places also the same area (the product links "
        "nothing without). *Unknown linked*: the same with the right company taken out of the reference.\n\n"
        f"{table(trained.figures)}\n\n"
        "Made-up names flatter: look at the sets whose names end in `_real`. In those some of the wrong ones are right: a "
        "reference lists one company twice, or the pair itself is wrong."
    )


def _reliability(trained: Trained) -> str:
    lines = ["## Is a chance of 80 % right in 80 of 100?", ""]
    lines += ["Best candidates of the real sets, unknown companies included, out of fold:", ""]
    lines += ["| chance | right | of |", "|---|---|---|"]
    lines += [
        f"| {low:.2f} to {high:.2f} | {100 * share:.1f} % | {count:,} |"
        for low, high, share, count in trained.reliability
    ]
    return "\n".join(lines)


def _features(trained: Trained) -> str:
    meaning = {feature.name: feature for feature in FEATURES}
    lines = ["## What it looks at", "", "Share: of all that splits on it gained.", ""]
    lines += ["| feature | meaning | trend | share |", "|---|---|---|---|"]
    lines += [
        f"| {name} | {meaning[name].meaning} | {_TREND[meaning[name].trend]} | {100 * share:.1f} % |"
        for name, share in trained.importance
    ]
    return "\n".join(lines)


def _weaknesses() -> str:
    return (
        "## Known weaknesses\n\n"
        "- Trade names and takeovers that share no word with the register (TERREAZUR for POMONA) are not found at all: "
        "only the memory of confirmed spellings helps.\n"
        "- A group's short name (EUROVIA, COLAS) fits all its companies; without a place the choice between them is a guess, "
        "and the chance says so.\n"
        "- Acronyms are ranked where they are among the candidates, which an index of letters rarely makes them.\n"
        "- The real sets are French buyers' contracts and securities of exchanges: names in other scripts, and ledgers of "
        "small shops, were not seen.\n"
        "- The gain of places is as good as the assumption above."
    )
