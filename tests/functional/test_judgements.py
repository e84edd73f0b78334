"""People say which debtors are one company, and may take it back: what is refused, who stands for whom, one after the other."""

import uuid
from collections.abc import Iterator

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from network.errors import ConflictError, NotAllowedError, NotFoundError
from network.logins import DatabaseRole
from network.models import Debtor, DebtorIdentifier, Judgement, Outbox
from network.permissions import operator_at_console
from network.resolution.judgements import Edge, Node, choose_representative, path_between
from network.services.judgements import (
    JudgementMade,
    Verdict,
    apply_asked,
    ask_judgement,
    ask_withdrawal,
    judge,
    list_judgements,
    preview,
    withdraw,
)
from tests.factories.cast import Person
from tests.factories.customers import sirens
from tests.factories.judged import DAY, companies, merged_into, node
from tests.factories.releases import close_month, released

SIRENS = sirens(seed=11)


def say(
    left: uuid.UUID, right: uuid.UUID, verdict: Verdict = Verdict.SAME, *, despite_identifiers: bool = False
) -> JudgementMade:
    return judge(
        operator_at_console(),
        left=left,
        right=right,
        verdict=verdict,
        reason="seen",
        despite_identifiers=despite_identifiers,
        today=DAY,
    )


@pytest.fixture
def three(session: Session) -> list[uuid.UUID]:
    return [node(name) for name in ("Garage Dupont", "Dupont Garage", "Garage Dupond")]


def test_one_stands_for_both_and_the_other_keeps_its_row(three: list[uuid.UUID]) -> None:
    one, two, _ = three
    made = say(one, two)
    assert made.is_new
    assert set(made.standing) == {one, two}
    assert len(set(made.standing.values())) == 1
    assert merged_into() == {max(one, two): min(one, two)}


def test_saying_it_twice_changes_nothing(three: list[uuid.UUID], session: Session) -> None:
    made = say(*three[:2])
    version = session.scalars(select(Debtor.version).order_by(Debtor.id)).all()
    again = say(three[1], three[0])
    assert (again.id, again.is_new, again.standing) == (made.id, False, made.standing)
    assert session.scalars(select(Debtor.version).order_by(Debtor.id)).all() == version


def test_a_merge_of_three_taken_back_in_the_middle(three: list[uuid.UUID]) -> None:
    one, two, last = three
    middle = say(one, two)
    say(two, last)
    assert companies(three) == {frozenset(three)}
    assert len(set(merged_into().values())) == 1, "never a chain"
    taken = withdraw(operator_at_console(), judgement_id=middle.id, because="another manager", today=DAY)
    assert not taken.still_one
    assert companies(three) == {frozenset([one]), frozenset([two, last])}


def test_what_two_judgements_join_one_withdrawal_does_not_split(three: list[uuid.UUID]) -> None:
    one, two, last = three
    made = [say(one, two), say(two, last), say(one, last)]
    assert withdraw(operator_at_console(), judgement_id=made[0].id).still_one
    assert not withdraw(operator_at_console(), judgement_id=made[1].id).still_one


def test_a_withdrawn_judgement_is_kept_and_withdrawn_once(three: list[uuid.UUID], moderator: Person) -> None:
    made = say(*three[:2])
    withdraw(moderator.actor, judgement_id=made.id, because="no", today=DAY)
    (record,) = list_judgements(moderator.actor, debtor_id=three[0]).judgements
    assert (record.state, record.withdrawn_by, record.withdrawn_on, record.withdrawn_because) == (
        "withdrawn",
        "moderator",
        DAY,
        "no",
    )
    assert (record.decided_by, record.reason) == ("operator", "seen")
    with pytest.raises(NotFoundError):
        withdraw(moderator.actor, judgement_id=made.id)


def test_two_sirens_never_merge_not_even_through_others(session: Session) -> None:
    one, two, last = node("A", siren=next(SIRENS)), node("B"), node("C", siren=next(SIRENS))
    say(one, two)
    with pytest.raises(ConflictError, match="never become one"):
        say(two, last, despite_identifiers=True)
    (conflict,) = preview(operator_at_console(), left=two, right=last).conflicts
    assert conflict.is_final
    assert companies([one, two, last]) == {frozenset([one, two]), frozenset([last])}


@pytest.mark.parametrize(
    ("scheme", "left", "right"),
    [
        ("vat", "BE0417497106", "BE0403170701"),
        ("lei", "529900T8BM49AURSDO55", "2138005YDSA7A82RNU96"),
        ("registration", "CH:CHE107787577", "CH:CHE109740078"),
    ],
)
def test_other_numbers_that_differ_ask_to_be_insisted_on(
    session: Session, scheme: str, left: str, right: str
) -> None:
    one, two = node("A", **{scheme: left}), node("B", **{scheme: right})
    with pytest.raises(ConflictError, match="differ"):
        say(one, two)
    seen = preview(operator_at_console(), left=one, right=two)
    assert [conflict.is_final for conflict in seen.conflicts] == [False]
    assert seen.is_possible
    say(one, two, despite_identifiers=True)
    assert companies([one, two]) == {frozenset([one, two])}


def test_vat_numbers_of_two_countries_are_no_conflict(session: Session) -> None:
    one, two = node("A", vat="BE0417497106"), node("B", vat="LU26375245")
    assert say(one, two).is_new


def test_different_stands_against_any_way_to_merge(three: list[uuid.UUID]) -> None:
    one, two, last = three
    apart = say(one, last, Verdict.DIFFERENT)
    say(one, two)
    with pytest.raises(ConflictError, match=str(apart.id)):
        say(two, last)
    withdraw(operator_at_console(), judgement_id=apart.id)
    say(two, last)
    assert companies(three) == {frozenset(three)}


def test_what_is_merged_is_not_called_different_before_a_person_says_which_judgement_was_wrong(
    three: list[uuid.UUID],
) -> None:
    one, two, last = three
    made = [say(one, two), say(two, last)]
    with pytest.raises(ConflictError) as refused:
        say(one, last, Verdict.DIFFERENT)
    assert all(str(each.id) in str(refused.value) for each in made)


def test_unsure_changes_nothing_and_gives_way(three: list[uuid.UUID], session: Session) -> None:
    one, two, _ = three
    doubt = say(one, two, Verdict.UNSURE)
    assert merged_into() == {}
    say(one, two)
    assert session.get_one(Judgement, doubt.id, populate_existing=True).state == "withdrawn"
    with pytest.raises(ConflictError):
        say(one, two, Verdict.UNSURE)


def test_nobody_is_one_with_itself_or_with_nobody(three: list[uuid.UUID]) -> None:
    with pytest.raises(ConflictError):
        say(three[0], three[0])
    with pytest.raises(NotFoundError):
        say(three[0], uuid.uuid4())


def test_members_judge_nothing(three: list[uuid.UUID], reporter: Person, subscriber: Person) -> None:
    for person in (reporter, subscriber):
        for verb in (judge, ask_judgement):
            with pytest.raises(NotAllowedError):
                verb(person.actor, left=three[0], right=three[1], verdict=Verdict.SAME)
        with pytest.raises(NotAllowedError):
            list_judgements(person.actor)


def standing(**changes: object) -> Node:
    plain = {
        "id": uuid.UUID(int=9),
        "last": "",
        "stands_for_others": False,
        "has_siren": False,
        "releases": 0,
    }
    return Node(**(plain | changes))  # type: ignore[arg-type]  # fields of a Node


def test_who_stands_is_who_readers_saw_last_then_who_stood_then_who_has_a_siren() -> None:
    order = [
        standing(last="2026-10", releases=1),
        standing(last="2026-09", stands_for_others=True, has_siren=True, releases=9),
        standing(stands_for_others=True),
        standing(has_siren=True),
        standing(id=uuid.UUID(int=1)),
        standing(id=uuid.UUID(int=2)),
    ]
    nodes = [
        Node(
            uuid.UUID(int=place + 1) if node.id == uuid.UUID(int=9) else node.id,
            node.last,
            node.stands_for_others,
            node.has_siren,
            node.releases,
        )
        for place, node in enumerate(order[:4])
    ]
    for place in range(len(nodes)):
        assert choose_representative(reversed(nodes[place:])) == nodes[place].id
    assert choose_representative(order[4:]) == uuid.UUID(int=1)


def test_who_stands_for_others_goes_on_when_the_company_grows(session: Session) -> None:
    one, two = node("A"), node("B")
    before = set(say(one, two).standing.values())
    with_siren = node("C", siren=next(SIRENS))
    assert set(say(two, with_siren).standing.values()) == before


def test_a_company_that_readers_know_is_not_hidden_behind_one_that_they_do_not(session: Session) -> None:
    known, hidden = node("A", is_listed=True), node("B", siren=next(SIRENS))
    close_month("2026-09", released("2026-09", debtor=known))
    assert set(say(known, hidden).standing.values()) == {known}


def test_the_way_between_two_is_the_shortest() -> None:
    ids = [uuid.UUID(int=number) for number in range(4)]
    edges = [Edge(uuid.uuid4(), ids[left], ids[right]) for left, right in ((0, 1), (1, 2), (2, 3), (0, 2))]
    assert path_between(edges, ids[0], ids[3]) == (edges[3], edges[2])
    assert path_between(edges[:2], ids[0], ids[3]) == ()


def test_search_is_told_of_every_debtor_concerned(three: list[uuid.UUID], session: Session) -> None:
    def told() -> set[str]:
        found = set(session.scalars(select(Outbox.subject).where(Outbox.topic == "debtor.changed")))
        session.execute(text("DELETE FROM outbox"))
        return found

    one, two, last = three
    made = say(one, two)
    assert told() == {str(one), str(two)}
    say(two, last)
    stood = merged_into()[last]
    assert told() == {str(last), str(stood)}
    withdraw(operator_at_console(), judgement_id=made.id)
    assert told() >= {str(one), str(stood)}


# --- the pages ask, the worker does -------------------------------------------------------------------------------


@pytest.fixture
def as_the_pages(session: Session) -> Iterator[Session]:
    """The rights of the pages, and a reader who is nobody in particular."""
    session.execute(text(f"SET LOCAL ROLE {DatabaseRole.WEB.value}"))
    session.execute(text("SELECT set_config('app.unlisted', 'on', true)"))
    yield session
    session.execute(text(f"SET LOCAL ROLE {DatabaseRole.WORKER.value}"))


def test_the_pages_ask_and_the_worker_does(
    three: list[uuid.UUID], moderator: Person, as_the_pages: Session
) -> None:
    one, two, _ = three
    asked = ask_judgement(moderator.actor, left=one, right=two, verdict=Verdict.SAME, today=DAY)
    assert merged_into() == {}
    (record,) = list_judgements(moderator.actor).judgements
    assert (record.id, record.state, record.decided_by) == (asked, "asked", "moderator")
    as_the_pages.execute(text(f"SET LOCAL ROLE {DatabaseRole.WORKER.value}"))
    assert (apply_asked(), apply_asked()) == (1, 0)
    assert companies([one, two]) == {frozenset([one, two])}
    as_the_pages.execute(text(f"SET LOCAL ROLE {DatabaseRole.WEB.value}"))
    ask_withdrawal(moderator.actor, judgement_id=asked, because="no", today=DAY)
    as_the_pages.execute(text(f"SET LOCAL ROLE {DatabaseRole.WORKER.value}"))
    assert apply_asked() == 1
    assert merged_into() == {}
    (record,) = list_judgements(moderator.actor).judgements
    assert (record.state, record.withdrawn_because) == ("withdrawn", "no")


def test_what_cannot_be_is_refused_at_once_or_when_the_worker_comes(
    three: list[uuid.UUID], moderator: Person
) -> None:
    one, two, last = three
    ask_judgement(moderator.actor, left=one, right=last, verdict=Verdict.SAME, today=DAY)
    apart = say(one, last, Verdict.DIFFERENT)
    assert apply_asked() == 1
    record = next(each for each in list_judgements(moderator.actor).judgements if each.state == "refused")
    assert record.refusal is not None
    assert record.refusal.values == {"judgement": str(apart.id)}
    say(one, two)
    with pytest.raises(ConflictError):
        ask_judgement(moderator.actor, left=two, right=last, verdict=Verdict.SAME)


def test_a_request_that_came_twice_is_one_judgement(three: list[uuid.UUID], moderator: Person) -> None:
    for _ in range(2):
        ask_judgement(moderator.actor, left=three[0], right=three[1], verdict=Verdict.SAME)
    assert apply_asked() == 2
    assert [each.state for each in list_judgements(moderator.actor).judgements] == ["in_force"]


@pytest.mark.parametrize("state", ["in_force", "withdrawn", "refused"])
def test_the_pages_put_nothing_in_force(three: list[uuid.UUID], as_the_pages: Session, state: str) -> None:
    left, right = sorted(three[:2])
    row = {
        "id": uuid.uuid4(), "left_id": left, "right_id": right, "verdict": "same", "state": state, "reason": "",
        "decided_by": "moderator", "decided_on": DAY, "despite_identifiers": False,
        "withdrawn_on": DAY if state == "withdrawn" else None,
    }  # fmt: skip
    with pytest.raises(DBAPIError, match="row-level security"), as_the_pages.begin_nested():
        as_the_pages.execute(insert(Judgement).values(row))
    for change in (update(Judgement).values(state=state), update(Debtor).values(merged_into=left)):
        with pytest.raises(DBAPIError, match="denied"), as_the_pages.begin_nested():
            as_the_pages.execute(change)


# --- the database itself ------------------------------------------------------------------------------------------


def test_the_database_refuses_two_sirens_in_one_company_whoever_writes(session: Session) -> None:
    one, two = node("A", siren=next(SIRENS)), node("B", siren=next(SIRENS))
    with pytest.raises(IntegrityError, match="two SIRENs"), session.begin_nested():
        session.execute(update(Debtor).where(Debtor.id == two).values(merged_into=one))
    plain = node("C")
    say(one, plain)
    with pytest.raises(IntegrityError, match="two SIRENs"), session.begin_nested():
        session.execute(insert(DebtorIdentifier).values(scheme="siren", value=next(SIRENS), debtor_id=plain))


def test_the_database_refuses_a_chain(three: list[uuid.UUID], session: Session) -> None:
    one, two, last = sorted(three)
    say(one, two)
    for debtor_id, standing_id in ((last, two), (one, last)):
        with pytest.raises(IntegrityError, match="stands for itself"), session.begin_nested():
            session.execute(update(Debtor).where(Debtor.id == debtor_id).values(merged_into=standing_id))
