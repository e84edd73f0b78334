"""Any sequence of judgements: companies are what the edges in force connect, and every line stays where it is."""

import uuid
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from network.errors import ConflictError
from network.models import DebtorIdentifier
from network.permissions import operator_at_console
from network.resolution.resolve import resolve_customers
from network.services.customer_book import place_customers, read_customers
from network.services.judgements import Verdict, judge, list_judgements, withdraw
from tests.factories.cast import Person
from tests.factories.customers import customers, sirens
from tests.factories.judged import companies, edges_in_force, joined, merged_into, node

SIRENS = sirens(seed=14)
VATS = ("BE0417497106", "LU26375245", "NL004495445B01", "DE136695976")
NODES = 6
OPERATOR = operator_at_console()
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["same", "same", "same", "different", "withdraw"]),
        st.integers(0, NODES - 1),
        st.integers(0, NODES - 1),
    ),
    max_size=14,
)


@pytest.fixture
def six(session: Session) -> list[uuid.UUID]:
    """Debtors of which two have a SIREN, and the others a VAT number each."""
    numbers = [{"siren": next(SIRENS)}, {"siren": next(SIRENS)}, *({"vat": vat} for vat in VATS)]
    return [node(f"Company {place}", **each) for place, each in enumerate(numbers)]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_companies_are_what_edges_connect_and_lines_stay_where_they_are(
    six: list[uuid.UUID], session: Session, reporter: Person, steps: list[tuple[str, int, int]]
) -> None:
    known = _numbers(session)
    file = customers(
        *(
            {
                "siren" if place < 2 else "vat": known[debtor_id],
                "customer_name": f"Company {place}",
            }  # as made
            for place, debtor_id in enumerate(six)
        )
    )
    assert place_customers(session, member_id=reporter.member_id, customers=file) == 0
    book = read_customers(session, reporter.member_id)
    assert book["debtor_id"].to_list() == list(map(str, six))
    for what, left, right in steps:
        _judged(what, six[left], six[right])
        found = companies(six)
        assert found == joined(six, edges_in_force())
        assert not any({six[0], six[1]} <= company for company in found), "two SIRENs"
        apart = edges_in_force("different")
        assert not any({one, other} <= company for company in found for one, other in apart)
        assert not set(merged_into()) & set(merged_into().values()), "never a chain"
    sent_again = resolve_customers(session, file).frame
    assert sent_again["debtor_id"].to_list() == list(map(str, six)), (
        "each on the debtor that its number names"
    )
    assert read_customers(session, reporter.member_id).equals(book)
    for record in list_judgements(OPERATOR, limit=100).judgements:
        if record.state == "in_force":
            withdraw(OPERATOR, judgement_id=record.id)
    assert merged_into() == {}
    assert _numbers(session) == known


def _numbers(session: Session) -> dict[uuid.UUID, str]:
    return {row.debtor_id: row.value for row in session.scalars(select(DebtorIdentifier))}


def _judged(what: str, left: uuid.UUID, right: uuid.UUID) -> None:
    if what == "withdraw":
        held = list_judgements(OPERATOR, debtor_id=left).judgements
        in_force = [record for record in held if record.state == "in_force"]
        if in_force:
            withdraw(OPERATOR, judgement_id=in_force[right.int % len(in_force)].id)
        return
    # two SIRENs, a "different" in between, or a debtor and itself: refused, and nothing changed
    with suppress(ConflictError):
        judge(OPERATOR, left=left, right=right, verdict=Verdict(what), despite_identifiers=True)
