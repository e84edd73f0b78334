"""Every way in names who may take it, and every right is needed somewhere."""

import re
from pathlib import Path

import pytest
from flask import Flask

from network import create_app
from network.permissions import ROLE_PERMISSIONS, Permission, Role
from network.settings import Settings

ROOT = Path(__file__).parents[2]
CODE = [
    path
    for folder in ("network", "alerts")
    for path in (ROOT / folder).rglob("*.py")
    if path != ROOT / "network" / "permissions.py"
]


@pytest.fixture
def app(settings: Settings) -> Flask:
    return create_app(settings)


def test_every_route_names_its_permission_or_says_that_it_is_public(app: Flask) -> None:
    views = {
        name: view for name, view in app.view_functions.items() if name not in {"static", "bootstrap.static"}
    }
    assert len(views) > 5
    unguarded = [name for name, view in views.items() if not hasattr(view, "permission")]
    assert unguarded == []


def test_what_anybody_may_open_is_a_short_list(app: Flask) -> None:
    public = {
        name.partition(".")[0]
        for name, view in app.view_functions.items()
        if getattr(view, "permission", "") is None
    }
    assert public <= {"auth", "first_run", "preferences", "home", "method", "health"}


@pytest.mark.parametrize("permission", list(Permission))
def test_every_permission_is_asked_for_somewhere(permission: Permission) -> None:
    wanted = re.compile(rf"Permission\.{permission.name}\b")
    assert [path for path in CODE if wanted.search(path.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("role", list(Role))
def test_every_role_may_do_something(role: Role) -> None:
    assert ROLE_PERMISSIONS[role]


def test_every_service_that_takes_an_actor_asks_first() -> None:
    """A function that takes an actor and opens a transaction calls `require` before it."""
    for path in (ROOT / "network" / "services").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        for body in re.split(r"^def ", text, flags=re.MULTILINE)[1:]:
            is_public = not body.startswith("_")
            if is_public and re.match(r"\w+\(\s*actor: Actor", body) and "unit_of_work()" in body:
                opened = body.index("unit_of_work()")
                assert "require" in body[:opened] or "actor.user_id" in body[:opened], (
                    f"{path.name}: {body[:60]}"
                )
