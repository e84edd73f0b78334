"""Under which name a debtor is shown to all once it is listed."""

import uuid

import pytest
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from network.models import Debtor, DebtorSpelling
from network.resolution.public_names import publish_names
from network.resolution.resolve import resolve_customers
from network.transaction import unit_of_work
from tests.factories.customers import customers, sirens
from tests.factories.releases import close_month, released

SIRENS = sirens(seed=5)
EPOCH = "2026-09"
PRIVATE = "Boulangerie Dupont - compte de Martin"


def write(session: Session, siren: str, *names: str, postcode: str = "69003") -> uuid.UUID:
    """Let one member after the other write a name beside a SIREN."""
    for name in names:
        found = resolve_customers(
            session, customers({"customer_name": name, "siren": siren, "postcode": postcode})
        )
    return uuid.UUID(found.frame["debtor_id"][0])


def shown(session: Session, debtor_id: uuid.UUID) -> str | None:
    return session.scalar(select(Debtor.name).where(Debtor.id == debtor_id))


@pytest.fixture
def siren() -> str:
    return next(SIRENS)


def test_a_private_remark_gives_way_to_what_two_members_write(session: Session, siren: str) -> None:
    debtor_id = write(session, siren, PRIVATE, "Boulangerie Dupont SARL", "BOULANGERIE DUPONT")
    close_month(EPOCH, released(EPOCH, debtor=debtor_id))
    assert publish_names(session, EPOCH) == 1
    assert shown(session, debtor_id) == "BOULANGERIE DUPONT"


def test_a_name_that_two_members_write_stays_as_it_was_written(session: Session, siren: str) -> None:
    debtor_id = write(
        session, siren, "Boulangerie Dupont", "boulangerie dupont", *["Boulangerie Dupont Lyon"] * 3
    )
    close_month(EPOCH, released(EPOCH, debtor=debtor_id))
    assert publish_names(session, EPOCH) == 0
    assert shown(session, debtor_id) == "Boulangerie Dupont"


def test_most_members_decide_and_then_the_alphabet(session: Session, siren: str) -> None:
    names = ["Dupont Lyon", "Dupont Paris", "Dupont Nice"]
    debtor_id = write(session, siren, "Dupont chantier", *names, *names)
    other = write(session, next(SIRENS), "Dupont chantier", *names, *names, "Dupont Paris")
    close_month(EPOCH, released(EPOCH, debtor=debtor_id), released(EPOCH, debtor=other))
    assert publish_names(session, EPOCH) == 2
    assert (shown(session, debtor_id), shown(session, other)) == ("DUPONT LYON", "DUPONT PARIS")


def test_one_spelling_at_two_places_is_not_two_members(session: Session, siren: str) -> None:
    debtor_id = write(session, siren, PRIVATE, "Boulangerie Dupont")
    write(session, siren, "Boulangerie Dupont", postcode="75011")
    close_month(EPOCH, released(EPOCH, debtor=debtor_id))
    assert publish_names(session, EPOCH) == 0
    assert shown(session, debtor_id) == PRIVATE, "no spelling is confirmed, so the name is kept"


def test_who_is_not_listed_now_keeps_its_name(session: Session, siren: str) -> None:
    names = (PRIVATE, "Boulangerie Dupont", "Boulangerie Dupont")
    silent = write(session, siren, *names)
    listed = write(session, next(SIRENS), *names)
    session.get_one(Debtor, listed).is_listed = True
    close_month(EPOCH, released(EPOCH, debtor=listed))
    assert publish_names(session, EPOCH) == 0
    assert shown(session, silent) == shown(session, listed) == PRIVATE


def test_many_debtors_are_named_in_two_statements(committed_database: Engine) -> None:
    with unit_of_work() as session:
        ids = [uuid.uuid4() for _ in range(300)]
        session.add_all(Debtor(id=debtor_id, name=f"{PRIVATE} {debtor_id}") for debtor_id in ids)
        session.flush()
        session.add_all(
            DebtorSpelling(spelling=f"dupont {debtor_id.hex}", area="", debtor_id=debtor_id, confirmations=3)
            for debtor_id in ids
        )
    close_month(EPOCH, *(released(EPOCH, debtor=debtor_id) for debtor_id in ids))
    statements: list[str] = []
    with unit_of_work() as session:
        event.listen(
            session.get_bind(), "before_cursor_execute", lambda *said: statements.append(str(said[2]))
        )
        assert publish_names(session, EPOCH) == 300
    assert len(statements) == 2
