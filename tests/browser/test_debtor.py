"""The debtor page in a real browser: no fault of accessibility, nothing refused by the policy, and it works."""

from datetime import date

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from alerts.subscriptions import is_watched
from network.models import DebtorIdentifier, ParentLink, RegisterEntry, RegisterLoad
from network.transaction import unit_of_work
from tests.factories.cast import Person
from tests.factories.releases import DEBTOR, close_month, months, new_debtor, released

EPOCHS = months("2024-11", 24)
LOADED = date(2026, 11, 15)
SIREN, PARENT = "732829320", "R0MUWSFPU8MPRO8K5P83"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def registered() -> None:
    """Give the debtor a number, and a register that has it and its parent."""
    entry = {"is_active": True, "is_person": False, "as_of": LOADED, "country": "FR"}
    with unit_of_work() as session:
        session.add_all(
            [
                DebtorIdentifier(scheme="siren", value=SIREN, debtor_id=DEBTOR),
                RegisterLoad(
                    source="sirene_units", file_name="u.csv", fingerprint="1", as_of=LOADED, state="done"
                ),
                RegisterEntry(
                    scheme="siren",
                    value=SIREN,
                    name="TOLERIE DE CHAUMONT ET DU BASSIGNY",
                    usual_name="TOLERIE CHAUMONT",
                    legal_form="5710",
                    activity="25.11Z",
                    postcode="52000",
                    city="CHAUMONT",
                    **entry,
                ),
                RegisterEntry(scheme="lei", value=PARENT, name="Aciers Holding SE", **entry),
                ParentLink(
                    child_scheme="siren",
                    child_value=SIREN,
                    parent_scheme="lei",
                    parent_value=PARENT,
                    kind="direct",
                    source="entered",
                    as_of=LOADED,
                ),
            ]
        )


@pytest.fixture
def debtor_page(page: Page, reporter: Person) -> Page:
    """The page of a debtor with two years of releases and a gap, signed in as the reporter."""
    new_debtor(city="Chaumont", postcode="52000", legal_form="SAS", country="FR")
    for place, epoch in enumerate(EPOCHS):
        step = min(place // 4, 5)
        close_month(
            epoch,
            *([] if place in {17, 18} else [released(epoch, days=step, past_due=step + 1, over_90=step)]),
        )
    registered()
    page.goto(f"/debtors/{DEBTOR}")
    page.get_by_role("textbox", name="E-mail").fill(reporter.email)
    page.locator("input[type=password]").fill(reporter.password)
    page.locator("main button[type=submit]").click()
    page.wait_for_url(f"**/debtors/{DEBTOR}")
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_has_no_fault_that_axe_can_find(debtor_page: Page, scheme: str, width: int) -> None:
    debtor_page.set_viewport_size({"width": width, "height": 900})
    debtor_page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    for details in debtor_page.locator("main details").all():
        details.evaluate("element => { element.open = true }")
    found = Axe().run(debtor_page, options=RULES)
    assert found.violations_count == 0, found.generate_report()


def test_the_policy_refuses_nothing_of_the_page(debtor_page: Page) -> None:
    complaints: list[str] = []
    debtor_page.on("console", lambda message: complaints.append(message.text))
    debtor_page.on("pageerror", lambda error: complaints.append(str(error)))
    debtor_page.reload()
    debtor_page.wait_for_load_state("networkidle")
    assert complaints == []


def test_the_drawing_fits_the_screen(debtor_page: Page) -> None:
    def shown() -> tuple[bool, bool]:
        figure = debtor_page.locator("#chart-index")
        return figure.locator(".chart-wide").is_visible(), figure.locator(".chart-narrow").is_visible()

    debtor_page.set_viewport_size({"width": 1280, "height": 900})
    assert shown() == (True, False)
    debtor_page.set_viewport_size({"width": 390, "height": 900})
    assert shown() == (False, True)
    assert debtor_page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_the_colours_follow_the_theme(debtor_page: Page) -> None:
    def colour() -> str:
        bar = debtor_page.locator('#chart-aging .chart-wide [fill^="var(--chart-late-4"]').first
        return str(bar.evaluate("element => getComputedStyle(element).fill"))

    debtor_page.emulate_media(color_scheme="light")
    day = colour()
    debtor_page.emulate_media(color_scheme="dark")
    assert day.startswith("rgb")
    assert colour() != day


def test_the_table_twin_opens_by_keyboard(debtor_page: Page) -> None:
    summary = debtor_page.locator("#chart-index summary")
    summary.focus()
    debtor_page.keyboard.press("Enter")
    table = debtor_page.locator("#chart-index table")
    assert table.is_visible()
    assert table.get_by_role("row").nth(1).get_by_role("rowheader").inner_text() == "October 2026"


def test_the_watch_button_works_without_loading_the_page(debtor_page: Page, reporter: Person) -> None:
    debtor_page.evaluate("window.stays = true")
    debtor_page.get_by_role("button", name="Watch", exact=True).click()
    button = debtor_page.get_by_role("button", name="Watching", exact=True)
    button.wait_for()
    assert is_watched(reporter.actor, debtor_id=DEBTOR)
    assert button.evaluate("element => element === document.activeElement")
    assert debtor_page.evaluate("window.stays")
    button.click()
    debtor_page.get_by_role("button", name="Watch", exact=True).wait_for()
    assert not is_watched(reporter.actor, debtor_id=DEBTOR)
