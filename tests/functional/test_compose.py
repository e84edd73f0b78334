"""docker-compose.yml, its services run as processes: from the first page to a released profile that search finds."""

import http.cookiejar
import json
import re
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from html import unescape
from pathlib import Path
from urllib.parse import quote, urlencode

import psycopg2
import pytest
from urllib3.filepost import encode_multipart_formdata

from network.embedded import processes
from network.search.elastic import ElasticIndex
from simulation import LedgerFileInfo, Parameters, make_economy, write_exchange_rates, write_ledgers
from tests.compose import Composition
from tests.installation import vigie

PASSWORD = "un phare dans la nuit"
MEMBERS = 6
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Browser:
    """Somebody on the other side of the network, with cookies and form tokens."""

    def __init__(self, url: str) -> None:
        self.url = url
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(jar)

    def opens(self, path: str) -> str:
        return self._asks(urllib.request.Request(f"{self.url}{path}"))  # noqa: S310  # our own address

    def sends(self, path: str, seen_on: str, files: dict[str, Path] | None = None, **form: str) -> str:
        """Send a form as it stands on a page, and follow to where it leads."""
        token = _TOKEN.search(self.opens(seen_on))
        assert token is not None, f"no form on {seen_on}"
        fields = {"csrf_token": token[1], **form}
        if files is None:
            return self._asks(urllib.request.Request(f"{self.url}{path}", urlencode(fields).encode()))  # noqa: S310
        parts = {name: (file.name, file.read_bytes()) for name, file in files.items()}
        body, kind = encode_multipart_formdata({**fields, **parts})
        request = urllib.request.Request(f"{self.url}{path}", body, {"Content-Type": kind})  # noqa: S310
        return self._asks(request)

    def signs_in(self, email: str) -> "Browser":
        assert "Sign out" in self.sends("/sign-in", "/sign-in", email=email, password=PASSWORD)
        return self

    def _asks(self, request: urllib.request.Request) -> str:
        try:
            with self._opener.open(request, timeout=60) as answer:
                return str(answer.read().decode())
        except urllib.error.HTTPError as refused:
            raise AssertionError(
                f"{request.full_url}: {refused.code} {refused.read().decode()[-2000:]}"
            ) from refused


@pytest.fixture
def composition(elastic: ElasticIndex, elasticsearch_url: str) -> Iterator[Composition]:
    with tempfile.TemporaryDirectory(prefix="vigie-compose-") as folder:
        values = {"VIGIE_WEB_PROCESSES": "1", "VIGIE_PROFILE": "trade"}
        made = Composition(Path(folder), elasticsearch_url, elastic._prefix, values)
        yield made
        made.down()


@pytest.fixture
def ledgers(tmp_path: Path) -> tuple[list[LedgerFileInfo], Path]:
    """Files of an economy so dense that most debtors pass the gate of three, and the rates of its currencies."""
    month = date.today().replace(day=1) - timedelta(days=1)  # noqa: DTZ011  # ledgers are of the reader's own calendar
    parameters = Parameters(
        members=MEMBERS,
        debtors=8,
        months=1,
        last_month=f"{month:%Y-%m}",
        median_suppliers=MEMBERS,
        supplier_spread=0.01,
        open_invoices=3.0,
        affiliate_share=0.0,
        missing_upload_share=0.0,
        late_upload_share=0.0,
        stale_member_share=0.0,
    )
    economy = make_economy(7, parameters)
    return write_ledgers(economy, tmp_path), write_exchange_rates(economy, tmp_path / "rates.csv")


@pytest.mark.elasticsearch
def test_the_composition_goes_from_the_first_page_to_a_released_profile(
    composition: Composition, ledgers: tuple[list[LedgerFileInfo], Path]
) -> None:
    files, rates = ledgers
    make_secrets(composition)
    composition.up()
    refuses_strangers(composition)
    operator = Browser(composition.url)
    assert "/first-run" in operator.opens("/")
    welcome = operator.sends(
        "/first-run", "/first-run", name="Anne", email="anne@vigie.example", password=PASSWORD
    )
    assert "You are this network" in unescape(welcome)

    assert composition.run("worker", "vigie", "rates", "load", str(rates)).returncode == 0
    people = let_in(composition, {file.member_name for file in files})
    browsers = {name: Browser(composition.url).signs_in(email) for name, email in people.items()}
    for file in files:
        sent = {"ledger": file.path} | ({"mapping": file.mapping_path} if file.mapping_path else {})
        assert "received on" in browsers[file.member_name].sends("/contributions", "/contributions", sent)
    worker_has_indexed(composition)

    closed = composition.run(
        "worker", "vigie", "release", "close", "--epoch", files[-1].periods[-1], "--json"
    )
    assert closed.returncode == 0, closed.stderr
    assert json.loads(closed.stdout)["published"] > 0, closed.stdout
    reader = browsers[files[0].member_name]
    name, path = a_released_debtor(composition)
    profile = unescape(reader.opens(path))
    assert name in profile
    assert "Payment Index" in profile
    assert path in reader.opens(f"/search?q={quote(name.lower())}")

    looked = composition.run("worker", "vigie", "doctor", "--json")
    assert looked.returncode == 0, looked.stdout
    assert all(composition.is_healthy(service) for service in ("web", "worker", "scheduler"))
    codes = composition.down()
    assert codes == dict.fromkeys(codes, 0)
    assert set(codes) == {"database", "queue", "web", "worker", "scheduler"}
    assert composition.left_running() == []


def make_secrets(composition: Composition) -> None:
    """Make them as the operator does, and aim them at this machine, where the services have no names."""
    done = vigie("secrets", str(composition.secrets), "--json")
    assert done.returncode == 0, done.stderr
    for file in composition.secrets.iterdir():
        file.write_text(composition.here(file.read_text(encoding="ascii")), encoding="ascii")
    again = vigie("secrets", str(composition.secrets))
    assert (again.returncode, len(again.stderr.splitlines())) == (1, 1)


def refuses_strangers(composition: Composition) -> None:
    """Nobody comes in over the network without the password of a login, the superuser neither."""
    for user in ("vigie_web", "vigie_owner", "postgres"):
        with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
            psycopg2.connect(
                host="127.0.0.1",
                port=composition.ports["database"],
                dbname="vigie",
                user=user,
                password="guessed",
            )


def let_in(composition: Composition, members: set[str]) -> dict[str, str]:
    """Open an account for a credit manager of each company; return the addresses by company."""
    people = {member: f"person-{number}@member.example" for number, member in enumerate(sorted(members))}

    def add(member: str) -> int:
        who = (people[member], "--name", "Claire", "--role", "credit_manager", "--member", member)
        return composition.run("worker", "vigie", "user", "add", *who, "--password", PASSWORD).returncode

    with ThreadPoolExecutor(2) as pool:
        assert set(pool.map(add, people)) == {0}
    return people


def rows(composition: Composition, query: str) -> list[tuple[str, ...]]:
    """Ask PostgreSQL on the spot, as its superuser."""
    connection = psycopg2.connect(**composition.superuser)
    try:
        with connection.cursor() as cursor:
            cursor.execute(query)
            return list(cursor.fetchall())
    finally:
        connection.close()


def worker_has_indexed(composition: Composition) -> None:
    """Wait until what the files told was written to the index: the scheduler asks for it, the worker does it."""
    waiting = "SELECT id::text FROM outbox WHERE topic = 'debtor.changed'"
    assert processes.wait_until(lambda: not rows(composition, waiting), seconds=60), composition.log("worker")


def a_released_debtor(composition: Composition) -> tuple[str, str]:
    """Return name and page of a debtor that was released."""
    released = (
        "SELECT debtor.name, debtor.id::text FROM debtor JOIN release ON debtor_id = debtor.id ORDER BY 1"
    )
    name, debtor_id = rows(composition, released)[0]
    return name, f"/debtors/{debtor_id}"
