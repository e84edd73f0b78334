"""Lines that a person must place: who sees them, and what a decision does."""

import threading
import uuid
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import polars as pl
import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from network.errors import ConflictError, NotAllowedError, NotFoundError
from network.models import Debtor, DebtorSpelling, MatchReview, Member, Outbox
from network.permissions import Role
from network.resolution import resolve
from network.resolution.debtor_names import DebtorNames
from network.resolution.resolve import resolve_customers
from network.resolution.teaching import teach
from network.services import customer_book, private_pages, reviews
from network.services.reviews import Review, decide_review, list_reviews
from network.transaction import reading, unit_of_work
from tests.factories.cast import Person, new_member, new_person
from tests.factories.customers import customers, sirens

SIRENS = sirens(seed=3)
LYON = {"postcode": "69003", "country": "FR"}


@pytest.fixture(autouse=True)
def _no_names_of_other_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resolve, "debtor_names", DebtorNames())


@pytest.fixture
def dupont(session: Session) -> uuid.UUID:
    """A debtor that the network knows from one member's line."""
    found = resolve_customers(
        session, customers({"customer_name": "Boulangerie Dupont", "siren": next(SIRENS), **LYON})
    )
    return uuid.UUID(found.frame["debtor_id"][0])


def send(person: Person, *rows: Mapping[str, str | None]) -> int:
    with unit_of_work() as unit:
        private_pages.lock(unit, person.member_id)
        return customer_book.place_customers(unit, member_id=person.member_id, customers=customers(*rows))


def debtor_of(session: Session, person: Person, customer_id: str = "C1") -> str | None:
    book = customer_book.read_customers(session, person.member_id)
    found: str | None = book.row(by_predicate=pl.col("customer_id") == customer_id, named=True)["debtor_id"]
    return found


def only(person: Person) -> Review:
    (review,) = list_reviews(person.actor).reviews
    return review


def list_all(session: Session) -> None:
    session.execute(update(Debtor).values(is_listed=True))


def test_a_line_without_a_sure_debtor_waits_and_says_why(
    session: Session, dupont: uuid.UUID, reporter: Person, moderator: Person
) -> None:
    assert send(reporter, {"customer_name": "Boulangerie Dupond", **LYON}) == 1
    review = only(moderator)
    assert review.customer.customer_name == "Boulangerie Dupond"
    assert review.reason == "There are debtors with a like name, and a name alone does not decide."
    (candidate,) = review.candidates
    assert (candidate.debtor_id, candidate.name, candidate.legal_form) == (dupont, "Boulangerie Dupont", None)
    assert set(candidate.identifiers) == {"siren"}
    assert candidate.reasons
    assert not review.is_own


def test_what_waits_is_sealed(session: Session, dupont: uuid.UUID, reporter: Person) -> None:
    send(reporter, {"customer_name": "Boulangerie Dupond", **LYON})
    rows = session.scalars(select(MatchReview)).all()
    assert rows
    assert all(b"Dupond" not in row.sealed and row.owner_tag != reporter.member_id.bytes for row in rows)


def test_a_member_sees_its_own_lines_and_no_others(
    session: Session, dupont: uuid.UUID, reporter: Person, colleague: Person, rival: Person
) -> None:
    send(reporter, {"customer_name": "Boulangerie Dupond", **LYON})
    assert only(colleague).is_own
    assert list_reviews(rival.actor).total == 0


def test_a_member_sees_no_candidate_that_it_may_not_know_of(
    session: Session, dupont: uuid.UUID, reporter: Person
) -> None:
    send(reporter, {"customer_name": "Boulangerie Dupond", **LYON})
    assert only(reporter).candidates == ()
    with pytest.raises(NotFoundError):
        decide_review(reporter.actor, review_id=only(reporter).id, debtor_id=dupont)
    list_all(session)
    assert [candidate.debtor_id for candidate in only(reporter).candidates] == [dupont]


def test_no_reason_tells_how_another_member_alone_writes_a_name(
    session: Session, reporter: Person, rival: Person
) -> None:
    siren = next(SIRENS)
    for name in ("Boulangerie Dupont", "Boulangerie Dupont Contentieux Martin"):
        send(reporter, {"customer_name": name, "siren": siren, **LYON})
    list_all(session)
    for name in ("Boulangerie Dupont Contentieux Marti", "Boulangerie Dupont Contentieux"):
        send(rival, {"customer_name": name, **LYON})
        (candidate,) = only(rival).candidates
        said = " ".join(value for reason in candidate.reasons for value in reason.values.values())
        assert "martin" not in said


def test_a_subscriber_reviews_nothing(session: Session, subscriber: Person) -> None:
    with pytest.raises(NotAllowedError):
        list_reviews(subscriber.actor)
    with pytest.raises(NotAllowedError):
        decide_review(subscriber.actor, review_id=uuid.uuid4(), debtor_id=None)


def test_a_decision_places_the_line_and_closes_the_review(
    session: Session, dupont: uuid.UUID, reporter: Person, moderator: Person
) -> None:
    send(reporter, {"customer_name": "Boulangerie Dupond", **LYON})
    decision = decide_review(moderator.actor, review_id=only(moderator).id, debtor_id=dupont)
    assert (decision.debtor_id, decision.settled) == (dupont, 1)
    assert list_reviews(moderator.actor).total == 0
    assert debtor_of(session, reporter) == str(dupont)
    assert session.scalars(select(MatchReview)).all() == []


def test_a_moderators_decision_teaches_the_spelling_to_the_whole_network(
    session: Session, dupont: uuid.UUID, reporter: Person, rival: Person, moderator: Person
) -> None:
    send(reporter, {"customer_name": "Boulangerie Dupond", **LYON})
    decide_review(moderator.actor, review_id=only(moderator).id, debtor_id=dupont)
    assert send(rival, {"customer_name": "BOULANGERIE DUPOND", "postcode": "69100", "country": "FR"}) == 0
    assert debtor_of(session, rival) == str(dupont)
    subjects = session.scalars(select(Outbox.subject)).all()
    assert subjects.count(str(dupont)) == 1, "when it was created; readers hear of its new name by a release"


def test_a_members_own_decision_counts_as_one_members_word(
    session: Session, dupont: uuid.UUID, reporter: Person, rival: Person
) -> None:
    list_all(session)
    send(reporter, {"customer_name": "Boulangerie Dupond", **LYON})
    decide_review(reporter.actor, review_id=only(reporter).id, debtor_id=dupont)
    assert debtor_of(session, reporter) == str(dupont)
    assert send(rival, {"customer_name": "Boulangerie Dupond", **LYON}) == 1
    decide_review(rival.actor, review_id=only(rival).id, debtor_id=dupont)
    spelling = session.scalars(
        select(DebtorSpelling).where(DebtorSpelling.spelling == "boulangerie dupond")
    ).one()
    assert spelling.confirmations == 2


def test_affiliates_confirm_a_spelling_once(session: Session, reporter: Person, rival: Person) -> None:
    siren = next(SIRENS)
    group_id = session.get_one(Member, reporter.member_id).group_id
    sister = new_person(
        "Sister", role=Role.CREDIT_MANAGER, member=new_member("Aciers Réunis Sud", group_id=group_id)
    )
    resolve_customers(session, customers({"customer_name": "Boulangerie Dupont", "siren": siren, **LYON}))
    line = {"customer_name": "Boulangerie Dupont Lyon", "siren": siren, **LYON}
    counted = select(DebtorSpelling.confirmations).where(DebtorSpelling.spelling == "boulangerie dupont lyon")
    for person, expected in ((reporter, 1), (sister, 1), (rival, 2)):
        send(person, line)
        assert session.scalar(counted) == expected


def test_affiliates_have_one_word_in_reviews_too(
    session: Session, dupont: uuid.UUID, reporter: Person, rival: Person
) -> None:
    list_all(session)
    group_id = session.get_one(Member, reporter.member_id).group_id
    sister = new_person(
        "Sister", role=Role.CREDIT_MANAGER, member=new_member("Aciers Réunis Sud", group_id=group_id)
    )
    for person in (reporter, sister):
        send(person, {"customer_name": "Boulangerie Dupond", **LYON})
    for person in (reporter, sister):
        decide_review(person.actor, review_id=only(person).id, debtor_id=dupont)
    assert send(rival, {"customer_name": "Boulangerie Dupond", **LYON}) == 1, "one group's word links nobody"


def test_a_member_confirms_a_spelling_once_however_often_it_decides(
    session: Session, dupont: uuid.UUID, reporter: Person, rival: Person
) -> None:
    list_all(session)
    send(
        reporter,
        {"customer_name": "Boulangerie Dupond", **LYON},
        {"customer_name": "BOULANGERIE DUPOND", **LYON},
    )
    for _ in range(2):
        decide_review(reporter.actor, review_id=list_reviews(reporter.actor).reviews[0].id, debtor_id=dupont)
    assert send(rival, {"customer_name": "Boulangerie Dupond", **LYON}) == 1, "one member's word links nobody"


def test_a_member_is_not_told_that_others_ask_the_same(
    session: Session, dupont: uuid.UUID, reporter: Person, rival: Person, outsider: Person
) -> None:
    list_all(session)
    for person in (reporter, rival, outsider):
        send(person, {"customer_name": "Boulangerie Dupond", **LYON})
    decide_review(reporter.actor, review_id=only(reporter).id, debtor_id=dupont)
    assert decide_review(rival.actor, review_id=only(rival).id, debtor_id=dupont).settled == 1
    assert debtor_of(session, outsider) == str(dupont)


def test_a_decision_and_a_file_of_the_same_member_wait_for_each_other(
    committed_database: Engine,
    reporter: Person,
    rival: Person,
    moderator: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    siren = next(SIRENS)
    send(rival, {"customer_name": "Boulangerie Dupont", "siren": siren, **LYON})
    send(reporter, {"customer_name": "Boulangerie Dupond", **LYON})
    taught, holds_ledger = threading.Event(), threading.Event()

    def teach_slowly(*arguments: Any, **named: Any) -> None:
        teach(*arguments, **named)
        taught.set()
        holds_ledger.wait(0.5)

    def send_file() -> int:
        taught.wait(5)
        with unit_of_work() as unit:
            private_pages.lock(unit, reporter.member_id)
            holds_ledger.set()
            line = {"customer_id": "C2", "customer_name": "Boulangerie Dupond", "siren": siren, **LYON}
            return customer_book.place_customers(
                unit, member_id=reporter.member_id, customers=customers(line)
            )

    monkeypatch.setattr(reviews, "teach", teach_slowly)
    review = only(moderator)
    with ThreadPoolExecutor() as people:
        file = people.submit(send_file)
        decide_review(moderator.actor, review_id=review.id, debtor_id=review.candidates[0].debtor_id)
        assert file.result() == 0
    with reading() as unit:
        placed = customer_book.read_customers(unit, reporter.member_id)["debtor_id"]
    assert (len(placed), placed.null_count(), placed.n_unique()) == (2, 0, 1)


def test_a_decision_settles_the_same_question_of_others(
    session: Session, dupont: uuid.UUID, reporter: Person, rival: Person, outsider: Person, moderator: Person
) -> None:
    for person in (reporter, rival):
        send(person, {"customer_name": "Boulangerie Dupond", **LYON})
    send(outsider, {"customer_name": "Boulangerie Dupond"})
    in_lyon = [r for r in list_reviews(moderator.actor).reviews if r.customer.postcode == "69003"]
    decision = decide_review(moderator.actor, review_id=in_lyon[0].id, debtor_id=dupont)
    assert decision.settled == 2
    assert debtor_of(session, reporter) == debtor_of(session, rival) == str(dupont)
    assert debtor_of(session, outsider) is None
    assert list_reviews(moderator.actor).total == 1


def test_a_line_may_be_a_new_debtor(
    session: Session, dupont: uuid.UUID, reporter: Person, rival: Person, moderator: Person
) -> None:
    send(reporter, {"customer_name": "Boulangerie Dupond SARL", **LYON})
    decision = decide_review(moderator.actor, review_id=only(moderator).id, debtor_id=None)
    debtor = session.get_one(Debtor, decision.debtor_id)
    assert (debtor.name, debtor.legal_form, debtor.is_listed) == ("Boulangerie Dupond", "SARL", False)
    assert debtor.id != dupont
    assert send(rival, {"customer_name": "Boulangerie Dupond", **LYON}) == 0
    assert debtor_of(session, rival) == str(decision.debtor_id)


def test_a_new_debtor_never_takes_an_identifier_that_another_has(
    session: Session, reporter: Person, moderator: Person
) -> None:
    siren = next(SIRENS)
    resolve_customers(session, customers({"customer_name": "Boulangerie Dupont", "siren": siren}))
    send(reporter, {"customer_name": "Garage Zwickau", "siren": siren})
    review = only(moderator)
    assert review.reason.startswith(
        "The identifier belongs to a debtor whose known names are quite different"
    )
    decision = decide_review(moderator.actor, review_id=review.id, debtor_id=None)
    again = resolve_customers(session, customers({"customer_name": "Boulangerie Dupont", "siren": siren}))
    assert again.frame["debtor_id"][0] != str(decision.debtor_id)


def test_a_line_without_a_name_cannot_become_a_debtor(session: Session, reporter: Person) -> None:
    send(reporter, {"customer_name": None})
    with pytest.raises(ConflictError):
        decide_review(reporter.actor, review_id=only(reporter).id, debtor_id=None)


def test_a_debtor_that_is_no_candidate_cannot_be_chosen(
    session: Session, dupont: uuid.UUID, reporter: Person, moderator: Person
) -> None:
    send(reporter, {"customer_name": "Boulangerie Dupond", **LYON})
    other = resolve_customers(session, customers({"customer_name": "Zwickau", "siren": next(SIRENS)}))
    with pytest.raises(NotFoundError):
        decide_review(
            moderator.actor, review_id=only(moderator).id, debtor_id=uuid.UUID(other.frame["debtor_id"][0])
        )


def test_a_review_is_decided_once_and_by_who_may_see_it(
    session: Session, dupont: uuid.UUID, reporter: Person, rival: Person, moderator: Person
) -> None:
    send(reporter, {"customer_name": "Boulangerie Dupond", **LYON})
    review_id = only(moderator).id
    with pytest.raises(NotFoundError):
        decide_review(rival.actor, review_id=review_id, debtor_id=None)
    decide_review(moderator.actor, review_id=review_id, debtor_id=dupont)
    with pytest.raises(NotFoundError):
        decide_review(moderator.actor, review_id=review_id, debtor_id=dupont)


def test_a_line_sent_again_with_an_identifier_needs_no_person_any_more(
    session: Session, dupont: uuid.UUID, reporter: Person, moderator: Person
) -> None:
    send(reporter, {"customer_name": "Boulangerie Dupond", **LYON})
    assert send(reporter, {"customer_name": "Boulangerie Dupond", "siren": next(SIRENS), **LYON}) == 0
    assert list_reviews(moderator.actor).total == 0


def test_a_line_sent_again_unchanged_waits_once(
    session: Session, dupont: uuid.UUID, reporter: Person, moderator: Person
) -> None:
    line = {"customer_name": "Boulangerie Dupond", **LYON}
    send(reporter, line)
    review_id = only(moderator).id
    assert send(reporter, line, {"customer_name": "Zinc et Bois", **LYON}) == 1
    assert only(moderator).id == review_id


def test_a_long_list_is_cut_and_says_how_long_it_is(
    session: Session, dupont: uuid.UUID, reporter: Person, moderator: Person
) -> None:
    send(reporter, *({"customer_name": f"Boulangerie Dupont {number}", **LYON} for number in range(6)))
    shown = list_reviews(moderator.actor, limit=4)
    assert (len(shown.reviews), shown.total) == (4, 6)
