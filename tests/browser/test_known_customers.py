"""The dry run of a list in a real browser: both lights, a phone, by keyboard, in French."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from network.models import Debtor, DebtorIdentifier
from network.services import known_customers
from network.services.known_customers import ListedDebtors
from network.transaction import unit_of_work
from tests.browser.test_pages import RULES, sign_in
from tests.factories.cast import Person

CUSTOMERS = "raison sociale;siren;code postal;pays\n" + "".join(
    f"{line}\n"
    for line in (
        "CHARPENTES VASSEUR ET FILS SARL;552100554;62000;FR",
        "Transports Lecoeur;;76000;FR",
        "Transports Le Coeur;;;",
        "M. Jean Dupont;;;",
        *(
            f"Quincaillerie {name};;69003;FR"
            for name in ("Bellérophon", "Ixion", "Danaé", "Persée", "Sisyphe")
        ),
        *(f"Verrerie {name};;69003;FR" for name in ("Bellérophon", "Ixion", "Danaé", "Persée", "Sisyphe")),
    )
)


@pytest.fixture
def member(page: Page, reporter: Person, monkeypatch: pytest.MonkeyPatch) -> Page:
    """The reporter, signed in to a network with two listed debtors."""
    monkeypatch.setattr(known_customers, "listed_debtors", ListedDebtors())
    with unit_of_work() as session:
        vasseur = Debtor(
            name="Charpentes Vasseur et Fils",
            legal_form="SARL",
            postcode="62000",
            country="FR",
            is_listed=True,
        )
        lecoeur = Debtor(name="Transports Lecœur", postcode="76000", country="FR", is_listed=True)
        session.add_all((vasseur, lecoeur))
        session.flush()
        session.add(DebtorIdentifier(scheme="siren", value="552100554", debtor_id=vasseur.id))
    sign_in(page, reporter)
    return page


@pytest.fixture
def customers(tmp_path: Path) -> Path:
    path = tmp_path / "clients.csv"
    path.write_text(CUSTOMERS, encoding="utf-8")
    return path


def compare(page: Page, path: Path) -> None:
    page.goto("/contributions/check")
    page.locator("input[type=file]").set_input_files(path)
    page.locator("form[data-upload] button[type=submit]").click()
    page.locator(".known-bar").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_it_has_no_fault_and_does_not_scroll_sideways(
    member: Page, customers: Path, scheme: str, width: int, tmp_path: Path
) -> None:
    member.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    member.set_viewport_size({"width": width, "height": 844})
    for _ in ("empty", "compared"):
        if member.url.endswith("/"):
            member.goto("/contributions/check")
        else:
            compare(member, customers)
        found = Axe().run(member, options=RULES)
        assert found.violations_count == 0, found.generate_report()
        assert member.evaluate("document.documentElement.scrollWidth") <= width


def test_it_is_found_from_the_contributions_and_answers_by_keyboard(member: Page, customers: Path) -> None:
    member.goto("/contributions")
    member.get_by_role("link", name="Which of our customers are known?").press("Enter")
    expect(member.get_by_role("heading", level=1)).to_have_text("Which of our customers are known?")
    member.get_by_label("List of customers").set_input_files(customers)
    member.get_by_role("button", name="Compare").press("Enter")
    expect(member.get_by_role("heading", name="2 of 13 customers are known")).to_be_visible()
    rows = member.get_by_role("table").first.get_by_role("row")
    expect(rows.nth(1)).to_contain_text("Known")
    member.get_by_role("link", name="Charpentes Vasseur et Fils").press("Enter")
    expect(member.get_by_role("heading", level=1)).to_contain_text("Charpentes Vasseur et Fils")
