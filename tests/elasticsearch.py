"""A real Elasticsearch for the tests: one server for the run, shared by all workers, each under names of its own.

It is Elastic's own build for integration tests, from Maven Central: it needs a Java 17 and Maven on the machine, no
container. Or the tests are given a server: VIGIE_TEST_ELASTICSEARCH_URL=http://host:9200, of which they use indexes that
begin with "vigie-test-" alone.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
import uuid
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from network.embedded.locks import exclusive
from network.search.elastic import Cluster, ElasticIndex

VERSION = "8.19.5"
_ARTIFACT = f"org.elasticsearch.distribution.integ-test-zip:elasticsearch:{VERSION}:zip"
_ZIP = (
    Path.home()
    / f".m2/repository/org/elasticsearch/distribution/integ-test-zip/elasticsearch/{VERSION}/elasticsearch-{VERSION}.zip"
)
_GIVEN = os.environ.get("VIGIE_TEST_ELASTICSEARCH_URL")  # read before the tests take our settings away
_HEAP = "512m"
_START_SECONDS = 180.0
_STOP_SECONDS = 30.0


def found() -> str | None:
    """Return what the tests can have a server from; None where there is nothing."""
    return _GIVEN or (shutil.which("mvn") and shutil.which("java"))


@dataclass(frozen=True)
class Server:
    """A server of ours in a folder: its data, its log, and its process in the file `pid`."""

    folder: Path
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        log = self.folder / "log" / "console.log"
        with log.open("ab") as output:
            process = subprocess.Popen(
                [*_as_nobody(), str(self.folder / "server" / "bin" / "elasticsearch")],
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        (self.folder / "pid").write_text(str(process.pid), encoding="ascii")
        deadline = time.monotonic() + _START_SECONDS
        while not _answers(self.url):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"Elasticsearch did not start:\n{log.read_text(errors='replace')[-3000:]}")
            time.sleep(0.2)
        process.returncode = 0  # it outlives this worker on purpose: no warning that a child still runs

    def stop(self, with_signal: int = signal.SIGTERM) -> None:
        """Stop it and all its children."""
        group = int((self.folder / "pid").read_text(encoding="ascii"))
        for one in (with_signal, signal.SIGKILL):
            try:
                os.killpg(group, one)
            except ProcessLookupError:
                return
            deadline = time.monotonic() + _STOP_SECONDS
            while time.monotonic() < deadline and _answers(self.url):
                time.sleep(0.1)
        while _is_alive(group):
            time.sleep(0.1)

    def _environment(self) -> dict[str, str]:
        java = Path(shutil.which("java") or "java").resolve().parents[1]
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "ES_JAVA_HOME": str(java),
            "ES_PATH_CONF": str(self.folder / "config"),
            "ES_TMPDIR": str(self.folder / "tmp"),
            "ES_JAVA_OPTS": f"-Xms{_HEAP} -Xmx{_HEAP}",
        }


def made(folder: Path) -> Server:
    """Return a server in a new folder, unpacked and configured, not yet started."""
    for name in ("config", "data", "log", "tmp"):
        (folder / name).mkdir(parents=True)
    with zipfile.ZipFile(_archive()) as archive:
        archive.extractall(folder)
    (folder / f"elasticsearch-{VERSION}").rename(folder / "server")
    for program in (folder / "server" / "bin").iterdir():
        program.chmod(0o755)
    shutil.copy(folder / "server" / "config" / "jvm.options", folder / "config")
    shutil.copy(folder / "server" / "config" / "log4j2.properties", folder / "config")
    http, transport = _free_ports()
    settings = {
        "cluster.name": f"vigie-test-{uuid.uuid4().hex[:8]}",
        "discovery.type": "single-node",
        "xpack.security.enabled": False,
        "http.host": "127.0.0.1",
        "transport.host": "127.0.0.1",
        "http.port": http,
        "transport.port": transport,
        "path.data": str(folder / "data"),
        "path.logs": str(folder / "log"),
        "node.store.allow_mmap": False,
        "cluster.routing.allocation.disk.threshold_enabled": False,
    }
    lines = [f"{name}: {json.dumps(value)}" for name, value in settings.items()]
    (folder / "config" / "elasticsearch.yml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    if os.geteuid() == 0:
        for path in (folder, *folder.rglob("*")):
            shutil.chown(path, "nobody", "nogroup")
        for above in (folder, *folder.parents):
            if above != Path("/"):
                above.chmod(above.stat().st_mode | 0o011)
    return Server(folder, http)


def _archive() -> Path:
    if not _ZIP.exists():
        get = ["mvn", "-q", "-B", "dependency:get", f"-Dartifact={_ARTIFACT}", "-Dtransitive=false"]
        subprocess.run(get, check=True, timeout=900)  # the machine's own
    return _ZIP


def _as_nobody() -> list[str]:
    """Elasticsearch refuses to be root."""
    if os.geteuid() != 0:
        return []
    return ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--"]


def _free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/_cluster/health", timeout=5) as answer:  # noqa: S310  # our own address
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _is_alive(group: int) -> bool:
    """Tell whether a process of the group is left that is more than a child nobody has asked after."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        if words[2] == str(group) and words[0] != "Z":
            return True
    return False


# --- For all tests ---------------------------------------------------------------------------------------------------


def shared(home: Path) -> str:
    """Return the address of the server of this run; the first worker that asks starts it."""
    if _GIVEN:
        return _GIVEN
    folder = home / "elasticsearch"
    with exclusive(home / "elasticsearch.lock"):
        port = folder / "port"
        if not port.exists():
            server = made(folder)
            server.start()
            port.write_text(str(server.port), encoding="ascii")
        return Server(folder, int(port.read_text(encoding="ascii"))).url


def stop_shared(home: Path) -> None:
    """Stop the server of this run, if any worker started it."""
    folder = home / "elasticsearch"
    if (folder / "pid").exists():
        Server(folder, int((folder / "port").read_text()) if (folder / "port").exists() else 1).stop()


@contextmanager
def index_of_its_own(url: str) -> Iterator[ElasticIndex]:
    """Yield an index under names of its own, never built; whatever it became is deleted afterwards."""
    cluster = Cluster(urls=(url,), prefix=f"vigie-test-{uuid.uuid4().hex[:12]}")
    index = ElasticIndex(cluster)
    yield index
    index._drop(sorted(index._indexes().all))
    index._client.close()
