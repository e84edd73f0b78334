"""A real browser on the real application, on a real port, over a committed database."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import Engine
from werkzeug.serving import make_server

from network import create_app
from network.settings import Settings
from tests.not_run import chromium

_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever lies in this folder needs a browser."""
    for item in items:
        if item.path.is_relative_to(_HERE):
            item.add_marker("browser")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for the worker."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=list(_ARGUMENTS))
        yield started
        started.close()


@pytest.fixture
def live_server(committed_database: Engine, settings: Settings) -> Iterator[str]:
    """The address of the application, served by a thread of this process."""
    server = make_server("127.0.0.1", 0, create_app(settings), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page(browser: Browser, live_server: str) -> Iterator[Page]:
    """A page of a new visitor; paths are relative to the live server."""
    context = browser.new_context(base_url=live_server, locale="en-GB")
    yield context.new_page()
    context.close()
