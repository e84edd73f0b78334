"""The image and the composition: what no linter asks of them."""

import importlib.util
import re
import tomllib
from importlib.metadata import distribution
from pathlib import Path
from types import ModuleType

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from network.settings import SECRETS
from tests.compose import ROOT, composition, final_stage, instructions

DOCKERFILE = instructions((ROOT / "Dockerfile").read_text(encoding="utf-8"))
COMPOSITION = composition({})
SERVICES = COMPOSITION["services"]
OURS = [name for name, service in SERVICES.items() if "build" in service]
ENGINES = [name for name in SERVICES if name not in OURS]


def words_of(instruction: str) -> list[str]:
    return [rest for word, rest in DOCKERFILE if word == instruction]


def test_every_base_is_pinned_to_a_version() -> None:
    arguments = dict(rest.split("=", 1) for rest in words_of("ARG"))
    for rest in words_of("FROM"):
        base = re.sub(r"\$\{(\w+)\}", lambda found: arguments[found[1]], rest.split()[0])
        assert re.fullmatch(r"python:\d+\.\d+\.\d+-slim-\w+", base), base
    for service in ENGINES:
        assert re.fullmatch(r"[\w./-]+:\d+\.\d+[\w.-]*", SERVICES[service]["image"]), service


def test_the_image_runs_as_nobody_and_starts_programs_rather_than_shells() -> None:
    last = dict(final_stage())
    user = last["USER"].partition(":")[0]
    assert user.isdecimal()
    assert int(user) >= 10_000
    assert last["CMD"].startswith('["gunicorn"')
    assert "CMD [" in last["HEALTHCHECK"]
    assert "ENTRYPOINT" not in last


def test_what_is_installed_is_named_by_its_hash_and_what_is_copied_is_there() -> None:
    installs = [rest for rest in words_of("RUN") if "pip install" in rest]
    assert "--require-hashes" in installs[0]
    assert all("--require-hashes" in rest or "--no-deps" in rest for rest in installs)
    assert words_of("ADD") == []
    here = [rest.split()[:-1] for rest in words_of("COPY") if "--from=" not in rest]
    sources = {source for words in here for source in words}
    assert all((ROOT / source).exists() for source in sources)
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert {line[1:] for line in ignored if line.startswith("!")} == sources
    assert ignored[1] == "*"


def test_packages_of_the_project_are_all_in_the_image() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packages = {name.rstrip("*") for name in project["tool"]["setuptools"]["packages"]["find"]["include"]}
    assert packages <= {source for rest in words_of("COPY") for source in rest.split()[:-1]}


@pytest.mark.parametrize(
    "text", [(ROOT / name).read_text("utf-8") for name in ("Dockerfile", "docker-compose.yml")]
)
def test_no_secret_and_no_index_of_packages_stands_in_clear(text: str) -> None:
    assert not re.search(r"(index-url|extra-index|trusted-host|find-links)", text)
    assert not re.search(r"://[^/\s$]+:[^/\s$]+@", text)
    for name in (*SECRETS, "POSTGRES_PASSWORD"):
        given = re.findall(rf"^\s*(?:ENV\s+)?{name}[:=]\s*(\S+)", text, flags=re.MULTILINE)
        assert not given or name in {"VIGIE_REDIS_URL", "VIGIE_SEARCH_URL"}, name


def test_the_pages_are_served_the_same_way_by_the_image_and_by_the_composition() -> None:
    words = re.findall(r'"([^"]+)"', dict(final_stage())["CMD"])
    assert [word for word in SERVICES["web"]["command"] if not word.startswith("--workers")] == words


# --- The composition -------------------------------------------------------------------------------------------------


def test_only_the_pages_can_be_reached() -> None:
    assert [name for name, service in SERVICES.items() if service.get("ports")] == ["web"]
    assert SERVICES["web"]["ports"] == ["127.0.0.1:8400:8400"]
    outside = {name for name, network in COMPOSITION["networks"].items() if not network.get("internal")}
    assert outside == {"front"}
    assert [name for name, service in SERVICES.items() if outside & set(service["networks"])] == ["web"]


@pytest.mark.parametrize("service", OURS)
def test_our_containers_may_do_nothing_that_they_need_not(service: str) -> None:
    found = SERVICES[service]
    assert (found["read_only"], found["cap_drop"]) == (True, ["ALL"])
    assert found["security_opt"] == ["no-new-privileges:true"]
    assert "volumes" not in found
    assert found["deploy"]["resources"]["limits"]["memory"]


@pytest.mark.parametrize("service", list(SERVICES))
def test_every_service_has_a_health_check_a_limit_and_a_way_back(service: str) -> None:
    found = SERVICES[service]
    assert found["restart"] == ("no" if service == "migrate" else "unless-stopped")
    assert found["deploy"]["resources"]["limits"]["memory"]
    assert found["healthcheck"].get("test") or service == "migrate"


@pytest.mark.parametrize("service", OURS)
def test_each_process_is_given_its_own_login_alone(service: str) -> None:
    found = SERVICES[service]
    files = {value for name, value in found["environment"].items() if name.endswith("_FILE")}
    assert files == {f"/run/secrets/{secret}" for secret in found["secrets"]}
    logins = {secret for secret in found["secrets"] if secret.startswith("database_")}
    may = {"web": {"database_web_url"}, "migrate": {"database_owner_url", "database_worker_url"}}
    assert logins == may.get(service, {"database_worker_url"})


@pytest.mark.parametrize("service", list(SERVICES))
def test_nothing_starts_before_what_it_stands_on(service: str) -> None:
    waits = SERVICES[service].get("depends_on", {})
    on_my_networks = {
        name for name in ENGINES if set(SERVICES[name]["networks"]) & set(SERVICES[service]["networks"])
    }
    assert on_my_networks - {service} <= waits.keys() or service in ENGINES
    assert all(asked["condition"] != "service_started" for asked in waits.values())
    assert (
        service in {*ENGINES, "migrate"} or waits["migrate"]["condition"] == "service_completed_successfully"
    )


def test_every_secret_and_volume_is_declared_and_used() -> None:
    used = {secret for service in SERVICES.values() for secret in service.get("secrets", [])}
    assert used == COMPOSITION["secrets"].keys()
    mounted = {volume.partition(":")[0] for name in ENGINES for volume in SERVICES[name]["volumes"]}
    assert {name for name in mounted if not name.startswith(".")} == COMPOSITION["volumes"].keys()
    assert all((ROOT / name).is_file() for name in mounted if name.startswith("."))


# --- What the image installs -----------------------------------------------------------------------------------------


def script() -> ModuleType:
    path = ROOT / "deploy" / "image_requirements.py"
    spec = importlib.util.spec_from_file_location("image_requirements", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def needed_by(name: str, extras: set[str], seen: set[tuple[str, frozenset[str]]]) -> set[str]:
    """Return what a package needs here, by what it says of itself."""
    if (name, frozenset(extras)) in seen:
        return set()
    seen.add((name, frozenset(extras)))
    found = {name}
    for line in distribution(name).requires or []:
        asked = Requirement(line)
        applies = [asked.marker is None or asked.marker.evaluate({"extra": extra}) for extra in extras | {""}]
        if any(applies):
            found |= needed_by(canonicalize_name(asked.name), set(asked.extras), seen)
    return found


def test_the_image_gets_what_the_product_needs_and_nothing_of_the_tests() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [Requirement(line) for line in project["dependencies"]]
    made = script()
    seen: set[tuple[str, frozenset[str]]] = set()
    roots = [found for found in asked if canonicalize_name(found.name) not in made.SERVERS]
    needed = set().union(
        *(needed_by(canonicalize_name(found.name), set(found.extras), seen) for found in roots)
    )
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    kept = {name for name, _, _ in made.entries(made.select(lock, project["dependencies"]))}
    assert needed <= kept
    dev = {canonicalize_name(Requirement(line).name) for line in project["optional-dependencies"]["dev"]}
    assert not kept & (dev | made.SERVERS)
    assert len(kept - needed) < 10, "pip-compile names a few that only other systems need"


def test_a_dependency_that_the_lock_lacks_ends_the_build(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="lacks nothing-of-the-kind"):
        script().select(
            "flask==3.1.3 \\\n    --hash=sha256:00\n    # via vigie (pyproject.toml)\n",
            ["flask", "nothing-of-the-kind>=1"],
        )
