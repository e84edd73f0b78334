"""Other matchers on the very pairs that ours is tried on: the first candidate of each, and how long it took."""

import json
import re
import subprocess
import sys
import time
import unicodedata
import venv
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import tantivy
from sklearn.feature_extraction.text import TfidfVectorizer
from sparse_dot_topn import sp_matmul_topn

from network.resolution.matching_metrics import Share

ENVIRONMENT = Path("var/bench-peers")
PACKAGES = ("emm", "splink")
FOLDS = 5
_MINUTES = 30
_NOISE = 500
"""Names of made-up noise that slow peers are asked; all of the real ones."""

_Answer = tuple[dict[int, str], float, int]
"""The id of the first candidate by query, the processor's seconds of matching, the queries."""


@dataclass(frozen=True, slots=True)
class Peer:
    """What a peer did; `first` by set: the first candidate is the company meant. `reason` says why it did not run."""

    name: str
    first: tuple[tuple[str, Share], ...] = ()
    asked: int = 0
    processor: float = 0.0
    reason: str = ""


def run_peers(reference: pl.DataFrame, pairs: pl.DataFrame) -> list[Peer]:
    """Run all that can run here and return what they did."""
    folds = [zlib.crc32(meant.encode()) % FOLDS for meant in pairs["gt"]]
    pairs = pairs.with_columns(fold=pl.Series(folds))
    fewer = pl.concat(
        [
            pairs.filter(pl.col("task").str.ends_with("_real")),
            pairs.filter(~pl.col("task").str.ends_with("_real")).head(_NOISE),
        ]
    )
    found = [
        _run("sparse_dot_topn on raw names", pairs, lambda: _raw_grams(reference, pairs)),
        _run("tantivy BM25, words and trigrams", pairs, lambda: _tantivy(reference, pairs)),
    ]
    missing = _install()
    for label, name in (
        ("EMM, as its README", "emm"),
        ("EMM, supervised, folded", "emm_supervised"),
        ("splink, name only", "splink"),
    ):
        found.append(
            Peer(label, reason=missing)
            if missing
            else _run(label, fewer, lambda name=name: _apart(name, reference, fewer))  # type: ignore[misc]
        )
    return found


def _run(name: str, pairs: pl.DataFrame, answer: Callable[[], _Answer]) -> Peer:
    try:
        first, seconds, asked = answer()
    except (subprocess.SubprocessError, OSError, ValueError, RuntimeError) as error:
        told = getattr(error, "stderr", "") or str(error)
        return Peer(name, reason=str(told).strip().rpartition("\n")[2][:120])
    right = pairs.with_row_index("row").with_columns(
        is_right=pl.Series([first.get(row) == meant for row, meant in enumerate(pairs["gt"])])
    )
    shares = tuple(
        (str(task), Share(int(rows["is_right"].sum()), rows.height))
        for (task,), rows in right.group_by("task", maintain_order=True)
    )
    return Peer(name, first=shares, asked=asked, processor=seconds)


def _raw_grams(reference: pl.DataFrame, pairs: pl.DataFrame) -> _Answer:
    vectors = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 3), dtype=np.float32)
    theirs = vectors.fit_transform(reference["name"].to_list()).T.tocsr()
    begin = time.process_time()
    found = sp_matmul_topn(
        vectors.transform(pairs["query"].to_list()), theirs, top_n=10, sort=True, n_threads=2
    )
    seconds = time.process_time() - begin
    ids = reference["id"].to_list()
    first = {
        row: ids[found.indices[found.indptr[row]]]
        for row in range(pairs.height)
        if found.indptr[row] < found.indptr[row + 1]
    }
    return first, seconds, pairs.height


def _tantivy(reference: pl.DataFrame, pairs: pl.DataFrame) -> _Answer:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("row", stored=True)
    for name in ("words", "grams"):
        builder.add_text_field(name, tokenizer_name="whitespace")
    index = tantivy.Index(builder.build())
    writer = index.writer(128_000_000, 1)
    for row, name in enumerate(reference["name"]):
        words, grams = _tokens(name)
        writer.add_document(tantivy.Document(row=row, words=words, grams=grams))
    writer.commit()
    index.reload()
    searcher = index.searcher()
    ids = reference["id"].to_list()
    first: dict[int, str] = {}
    begin = time.process_time()
    for row, name in enumerate(pairs["query"]):
        words, grams = _tokens(name)
        query = index.parse_query(f"{words} {grams}".strip() or "x", ["words", "grams"])
        hits = searcher.search(query, 10).hits
        if hits:
            first[row] = ids[searcher.doc(hits[0][1])["row"][0]]
    return first, time.process_time() - begin, pairs.height


def _tokens(name: str) -> tuple[str, str]:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", plain)
    grams = [f"_{word}_"[start : start + 3] for word in words for start in range(max(1, len(word)))]
    return " ".join(words), " ".join(grams)


def _install() -> str:
    """Make the peers' environment where it is not there; return why it cannot be had, or nothing."""
    python = ENVIRONMENT / "bin" / "python"
    if not python.exists():
        print("installing the peers ...", file=sys.stderr)
        venv.create(ENVIRONMENT, with_pip=True)
    done = subprocess.run(  # noqa: S603  # our own words
        [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES],
        capture_output=True,
        text=True,
        check=False,
    )
    return "" if done.returncode == 0 else done.stderr.strip().rpartition("\n")[2][:120] or "pip failed"


def _apart(name: str, reference: pl.DataFrame, pairs: pl.DataFrame) -> _Answer:
    files = [ENVIRONMENT / f"{part}.csv" for part in ("reference", "queries", f"answers-{name}")]
    reference.write_csv(files[0])
    pairs.select("query", "gt", "fold").write_csv(files[1])
    script = Path(__file__).parent / "peers" / "run.py"
    done = subprocess.run(  # noqa: S603  # our own words
        [ENVIRONMENT / "bin" / "python", script, name, *files],
        capture_output=True,
        text=True,
        check=True,
        timeout=60 * _MINUTES,
    )
    seconds = json.loads(done.stdout.strip().rpartition("\n")[2])["matching"]
    answers = pl.read_csv(files[2], schema_overrides={"id": pl.String})
    best = answers.group_by("query", maintain_order=True).first()
    return dict(best.select("query", "id").iter_rows()), seconds, pairs.height
