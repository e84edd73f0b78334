"""Lines that wait for a person, and what a worker does about them between two looks of a test."""

import uuid
from collections.abc import Mapping

import polars as pl
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from network.models import Debtor, DebtorSpelling
from network.services import customer_book, private_pages
from network.services.review_decisions import State, follow_decisions, make_decision, outcomes
from network.services.reviews import Review, next_reviews
from network.transaction import unit_of_work
from tests.factories.cast import Person
from tests.factories.customers import customers, sirens

LYON = {"postcode": "69003", "city": "Lyon", "country": "FR"}
DUPOND = {"customer_name": "Boulangerie Dupond", **LYON}
SIRENS = sirens(seed=5)


def send(person: Person, *rows: Mapping[str, str | None]) -> int:
    """Send customers as a file of the person's company does; return how many wait for somebody."""
    with unit_of_work() as unit:
        private_pages.lock(unit, person.member_id)
        return customer_book.place_customers(unit, member_id=person.member_id, customers=customers(*rows))


def work() -> int:
    """Do what the worker does every two seconds; return how many decisions were done."""
    return follow_decisions()


def debtor_of(session: Session, person: Person, customer_id: str = "C1") -> str | None:
    """Return the debtor on which a customer of the person's company lies."""
    book = customer_book.read_customers(session, person.member_id)
    found: str | None = book.row(by_predicate=pl.col("customer_id") == customer_id, named=True)["debtor_id"]
    return found


def only(person: Person) -> Review:
    """Return the one line that the person sees waiting."""
    (review,) = next_reviews(person.actor, limit=9).reviews
    return review


def decide(person: Person, debtor_id: uuid.UUID | None) -> uuid.UUID:
    """Decide that line; None makes a new debtor of it."""
    return make_decision(person.actor, review_id=only(person).id, debtor_id=debtor_id)


def state_of(person: Person, decision: uuid.UUID) -> State:
    """Return what became of the person’s decision."""
    return outcomes(person.actor, [decision])[decision].state


def confirmations(session: Session, spelling: str = "boulangerie dupond") -> int | None:
    """Return how often a spelling is confirmed."""
    held: int | None = session.scalar(
        select(DebtorSpelling.confirmations).where(DebtorSpelling.spelling == spelling)
    )
    return held


def list_all(session: Session) -> None:
    """Let members know of every debtor."""
    session.execute(update(Debtor).values(is_listed=True))


TRADES = ("Boulangerie", "Charpentes", "Transports", "Fonderie", "Menuiserie", "Cartonnages")
NAMES = ("Vasseur", "Lecoeur", "Dupont", "Morel", "Garnier")


def fill_network(reporter: Person, rival: Person, *, lines: int = 24) -> None:
    """Have the rival know companies by their SIREN, and the reporter send as many whose names are a letter off."""
    names = [f"{trade} {name}" for trade in TRADES for name in NAMES][:lines]
    numbers = sirens(seed=11)
    send(
        rival,
        *(
            {"customer_id": f"R{place}", "customer_name": f"{name} SARL", "siren": next(numbers), **LYON}
            for place, name in enumerate(names)
        ),
    )
    with unit_of_work() as session:
        session.execute(update(Debtor).values(is_listed=True))
    send(
        reporter,
        *(
            {
                "customer_id": f"411{place:04d}",
                "customer_name": f"{name}e",
                "postcode": "69100",
                "country": "FR",
            }
            for place, name in enumerate(names)
        ),
    )
    work()
