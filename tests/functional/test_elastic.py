"""What only the cluster can do wrong: names that roll, writers of other processes, refusals, an engine that dies."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from network.errors import UnavailableError
from network.search import elastic_bulk
from network.search.documents import DebtorDocument
from network.search.elastic import Cluster, ElasticIndex
from network.search.port import Visibility
from network.search.queries import read_query
from network.search.ranking import rank
from tests import elasticsearch
from tests.factories.documents import document

pytestmark = pytest.mark.elasticsearch

EVERYTHING = Visibility(everything=True)
DUPONT, DURAND = document("Dupont"), document("Durand")


def names(index: ElasticIndex, words: str) -> list[str]:
    query = read_query(words)
    found = index.find(query, visibility=EVERYTHING, limit=50)
    return sorted(one.document.name for one in rank(query, found))


def alias_of(index: ElasticIndex) -> set[str]:
    return set(index._indexes().in_force)


# --- Names that roll -------------------------------------------------------------------------------------------------


def test_readers_notice_nothing_of_indexes_that_roll(elastic: ElasticIndex) -> None:
    elastic.rebuild([DUPONT, DURAND])
    over = threading.Event()
    seen: list[int] = []
    faults: list[BaseException] = []

    def read() -> None:
        while not over.is_set():
            try:
                seen.append(len(elastic.find(read_query("du"), visibility=EVERYTHING, limit=10)))
            except UnavailableError as fault:
                faults.append(fault)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for _ in range(5):
        elastic.rebuild([DUPONT, DURAND])
    over.set()
    for reader in readers:
        reader.join()
    assert faults == []
    assert set(seen) == {2}
    assert len(elastic._indexes().all) == 1, "the old ones are gone"


_OTHER_PROCESS = """
import sys
from network.search.elastic import Cluster, ElasticIndex
sys.path.insert(0, sys.argv[3])
from tests.factories.documents import document
from tests.functional.conftest import Told

index = ElasticIndex(Cluster(urls=(sys.argv[1],), prefix=sys.argv[2]))
for line in sys.stdin:
    word, name, version = line.split()
    if word == "put":
        print(index.put([document(name, version=int(version))]), flush=True)
    else:
        index.remove({document(name).id: int(version)})
        print("removed", flush=True)
"""


def test_what_another_process_writes_during_a_rebuild_is_in_the_new_index(
    elastic: ElasticIndex, elasticsearch_url: str
) -> None:
    """It is given no word of the rebuild: the names of writers tell it. Late copies of the rebuild change nothing."""
    elastic.rebuild([DUPONT, DURAND])
    before = alias_of(elastic)
    root = str(Path(__file__).parents[2])
    command = [sys.executable, "-c", _OTHER_PROCESS, elasticsearch_url, elastic._prefix, root]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:

        def tell(line: str) -> str:
            assert other.stdin is not None
            assert other.stdout is not None
            other.stdin.write(line + "\n")
            other.stdin.flush()
            return other.stdout.readline().strip()

        def documents() -> Iterator[DebtorDocument]:
            assert tell("put Neuf 1") == "1"
            assert names(elastic, "neuf") == ["Neuf"], "readers of the old index find it at once"
            yield DUPONT
            assert tell("put Dupont 5") == "1"
            assert tell("remove Durand 5") == "removed"
            yield DURAND  # as it was read before it was removed
            yield replace(DUPONT, version=2)

        elastic.rebuild(documents())
        assert other.stdin is not None
        other.stdin.close()
    assert alias_of(elastic) != before
    assert names(elastic, "neuf") == ["Neuf"]
    assert names(elastic, "durand") == []
    assert elastic.versions([DUPONT.id, DURAND.id]) == {DUPONT.id: 5}


def test_a_writer_that_meets_a_roll_writes_to_the_index_that_took_over(elastic: ElasticIndex) -> None:
    elastic.rebuild([DUPONT])
    send = elastic._send
    rolled = []

    def rolls_first(lines: list[str]) -> object:
        if not rolled:
            rolled.append(True)
            ElasticIndex(Cluster(urls=tuple(_urls(elastic)), prefix=elastic._prefix)).rebuild([DUPONT])
        return send(lines)

    elastic._send = rolls_first  # type: ignore[method-assign, assignment]
    assert elastic.put([DURAND]) == 1
    assert names(elastic, "durand") == ["Durand"]
    assert len(elastic._indexes().all) == 1, "no index was made by a write that came late"


def _urls(index: ElasticIndex) -> Iterator[str]:
    for node in index._client.transport.node_pool.all():
        yield node.base_url


def test_a_build_that_was_killed_leaves_nothing_that_stays(elastic: ElasticIndex) -> None:
    elastic.rebuild([DUPONT])
    left = f"{elastic._readers}-20200101000000-0123abcd"
    elastic._writer.indices.create(index=left, aliases={elastic._writers: {}, f"{left}-own": {}})
    elastic.rebuild([DUPONT, DURAND])
    assert alias_of(elastic) == elastic._indexes().written == elastic._indexes().all
    assert elastic.count() == 2


def test_an_index_of_an_earlier_layout_is_none_and_goes_with_the_first_build(elastic: ElasticIndex) -> None:
    old = f"{elastic._prefix}-1-20200101000000-0123abcd"
    elastic._writer.indices.create(index=old, aliases={f"{elastic._prefix}-1": {}})
    assert not elastic.is_ready()
    elastic.rebuild([DUPONT])
    assert old not in elastic._indexes().all


# --- Refusals --------------------------------------------------------------------------------------------------------


def test_an_item_that_is_refused_is_told_and_the_others_are_written(elastic: ElasticIndex) -> None:
    elastic.rebuild([])
    bad = replace(DURAND, payment_index=10**9)
    with pytest.raises(
        UnavailableError, match=r"refused 1 of 3 documents \(document_parsing_exception\)"
    ) as told:
        elastic.put([DUPONT, bad, document("Martin")])
    assert "Durand" not in str(told.value), "no name in a log"
    assert elastic.count() == 2


class _Busy(BaseHTTPRequestHandler):
    """A proxy in front of the server that answers 429 to writes for a while, as a cluster with full queues does."""

    protocol_version = "HTTP/1.1"
    upstream = ""
    refusals = 0
    lose_items = 0
    asked: list[float] = []  # noqa: RUF012  # set anew by each test

    def do_POST(self) -> None:
        self._pass_on()

    do_GET = do_PUT = do_HEAD = do_DELETE = do_POST  # noqa: N815  # the names that http.server looks for

    def _pass_on(self) -> None:
        cls = type(self)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        is_bulk = "_bulk" in self.path
        if is_bulk:
            cls.asked.append(time.monotonic())
        if is_bulk and cls.refusals > 0:
            cls.refusals -= 1
            self._answer(
                429,
                json.dumps({"error": {"type": "es_rejected_execution_exception"}, "status": 429}).encode(),
            )
            return
        asked = urllib.request.Request(  # noqa: S310  # our own server
            cls.upstream + self.path, data=body or None, method=self.command
        )
        for name in ("Content-Type", "Accept"):
            if name in self.headers:
                asked.add_header(name, self.headers[name])
        try:
            with urllib.request.urlopen(asked, timeout=30) as answer:  # noqa: S310  # as above
                status, text = answer.status, answer.read()
        except urllib.error.HTTPError as fault:
            status, text = fault.code, fault.read()
        if is_bulk and cls.lose_items > 0 and status == 200:
            cls.lose_items -= 1
            told = json.loads(text)
            told["items"][0]["index"] = {"status": 429, "error": {"type": "es_rejected_execution_exception"}}
            text = json.dumps(told).encode()
        self._answer(status, text)

    def _answer(self, status: int, text: bytes) -> None:
        self.send_response(status)
        self.send_header("X-Elastic-Product", "Elasticsearch")
        self.send_header("Content-Type", "application/vnd.elasticsearch+json;compatible-with=8")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name of the standard library
        """Say nothing."""


@pytest.fixture
def busy(elasticsearch_url: str) -> Iterator[ElasticIndex]:
    """An index behind a proxy that can be told to be busy."""
    _Busy.upstream, _Busy.refusals, _Busy.lose_items, _Busy.asked = elasticsearch_url, 0, 0, []
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Busy)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    with elasticsearch.index_of_its_own(f"http://127.0.0.1:{server.server_port}") as index:
        yield index
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_busy_cluster_is_asked_again_after_growing_pauses(busy: ElasticIndex) -> None:
    busy.rebuild([])
    _Busy.asked, _Busy.refusals = [], 3
    assert busy.put([DUPONT, DURAND]) == 2
    first, second, third = (
        later - earlier for earlier, later in zip(_Busy.asked, _Busy.asked[1:], strict=False)
    )
    assert 0.1 <= first < second < third
    assert busy.count() == 2


def test_single_items_that_were_refused_are_sent_again(busy: ElasticIndex) -> None:
    """The item had arrived all the same: its version makes the second one a conflict, which is no error."""
    busy.rebuild([])
    _Busy.lose_items = 1
    assert busy.put([DUPONT, DURAND]) == 1
    assert busy.count() == 2


def test_a_cluster_that_stays_busy_is_an_error_and_loses_nothing(
    busy: ElasticIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy.rebuild([])
    monkeypatch.setattr(elastic_bulk, "FIRST_PAUSE", 0.001)
    monkeypatch.setattr(elastic_bulk, "LONGEST_PAUSE", 0.002)
    _Busy.refusals = elastic_bulk.TRIES
    with pytest.raises(UnavailableError, match="too busy"):
        busy.put([DUPONT])
    assert busy.put([DUPONT]) == 1


def test_many_documents_go_in_parts(elastic: ElasticIndex) -> None:
    many = [document(f"Firme {number}") for number in range(2 * elastic_bulk.PART_ITEMS + 1)]
    assert elastic.rebuild(iter(many)) == len(many)
    assert elastic.put([replace(one, version=2) for one in many]) == len(many)
    assert elastic.count() == len(many)
    assert len(elastic.versions([one.id for one in many])) == len(many)


# --- An engine that dies --------------------------------------------------------------------------------------------


def test_a_server_that_is_killed_in_the_middle_of_a_rebuild() -> None:
    """The build fails with a sentence; once the server is back, the old index serves and the next build cleans up."""
    with tempfile.TemporaryDirectory(prefix="vigie-es-", dir=os.environ["VIGIE_TEST_HOME"]) as folder:
        server = elasticsearch.made(Path(folder) / "own")
        server.start()
        try:
            with elasticsearch.index_of_its_own(server.url) as index:
                index.rebuild([DUPONT])

                def documents() -> Iterator[DebtorDocument]:
                    yield DUPONT
                    server.stop(signal.SIGKILL)
                    yield DURAND

                with pytest.raises(UnavailableError, match="Search does not answer at the moment"):
                    index.rebuild(documents())
                assert not index.is_ready()
                server.start()
                _until_green(index)
                assert names(index, "dupont") == ["Dupont"], "what was confirmed is there after kill -9"
                assert len(index._indexes().written) == 2
                index.put([document("Neuf")])
                assert index.rebuild([DUPONT, DURAND]) == 2
                assert (index.count(), len(index._indexes().all)) == (2, 1)
        finally:
            server.stop()


def _until_green(index: ElasticIndex) -> None:
    index._writer.cluster.health(wait_for_status="green", timeout="60s")


def test_who_we_are_there_is_told_to_every_node() -> None:
    urls = ("https://vigie:s%20cret@one.example:9243", "https://two.example")
    index = ElasticIndex(Cluster(urls=urls, prefix="p"))
    assert sorted(_urls(index)) == ["https://one.example:9243", "https://two.example:443"]
    assert index._client._headers["authorization"].startswith("Basic ")
    keyed = ElasticIndex(Cluster(urls=urls, api_key="abc", prefix="p"))
    assert keyed._client._headers["authorization"] == "ApiKey abc"
    assert "s%20cret" not in repr(Cluster(urls=(), api_key="s%20cret"))
