"""The page of the log in a real browser: no fault of accessibility, and everything is downloaded by keyboard."""

from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.factories.cast import Person
from tests.factories.releases import DAY, DEBTOR, close_month, months, new_debtor, released

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture
def log_page(page: Page, reporter: Person) -> Page:
    """The log after four months, signed in as the reporter."""
    new_debtor()
    for place, epoch in enumerate(months("2026-06", 4)):
        close_month(epoch, released(epoch), day=DAY + timedelta(days=place))
    page.goto("/log")
    page.get_by_role("textbox", name="E-mail").fill(reporter.email)
    page.locator("input[type=password]").fill(reporter.password)
    page.locator("main button[type=submit]").click()
    page.wait_for_url("**/log")
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_the_page_has_no_fault_and_does_not_scroll_sideways(log_page: Page, scheme: str, width: int) -> None:
    log_page.set_viewport_size({"width": width, "height": 900})
    log_page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    for path in ("/log", f"/log?before={(DAY + timedelta(days=2)).isoformat()}.6"):
        log_page.goto(path)
        expect(log_page.get_by_role("heading", level=1)).to_have_text("Release log")
        found = Axe().run(log_page, options=RULES)
        assert found.violations_count == 0, found.generate_report()
        assert log_page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_the_policy_refuses_nothing_of_the_page(log_page: Page) -> None:
    complaints: list[str] = []
    log_page.on("console", lambda message: complaints.append(message.text))
    log_page.on("pageerror", lambda error: complaints.append(str(error)))
    log_page.reload()
    log_page.wait_for_load_state("networkidle")
    assert complaints == []


def test_head_and_proofs_are_taken_away_by_keyboard(log_page: Page, tmp_path: Path) -> None:
    def taken(name: str) -> str:
        with log_page.expect_download() as download:
            log_page.keyboard.press("Enter")
        assert download.value.suggested_filename == name
        download.value.save_as(tmp_path / name)
        return (tmp_path / name).read_text(encoding="utf-8")

    newest, oldest = (DAY + timedelta(days=3)).isoformat() + ".8", f"{DAY.isoformat()}.2"
    log_page.get_by_role("link", name="Keep this head").focus()
    assert taken(f"vigie-head-{newest}.txt").startswith("vigie/releases/")
    log_page.get_by_role("combobox", name="Older head").select_option(oldest)
    log_page.get_by_role("button", name="Download the proof").focus()
    assert "vigie-log-consistency/1" in taken(f"vigie-heads-{oldest}-{newest}.json")
    log_page.goto(f"/debtors/{DEBTOR}")
    log_page.get_by_role("link", name="Download the proof").focus()
    assert "vigie-release-proof/1" in taken(f"vigie-release-{DEBTOR}-2026-09.json")
