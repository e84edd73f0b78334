"""Search over the real database: the outbox, the index that may vanish, and who finds what."""

import shutil
import subprocess
import sys
import threading
import uuid
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select, text, update
from sqlalchemy.orm import Session

from network.errors import UnavailableError
from network.models import Debtor, DebtorIdentifier, Outbox
from network.permissions import operator_at_console
from network.resolution.resolve import resolve_customers
from network.search import indexer
from network.search.connection import search_connection
from network.search.embedded import EmbeddedIndex
from network.search.indexer import rebuild_index, sweep_outbox
from network.search.port import Visibility
from network.search.queries import read_query
from network.services import customer_book, private_pages
from network.services import search as search_service
from network.services.search import drain_outbox, search_debtors
from network.transaction import unit_of_work
from tests.factories.cast import Person
from tests.factories.customers import customers, sirens
from tests.factories.releases import close_month, released

SIRENS = sirens(seed=2)
OPERATOR = operator_at_console()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of an index that this process uses."""
    monkeypatch.setattr(search_connection, "_open", None)
    monkeypatch.setattr(search_connection, "_index", EmbeddedIndex(tmp_path / "index"))
    return tmp_path / "index"


def new_debtors(session: Session, *names: str) -> list[uuid.UUID]:
    found = resolve_customers(
        session, customers(*({"customer_name": n, "siren": next(SIRENS)} for n in names))
    )
    session.flush()
    return [uuid.UUID(key) for key in found.frame["debtor_id"]]


def list_all(session: Session) -> None:
    session.execute(update(Debtor).values(is_listed=True, version=Debtor.version + 1))


def found(person: Person | None, words: str) -> list[str]:
    return [hit.name for hit in search_debtors(person.actor if person else OPERATOR, words=words)]


def test_a_new_debtor_is_found_once_the_outbox_is_drained(session: Session, folder: Path) -> None:
    (debtor_id,) = new_debtors(session, "Boulangerie Dupont SARL")
    drain_outbox()
    (hit,) = search_debtors(OPERATOR, words="boulangerie")
    assert (hit.id, hit.name, hit.legal_form, hit.is_listed) == (
        debtor_id,
        "Boulangerie Dupont",
        "SARL",
        False,
    )
    assert set(hit.identifiers) == {"siren"}
    assert (hit.payment_index, hit.epoch) == (None, None)
    assert session.scalar(select(func.count()).select_from(Outbox)) == 0


def test_a_release_lists_a_debtor_with_its_index(session: Session, folder: Path) -> None:
    (debtor_id,) = new_debtors(session, "Boulangerie Dupont")
    drain_outbox()
    close_month("2026-09", released("2026-09", debtor=debtor_id))
    list_all(session)
    session.add(Outbox(topic="release.closed", subject="2026-09"))
    session.flush()
    assert drain_outbox() == 1
    (hit,) = search_debtors(OPERATOR, words="dupont")
    assert (hit.epoch, hit.is_listed) == ("2026-09", True)
    assert hit.payment_index is not None


def test_the_next_release_of_an_unchanged_debtor_is_newer_than_the_last(
    session: Session, folder: Path
) -> None:
    (debtor_id,) = new_debtors(session, "Boulangerie Dupont")
    for epoch in ("2026-09", "2026-10"):
        close_month(epoch, released(epoch, debtor=debtor_id))
        session.add(Outbox(topic="release.closed", subject=epoch))
        session.flush()
        drain_outbox()
        assert search_debtors(OPERATOR, words="dupont")[0].epoch == epoch


def test_other_work_in_the_outbox_is_left_alone(session: Session, folder: Path) -> None:
    session.add(Outbox(topic="mail.send", subject="x"))
    session.flush()
    drain_outbox()
    assert session.scalars(select(Outbox.topic)).all() == ["mail.send"]


def test_a_debtor_that_is_gone_is_taken_out(session: Session, folder: Path) -> None:
    (debtor_id,) = new_debtors(session, "Dupont")
    drain_outbox()
    for table in ("debtor_spelling", "debtor_identifier"):
        session.execute(text(f"DELETE FROM {table}"))  # noqa: S608  # names of ours
    session.execute(text("DELETE FROM debtor"))
    session.add(Outbox(topic="debtor.changed", subject=str(debtor_id)))
    session.flush()
    drain_outbox()
    assert found(None, "dupont") == []


def test_readers_find_listed_debtors_and_their_own(
    session: Session, folder: Path, reporter: Person, colleague: Person, rival: Person, subscriber: Person
) -> None:
    with unit_of_work() as unit:
        private_pages.lock(unit, reporter.member_id)
        customer_book.place_customers(
            unit,
            member_id=reporter.member_id,
            customers=customers({"customer_name": "Dupont", "siren": next(SIRENS)}),
        )
    drain_outbox()
    assert found(reporter, "dupont") == found(colleague, "dupont") == ["Dupont"]
    assert found(rival, "dupont") == found(subscriber, "dupont") == []
    list_all(session)
    session.add(Outbox(topic="debtor.changed", subject=str(session.scalars(select(Debtor.id)).one())))
    session.flush()
    drain_outbox()
    assert found(rival, "dupont") == found(subscriber, "dupont") == ["Dupont"]


def test_moderators_and_operators_find_unlisted_debtors(
    session: Session, folder: Path, moderator: Person, operator: Person
) -> None:
    new_debtors(session, "Dupont")
    drain_outbox()
    assert found(moderator, "dupont") == found(operator, "dupont") == ["Dupont"]


def test_a_spelling_of_one_member_is_no_way_to_find_a_debtor(session: Session, folder: Path) -> None:
    """Who knows how one company writes a name could test by it whether that company supplies the debtor."""
    siren = next(SIRENS)
    resolve_customers(session, customers({"customer_name": "Boulangerie Dupont", "siren": siren}))
    resolve_customers(session, customers({"customer_name": "Dupont chantier Zwickau", "siren": siren}))
    drain_outbox()
    assert found(None, "zwickau") == []
    resolve_customers(session, customers({"customer_name": "Dupont chantier Zwickau", "siren": siren}))
    rebuild_index()
    assert found(None, "zwickau") == ["Boulangerie Dupont"]


def test_what_members_confirm_is_found_from_the_next_release_on(session: Session, folder: Path) -> None:
    """Who confirmed a spelling first could else see by the box when a second member did."""
    (debtor_id,) = new_debtors(session, "Boulangerie Dupont")
    siren = session.scalar(select(DebtorIdentifier.value))
    close_month("2026-09", released("2026-09", debtor=debtor_id))
    list_all(session)
    session.add(Outbox(topic="release.closed", subject="2026-09"))
    session.flush()
    drain_outbox()
    line = {"customer_name": "Dupont Zwickau", "siren": siren, "lei": "969500T3MBS4SQAMHJ98"}
    for _ in range(2):
        resolve_customers(session, customers(line))
        assert drain_outbox() == 0
    assert found(None, "zwickau") == found(None, line["lei"]) == []
    close_month("2026-10", released("2026-10", debtor=debtor_id))
    session.add(Outbox(topic="release.closed", subject="2026-10"))
    session.flush()
    assert drain_outbox() == 1
    assert found(None, "zwickau") == found(None, line["lei"]) == ["Boulangerie Dupont"]


def test_a_vanished_index_is_built_again_by_the_next_search(session: Session, folder: Path) -> None:
    new_debtors(session, "Dupont", "Martin")
    drain_outbox()
    shutil.rmtree(folder)
    assert found(None, "dupont") == ["Dupont"]


def test_a_damaged_index_is_built_again(session: Session, folder: Path) -> None:
    new_debtors(session, "Dupont")
    drain_outbox()
    (folder / "current").write_text("nowhere", encoding="ascii")
    assert found(None, "dupont") == ["Dupont"]


def test_the_sweeper_builds_a_vanished_index(session: Session, folder: Path) -> None:
    new_debtors(session, "Dupont", "Martin")
    drain_outbox()
    shutil.rmtree(folder)
    assert sweep_outbox() == 2
    assert found(None, "martin") == ["Martin"]


def test_in_a_large_network_a_vanished_index_is_said_to_be_in_the_making(
    session: Session, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new_debtors(session, "Dupont", "Martin")
    monkeypatch.setattr(search_service, "_BUILT_AT_ONCE", 1)
    with pytest.raises(UnavailableError):
        search_debtors(OPERATOR, words="dupont")


def test_a_rebuild_tells_how_far_it_is(
    session: Session, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new_debtors(session, *(f"Firme {number}" for number in range(25)))
    monkeypatch.setattr(indexer, "CHUNK", 10)
    told: list[tuple[int, int]] = []
    assert rebuild_index(progress=lambda done, total: told.append((done, total))) == 25
    assert told == [(10, 25), (20, 25), (25, 25)]


def test_a_limit_is_kept(session: Session, folder: Path) -> None:
    new_debtors(session, *(f"Firme {number}" for number in range(30)))
    drain_outbox()
    assert len(search_debtors(OPERATOR, words="firme", limit=7)) == 7
    assert len(search_debtors(OPERATOR, words="firme", limit=25)) == 25


def test_sweepers_at_once_share_the_work_and_lose_nothing(committed_database: Engine, folder: Path) -> None:
    names = [f"Firme {number}" for number in range(60)]
    with unit_of_work() as session:
        new_debtors(session, *names)
    rebuild_index()
    with unit_of_work() as session:
        session.execute(text("UPDATE debtor SET name = name || ' Zinc', version = version + 1"))
    threads = [threading.Thread(target=sweep_outbox) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert search_connection.index.count() == 60
    assert len(search_debtors(OPERATOR, words="zinc", limit=100)) == 60
    with Session(committed_database) as session:
        assert session.scalar(select(func.count()).select_from(Outbox)) == 0


def test_work_of_a_transaction_that_failed_is_swept_again(
    committed_database: Engine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with unit_of_work() as session:
        new_debtors(session, "Dupont")
    search_connection.index.rebuild([])

    class Killed(BaseException):
        pass

    def killed(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(Session, "commit", killed)
        with pytest.raises(Killed):
            sweep_outbox()
    with Session(committed_database) as session:
        assert session.scalar(select(func.count()).select_from(Outbox)) == 1
    assert sweep_outbox() == 0, (
        "the document was written before the kill; the row asks once more and changes nothing"
    )
    assert found(None, "dupont") == ["Dupont"]


_OTHER_PROCESS = """
import sys
from pathlib import Path
from network.search.embedded import EmbeddedIndex
from network.search.port import Visibility
from network.search.queries import read_query
from network.search.ranking import rank

index = EmbeddedIndex(Path(sys.argv[1]))
for line in sys.stdin:
    query = read_query(line.strip())
    found = rank(query, index.find(query, visibility=Visibility(everything=True), limit=9))
    print(",".join(one.document.name for one in found), flush=True)
"""


def test_what_one_process_wrote_the_next_search_of_another_finds(session: Session, folder: Path) -> None:
    new_debtors(session, "Dupont")
    drain_outbox()
    with subprocess.Popen(
        [sys.executable, "-c", _OTHER_PROCESS, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdin is not None
        assert other.stdout is not None

        def ask(words: str) -> str:
            assert other.stdin is not None
            assert other.stdout is not None
            other.stdin.write(words + "\n")
            other.stdin.flush()
            return other.stdout.readline().strip()

        assert ask("dupont ") == "Dupont"
        new_debtors(session, "Martin")
        drain_outbox()
        assert ask("martin ") == "Martin"
        rebuild_index()
        new_debtors(session, "Durand")
        drain_outbox()
        assert ask("durand ") == "Durand"
        other.stdin.close()


def test_the_query_that_is_ranked_is_the_one_that_was_asked(session: Session, folder: Path) -> None:
    new_debtors(session, "Dupont", "Dupond")
    drain_outbox()
    names = [
        one.name
        for one in search_connection.index.find(
            read_query("dupont"), visibility=Visibility(everything=True), limit=10
        )
    ]
    assert sorted(names) == ["Dupond", "Dupont"]
    assert found(None, "dupont") == ["Dupont", "Dupond"]
