"""How well and how fast names find their company: ours out of fold, and other matchers on the same pairs in the same run."""

import json
import os
import resource
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
import polars as pl

from bench.matching_data import made_pairs, shared_frames, shared_pairs, varied
from bench.matching_peers import Peer, run_peers
from bench.report import OUT, scaled
from network.resolution.candidates import NameIndex
from network.resolution.matching_metrics import Quality, table
from network.resolution.normalise import normalise_all
from network.resolution.reranker import name_rows, rerank
from network.resolution.training import train
from network.resolution.word_overlap import Rarity

CHUNK = 5_000
SINGLE = 400


@dataclass(frozen=True, slots=True)
class Speed:
    """Seconds of the processor and of the clock; `p95` of one name asked alone, in milliseconds of both."""

    names: int
    asked: int
    building: float
    processor: float
    clock: float
    p95_processor: float
    p95_clock: float
    memory_mb: float


def run() -> None:
    """Print the tables and write var/bench/matching.json."""
    OUT.mkdir(parents=True, exist_ok=True)
    given = shared_frames()
    print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n")
    figures = _quality(given)
    peers = run_peers(*given) if given else _peers_left_out()
    names = given[0]["name"] if given else pl.Series([f"{row}" for row in _made_names()])
    asked = given[1]["query"].to_list() if given else _made_queries()
    speeds = [_speed(varied(names, scaled(size)), asked) for size in (100_000, 1_000_000)]
    _tell_speed(speeds, peers)
    record = {
        "figures": [asdict(row) for row in figures],
        "speeds": [asdict(row) for row in speeds],
        "peers": [asdict(row) for row in peers],
    }
    (OUT / "matching.json").write_text(json.dumps(record, indent=2) + "\n")


def _made_names() -> list[str]:
    return made_pairs().reference["spelling"].to_list()


def _made_queries() -> list[str]:
    return made_pairs().asked["spelling"].to_list()


def _quality(given: tuple[pl.DataFrame, pl.DataFrame] | None) -> Sequence[Quality]:
    """Train and try in parts, by company: no figure is of a company that was learnt from."""
    corpora = [made_pairs()]
    if given:
        corpora.append(shared_pairs(*given))
    else:
        print("NOT RUN: real names (no ../shared/data/matching; they are not ours to give away)\n")
    begin = time.process_time()
    trained = train(corpora)
    print(
        f"Ours, out of fold (trained in {time.process_time() - begin:.0f} s of processor time; the shipped model is not used, "
        "for it has seen these pairs)\n"
    )
    print(table(trained.figures), end="\n\n")
    return trained.figures


def _peers_left_out() -> list[Peer]:
    print("NOT RUN: peers (no ../shared/data/matching)\n")
    return []


def _speed(names: list[str], queries: list[str]) -> Speed:
    begin = time.process_time()
    analysed = normalise_all(names)
    index, reference = NameIndex(analysed), name_rows(analysed)
    rarity = Rarity.of(reference["spelling"])
    building = time.process_time() - begin
    begin, clock = time.process_time(), time.perf_counter()
    for start in range(0, len(queries), CHUNK):
        _match(queries[start : start + CHUNK], index, reference, rarity)
    processor, wall = time.process_time() - begin, time.perf_counter() - clock
    single = np.array(
        [_single(query, index, reference, rarity) for query in queries[:: max(1, len(queries) // SINGLE)]]
    )
    high = np.percentile(single, 95, axis=0) * 1000
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Speed(len(names), len(queries), building, processor, wall, float(high[0]), float(high[1]), peak)


def _match(queries: list[str], index: NameIndex, reference: pl.DataFrame, rarity: Rarity) -> pl.DataFrame:
    analysed = normalise_all(queries)
    return rerank(name_rows(analysed), reference, index.nearest(analysed), rarity=rarity)


def _single(query: str, index: NameIndex, reference: pl.DataFrame, rarity: Rarity) -> tuple[float, float]:
    begin, clock = time.process_time(), time.perf_counter()
    _match([query], index, reference, rarity)
    return time.process_time() - begin, time.perf_counter() - clock


def _tell_speed(speeds: Sequence[Speed], peers: Sequence[Peer]) -> None:
    print(
        "| names | asked | names/s of processor | names/s of clock | building, s | one name, p95 ms | of clock | memory |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for row in speeds:
        print(
            f"| {row.names:,} | {row.asked:,} | {row.asked / row.processor:,.0f} | {row.asked / row.clock:,.0f} | "
            f"{row.building:.1f} | {row.p95_processor:.1f} | {row.p95_clock:.1f} | {row.memory_mb:,.0f} MB |"
        )
    print(f"\nload of the machine: {os.getloadavg()[0]:.1f}\n")
    ours = speeds[0].asked / speeds[0].processor
    print("| peer | " + " | ".join(SETS) + " | names/s of processor | ours is faster |")
    print("|---|" + "---|" * (len(SETS) + 2))
    for peer in peers:
        if peer.reason:
            print(f"| {peer.name} | NOT RUN: {peer.reason} |")
            continue
        rate = peer.asked / max(peer.processor, 1e-9)
        shares = " | ".join(str(dict(peer.first)[name]) for name in SETS)
        print(f"| {peer.name} | {shares} | {rate:,.0f} | {ours / rate:.1f} |")


SETS = ("synthetic_noise", "decp_real", "fd_real")
