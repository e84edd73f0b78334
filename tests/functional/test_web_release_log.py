"""The pages of the log, and what members take away from them: checked by the tool as a program of its own."""

import json
import subprocess
import sys
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from anonymization.log_heads import LogKey
from network.keystore import keys
from network.permissions import Role, operator_at_console
from network.services.release_log import sign_daily_head
from tests.factories.cast import Person, new_member, new_person
from tests.factories.releases import DAY, DEBTOR, close_month, months, new_debtor, released
from tests.functional.conftest import Visitor, words_of

ReaderOf = Callable[[Person], Visitor]
EPOCHS = months("2026-07", 3)
PROOF = f"/log/releases/{DEBTOR}/2026-09.json"


@pytest.fixture
def network(session: Session) -> None:
    """Three months over two debtors, closed a day after each other, and a head of one more day."""
    other = new_debtor("Transports Lecœur", debtor_id=uuid.uuid4())
    new_debtor()
    for place, epoch in enumerate(EPOCHS):
        close_month(
            epoch, released(epoch), released(epoch, debtor=other, days=3), day=DAY + timedelta(days=place)
        )
    sign_daily_head(operator_at_console(), today=DAY + timedelta(days=3))


@pytest.fixture
def reader(network: None, reader_of: ReaderOf, subscriber: Person) -> Visitor:
    return reader_of(subscriber)


def saved(answer: TestResponse, folder: Path) -> Path:
    """Save a download under the name that the browser would give it."""
    assert answer.status_code == 200
    disposition = answer.headers["Content-Disposition"]
    assert disposition.startswith('attachment; filename="')
    path = folder / disposition.partition('"')[2].rstrip('"')
    path.write_bytes(answer.data)
    return path


class Tool:
    """The checking tool as members run it: downloaded, alone in a folder, without our packages."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __call__(self, *words: object, language: str = "en_GB.UTF-8") -> tuple[int, str]:
        command = [sys.executable, "-I", "-S", str(self.path), *map(str, words)]
        environment = {"LANG": language, "PYTHONUTF8": "1"}
        ended = subprocess.run(
            command, cwd=self.path.parent, env=environment, capture_output=True, text=True, check=False
        )
        return ended.returncode, ended.stdout + ended.stderr


@pytest.fixture
def tool(reader: Visitor, tmp_path: Path) -> Tool:
    return Tool(saved(reader.opens("/log/verify_release.py"), tmp_path))


# --- The pages -------------------------------------------------------------------------------------------------------


def test_the_page_of_a_debtor_tells_where_its_release_stands(reader: Visitor) -> None:
    answer = reader.opens(f"/debtors/{DEBTOR}")
    assert "This release is in the log" in words_of(answer)
    assert "The release of September 2026 is entry 6 of the 9 under the head of 24 Nov 2026" in words_of(
        answer
    )
    assert PROOF in answer.text


def test_the_log_shows_its_heads_by_day_and_its_months(reader: Visitor) -> None:
    words = words_of(reader.opens("/log"))
    assert "9 entries, signed 24 Nov 2026" in words
    assert "23 Nov 2026 September 2026 was closed 9" in words
    assert "24 Nov 2026 nothing 9" in words
    assert "July 2026 2 0 – 2 default" in words
    fingerprint = LogKey.derived(keys.ring.root).verifier.fingerprint
    assert f"{fingerprint[:4]} {fingerprint[4:8]}" in words


def test_the_log_speaks_french(network: None, reader_of: ReaderOf) -> None:
    person = new_person("Lectrice", role=Role.SUBSCRIBER, member=new_member("Assurances Vidal"), locale="fr")
    words = words_of(reader_of(person).opens("/log"))
    assert "Journal des publications" in words
    assert "Clôture : septembre 2026" in words.replace("\xa0", " ")


def test_before_the_first_close_the_log_says_when_it_begins(
    session: Session, reader_of: ReaderOf, subscriber: Person
) -> None:
    reader = reader_of(subscriber)
    assert "The log begins with the first month that is closed." in words_of(reader.opens("/log"))
    assert reader.opens("/log/key.txt").data == b""


def test_older_heads_are_a_page_away(reader: Visitor) -> None:
    for place in range(40):
        sign_daily_head(operator_at_console(), today=DAY + timedelta(days=10 + place))
    first = reader.opens("/log")
    assert "Older heads" in words_of(first)
    oldest = (DAY + timedelta(days=10 + 39 - 30)).isoformat()
    rest = words_of(reader.opens(f"/log?before={oldest}.9"))
    assert "September 2026 was closed" in rest
    assert "Back to the newest" in rest


def test_everybody_is_given_the_same_bytes(
    reader: Visitor, reader_of: ReaderOf, outsider: Person, moderator: Person
) -> None:
    paths = (PROOF, "/log/heads/2026-11-21.3.txt", "/log/key.txt", "/log/months/2026-07.json")
    for path in paths:
        assert reader.opens(path).data == reader_of(outsider).opens(path).data
        assert reader.opens(path).data == reader_of(moderator).opens(path).data


def test_what_one_may_not_know_of_is_not_found_and_answers_as_what_does_not_exist(
    reader: Visitor, session: Session
) -> None:
    hidden = new_debtor("Hidden", debtor_id=uuid.uuid4(), is_listed=False)
    withheld = new_debtor("Never released", debtor_id=uuid.uuid4())
    unknown = [
        reader.opens(f"/log/releases/{debtor}/2026-09.json") for debtor in (hidden, withheld, uuid.uuid4())
    ]
    unknown.append(reader.opens(f"/log/releases/{DEBTOR}/2020-01.json"))
    assert [answer.status_code for answer in unknown] == [404] * 4
    assert len({words_of(answer) for answer in unknown}) == 1


@pytest.mark.parametrize(
    "path",
    [
        "/log/heads/2026-11-21.4.txt",
        "/log/heads/x.txt",
        "/log/consistency.json",
        "/log/consistency.json?old=2026-11-21.3&new=x",
        "/log/months/2020-01.json",
        f"{PROOF}?head=2026-11-21.3",
        "/log?before=x",
    ],
)
def test_what_is_not_there_is_not_found(reader: Visitor, path: str) -> None:
    assert reader.opens(path).status_code == 404


@pytest.mark.parametrize("path", ["/log", PROOF, "/log/key.txt", "/log/verify_release.py"])
def test_strangers_are_led_to_the_door(network: None, visitor: Visitor, cast: object, path: str) -> None:
    assert visitor.opens(path).status_code == 302


# --- What members take away ------------------------------------------------------------------------------------------


def test_the_tool_agrees_with_what_was_downloaded(reader: Visitor, tool: Tool, tmp_path: Path) -> None:
    key = saved(reader.opens("/log/key.txt"), tmp_path)
    kept = saved(reader.opens("/log/heads/2026-11-21.3.txt"), tmp_path)
    proof = saved(reader.opens(PROOF), tmp_path)
    month = saved(reader.opens("/log/months/2026-07.json"), tmp_path)
    pair = saved(reader.opens("/log/consistency.json?old=2026-11-21.3&new=2026-11-24.9"), tmp_path)
    code, told = tool(proof, month, pair, "--key", key, "--head", kept)
    assert code == 0, told
    assert f"{proof}: holds: leaf 6 of 9 under the head of 2026-11-24" in told
    assert json.loads(proof.read_text())["body"] in told
    assert "9 leaves of 2026-11-24 continue 3 of 2026-11-21" in told


def test_the_tool_speaks_french(reader: Visitor, tool: Tool, tmp_path: Path) -> None:
    proof = saved(reader.opens(PROOF), tmp_path)
    code, told = tool(proof, language="fr_FR.UTF-8")
    assert (code, "feuille 6 sur 9, sous la tête du 2026-11-24" in told) == (0, True)


def test_without_a_key_the_tool_says_whose_word_it_takes(reader: Visitor, tool: Tool, tmp_path: Path) -> None:
    code, told = tool(saved(reader.opens(PROOF), tmp_path))
    assert code == 0
    assert f"fingerprint {LogKey.derived(keys.ring.root).verifier.fingerprint}" in told


def test_a_proof_under_a_head_that_is_not_joined_to_the_kept_one_is_refused(
    reader: Visitor, tool: Tool, tmp_path: Path
) -> None:
    key = saved(reader.opens("/log/key.txt"), tmp_path)
    kept = saved(reader.opens("/log/heads/2026-11-21.3.txt"), tmp_path)
    code, told = tool(saved(reader.opens(PROOF), tmp_path), "--key", key, "--head", kept)
    assert (code, "not joined to the one that you kept" in told) == (1, True)


Change = Callable[[dict[str, str]], object]
CHANGES: dict[str, tuple[str, Change, str]] = {
    "a figure": (
        PROOF,
        lambda told: told.update(body=told["body"].replace("EUR", "USD")),
        "the path does not lead from the release to the head",
    ),
    "the place": (PROOF, lambda told: told.update(leaf=5), "the path does not lead"),  # type: ignore[arg-type]
    "the path": (
        PROOF,
        lambda told: told.update(path=told["path"][:-1]),
        "the path does not lead",
    ),
    "the head": (
        PROOF,
        lambda told: told.update(head=told["head"].replace("\n9\n", "\n8\n")),
        "the signature does not hold",
    ),
    "the day": (
        PROOF,
        lambda told: told.update(head=told["head"].replace("day 2026", "day 2025")),
        "the signature does not hold",
    ),
    "the signature": (
        PROOF,
        lambda told: told.update(head=told["head"].partition("\n\n")[0] + "\n\n"),
        "the head has no signature of this key",
    ),
    "the key": (
        PROOF,
        lambda told: told.update(key=str(LogKey.derived(bytes(32)).verifier)),
        "the head has no signature of this key",
    ),
    "the older head": (
        "/log/consistency.json?old=2026-11-21.3&new=2026-11-24.9",
        lambda told: told.update(old=told["new"]),
        "the newer head does not continue the older one",
    ),
    "the proof between heads": (
        "/log/consistency.json?old=2026-11-21.3&new=2026-11-24.9",
        lambda told: told.update(path=told["path"][::-1]),
        "the newer head does not continue the older one",
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_the_tool_finds_what_was_changed(reader: Visitor, tool: Tool, tmp_path: Path, what: str) -> None:
    path, change, sentence = CHANGES[what]
    file = saved(reader.opens(path), tmp_path)
    told = json.loads(file.read_text(encoding="utf-8"))
    change(told)
    file.write_text(json.dumps(told), encoding="utf-8")
    code, said = tool(file)
    assert (code, sentence in said) == (1, True), said


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"format": "vigie-release-proof/1"}', "\x00"])
def test_a_file_that_is_none_is_told_without_a_traceback(tool: Tool, tmp_path: Path, content: str) -> None:
    file = tmp_path / "x.json"
    file.write_text(content, encoding="utf-8")
    code, said = tool(file)
    assert code == 2
    assert said.count("\n") == 1
    assert "cannot be read" in said
    assert tool(tmp_path / "nothing.json")[0] == 2
