"""Search through our port against the bare query on the same engine, in both engines, at 100,000 and a million debtors.

`make bench-search`; BENCH_SCALE=0.1 for smaller. Elasticsearch is started by us (Java 17 and Maven), or is the one that
VIGIE_TEST_ELASTICSEARCH_URL names; without either, the embedded engine alone is measured, and that is said.
"""

import random
import resource
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from elasticsearch import Elasticsearch
from tantivy import Occur

from bench.report import Figure, duration, publish, rate, scaled
from network.search import elastic_fields, embedded_fields
from network.search.documents import DebtorDocument
from network.search.elastic_bulk import PART_ITEMS
from network.search.embedded import EmbeddedIndex
from network.search.port import SearchIndex, Visibility
from network.search.queries import SearchQuery, read_query
from network.search.ranking import rank
from simulation.debtors import make_debtors
from simulation.parameters import Parameters
from tests import elasticsearch

SIZES = (100_000, 1_000_000)
SEEDS = 20_000
"""Names that the simulation makes; further ones vary them by a letter-wise made-up word."""
QUERIES = 400
CANDIDATES = 60
LISTED_SHARE = 0.9
SAMPLE = 20_000
"""Documents by which the bare rate of writing is measured."""

_SYLLABLES = (
    "ba",
    "cor",
    "dan",
    "fi",
    "gal",
    "lo",
    "mer",
    "no",
    "pri",
    "ras",
    "sol",
    "tur",
    "val",
    "xen",
    "zo",
)
_EVERYTHING, _LISTED = Visibility(everything=True), Visibility()


def debtors(size: int) -> Iterator[DebtorDocument]:
    """Yield documents, the same for the same size."""
    chance = random.Random(1)
    seeds = make_debtors(1, Parameters(debtors=min(SEEDS, size))).select(
        "name", "city", "postcode", "country", "siren"
    )
    rows = seeds.rows(named=True)
    for number in range(size):
        row = rows[number % len(rows)]
        coined = "" if number < len(rows) else "".join(chance.choices(_SYLLABLES, k=3)).capitalize() + " "
        yield DebtorDocument(
            id=uuid.UUID(int=chance.getrandbits(128)),
            version=1,
            name=f"{coined}{row['name']}",
            legal_form=None,
            postcode=row["postcode"],
            city=row["city"],
            country=row["country"],
            is_listed=chance.random() < LISTED_SHARE,
            identifiers=(f"siren:{chance.randrange(10**8, 10**9)}",),
            aliases=(),
            payment_index=chance.randrange(30, 100),
            epoch="2026-10",
            exposure=chance.randrange(10**6),
            sector=chance.choice(("43", "46", "47", "49", "56")),
        )


def typed(size: int) -> list[SearchQuery]:
    """Return queries: names cut while they are typed, some with a slip of a letter, some with a filter."""
    chance = random.Random(2)
    some = [one for place, one in enumerate(debtors(min(size, 5 * SEEDS))) if place % 37 == 0]
    found = []
    for number in range(QUERIES):
        name = chance.choice(some).name
        text = name[: chance.randint(2, min(24, len(name)))]
        if number % 3 == 0:
            place = chance.randrange(len(text))
            text = text[:place] + chance.choice("aeirst") + text[place + 1 :]
        if number % 10 == 0:
            text = f"sector:46 {text}"
        query = read_query(text)
        found += [query] if not query.is_empty else []
    return found


Ask = Callable[[SearchQuery, Visibility], object]


def _timed(queries: Sequence[SearchQuery], asks: Sequence[Ask]) -> list[list[float]]:
    """Return the milliseconds of each way of asking, in ascending order; the ways take turns at going first."""
    took: list[list[float]] = [[] for _ in asks]
    for number, query in enumerate([*queries[:50], *queries]):
        visibility = _EVERYTHING if number % 2 else _LISTED
        for turn in range(len(asks)):
            which = (number + turn) % len(asks)
            begin = time.perf_counter()
            asks[which](query, visibility)
            if number >= 50:  # noqa: PLR2004  # the first ones warm up
                took[which].append(1000 * (time.perf_counter() - begin))
    return [sorted(times) for times in took]


def _compare(name: str, index: SearchIndex, bare: Ask, queries: Sequence[SearchQuery]) -> list[Figure]:
    def ours(query: SearchQuery, visibility: Visibility) -> object:
        return index.find(query, visibility=visibility, limit=CANDIDATES)

    def to_the_page(query: SearchQuery, visibility: Visibility) -> object:
        return rank(query, index.find(query, visibility=visibility, limit=CANDIDATES))

    def counted(query: SearchQuery, visibility: Visibility) -> object:
        return index.facets(query, visibility=visibility, limit=8)

    ports, bares, pages, counts = _timed(queries, (ours, bare, to_the_page, counted))
    figures = []
    for label, place in (("p50", 0.50), ("p95", 0.95)):
        at = int(place * (len(ports) - 1))
        figures += [
            duration(
                f"{name}: port against bare query, {label}", ours=ports[at], baseline=bares[at], unit="ms"
            ),
            duration(f"{name}: with ranking, {label}", ours=pages[at], baseline=bares[at], unit="ms"),
            duration(f"{name}: counts, {label}", ours=counts[at], baseline=bares[at], unit="ms"),
        ]
    print(
        f"{name}: mean of the port {statistics.mean(ports):.2f} ms, of the bare query {statistics.mean(bares):.2f} ms"
    )
    return figures


def _embedded(folder: Path, size: int, queries: Sequence[SearchQuery]) -> list[Figure]:
    index = EmbeddedIndex(folder)
    begin = time.perf_counter()
    index.rebuild(debtors(size))
    seconds = time.perf_counter() - begin
    print(
        f"embedded, {size:,}: built in {seconds:.1f} s, {size / seconds:,.0f} debtors/s; {_megabytes(folder)} MB on disk; "
        f"this process {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB at most"
    )
    searcher = index._searcher()  # noqa: SLF001  # the bare engine beneath
    listed = [(Occur.Must, embedded_fields.LISTED)]

    def bare(query: SearchQuery, visibility: Visibility) -> object:
        scope = [*([] if visibility.everything else listed), *embedded_fields.chosen(query.filters)]
        answers = []
        for asked in embedded_fields.asked(query):
            both = embedded_fields.all_of([(Occur.Must, asked.query), *scope])
            hits = searcher.search(both, limit=CANDIDATES, count=False, order_by_field=asked.order).hits
            answers += [searcher.doc(address) for _, address in hits]
        return answers

    return _compare(f"embedded, {size:,}", index, bare, queries)


def _elastic(url: str, size: int, queries: Sequence[SearchQuery]) -> list[Figure]:
    with elasticsearch.index_of_its_own(url) as index:
        begin = time.perf_counter()
        index.rebuild(debtors(size))
        seconds = time.perf_counter() - begin
        client = Elasticsearch(url, request_timeout=60)
        sample = _bare_writing(client, size)
        figures = [
            rate(
                f"elasticsearch, {size:,}: writing, against bulk of ready JSON",
                rows=size,
                ours=seconds,
                baseline=sample * size,
            )
        ]
        readers = index._readers  # noqa: SLF001  # as above
        megabytes = (
            client.indices.stats(index=readers)["_all"]["total"]["store"]["size_in_bytes"] // 1_000_000
        )
        print(
            f"elasticsearch, {size:,}: built in {seconds:.1f} s, {size / seconds:,.0f} debtors/s; {megabytes} MB on disk"
        )

        def bare(query: SearchQuery, visibility: Visibility) -> object:
            visible = [] if visibility.everything else [elastic_fields.LISTED]
            bodies = elastic_fields.searches(query, visible=visible, limit=CANDIDATES)
            return client.msearch(searches=[line for body in bodies for line in ({"index": readers}, body)])

        figures += _compare(f"elasticsearch, {size:,}", index, bare, queries)
        client.close()
    return figures


def _bare_writing(client: Elasticsearch, size: int) -> float:
    """Return the seconds that one document takes the bare client, its JSON being ready."""
    sample = list(debtors(min(SAMPLE, size)))
    name = f"vigie-test-bench-{uuid.uuid4().hex[:8]}"
    client.indices.create(index=name, mappings=elastic_fields.MAPPINGS, settings=elastic_fields.SETTINGS)
    parts = [
        [
            line
            for one in sample[start : start + PART_ITEMS]
            for line in (f'{{"index":{{"_id":"{one.id}"}}}}', elastic_fields.source_of(one))
        ]
        for start in range(0, len(sample), PART_ITEMS)
    ]
    begin = time.perf_counter()
    for part in parts:
        client.bulk(index=name, operations=part)  # type: ignore[arg-type]  # lines that are JSON already go as they are
    client.indices.refresh(index=name)
    seconds = time.perf_counter() - begin
    client.indices.delete(index=name)
    return seconds / len(sample)


def _megabytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) // 1_000_000


def run() -> None:
    """Measure both engines at each size and publish the figures."""
    figures: list[Figure] = []
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="vigie-bench-")))
        url = elasticsearch.shared(home) if elasticsearch.found() else None
        stack.callback(elasticsearch.stop_shared, home)
        if url is None:
            print("Elasticsearch is not measured: install openjdk-17-jre-headless and maven.")
        for size in dict.fromkeys(map(scaled, SIZES)):
            queries = typed(size)
            figures += _embedded(home / f"index-{size}", size, queries)
            if url is not None:
                figures += _elastic(url, size, queries)
            publish("search", figures)


if __name__ == "__main__":
    run()
