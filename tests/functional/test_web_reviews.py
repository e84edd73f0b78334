"""The review page, as each of the cast: what they see, what they may do, and what they are told."""

import io
import uuid
from collections.abc import Callable

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from network.models import Debtor, MatchDecision
from network.resolution import resolve
from network.resolution.debtor_names import DebtorNames
from network.services.review_decisions import make_decision
from network.services.reviews import next_reviews
from network.web import reviews, sitting
from tests.factories.cast import Person
from tests.factories.customers import sirens
from tests.factories.reviews import LYON, debtor_of, send, work
from tests.functional.conftest import Visitor, words_of

ReaderOf = Callable[[Person], Visitor]
FRAGMENT = {"X-Vigie-Fragment": "1"}


@pytest.fixture
def waiting(session: Session, reporter: Person, rival: Person, monkeypatch: pytest.MonkeyPatch) -> uuid.UUID:
    """A listed debtor that the rival knows, and a line of the reporter's that may mean it; returns the line's id."""
    monkeypatch.setattr(resolve, "debtor_names", DebtorNames())
    send(
        rival,
        {
            "customer_name": "Boulangerie Dupont SARL",
            "siren": next(sirens(21)),
            "customer_id": "R1",
            **LYON,
        },
    )
    session.execute(update(Debtor).values(is_listed=True))
    send(reporter, {"customer_name": "Boulangerie Dupond SARL", "customer_id": "411DUP", **LYON})
    work()
    (review,) = next_reviews(reporter.actor, limit=9).reviews
    return review.id


@pytest.fixture
def dupont(session: Session, waiting: uuid.UUID) -> uuid.UUID:
    return session.scalars(select(Debtor.id)).one()


def decides(reader: Visitor, review: uuid.UUID, choice: object, *, seen_on: str = "/reviews") -> int:
    return reader.sends(f"/reviews/{review}", {"choice": str(choice)}, seen_on=seen_on).status_code


def test_a_moderator_sees_the_line_and_not_whose_it_is(
    waiting: uuid.UUID, reporter: Person, moderator: Person, reader_of: ReaderOf
) -> None:
    page = reader_of(moderator).opens("/reviews")
    words = words_of(page)
    assert "As a member wrote it Boulangerie Dupond SARL" in words
    assert "Dupon<mark" in page.text
    assert "the same: SARL" in words
    assert "the same: 69003 Lyon" in words
    assert "Reviews waiting: 1" in words
    for secret in ("411DUP", reporter.member_name or "", str(reporter.member_id), str(reporter.user_id)):
        assert secret not in page.text


def test_a_member_sees_its_own_line_with_its_own_number(
    waiting: uuid.UUID, reporter: Person, colleague: Person, reader_of: ReaderOf
) -> None:
    for person in (reporter, colleague):
        words = words_of(reader_of(person).opens("/reviews"))
        assert "As your file has it" in words
        assert "Your number 411DUP" in words
        assert "Reviews waiting: 1" in words


def test_another_company_sees_nothing_and_changes_nothing(
    session: Session,
    waiting: uuid.UUID,
    dupont: uuid.UUID,
    reporter: Person,
    rival: Person,
    reader_of: ReaderOf,
) -> None:
    reader = reader_of(rival)
    words = words_of(reader.opens("/reviews"))
    assert "All your customers have their debtor" in words
    assert "Dupond" not in words
    assert "Reviews" not in words_of(reader.opens("/"))
    assert "Dupond" not in reader.opens("/reviews/batch").text
    for choice in (dupont, "new"):
        assert decides(reader, waiting, choice) == 302
        answer = words_of(reader.opens("/reviews"))
        assert "This review is not open" in answer
    assert session.scalars(select(MatchDecision)).all() == []


def test_who_only_reads_is_refused(waiting: uuid.UUID, subscriber: Person, reader_of: ReaderOf) -> None:
    reader = reader_of(subscriber)
    assert "Reviews" not in words_of(reader.opens("/"))
    for path in ("/reviews", "/reviews/batch"):
        assert reader.opens(path).status_code == 403
    assert decides(reader, waiting, "new", seen_on="/") == 403
    assert reader.sends("/reviews/undo", seen_on="/").status_code == 403


def test_a_stranger_is_sent_to_the_door(waiting: uuid.UUID, visitor: Visitor) -> None:
    for path in ("/reviews", "/reviews/batch"):
        answer = visitor.opens(path)
        assert answer.status_code == 302
        assert "/sign-in" in answer.location


def test_an_operator_may_review_too(waiting: uuid.UUID, operator: Person, reader_of: ReaderOf) -> None:
    assert "Boulangerie Dupond SARL" in words_of(reader_of(operator).opens("/reviews"))


@pytest.mark.parametrize("who", ["moderator", "reporter"])
def test_a_decision_made_on_the_page_is_done_by_the_worker(
    session: Session,
    waiting: uuid.UUID,
    dupont: uuid.UUID,
    reporter: Person,
    who: str,
    reader_of: ReaderOf,
    request: pytest.FixtureRequest,
) -> None:
    reader = reader_of(request.getfixturevalue(who))
    answer = reader.sends(f"/reviews/{waiting}", {"choice": str(dupont)}, seen_on="/reviews")
    assert answer.location.endswith(f"/reviews?after={waiting}")
    words = words_of(reader.opens(answer.location))
    assert "decided this hour 1" in words.replace("1 decided this hour", "decided this hour 1")
    assert "Dupond" not in words, "decided a moment ago: it does not come again"
    assert work() == 1
    assert debtor_of(session, reporter, "411DUP") == str(dupont)
    assert "Every line has its debtor" in words_of(reader.opens("/reviews")) or who == "reporter"


def test_the_script_gets_its_answer_as_data(
    waiting: uuid.UUID, dupont: uuid.UUID, moderator: Person, reader_of: ReaderOf
) -> None:
    reader = reader_of(moderator)
    token = reader.opens("/reviews").text.split('name="csrf_token" value="')[1].split('"')[0]
    form = {"csrf_token": token, "choice": str(dupont)}
    answer = reader.client.post(f"/reviews/{waiting}", data=form, headers=FRAGMENT)
    assert answer.json is not None
    assert answer.json["in_the_hour"] == 1
    again = reader.client.post(
        "/reviews/undo", data={"csrf_token": token, "decision": answer.json["decision"]}, headers=FRAGMENT
    )
    assert again.json == {"in_the_hour": 0}
    refused = reader.client.post(f"/reviews/{uuid.uuid4()}", data=form, headers=FRAGMENT)
    assert (refused.status_code, refused.text) == (
        404,
        "This review is not open. It may have been decided meanwhile.",
    )


@pytest.mark.parametrize(
    "choice", ["", "newest", "1", "'; DROP TABLE debtor", "5f1f6a1e-0c6c-4a55-9a44-3d2f3a3d7a11"]
)
def test_what_is_no_choice_decides_nothing(
    session: Session, waiting: uuid.UUID, moderator: Person, choice: str, reader_of: ReaderOf
) -> None:
    reader = reader_of(moderator)
    decides(reader, waiting, choice)
    assert "This debtor is not among the candidates." in words_of(reader.opens("/reviews"))
    assert session.scalars(select(MatchDecision)).all() == []


def test_what_was_decided_is_taken_back_before_and_after_the_worker(
    session: Session,
    waiting: uuid.UUID,
    dupont: uuid.UUID,
    reporter: Person,
    moderator: Person,
    reader_of: ReaderOf,
) -> None:
    reader = reader_of(moderator)
    for has_worked in (False, True):
        decides(reader, waiting, dupont)
        if has_worked:
            work()
        answer = reader.sends("/reviews/undo", seen_on="/reviews")
        assert answer.status_code == 303
        work()
        words = words_of(reader.opens(answer.location))
        assert "Taken back" in words
        assert "Boulangerie Dupond" in words
        assert debtor_of(session, reporter, "411DUP") is None
    reader.sends("/reviews/undo", seen_on="/reviews")
    assert "There is no such decision of yours any more." in words_of(reader.opens("/reviews"))


def test_a_decision_of_another_person_is_not_taken_back(
    session: Session,
    waiting: uuid.UUID,
    dupont: uuid.UUID,
    reporter: Person,
    colleague: Person,
    reader_of: ReaderOf,
) -> None:
    decision = make_decision(reporter.actor, review_id=waiting, debtor_id=dupont)
    reader = reader_of(colleague)
    reader.sends("/reviews/undo", {"decision": str(decision)}, seen_on="/reviews")
    assert "There is no such decision of yours any more." in words_of(reader.opens("/reviews"))
    work()
    assert debtor_of(session, reporter, "411DUP") == str(dupont)


def test_what_somebody_else_settled_is_told_once(
    waiting: uuid.UUID, dupont: uuid.UUID, reporter: Person, moderator: Person, reader_of: ReaderOf
) -> None:
    reader = reader_of(moderator)
    make_decision(reporter.actor, review_id=waiting, debtor_id=dupont)
    decides(reader, waiting, "new")
    work()
    told = "Somebody else had settled 1 of these lines meanwhile"
    assert told in words_of(reader.opens("/reviews"))
    assert told not in words_of(reader.opens("/reviews"))


def test_the_batch_goes_on_where_the_page_ended(
    session: Session, waiting: uuid.UUID, reporter: Person, moderator: Person, reader_of: ReaderOf
) -> None:
    names = [f"Boulangerie Dupont {n}" for n in range(reviews.BATCH + 4)]
    send(reporter, *({"customer_id": name, "customer_name": name, **LYON} for name in names))
    work()
    reader = reader_of(moderator)
    first = reader.opens("/reviews").text.split('data-review="')[1].split('"')[0]
    batch = reader.opens(f"/reviews/batch?after={first}").text
    ids = [part.split('"')[0] for part in batch.split('data-review="')[1:]]
    assert len(set(ids)) == reviews.BATCH
    assert first not in ids
    assert f'data-total="{reviews.BATCH + 5}"' in batch
    assert reader.opens("/reviews/batch?after=nonsense").status_code == 200


def test_an_hour_is_an_hour(
    waiting: uuid.UUID,
    dupont: uuid.UUID,
    moderator: Person,
    reader_of: ReaderOf,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reader = reader_of(moderator)
    decides(reader, waiting, dupont)
    assert 'data-decided="1"' in reader.opens("/reviews").text
    now = sitting.time.time()
    monkeypatch.setattr(sitting.time, "time", lambda: now + 3700)
    assert 'data-decided="0"' in reader.opens("/reviews").text


def test_a_name_with_markup_in_it_stays_text(
    session: Session, waiting: uuid.UUID, reporter: Person, reader_of: ReaderOf
) -> None:
    name = 'Boulangerie Dupont <img src=x onerror=alert(1)> "'
    send(reporter, {"customer_id": "X", "customer_name": name, **LYON})
    work()
    page = reader_of(reporter).opens("/reviews/batch").text
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page


def test_the_receipt_leads_to_the_page(waiting: uuid.UUID, reporter: Person, reader_of: ReaderOf) -> None:
    reader = reader_of(reporter)
    text = (
        "customer_id;customer_name;postcode;city;country;invoice_id;invoice_date;due_date;amount;currency;settled_date;disputed\n"
        "C7;Boulangerie Dupond;69003;Lyon;FR;F1;2026-08-03;2026-09-02;1200.50;EUR;2026-09-20;false\n"
    )
    answer = reader.sends(
        "/contributions", {"ledger": (io.BytesIO(text.encode()), "ventes.csv")}, seen_on="/contributions"
    )
    for path in (answer.location, "/contributions"):
        page = reader.opens(path)
        assert "2 customers wait for somebody to say which debtors they are" in words_of(page)
        assert 'class="onward" href="/reviews"' in page.text
