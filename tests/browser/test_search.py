"""The search page in a real browser: narrowed down by keyboard, in both lights, on a phone, in French."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from network.models import Debtor
from network.search.connection import search_connection
from network.search.directory import read_documents
from network.search.embedded import EmbeddedIndex
from network.transaction import unit_of_work
from tests.browser.test_pages import faults, sign_in
from tests.factories.cast import Person

PLACES = (
    ("Lyon", "69003", "46"),
    ("Le Mans", "72000", "46"),
    ("Rouen", "76000", "47"),
    ("Lyon", "69007", "49"),
)
EVENTS = ((), ("index_fell", "index_below_60"), ("past_due_rose",))


@pytest.fixture
def searchable(page: Page, reporter: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Page:
    """A network of thirty listed garages, with what releases and registers told of them; the reporter is signed in."""
    with unit_of_work() as session:
        debtors = [
            Debtor(
                name=f"Garage {name} {number}",
                city=PLACES[number % 4][0],
                postcode=PLACES[number % 4][1],
                country="FR" if number % 7 else "BE",
                is_listed=True,
            )
            for number, name in enumerate(("Vasseur", "du Nord", "Lecœur") * 10)
        ]
        session.add_all(debtors)
        session.flush()
        documents = [
            replace(
                document,
                sector=PLACES[place % 4][2],
                payment_index=40 + place * 2,
                epoch="2026-10",
                exposure=1_000 * place,
                events=EVENTS[place % 3],
            )
            for place, document in enumerate(read_documents(session, [one.id for one in debtors]))
        ]
    index = EmbeddedIndex(tmp_path / "index")
    index.rebuild(documents)
    monkeypatch.setattr(search_connection, "_index", index)
    sign_in(page, reporter)
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_has_no_fault_and_does_not_scroll_sideways(
    searchable: Page, scheme: str, width: int
) -> None:
    page = searchable
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 900})
    for path in (
        "/search",
        "/search?q=garage",
        "/search?q=index:<60 ville:lyon secteur:transport gar",
        "/search?q=garage index:soon",
        "/search?q=garage city:brest",
    ):
        page.goto(path)
        assert faults(page) == "", path
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path


def test_a_list_is_narrowed_and_widened_by_keyboard(searchable: Page) -> None:
    page = searchable
    page.goto("/search?q=garage")
    narrow = page.get_by_role("navigation", name="Narrow down")
    choice = narrow.get_by_role("link", name=re.compile("Lyon"))
    choice.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=city:lyon*garage")
    expect(page.locator(".hit").first).to_contain_text("Lyon")
    chip = page.get_by_role("link", name=re.compile("City: Lyon"))
    expect(chip).to_contain_text("take away")
    chip.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=garage")
    expect(page.get_by_role("link", name=re.compile("City: Lyon"))).to_have_count(0)


def test_an_operator_is_understood_while_it_is_typed(searchable: Page) -> None:
    page = searchable
    page.goto("/search")
    page.keyboard.type("index:>90 ", delay=10)
    expect(page.locator(".hit").first).to_be_visible()
    expect(page.locator(".chip")).to_contain_text("91 and more")
    page.keyboard.type("city:!", delay=10)
    expect(page.locator(".notice")).to_contain_text("names no city")


def test_an_example_lists_without_a_name(searchable: Page) -> None:
    page = searchable
    page.goto("/search")
    page.get_by_role("link", name=re.compile("index:<60")).click()
    expect(page.locator(".chip")).to_have_count(2)
    expect(page.locator(".hits")).to_be_visible()
