"""`vigie keys rotate` among other processes, one of which is killed."""

import json
import os
import re
import signal
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path

from sqlalchemy import Engine, text

from network.embedded.processes import wait_until
from tests.functional import key_load
from tests.functional.conftest import Told, Vigie
from tests.installation import VIGIE

LOAD = (sys.executable, "-m", "tests.functional.key_load")
PAGES = 4_000
ROOT = Path(__file__).parents[2]


def rows_by_key(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        counted = connection.execute(text("SELECT key_id, count(*) FROM ledger_page GROUP BY key_id"))
        return dict(map(tuple, counted))


class AtWork:
    """A program of `key_load` that takes turn after turn."""

    def __init__(self, what: str) -> None:
        self._process = subprocess.Popen(
            [*LOAD, what],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def take_turns(self, count: int) -> None:
        """Wait until it has taken some more turns."""
        assert self._process.stdout is not None
        for _ in range(count):
            assert self._process.stdout.readline(), self.end()

    def end(self) -> str:
        """Let it end; return what it complained of."""
        _, complaint = self._process.communicate(timeout=60)
        return f"{complaint}{self._process.returncode or ''}"


@contextmanager
def at_work(what: str) -> Iterator[AtWork]:
    program = AtWork(what)
    try:
        program.take_turns(1)
        yield program
    finally:
        complaint = program.end()
    assert complaint == ""


def test_keys_change_twice_while_one_process_sends_and_another_reads(network: Engine, told: Told) -> None:
    key_load.main("fill", str(PAGES))
    with at_work("upload") as sender, at_work("read") as reader:
        for _ in range(2):
            (before,) = told("keys", "status")["keys"]
            done = told("keys", "rotate")
            assert done["is_complete"]
            assert done["retired"] == [before["id"]]
            assert done["rewrapped"] >= PAGES
            assert set(rows_by_key(network)) == {done["key"]}
            sender.take_turns(2)
            reader.take_turns(2)
    key_load.main("check", str(PAGES))


def test_a_rotation_that_was_killed_goes_on_where_it_was(
    network: Engine, told: Told, vigie: Vigie, installation: Path
) -> None:
    key_load.main("fill", str(PAGES))
    with at_work("upload") as sender:
        for _ in range(8):
            before = told("keys", "status")["keys"][0]["id"]
            process = subprocess.Popen([*VIGIE, "keys", "rotate"], stderr=subprocess.DEVNULL)
            assert wait_until(lambda before=before: set(rows_by_key(network)) != {before}, seconds=30)
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            if len(rows_by_key(network)) > 1:
                break
        rows = rows_by_key(network)
        assert rows.keys() > {before}
        sender.take_turns(2)
        status = told("keys", "status")
        assert status["is_rotating"]
        assert status["is_fine"]
        assert "vigie keys rotate" in vigie("doctor").stdout
        done = told("keys", "rotate")
    assert (done["went_on"], done["is_complete"], done["retired"]) == (True, True, [before])
    assert 0 < done["rewrapped"] <= rows[before]
    assert set(rows_by_key(network)) == {done["key"]}
    assert set(json.loads((installation / "keys" / "keys.json").read_text())["wrapping"]) == {done["key"]}
    key_load.main("check", str(PAGES))


def test_two_rotations_at_once_are_one_rotation(network: Engine, told: Told) -> None:
    key_load.main("fill", "2000")
    together = [
        subprocess.Popen([*VIGIE, "keys", "rotate", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(2)
    ]
    said = [process.communicate(timeout=120) for process in together]
    codes = sorted(process.returncode for process in together)
    assert codes in ([0, 0], [0, 1])  # the second one found the first at work, or came after it
    assert all(
        b"Another command changes the keys" in err
        for (_, err), it in zip(said, together, strict=True)
        if it.returncode
    )
    assert len(rows_by_key(network)) == 1
    assert len(told("keys", "status")["keys"]) == 1
    key_load.main("check", "2000")


class Browser:
    """Somebody at the pages of a running network."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def opens(self, path: str, form: dict[str, str] | None = None) -> str:
        """Return the text of a page; a refusal is an error."""
        body = urllib.parse.urlencode(form).encode() if form is not None else None
        request = urllib.request.Request(  # noqa: S310  # our own address
            self._url + path, data=body, headers={"Referer": self._url + path}
        )
        with self._opener.open(request, timeout=60) as answer:
            return str(answer.read().decode())

    def signs_in(self, email: str, password: str) -> None:
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.opens("/sign-in"))
        assert token is not None
        self.opens("/sign-in", {"csrf_token": token[1], "email": email, "password": password})


def test_pages_that_were_up_before_a_rotation_go_on_after_it(
    network: Engine, told: Told, tmp_path: Path
) -> None:
    url = told("up", "--detach")["url"]
    ledger = tmp_path / "ledger.csv"
    ledger.write_text(
        "customer_id,customer_name,invoice_id,invoice_date,due_date,amount,currency\n"
        "C1,Boulangerie Vasseur SARL,F1,2026-07-10,2026-08-10,1234.56,EUR\n",
        encoding="utf-8",
    )
    told("ingest", str(ledger), "--member", "Aciers")
    account = told(
        "user", "add", "a@vigie.example", "--name", "A", "--role", "credit_manager", "--member", "Aciers"
    )
    browser = Browser(url)
    browser.signs_in("a@vigie.example", account["password"])
    assert "ledger.csv" in browser.opens("/contributions")
    done = told("keys", "rotate")
    assert (done["is_complete"], set(rows_by_key(network))) == (True, {done["key"]})
    for _ in range(6):  # there are two processes, and either may answer
        assert "ledger.csv" in browser.opens("/contributions")
    assert told("keys", "rotate")["is_complete"]
    told("ingest", str(ledger), "--member", "Boulons")
    assert "ledger.csv" in browser.opens("/contributions")
