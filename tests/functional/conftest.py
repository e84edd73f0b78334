"""The web application over the test's own database, and visitors who use it as browsers do: with form tokens."""

import io
import json
import re
import subprocess
from collections.abc import Callable, Iterable, Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from network import cli, create_app
from network.embedded import engines
from network.keystore import keys
from network.logins import DatabaseRole
from network.search.connection import search_connection
from network.search.embedded import EmbeddedIndex
from network.settings import Settings
from tests.databases import Logins, login
from tests.factories.cast import Person

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Visitor:
    """Somebody with a browser."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def opens(self, path: str, **headers: str) -> TestResponse:
        """Open a page."""
        return self.client.get(
            path, headers={name.replace("_", "-"): value for name, value in headers.items()}
        )

    def sends(
        self, path: str, form: dict[str, object] | None = None, *, seen_on: str = "/sign-in"
    ) -> TestResponse:
        """Send a form that was seen on a page; follow nothing."""
        token = _TOKEN.search(self.opens(seen_on).text)
        assert token is not None, f"no form on {seen_on}"
        return self.client.post(path, data={"csrf_token": token[1], **(form or {})})

    def signs_in(
        self, person: Person, *, password: str | None = None, path: str = "/sign-in"
    ) -> TestResponse:
        """Sign in."""
        return self.sends(path, {"email": person.email, "password": password or person.password})


def words_of(response: TestResponse) -> str:
    """Return the text of a page as a reader sees it, blanks folded."""
    text = re.sub(r"<(script|style|title|svg).*?</\1>|<[^>]+>", " ", response.text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(text))


class AsThePages:
    """Serves each request under the role of the pages, on the one connection of the test."""

    def __init__(self, session: Session, serve: Callable[..., Iterable[bytes]]) -> None:
        self._session, self._serve = session, serve

    def __call__(self, *request: Any) -> Iterable[bytes]:
        connection = self._session.connection()
        nobody = ", ".join(f"set_config('app.{name}', '', true)" for name in SETTINGS)
        connection.exec_driver_sql(f"SELECT {nobody}")
        connection.exec_driver_sql(f"SET LOCAL ROLE {DatabaseRole.WEB.value}")
        try:
            return self._serve(*request)
        finally:
            connection.exec_driver_sql(f"SET LOCAL ROLE {DatabaseRole.WORKER.value}")


SETTINGS = ("user", "email", "owner", "decider", "unlisted", "group", "affiliates")
"""What the policies look at; here it would outlive a request, for the test is one transaction."""


@pytest.fixture
def app(session: Session, settings: Settings) -> Flask:
    """The application."""
    app = create_app(settings)
    served = AsThePages(session, app.wsgi_app)
    app.wsgi_app = served  # type: ignore[method-assign]  # the place that Flask names for it
    return app


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    """Somebody who is not signed in."""
    return Visitor(app.test_client())


@pytest.fixture
def reader_of(app: Flask) -> Callable[[Person], Visitor]:
    """Return a visitor who has signed in as the given person."""

    def signed_in(person: Person) -> Visitor:
        visitor = Visitor(app.test_client())
        assert visitor.signs_in(person).status_code == 302
        return visitor

    return signed_in


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> EmbeddedIndex:
    """A search index of this test alone, built when first asked."""
    mine = EmbeddedIndex(tmp_path / "index")
    monkeypatch.setattr(search_connection, "_index", mine)
    return mine


@pytest.fixture
def logins(committed_database: Engine) -> Iterator[Logins]:
    """A connection for each role; the same one is used again, as a pool would."""
    engines = {
        role: create_engine(login(committed_database.url, role), pool_size=1, max_overflow=0)
        for role in DatabaseRole
    }
    yield Logins(engines)
    for engine in engines.values():
        engine.dispose()


class Outcome:
    """What a command left: exit code, standard output and standard error."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.returncode, self.stdout, self.stderr = code, out, err


Vigie = Callable[..., Outcome]
Told = Callable[..., dict[str, Any]]


@pytest.fixture
def network(installation: Path, migrated: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """An installation of its own whose engines stay up; yields the superuser's engine."""
    for name in ("_ring", "_store"):
        monkeypatch.setattr(keys, name, None)
    subprocess.run(["/bin/cp", "-a", migrated, installation / "postgres"], check=True)
    with engines.held(installation, with_redis=True, is_durable=False) as running:
        assert running.database_url is not None
        engine = create_engine(running.database_url, isolation_level="AUTOCOMMIT")
        yield engine
        engine.dispose()


@pytest.fixture
def vigie(network: Engine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Vigie:
    """Run a command in this process."""
    monkeypatch.setattr("sys.stdin", io.StringIO(""))  # nobody answers questions

    def run(*words: str) -> Outcome:
        capsys.readouterr()
        code = cli.run(words)
        said = capsys.readouterr()
        return Outcome(code, said.out, said.err)

    return run


@pytest.fixture
def told(vigie: Vigie) -> Told:
    """Run a command with --json and return its object."""

    def run(*words: str, code: int = 0) -> dict[str, Any]:
        done = vigie(*words, "--json")
        assert done.returncode == code, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    return run
