"""The pages in a real browser: by keyboard, in both lights, in French, on a phone, with and without JavaScript."""

import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from alerts.channels.in_app import deliver_release
from network.models import Debtor, DebtorIdentifier, Watch
from network.search.connection import search_connection
from network.search.embedded import EmbeddedIndex
from network.transaction import unit_of_work
from tests.factories.cast import Person
from tests.factories.releases import close_month, months, released

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
LEDGER = (
    "customer_id;customer_name;siren;postcode;city;country;invoice_id;invoice_date;due_date;amount;currency;settled_date;disputed\n"
    "C1;Charpentes Vasseur;552100554;62000;Arras;FR;F1;2026-08-03;2026-09-02;1200.50;EUR;2026-09-20;false\n"
    "C1;Charpentes Vasseur;552100554;62000;Arras;FR;F2;2026-09-04;2026-10-04;800.00;EUR;;false\n"
    "C1;Charpentes Vasseur;552100554;62000;Arras;FR;F3;2026-09-05;31/02/2026;10.00;EUR;;false\n"
)


@pytest.fixture
def network(page: Page, reporter: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Page:
    """A network with two listed debtors, one of which the reporter watches and which slides; nobody is signed in."""
    with unit_of_work() as session:
        vasseur = Debtor(name="Charpentes Vasseur et Fils", legal_form="SARL", city="Arras", is_listed=True)
        lecoeur = Debtor(name="Transports Lecœur", legal_form="SA", city="Rouen", is_listed=True)
        session.add_all((vasseur, lecoeur))
        session.flush()
        session.add(DebtorIdentifier(scheme="siren", value="552100554", debtor_id=lecoeur.id))
        session.add(Watch(user_id=reporter.user_id, debtor_id=vasseur.id))
    for place, epoch in enumerate(months("2026-05", 6)):
        close_month(epoch, released(epoch, debtor=vasseur.id, days=max(1, place), past_due=max(1, place)))
        with unit_of_work() as session:
            deliver_release(session, epoch)
    monkeypatch.setattr(search_connection, "_index", EmbeddedIndex(tmp_path / "index"))
    return page


@pytest.fixture
def signed_in(network: Page, reporter: Person) -> Page:
    sign_in(network, reporter)
    return network


def sign_in(page: Page, person: Person) -> None:
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill(person.email)
    page.get_by_label("Password").fill(person.password)
    page.keyboard.press("Enter")
    page.wait_for_url("**/")


def send_ledger(page: Page, folder: Path) -> None:
    path = folder / "ventes.csv"
    path.write_text(LEDGER, encoding="utf-8")
    page.goto("/contributions")
    page.get_by_label("Ledger file").set_input_files(path)
    page.get_by_role("button", name="Send").click()
    page.wait_for_url("**/contributions/*")


def faults(page: Page) -> str:
    found = Axe().run(page, options=RULES)
    return str(found.generate_report()) if found.violations_count else ""


# --- No page has a fault that axe can find ---------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_no_page_has_a_fault_or_scrolls_sideways(
    signed_in: Page, scheme: str, width: int, tmp_path: Path
) -> None:
    page = signed_in
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 800})
    send_ledger(page, tmp_path)
    receipt = page.url
    for path in (
        "/",
        "/inbox",
        "/search",
        "/search?q=vasseur",
        "/search?q=zzzzzz",
        "/contributions",
        receipt,
        "/contributions/2026-09/withdraw",
        "/no-such-page",
    ):
        page.goto(path)
        for details in page.locator("details").all():
            details.evaluate("element => { element.open = true }")
        assert faults(page) == "", path
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_doors_have_no_fault_either(page: Page, scheme: str, request: pytest.FixtureRequest) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto("/first-run")
    expect(page.get_by_role("heading", level=1)).to_have_text("Somebody has to light the lamp.")
    assert faults(page) == ""
    page.get_by_label("Password").fill("short")
    page.keyboard.press("Enter")
    expect(page.locator("#fault-password")).to_be_visible()
    assert faults(page) == ""
    request.getfixturevalue("operator")
    page.goto("/sign-in")
    assert faults(page) == ""


def test_the_content_policy_refuses_nothing_of_ours(signed_in: Page) -> None:
    complaints: list[str] = []
    signed_in.on("console", lambda message: complaints.append(message.text))
    signed_in.on("pageerror", lambda error: complaints.append(str(error)))
    signed_in.on(
        "request",
        lambda asked: asked.url.startswith(("http://127.", "data:")) or complaints.append(asked.url),
    )
    for path in ("/", "/search?q=vas", "/inbox", "/contributions"):
        signed_in.goto(path)
        signed_in.wait_for_load_state("networkidle")
    assert complaints == []


# --- Search ----------------------------------------------------------------------------------------------------------


def test_a_debtor_is_found_and_opened_by_keyboard_alone(signed_in: Page) -> None:
    page = signed_in
    page.keyboard.press("Control+k")
    page.keyboard.type("charpante vas", delay=15)
    box = page.get_by_role("combobox")
    expect(box).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    chosen = page.get_by_role("option", selected=True)
    expect(chosen).to_contain_text("Charpentes Vasseur et Fils")
    expect(box).to_have_attribute("aria-activedescendant", str(chosen.get_attribute("id")))
    assert faults(page) == ""
    page.keyboard.press("Enter")
    page.wait_for_url("**/debtors/*")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Charpentes Vasseur et Fils")


def test_escape_closes_the_suggestions_and_keeps_the_words(signed_in: Page) -> None:
    signed_in.keyboard.press("Control+k")
    signed_in.keyboard.type("vasseur")
    options = signed_in.get_by_role("option")
    expect(options.first).to_be_visible()
    signed_in.keyboard.press("Escape")
    expect(options.first).to_be_hidden()
    expect(signed_in.get_by_role("combobox")).to_have_value("vasseur")


def test_without_a_choice_enter_shows_all_results(signed_in: Page) -> None:
    signed_in.keyboard.press("Control+k")
    signed_in.keyboard.type("lecoeur")
    signed_in.keyboard.press("Enter")
    signed_in.wait_for_url("**/search?q=lecoeur")
    expect(signed_in.locator(".hit")).to_have_count(1)


def test_results_follow_the_typing_and_the_address_follows_the_results(signed_in: Page) -> None:
    signed_in.goto("/search")
    signed_in.keyboard.type("552 100 554", delay=10)
    expect(signed_in.locator(".hit")).to_contain_text("Transports Lecœur")
    expect(signed_in).to_have_url(re.compile(r"q=552"))
    signed_in.keyboard.press("ArrowDown")
    expect(signed_in.locator(".hit a")).to_be_focused()
    signed_in.keyboard.press("ArrowUp")
    expect(signed_in.locator("#finder-page")).to_be_focused()


def test_search_and_sign_in_work_without_javascript(
    browser: Browser, network: Page, live_server: str, reporter: Person
) -> None:
    context = browser.new_context(base_url=live_server, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, reporter)
    page.get_by_role("searchbox").fill("vasseur")
    page.get_by_role("searchbox").press("Enter")
    page.wait_for_url("**/search?q=vasseur")
    assert page.locator(".hit").count() == 1
    context.close()


# --- Frame -----------------------------------------------------------------------------------------------------------


def test_the_first_tab_leads_past_the_bar(signed_in: Page) -> None:
    signed_in.keyboard.press("Tab")
    expect(signed_in.get_by_text("Skip to the content")).to_be_focused()
    signed_in.keyboard.press("Enter")
    expect(signed_in.locator("main")).to_be_focused()


def test_the_menu_opens_and_closes_by_keyboard(signed_in: Page) -> None:
    menu = signed_in.locator("details.menu")
    menu.locator("summary").focus()
    signed_in.keyboard.press("Enter")
    expect(signed_in.get_by_role("button", name="Sign out")).to_be_visible()
    signed_in.keyboard.press("Escape")
    expect(signed_in.get_by_role("button", name="Sign out")).to_be_hidden()
    expect(menu.locator("summary")).to_be_focused()


def test_night_falls_at_once_and_stays(signed_in: Page) -> None:
    def paper() -> str:
        return str(signed_in.evaluate("getComputedStyle(document.body).backgroundColor"))

    day = paper()
    signed_in.locator("details.menu summary").click()
    with signed_in.expect_response("**/light"):
        signed_in.get_by_role("button", name="Night").click()
    night = paper()
    assert night != day
    signed_in.reload()
    assert paper() == night


def test_french_from_the_door_on(network: Page, reporter: Person) -> None:
    network.goto("/sign-in")
    network.get_by_role("button", name="Français").click()
    expect(network.get_by_role("heading", level=2)).to_have_text("Se connecter")
    network.get_by_label("Adresse e-mail").fill(reporter.email)
    network.get_by_label("Mot de passe").fill(reporter.password)
    network.keyboard.press("Enter")
    expect(network.get_by_role("heading", level=1)).to_have_text("Tour de guet")
    expect(network.locator("html")).to_have_attribute("lang", "fr")
    expect(network.locator(".page-head")).to_contain_text("octobre 2026")


def test_an_address_that_was_asked_for_is_where_one_arrives(network: Page, reporter: Person) -> None:
    network.goto("/search?q=vasseur")
    network.wait_for_url("**/sign-in?next=*")
    network.get_by_label("E-mail").fill(reporter.email)
    network.get_by_label("Password").fill(reporter.password)
    network.keyboard.press("Enter")
    network.wait_for_url("**/search?q=vasseur")


def test_a_file_is_dropped_read_and_its_receipt_shown(signed_in: Page, tmp_path: Path) -> None:
    send_ledger(signed_in, tmp_path)
    expect(signed_in.get_by_role("heading", level=1)).to_have_text("ventes.csv")
    expect(signed_in.locator("#rejected")).to_contain_text("1")
    expect(signed_in.locator(".facts")).to_contain_text("Accepted")


def test_news_is_marked_as_read(signed_in: Page) -> None:
    signed_in.goto("/inbox")
    expect(signed_in.locator(".count")).to_be_visible()
    signed_in.get_by_role("button", name="Mark these as read").click()
    expect(signed_in.get_by_role("status").first).to_contain_text("marked as read")
    expect(signed_in.locator(".count")).to_have_count(0)
