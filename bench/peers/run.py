"""Run one peer: `python run.py NAME REFERENCE.csv QUERIES.csv OUT.csv`. Nothing of ours is imported here.

REFERENCE has id and name, QUERIES query, gt and fold (-1: not among those that are learnt from). OUT gets query (its row),
id and score, best first; the last line of standard output is JSON with the seconds of matching and of preparing.
"""

import json
import os
import sys
import time
from typing import Any

import pandas as pd  # type: ignore[import-not-found,import-untyped,unused-ignore]

FOLDS = 5


def _processor() -> float:
    """Return the seconds of the processor so far, those of finished child processes too."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def emm(reference: Any, queries: Any, *, is_supervised: bool) -> tuple[Any, float, float]:
    """Run ING's entity matching model, with the indexers of its README; supervised: a classifier a fold."""
    from emm import PandasEntityMatching  # type: ignore[import-not-found,unused-ignore]  # noqa: PLC0415

    def matcher() -> Any:
        return PandasEntityMatching(
            {
                "preprocessor": "preprocess_merge_abbr",
                "entity_id_col": "id",
                "name_col": "name",
                "name_only": True,
                "supervised_on": False,
                "indexers": [
                    {"type": "cosine_similarity", "tokenizer": "words", "ngram": 1, "num_candidates": 10, "cos_sim_lower_bound": 0.2},
                    {"type": "cosine_similarity", "tokenizer": "characters", "ngram": 2, "num_candidates": 5, "cos_sim_lower_bound": 0.2},
                    {"type": "sni", "window_length": 3},
                ],
            }
        )  # fmt: skip

    begin = _processor()
    ground = reference[["id", "name"]]
    if not is_supervised:
        model = matcher()
        model.fit(ground)
        prepared = _processor()
        found = _emm_answers(model, queries, "score_0")
        return found, _processor() - prepared, prepared - begin
    parts, matching, preparing = [], 0.0, 0.0
    for fold in range(FOLDS):
        begin = _processor()
        learnt, held_out = queries[queries.fold != fold], queries[queries.fold == fold]
        model = matcher()
        model.fit(ground)
        model.fit_classifier(
            train_positive_names_to_match=learnt.rename(columns={"query": "name", "gt": "id"})[["id", "name"]]
        )
        prepared = _processor()
        parts.append(_emm_answers(model, held_out, "nm_score"))
        matching += _processor() - prepared
        preparing += prepared - begin
    return pd.concat(parts), matching, preparing


def _emm_answers(model: Any, queries: Any, score: str) -> Any:
    asked = pd.DataFrame({"name": queries["query"], "id": queries.index.astype(str)})
    found = model.transform(asked)
    identifier = "gt_entity_id" if "gt_entity_id" in found.columns else "gt_id"
    column = score if score in found.columns else "score_0"
    found = found[found[identifier].notna()]
    return pd.DataFrame(
        {"query": found["entity_id"].astype(int), "id": found[identifier], "score": found[column]}
    )


def splink(reference: Any, queries: Any) -> tuple[Any, float, float]:
    """Run splink on names alone: blocked by the first letters or the first or last word, compared by Jaro-Winkler."""
    import splink.comparison_library as cl  # type: ignore[import-not-found,unused-ignore]  # noqa: PLC0415
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on  # type: ignore[import-not-found,unused-ignore]  # noqa: PLC0415

    def prepared(names: Any, keys: Any) -> Any:
        folded = names.str.lower().str.replace(r"[^\w ]", " ", regex=True).str.split().str.join(" ")
        words = folded.str.split()
        return pd.DataFrame(
            {
                "unique_id": keys,
                "name": folded,
                "start": folded.str.slice(0, 5),
                "first": words.str[0],
                "last": words.str[-1],
            }
        )

    begin = _processor()
    rules = [block_on("start"), block_on("first"), block_on("last")]
    settings = SettingsCreator(
        link_type="link_only",
        comparisons=[cl.JaroWinklerAtThresholds("name", [0.97, 0.92, 0.85, 0.75])],
        blocking_rules_to_generate_predictions=rules,
    )
    api = DuckDBAPI()
    tables = [
        prepared(reference["name"], reference["id"]),
        prepared(queries["query"], queries.index.astype(str)),
    ]
    if hasattr(api, "register"):
        tables = [
            api.register(table, dataset_display_name=name)
            for table, name in zip(tables, ("a_reference", "b_asked"), strict=True)
        ]
        linker = Linker(tables, settings)
    else:
        linker = Linker(tables, settings, api, input_table_aliases=["a_reference", "b_asked"])
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6)
    linker.training.estimate_probability_two_random_records_match([block_on("name")], recall=0.6)
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("start"))
    middle = _processor()
    found = linker.inference.predict().as_pandas_dataframe()
    matching = _processor() - middle
    answers = pd.DataFrame(
        {
            "query": found["unique_id_r"].astype(int),
            "id": found["unique_id_l"],
            "score": found["match_weight"],
        }
    )
    return answers, matching, middle - begin


PEERS = {
    "emm": lambda reference, queries: emm(reference, queries, is_supervised=False),
    "emm_supervised": lambda reference, queries: emm(reference, queries, is_supervised=True),
    "splink": splink,
}


def main(name: str, reference: str, queries: str, out: str) -> None:
    """Run it and say how long it took."""
    asked = pd.read_csv(queries, dtype={"query": str, "gt": str}, keep_default_na=False)
    begin = time.perf_counter()
    found, matching, preparing = PEERS[name](pd.read_csv(reference, dtype=str, keep_default_na=False), asked)
    wall = time.perf_counter() - begin
    found = found.sort_values(["query", "score"], ascending=[True, False], kind="stable")
    found.groupby("query").head(5).to_csv(out, index=False)
    print(json.dumps({"matching": matching, "preparing": preparing, "wall": wall}))


if __name__ == "__main__":
    main(*sys.argv[1:])
