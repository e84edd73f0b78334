"""docker-compose.yml without a container engine: each service's very command and environment, as a process of this machine.

What a container would bring, the machine does: the names of services become addresses of 127.0.0.1, secrets and volumes
folders of the test, and the engines' programs come from wheels. All else is read from docker-compose.yml and the Dockerfile.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import yaml

from network.embedded import postgres, redis

ROOT = Path(__file__).parents[1]
SECRETS = "/run/secrets"
_BINARIES = Path(sys.executable).parent
_START_SECONDS = 120.0
_VARIABLE = re.compile(r"\$\$|\$\{(?P<name>\w+)(?::-(?P<default>[^}]*))?\}")
_STOP_SECONDS = 60.0


def instructions(dockerfile: str) -> list[tuple[str, str]]:
    """Return each instruction of a Dockerfile with its words, continued lines joined."""
    lines = re.sub(r"^\s*#.*\n", "", dockerfile, flags=re.MULTILINE).replace("\\\n", " ")
    return [
        (word.upper(), rest.strip())
        for word, _, rest in (line.partition(" ") for line in lines.splitlines() if line)
    ]


def final_stage() -> list[tuple[str, str]]:
    """Return the instructions that make the image itself."""
    found = instructions((ROOT / "Dockerfile").read_text(encoding="utf-8"))
    return found[max(place for place, (word, _) in enumerate(found) if word == "FROM") :]


def image_environment() -> dict[str, str]:
    """Return what the image sets, but for the search path: programs are those of this environment."""
    words = " ".join(rest for word, rest in final_stage() if word == "ENV").split()
    return {name: value for name, _, value in (word.partition("=") for word in words) if name != "PATH"}


def composition(values: dict[str, str]) -> dict[str, Any]:
    """Return docker-compose.yml with its variables filled from `values`, else by their defaults."""

    def fill(found: re.Match[str]) -> str:
        return "$" if found[0] == "$$" else values.get(found["name"], found["default"] or "")

    def filled(part: Any) -> Any:
        if isinstance(part, dict):
            return {name: filled(value) for name, value in part.items()}
        if isinstance(part, list):
            return [filled(value) for value in part]
        return _VARIABLE.sub(fill, part) if isinstance(part, str) else part

    loaded: dict[str, Any] = filled(yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8")))
    return loaded


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@dataclass
class Composition:
    """The services of docker-compose.yml on this machine; search is a server that runs already, where others have indexes too."""

    folder: Path
    search_url: str
    search_prefix: str
    values: dict[str, str] = field(default_factory=dict)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ports = {"database": free_port(), "queue": free_port(), "web": free_port()}
        self.services: dict[str, Any] = composition(self.values)["services"]
        self.secrets = self.folder / "secrets"
        self.account = postgres._account()  # as root PostgreSQL refuses to run

    @property
    def url(self) -> str:
        """Address of the pages."""
        return f"http://127.0.0.1:{self.ports['web']}"

    @property
    def superuser(self) -> dict[str, str | int]:
        """How one reaches the database on the spot, without a password."""
        settings = self.services["database"]["environment"]
        names = {"user": settings["POSTGRES_USER"], "dbname": settings["POSTGRES_DB"]}
        return {**names, "host": str(self._data), "port": self.ports["database"]}

    def left_running(self) -> list[str]:
        """Return the processes that still work in a folder of this composition."""
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if (process / "cwd").readlink().is_relative_to(self.folder):
                    found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
            except OSError:
                continue
        return found

    # What a container engine does

    def here(self, words: str) -> str:
        """Return words of the composition with its addresses and folders as they are on this machine."""
        for theirs, ours in {
            "0.0.0.0:8400": f"127.0.0.1:{self.ports['web']}",
            "database:5432": f"127.0.0.1:{self.ports['database']}",
            "queue:6379": f"127.0.0.1:{self.ports['queue']}",
            "http://search:9200": self.search_url,
            SECRETS: str(self.secrets),
        }.items():
            words = words.replace(theirs, ours)
        return words

    def environment(self, service: str) -> dict[str, str]:
        """Return the whole environment of a process of ours: the image's, the service's, and nothing of this machine's."""
        home = self.folder / service
        (home / "tmp").mkdir(parents=True, exist_ok=True)
        given = {**image_environment(), **(self.services[service].get("environment") or {})}
        found = {name: self.here(str(value)) for name, value in given.items()}
        path = f"{_BINARIES}{os.pathsep}{os.environ['PATH']}"
        machine = {"PATH": path, "TMPDIR": str(home / "tmp"), "VIGIE_HOME": str(home), "OMP_NUM_THREADS": "1"}
        return {
            **found,
            **machine,
            "VIGIE_PORT": str(self.ports["web"]),
            "VIGIE_SEARCH_PREFIX": self.search_prefix,
        }

    def run(self, service: str, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command as `docker compose run --rm SERVICE WORDS` does; without words, the service's own."""
        return subprocess.run(
            [self.here(word) for word in words or self.services[service]["command"]],
            env=self.environment(service),
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=_START_SECONDS,
            check=False,
        )

    def is_healthy(self, service: str) -> bool:
        """Tell what the service's own health check says."""
        if service == "database":
            return self._database_takes_connections()
        kind, *words = self.services[service]["healthcheck"]["test"]
        if kind == "CMD":
            return self.run(service, *words).returncode == 0
        if service == "search":
            return _opens(re.sub(r".*'http://127.0.0.1:9200([^']*)'.*", rf"{self.search_url}\1", words[0]))
        queue = f"{redis.program().with_name('redis-cli')} -p {self.ports['queue']}"
        asked = words[0].replace("valkey-cli", queue)
        return subprocess.run(["/bin/sh", "-c", asked], capture_output=True, check=False).returncode == 0

    def up(self) -> None:
        """Start every service when those before it are as it asks: healthy, or done; come back when all are healthy."""
        before = {name: set(service.get("depends_on", {})) for name, service in self.services.items()}
        for name in TopologicalSorter(before).static_order():
            for other, asked in self.services[name].get("depends_on", {}).items():
                if asked["condition"] == "service_healthy":
                    self.wait_until_healthy(other)
            if name == "migrate":
                done = self.run(name)
                assert done.returncode == 0, done.stderr
            elif name != "search":
                self.start(name)
        for name in ("web", "worker", "scheduler"):
            self.wait_until_healthy(name)

    def start(self, service: str) -> None:
        """Start a service."""
        if service == "database":
            self._make_database()
        command = self._command(service)
        with (self.folder / f"{service}.log").open("ab") as log:
            self.processes[service] = subprocess.Popen(
                command,
                env=self._environment_of(service),
                cwd=self.folder,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def wait_until_healthy(self, service: str) -> None:
        """Wait for the service's health check; a process that ended is told with its last words."""
        deadline = time.monotonic() + _START_SECONDS
        while not self.is_healthy(service):
            process = self.processes.get(service)
            ended = process is not None and process.poll() is not None
            assert not ended, f"{service} ended: {self.log(service)[-3000:]}"
            assert time.monotonic() < deadline, f"{service} is not healthy: {self.log(service)[-3000:]}"
            time.sleep(0.5)

    def log(self, service: str) -> str:
        return (self.folder / f"{service}.log").read_text(encoding="utf-8", errors="replace")

    def down(self) -> dict[str, int]:
        """Stop all services, those first that stand on others; return their exit codes."""
        codes = {}
        for service, process in reversed(self.processes.items()):
            process.terminate() if service != "database" else process.send_signal(signal.SIGINT)
            try:
                codes[service] = process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                codes[service] = process.wait()
        self.processes.clear()
        return codes

    # What stands for the engines' images

    def _command(self, service: str) -> list[str]:
        words = [self.here(str(word)) for word in self.services[service]["command"]]
        if service == "database":
            place = [
                "-D",
                str(self._data),
                f"--unix_socket_directories={self._data}",
                f"--port={self.ports['database']}",
            ]
            return [*self._as_account(), str(postgres.programs() / words[0]), *words[1:], *place]
        if service == "queue":
            place = ["--port", str(self.ports["queue"]), "--bind", "127.0.0.1", "--dir", str(self.folder)]
            return [str(redis.program()), *words[1:], *place]
        return words

    def _environment_of(self, service: str) -> dict[str, str]:
        return {"PATH": os.environ["PATH"]} if service in {"database", "queue"} else self.environment(service)

    @property
    def _data(self) -> Path:
        return self.folder / "postgres"

    def _as_account(self) -> list[str]:
        if self.account is None:
            return []
        return [
            "setpriv",
            f"--reuid={self.account.pw_uid}",
            f"--regid={self.account.pw_gid}",
            "--clear-groups",
            "--",
        ]

    def _make_database(self) -> None:
        """Make the data folder as PostgreSQL's image does: initdb, then the scripts, by a server that only they reach."""
        settings = self.services["database"]["environment"]
        self._data.mkdir(mode=0o700)
        if self.account is not None:
            os.chown(self._data, self.account.pw_uid, self.account.pw_gid)
            for folder in (self._data, postgres.programs()):
                postgres._let_through(folder)
        self._as_postgres("initdb", "-D", self._data, "-U", settings["POSTGRES_USER"], "--auth=trust",
                          *settings["POSTGRES_INITDB_ARGS"].split())  # fmt: skip
        control = ("pg_ctl", "-D", self._data, "-w", "-s", "-l", self._data / "making.log")
        alone = f"-c listen_addresses= -c unix_socket_directories={self._data} -c fsync=off"
        self._as_postgres(*control, "-o", alone, "start")
        try:
            self._as_postgres("createdb", "-U", settings["POSTGRES_USER"], settings["POSTGRES_DB"])
            for volume in self.services["database"]["volumes"]:
                source, target, *_ = volume.split(":")
                if target.startswith("/docker-entrypoint-initdb.d/"):
                    self._run_script(ROOT / source, settings)
        finally:
            self._as_postgres(*control, "-m", "fast", "stop")
        (self._data / "pg_hba.conf").write_text(
            "local all all trust\nhost all all all scram-sha-256\n", encoding="ascii"
        )

    def _run_script(self, script: Path, settings: dict[str, str]) -> None:
        if script.suffix == ".sql":
            logged_in = ("-U", settings["POSTGRES_USER"], "-d", settings["POSTGRES_DB"])
            words = ("-v", "ON_ERROR_STOP=1", "--no-psqlrc", "-q", *logged_in)
            self._as_postgres("psql", *words, given=script.read_text(encoding="utf-8"))
            return
        assert os.access(script, os.X_OK), f"{script} is not executable"
        subprocess.run(
            [script],
            check=True,
            env={**self._postgres_environment(), **settings, "SECRETS_FOLDER": str(self.secrets)},
            cwd=self.folder,
        )

    def _as_postgres(self, program: str, *words: object, given: str = "") -> None:
        done = subprocess.run(
            [*self._as_account(), str(postgres.programs() / program), *map(str, words)],
            input=given,
            env=self._postgres_environment(),
            cwd=self._data,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{program}: {done.stdout}{done.stderr}"

    def _postgres_environment(self) -> dict[str, str]:
        path = f"{postgres.programs()}{os.pathsep}{os.environ['PATH']}"
        return {"PATH": path, "PGHOST": str(self._data), "LC_ALL": "C"}

    def _database_takes_connections(self) -> bool:
        _, program, *words = self.services["database"]["healthcheck"]["test"]
        asked = [str(postgres.programs() / program), *words, f"--port={self.ports['database']}"]
        return subprocess.run(asked, env=self._postgres_environment(), check=False).returncode == 0


def _opens(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=20):  # noqa: S310  # our own address
            return True
    except OSError:
        return False
