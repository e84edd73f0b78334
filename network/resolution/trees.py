"""Boosted decision trees as plain numbers: read from a JSON file, asked for many rows at once.

No pickle: the file is text that can be read and compared, opening it runs nothing, and it outlives the library that
trained it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from network.resolution.word_overlap import Floats, Rarity

Places = NDArray[np.int32]

_ROWS_AT_ONCE = 512
"""Rows taken through all trees together: their places and values (half a megabyte) stay in the processor's cache."""


@dataclass(frozen=True)
class Trees:
    """Trees one after the other; the children of node `i` are `left[i]` and the one behind it.

    A row goes left where its feature is at most the threshold. A leaf is its own left child with an endless threshold, so
    that every row takes `depth` steps in every tree.
    """

    roots: Places
    feature: Places
    threshold: Floats
    left: Places
    value: Floats
    depth: int
    bias: float

    def scores(self, rows: NDArray[np.float32]) -> Floats:
        """Return the sum of the leaves that each row ends in, plus the bias: (rows,) in units of log odds."""
        found = np.empty(len(rows))
        for start in range(0, len(rows), _ROWS_AT_ONCE):
            part = rows[start : start + _ROWS_AT_ONCE]
            values = part.ravel()
            offsets = (np.arange(len(part), dtype=np.int32) * part.shape[1])[:, None]
            nodes = np.broadcast_to(self.roots, (len(part), len(self.roots)))
            for _ in range(self.depth):
                seen = values.take(self.feature.take(nodes) + offsets)
                nodes = self.left.take(nodes) + (seen > self.threshold.take(nodes))
            found[start : start + len(part)] = self.value.take(nodes).sum(axis=1)
        return found + self.bias

    def as_record(self) -> dict[str, Any]:
        """Return the trees as JSON can hold them: endless thresholds, which are those of leaves, as null."""
        return {
            "bias": self.bias,
            "depth": self.depth,
            "roots": self.roots.tolist(),
            "feature": self.feature.tolist(),
            "threshold": [value if np.isfinite(value) else None for value in self.threshold.tolist()],
            "left": self.left.tolist(),
            "value": self.value.tolist(),
        }

    @classmethod
    def of_record(cls, record: Mapping[str, Any]) -> Self:
        """Return the trees of a record."""
        return cls(
            roots=np.array(record["roots"], dtype=np.int32),
            feature=np.array(record["feature"], dtype=np.int32),
            threshold=np.array([np.inf if value is None else value for value in record["threshold"]]),
            left=np.array(record["left"], dtype=np.int32),
            value=np.array(record["value"], dtype=np.float64),
            depth=int(record["depth"]),
            bias=float(record["bias"]),
        )

    @classmethod
    def of_classifier(cls, classifier: Any) -> Self:
        """Return the trees of a fitted `HistGradientBoostingClassifier` of two classes."""
        columns: dict[str, list[Any]] = {"feature": [], "threshold": [], "left": [], "value": []}
        roots, depth = [], 0
        for (predictor,) in classifier._predictors:  # noqa: SLF001  # there is no public way to the trees
            roots.append(len(columns["left"]))
            depth = max(depth, int(predictor.nodes["depth"].max()))
            _append(columns, predictor.nodes)
        return cls(
            roots=np.array(roots, dtype=np.int32),
            feature=np.array(columns["feature"], dtype=np.int32),
            threshold=np.array(columns["threshold"], dtype=np.float64),
            left=np.array(columns["left"], dtype=np.int32),
            value=np.array(columns["value"], dtype=np.float64),
            depth=depth,
            bias=float(classifier._baseline_prediction.ravel()[0]),  # noqa: SLF001
        )


def _append(columns: dict[str, list[Any]], nodes: Any) -> None:
    """Append one tree, children side by side."""
    first = len(columns["left"])
    order = [0]
    for place in order:
        if not nodes[place]["is_leaf"]:
            order += [int(nodes[place]["left"]), int(nodes[place]["right"])]
    new = {old: first + number for number, old in enumerate(order)}
    for old in order:
        node = nodes[old]
        is_leaf = bool(node["is_leaf"])
        columns["feature"].append(0 if is_leaf else int(node["feature_idx"]))
        columns["threshold"].append(np.inf if is_leaf else float(node["num_threshold"]))
        columns["left"].append(new[old] if is_leaf else new[int(node["left"])])
        columns["value"].append(float(node["value"]) if is_leaf else 0.0)


@dataclass(frozen=True)
class MatchingModel:
    """A trained reranker: trees over the features, the line from their scores to chances, and how rare words are.

    `scores` and `chances` are the corners of that line, both ascending. `words` are the commonest words and their weight
    (`word_overlap.Rarity`), for candidates that come without the list that they are from.
    """

    features: Sequence[str]
    trees: Trees
    scores: Floats
    chances: Floats
    words: Mapping[str, float]
    unlisted: float

    def chances_of(self, scores: Floats) -> Floats:
        """Return for each score of the trees the chance that the candidate is the company meant."""
        return np.asarray(np.interp(scores, self.scores, self.chances))

    @cached_property
    def rarity(self) -> Rarity:
        """The rarity of words as it was where the model was trained."""
        return Rarity(self.words, self.unlisted)

    @cached_property
    def as_text(self) -> str:
        """Return the model as JSON, one field a line."""
        record = {
            "made_by": "vigie train-matcher",
            "features": list(self.features),
            "scores": self.scores.tolist(),
            "chances": self.chances.tolist(),
            "unlisted": self.unlisted,
            "words": dict(self.words),
            "trees": self.trees.as_record(),
        }
        lines = ",\n".join(
            f" {json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}" for name, value in record.items()
        )
        return "{\n" + lines + "\n}\n"

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a model from its file."""
        record = json.loads(path.read_text(encoding="utf-8"))
        return cls(
            features=tuple(record["features"]),
            trees=Trees.of_record(record["trees"]),
            scores=np.array(record["scores"]),
            chances=np.array(record["chances"]),
            words=record["words"],
            unlisted=float(record["unlisted"]),
        )
