"""The method page in a real browser: by day and night, on a desk, a telephone and on paper, by keyboard."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from network.promise import measured as files
from network.promise.measured import NAME
from network.settings import Settings
from tests.factories import measured as factory

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture(autouse=True)
def own(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Figures of the operator of which one fails, one is uncertain and one holds, under both profiles."""
    monkeypatch.setattr(files, "SHIPPED", tmp_path / "nothing is shipped")
    rows = (
        factory.row("joiner", figure=0.3, passed=False),
        factory.row("delta/largest/doubled", figure=0.09, passed=False),
        factory.row("gaps/1 months/shared supplier"),
    )
    return factory.put(settings.home / "attacks" / NAME, factory.measured(*rows))


def _opens_all(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_has_no_fault_and_does_not_scroll_sideways(page: Page, scheme: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto("/method")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    for opens in (lambda _: None, _opens_all):
        opens(page)
        found = Axe().run(page, options=RULES)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_the_policy_refuses_nothing_of_the_page(page: Page) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto("/method")
    page.wait_for_load_state("networkidle")
    assert complaints == []


def test_the_contents_lead_to_each_chapter_by_keyboard(page: Page) -> None:
    page.goto("/method")
    contents = page.get_by_role("navigation", name="On this page").get_by_role("link")
    targets = [(link.get_attribute("href") or "").lstrip("#") for link in contents.all()]
    assert len(targets) == 8
    for place, target in enumerate(targets):
        page.goto("/method")
        contents.nth(place).focus()
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/method#{target}")
        expect(page.locator(f"#{target}")).to_be_in_viewport()


def test_what_fails_is_open_and_what_holds_is_closed(page: Page) -> None:
    page.goto("/method")
    is_open = page.evaluate(
        "Object.fromEntries([...document.querySelectorAll('#attacks details.family')].map("
        "each => [each.querySelector('h3').innerText, each.open]))"
    )
    assert is_open == {
        "Lay two months side by side": True,
        "Watch for one supplier’s jump": True,
        "Notice who fell silent": False,
    }


def test_on_paper_every_figure_is_shown(page: Page) -> None:
    page.goto("/method")
    page.emulate_media(media="print")
    expect(page.get_by_role("rowheader", name="one month, two debtors of one supplier")).to_be_visible()
    expect(page.get_by_role("navigation", name="On this page")).to_be_hidden()
