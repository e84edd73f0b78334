"""How things are written, and where a link may lead."""

import pytest
from flask import Flask

from network.settings import Settings
from network.web.presentation import date_example, identifier, months
from network.web.session import safe_way_back


@pytest.fixture
def app(settings: Settings) -> Flask:
    from network import create_app

    return create_app(settings)


@pytest.mark.parametrize(
    ("scheme", "value", "written"),
    [
        ("siren", "552100554", "552\u202f100\u202f554"),
        ("vat", "DE136695976", "DE\u202f136695976"),
        ("registration", "NO:914778271", "NO\u202f914778271"),
        ("lei", "969500TJ5KRTCJQWXH05", "969500TJ5KRTCJQWXH05"),
    ],
)
def test_an_identifier_is_written_as_its_register_does(scheme: str, value: str, written: str) -> None:
    assert identifier(value, scheme) == written


def test_months_are_written_as_runs(app: Flask) -> None:
    with app.test_request_context(headers={"Cookie": "vigie_language=en"}):
        assert months(["2026-10"]) == "Oct 2026"
        assert months(["2025-11", "2025-12", "2026-01", "2026-03"]) == "Nov 2025 – Jan 2026, Mar 2026"
        assert months([]) == ""


@pytest.mark.parametrize("pattern", ["%d/%m/%Y", "%Y-%m-%d", "%m/%d/%Y"])
def test_a_pattern_of_dates_is_shown_by_a_day_that_is_no_month(pattern: str) -> None:
    assert "31" in date_example(pattern)


@pytest.mark.parametrize(
    "target",
    [None, "", "https://evil.example", "//evil.example", "/\\evil.example", "/a\\b", "evil", "\t//evil"],
)
def test_no_way_back_leads_elsewhere(target: str | None) -> None:
    assert safe_way_back(target, otherwise="/") == "/"


@pytest.mark.parametrize("target", ["/search?q=a%20b", "/debtors/1#top", "/"])
def test_a_path_of_ours_is_a_way_back(target: str) -> None:
    assert safe_way_back(target, otherwise="/no") == target
