"""What a demo remembers of itself in `demo.json`, so that the second start only has to start."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from network.i18n import mark
from network.permissions import Role
from network.settings import Settings

TITLES = {
    Role.CREDIT_MANAGER: mark("Credit manager"),
    Role.SUBSCRIBER: mark("Subscriber"),
    Role.MODERATOR: mark("Moderator"),
    Role.OPERATOR: mark("Operator"),
}


@dataclass(frozen=True, slots=True)
class SignIn:
    """Somebody who can sign in to the demo."""

    role: str
    name: str
    email: str
    password: str
    member: str | None

    @property
    def title(self) -> str:
        """The role as a sentence to translate."""
        return TITLES[Role(self.role)]


@dataclass(frozen=True, slots=True)
class WorthALook:
    """A debtor whose page shows something: `why` is a sentence to translate, the index is before and now."""

    id: str
    name: str
    why: str
    index_before: int
    index: int


@dataclass(frozen=True, slots=True)
class Memo:
    """The demo: what it was made of ("simulation" or a folder), what to tell of it, and who can sign in."""

    source: str
    told: tuple[str, ...]
    people: tuple[SignIn, ...]
    debtors: tuple[WorthALook, ...] = ()


def read_memo(settings: Settings) -> Memo | None:
    """Return the demo of this home; None where there is none, or where it was never finished."""
    path = _path(settings)
    if not path.exists():
        return None
    raw = json.loads(path.read_text(encoding="utf-8"))
    return Memo(
        source=raw["source"],
        told=tuple(raw["told"]),
        people=tuple(SignIn(**person) for person in raw["people"]),
        debtors=tuple(WorthALook(**found) for found in raw["debtors"]),
    )


def write_memo(settings: Settings, memo: Memo) -> None:
    """Keep the demo's passwords and places where only the owner of the home can read them."""
    descriptor = os.open(_path(settings), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(asdict(memo), file, ensure_ascii=False, indent=1)


@contextmanager
def unfinished(settings: Settings) -> Iterator[None]:
    """Mark the home as half-made for the length of the block; the mark stays where the block is cut."""
    mark_file = _mark(settings)
    mark_file.parent.mkdir(parents=True, exist_ok=True)
    mark_file.touch()
    yield
    mark_file.unlink()


def is_half_made(settings: Settings) -> bool:
    """Tell whether an earlier demo of this home was cut while it was made."""
    return _mark(settings).exists()


def _path(settings: Settings) -> Path:
    return settings.home / "demo.json"


def _mark(settings: Settings) -> Path:
    return settings.home / "demo" / "unfinished"
