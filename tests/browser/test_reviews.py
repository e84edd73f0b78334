"""Lines decided in a real browser: by keyboard alone, without JavaScript, in both lights, on a phone, in French."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect

from network.resolution import resolve
from network.resolution.debtor_names import DebtorNames
from network.services.customer_book import read_customers
from network.services.reviews import next_reviews
from network.transaction import reading
from tests.browser.test_pages import faults, sign_in
from tests.factories.cast import Person
from tests.factories.reviews import fill_network, work

DECISIONS = 20
MEASURE = """() => {
  const shown = () => document.querySelector(".line h2")?.textContent;
  let before, began;
  window.waits = [];  // milliseconds from a key to the next line, where that came without waiting for the server
  window.addEventListener("keydown", () => { before = shown(); began = performance.now(); }, { capture: true });
  window.addEventListener("keydown", () => {
    if (shown() && shown() !== before) window.waits.push(performance.now() - began);
  });
}"""


@pytest.fixture
def lines(page: Page, reporter: Person, rival: Person, monkeypatch: pytest.MonkeyPatch) -> Page:
    """Thirty lines that wait, each with a debtor whose name is a letter off."""
    monkeypatch.setattr(resolve, "debtor_names", DebtorNames())
    fill_network(reporter, rival, lines=30)
    return page


@contextmanager
def worker() -> Iterator[None]:
    """The worker, at its work ten times a second."""
    stopped = threading.Event()

    def run() -> None:
        while not stopped.wait(0.1):
            work()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()
        work()


def open_reviews(page: Page, person: Person) -> None:
    sign_in(page, person)
    page.goto("/reviews")


def line_on(page: Page) -> str:
    return str(page.locator(".line h2").text_content())


def placed(person: Person) -> dict[str, str | None]:
    with reading() as session:
        book = read_customers(session, person.member_id)
    return dict(book.select("customer_name", "debtor_id").iter_rows())


def settled(page: Page) -> None:
    """Wait until all that was decided has reached the server."""
    page.wait_for_selector("[data-reviews]:is([data-unsent='0'], :not([data-unsent]))")


def test_twenty_decisions_by_keyboard_alone(lines: Page, moderator: Person, reporter: Person) -> None:
    page = lines
    open_reviews(page, moderator)
    expect(page.locator("[data-waiting]")).to_have_text("30")
    page.evaluate(MEASURE)
    decided: dict[str, str] = {}
    with worker():
        for turn in range(DECISIONS):
            name = line_on(page)
            key = "n" if turn % 5 == 4 else "1"
            chosen = page.locator("[data-key='1']").get_attribute("value")
            decided[name] = "new" if key == "n" else str(chosen)
            page.keyboard.press(key)
            page.wait_for_function(
                "name => document.querySelector('.line h2')?.textContent !== name", arg=name
            )
        settled(page)
    assert len(decided) == DECISIONS
    now = placed(reporter)
    known = set(decided.values())
    for name, choice in decided.items():
        assert now[name] == choice if choice != "new" else now[name] not in {None, *known}
    assert sum(debtor is None for debtor in now.values()) == 10
    waits = sorted(page.evaluate("window.waits"))
    assert len(waits) >= DECISIONS - 2, (
        "the next line stood there before the key was up: nothing was waited for"
    )
    assert waits[len(waits) // 2] < 100, waits
    expect(page.locator("[data-decided]")).to_have_text("20")
    expect(page.locator("[data-waiting]")).to_have_text("10")
    expect(page.locator("[data-live]")).to_contain_text("10 left")
    page.reload()
    expect(page.locator("[data-decided]")).to_have_text("20")
    expect(page.locator("[data-waiting]")).to_have_text("10")


def test_the_last_decisions_are_taken_back_by_keyboard(
    lines: Page, moderator: Person, reporter: Person
) -> None:
    page = lines
    open_reviews(page, moderator)
    first = line_on(page)
    page.keyboard.press("1")
    second = line_on(page)
    assert second != first
    page.keyboard.press("n")
    expect(page.locator("[data-trail] li")).to_have_count(2)
    settled(page)
    work()
    page.keyboard.press("u")
    expect(page.locator(".line h2")).to_have_text(second)
    expect(page.locator("[data-live]")).to_contain_text(f"Taken back: “{second}”")
    page.keyboard.press("1")  # before the worker has come to it
    page.keyboard.press("u")
    page.keyboard.press("u")
    expect(page.locator(".line h2")).to_have_text(first)
    settled(page)
    work()
    assert all(debtor is None for debtor in placed(reporter).values())
    expect(page.locator("[data-waiting]")).to_have_text("30")


def test_not_sure_goes_around_and_says_so_at_the_end(
    lines: Page, moderator: Person, reporter: Person
) -> None:
    page = lines
    open_reviews(page, moderator)
    with worker():
        for _ in range(27):
            name = line_on(page)
            page.keyboard.press("1")
            page.wait_for_function(
                "name => document.querySelector('.line h2')?.textContent !== name", arg=name
            )
        left = []
        for _ in range(3):
            left.append(line_on(page))
            page.keyboard.press("s")
        expect(page.get_by_role("heading", name="You have seen every line")).to_be_visible()
        settled(page)
    page.get_by_role("link", name="Look at them again").click()
    page.wait_for_load_state()
    assert line_on(page) in left
    assert faults(page) == ""
    with worker():
        for _ in range(3):
            page.keyboard.press("1")
        expect(page.get_by_role("heading", name="Every line has its debtor")).to_be_visible()
        settled(page)
    assert None not in placed(reporter).values()


def test_arrows_move_and_single_keys_can_be_turned_off(lines: Page, moderator: Person) -> None:
    page = lines
    open_reviews(page, moderator)
    name = line_on(page)
    page.keyboard.press("ArrowDown")
    expect(page.locator("[data-key='1']")).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(page.locator("[data-key='1']")).to_be_focused()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert faults(page) == ""
    page.keyboard.press("1")
    assert line_on(page) == name
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Single keys").click()
    page.keyboard.press("1")
    assert line_on(page) == name
    page.locator("[data-key='1']").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".line h2")).not_to_have_text(name)
    expect(page.locator(".line h2")).to_be_focused()
    settled(page)


def test_what_is_typed_into_the_search_box_decides_nothing(lines: Page, moderator: Person) -> None:
    open_reviews(lines, moderator)
    name = line_on(lines)
    lines.keyboard.press("Control+k")
    lines.keyboard.type("1nsu")
    assert line_on(lines) == name
    expect(lines.locator("[data-decided]")).to_have_text("0")


def test_a_line_that_somebody_else_settled_is_told(lines: Page, moderator: Person, reporter: Person) -> None:
    page = lines
    open_reviews(page, moderator)
    name = line_on(page)
    theirs = page.context.browser
    assert theirs is not None
    mine = next(r for r in next_reviews(reporter.actor, limit=40).reviews if r.customer.customer_name == name)
    from network.services.review_decisions import make_decision

    make_decision(reporter.actor, review_id=mine.id, debtor_id=None)
    work()
    page.keyboard.press("1")
    expect(page.locator(".notice")).to_contain_text("could not be saved")
    expect(page.locator("[data-decided]")).to_have_text("0")


def test_decisions_wait_while_the_server_is_away(lines: Page, moderator: Person, reporter: Person) -> None:
    page = lines
    open_reviews(page, moderator)
    settled(page)
    page.context.set_offline(True)
    page.keyboard.press("1")
    page.keyboard.press("1")
    expect(page.locator(".notice")).to_contain_text("The server does not answer")
    page.context.set_offline(False)
    page.wait_for_timeout(2500)
    settled(page)
    work()
    assert sum(debtor is not None for debtor in placed(reporter).values()) == 2


def test_it_all_works_without_javascript(
    browser: Browser, lines: Page, live_server: str, reporter: Person
) -> None:
    context = browser.new_context(base_url=live_server, java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    open_reviews(page, reporter)
    first = line_on(page)
    page.locator("[data-key='1']").click()
    second = line_on(page)
    page.get_by_role("link", name="Not sure").click()
    assert len({first, second, line_on(page)}) == 3
    page.get_by_role("button", name="Take the last one back").click()
    expect(page.locator(".notice")).to_contain_text("Taken back")
    assert line_on(page) == first
    work()
    assert all(debtor is None for debtor in placed(reporter).values())
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_no_fault_and_no_sideways_scrolling(lines: Page, reporter: Person, scheme: str, width: int) -> None:
    page = lines
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 800})
    open_reviews(page, reporter)
    assert faults(page) == ""
    page.keyboard.press("1")
    expect(page.locator("[data-trail] li")).to_have_count(1)
    assert faults(page) == ""
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    settled(page)


def test_in_french(lines: Page, reporter: Person) -> None:
    lines.goto("/sign-in")
    lines.get_by_role("button", name="Français").click()
    lines.get_by_label("Adresse e-mail").fill(reporter.email)
    lines.get_by_label("Mot de passe").fill(reporter.password)
    lines.keyboard.press("Enter")
    lines.get_by_role("link", name="Rapprochements").click()
    expect(lines.get_by_role("heading", level=1)).to_have_text("Quelle est cette entreprise ?")
    name = line_on(lines)
    lines.keyboard.press("1")
    expect(lines.locator("[data-live]")).to_contain_text(f"« {name} » :")
    settled(lines)


@pytest.mark.parametrize("width", [1280, 390])
def test_two_debtors_are_judged_to_be_one(lines: Page, moderator: Person, width: int) -> None:
    page = lines
    page.set_viewport_size({"width": width, "height": 800})
    open_reviews(page, moderator)
    debtor = page.locator("[data-key='1']").get_attribute("value")
    other = page.locator("[data-key='1']").get_attribute("data-name")
    page.keyboard.press("s")
    second = str(page.locator("[data-key='1']").get_attribute("data-name"))
    assert other != second
    page.goto(f"/debtors/{debtor}")
    page.locator("details.judge summary").click()
    page.get_by_label("The other debtor").fill(second)
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("One company or two?")
    assert faults(page) == ""
    page.get_by_label("Why").fill("Two brothers, two companies")
    page.get_by_role("button", name="Two companies").click()
    expect(page.locator("table")).to_contain_text("Two brothers, two companies")
    assert faults(page) == ""
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
