"""What registers change at a close: natural persons go, affiliates count once, names are those of the register."""

import uuid
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from network.errors import ConflictError, NetworkError, NotFoundError
from network.models import Debtor, DebtorIdentifier, DebtorSpelling, GroupChange, Member, News, Release, Watch
from network.permissions import Actor, operator_at_console
from network.services.epochs import EpochClosed, close_epoch
from network.services.groups import (
    GroupOverview,
    end_link,
    identify_member,
    link_parent,
    list_groups,
)
from network.services.ledgers import Receipt, submit_ledger
from network.services.profiles import find_debtor, read_profile
from network.services.registers import load_register, read_registers
from tests.factories.cast import Person, new_member
from tests.factories.customers import sirens
from tests.factories.registers import (
    entities_file,
    entity,
    link,
    links_file,
    person,
    site,
    sites_file,
    unit,
    units_file,
)
from tests.functional.conftest import Told, Vigie

OPERATOR = operator_at_console()
TODAY = date(2026, 11, 21)
DEBTOR = "732829320"
HEADINGS = (
    "Customer Account #,Company Name,SIREN,Account Balance,Current Due,1-30,31-60,61-90,91+ Days Past Due,"
    "Report Date,Currency"
)
LEIS = ("969500Q2MA9VBQ8BG884", "R0MUWSFPU8MPRO8K5P83", "O2RNE8IBXP4R0TD8PU41")
SIRENS = sirens(seed=11)
MEMBER_SIRENS = [next(SIRENS) for _ in range(9)]


def send(folder: Path, actor: Actor, *, month_end: str, siren: str = DEBTOR) -> Receipt:
    path = folder / f"{actor.member_id}-{month_end}-{siren}.csv"
    row = f"A1,Maison {siren} SARL,{siren},9000.00,6000.00,3000.00,0.00,0.00,0.00,{month_end},EUR"
    path.write_text(f"{HEADINGS}\n{row}\n", encoding="utf-8")
    return submit_ledger(actor, path=path, today=TODAY)


def close(epoch: str) -> EpochClosed:
    return close_epoch(OPERATOR, epoch=epoch, today=TODAY)


@pytest.fixture
def members(session: Session) -> list[Actor]:
    return [operator_at_console(member_id=new_member(f"Member {number}").id) for number in range(9)]


def load(path: Path) -> None:
    load_register(OPERATOR, path=path)


def test_a_line_about_a_natural_person_of_the_register_is_rejected(
    session: Session, members: list[Actor], tmp_path: Path
) -> None:
    load(units_file(tmp_path / "u.csv", [person(DEBTOR)]))
    receipt = send(tmp_path, members[0], month_end="2026-09-30")
    assert (receipt.statement.accepted, receipt.statement.rejected) == (0, 1)
    (problem,) = receipt.rejections
    assert (problem.code, problem.values["value"]) == ("natural_person_registered", DEBTOR)
    assert session.scalars(select(Debtor)).all() == []


@pytest.mark.parametrize("column", ["SIRET", "VAT", "LEI"])
def test_whatever_number_tells_the_person(
    session: Session, members: list[Actor], tmp_path: Path, column: str
) -> None:
    assert session
    vat = f"FR{(12 + 3 * (int(DEBTOR) % 97)) % 97:02d}{DEBTOR}"
    load(units_file(tmp_path / "u.csv", [person(DEBTOR)]))
    load(entities_file(tmp_path / "l.csv", [entity(LEIS[0], "X", Entity__EntityCategory="SOLE_PROPRIETOR")]))
    number = {"SIRET": f"{DEBTOR}00074", "VAT": vat, "LEI": LEIS[0]}[column]
    path = tmp_path / "a.csv"
    row = f"A1,Maison SARL,{number},90.00,90.00,0.00,0.00,0.00,0.00,2026-09-30,EUR"
    path.write_text(f"{HEADINGS.replace('SIREN', column)}\n{row}\n", encoding="utf-8")
    receipt = submit_ledger(members[0], path=path, today=TODAY)
    assert [problem.code for problem in receipt.rejections] == ["natural_person_registered"]


def test_a_debtor_that_turns_out_to_be_a_person_is_taken_out_at_the_next_close(
    session: Session, members: list[Actor], tmp_path: Path, subscriber: Person
) -> None:
    for actor in members:
        send(tmp_path, actor, month_end="2026-09-30")
        send(tmp_path, actor, month_end="2026-10-31")
    assert close("2026-09").published == 1
    debtor_id = find_debtor(subscriber.actor, words=DEBTOR)
    session.add(Watch(user_id=subscriber.user_id, debtor_id=debtor_id))
    session.add(News(user_id=subscriber.user_id, debtor_id=debtor_id, epoch="2026-09", rule="x", facts={}))
    session.flush()
    load(units_file(tmp_path / "u.csv", [person(DEBTOR)]))
    assert read_registers(OPERATOR).persons_among_debtors == 1
    assert read_profile(subscriber.actor, debtor_id=debtor_id).is_published, "not before the close"

    closed = close("2026-10")
    assert (closed.debtors, closed.published) == (0, 0)
    session.expire_all()
    debtor = session.get_one(Debtor, debtor_id)
    assert (debtor.is_listed, debtor.name, debtor.city) == (False, f"SIREN {DEBTOR}", None)
    for table in (DebtorSpelling, Watch, News):
        assert session.scalar(select(func.count()).select_from(table)) == 0
    with pytest.raises(NotFoundError):
        find_debtor(subscriber.actor, words=DEBTOR)
    with pytest.raises(NotFoundError):
        read_profile(subscriber.actor, debtor_id=debtor_id)
    assert read_registers(OPERATOR).persons_among_debtors == 0
    assert session.scalars(select(Release.epoch)).all() == ["2026-09"], "the log stays whole"


def test_a_released_debtor_is_shown_under_the_name_of_the_register(
    session: Session, members: list[Actor], tmp_path: Path, subscriber: Person
) -> None:
    assert session
    for actor in members:
        send(tmp_path, actor, month_end="2026-09-30")
        send(tmp_path, actor, month_end="2026-10-31")
    close("2026-09")
    debtor_id = find_debtor(subscriber.actor, words=DEBTOR)
    assert read_profile(subscriber.actor, debtor_id=debtor_id).debtor.name == f"Maison {DEBTOR}"
    load(units_file(tmp_path / "u.csv", [unit(DEBTOR, "TOLERIE DU MIDI")]))
    load(sites_file(tmp_path / "s.csv", [site(DEBTOR, "13001", "MARSEILLE 1ER")]))
    assert read_profile(subscriber.actor, debtor_id=debtor_id).debtor.name == f"Maison {DEBTOR}"
    close("2026-10")
    shown = read_profile(subscriber.actor, debtor_id=debtor_id).debtor
    assert (shown.name, shown.postcode, shown.city) == ("TOLERIE DU MIDI", "13001", "MARSEILLE 1ER")


def identified(count: int) -> None:
    for number in range(count):
        identify_member(OPERATOR, name=f"Member {number}", number=MEMBER_SIRENS[number])


def groups_of(session: Session) -> list[int]:
    """Return the sizes of the groups, largest first."""
    session.expire_all()
    sizes = session.execute(select(func.count()).select_from(Member).group_by(Member.group_id))
    return sorted((row[0] for row in sizes), reverse=True)


def pending(overview: GroupOverview) -> list[tuple[str, ...]]:
    return [card.members for card in overview.groups if card.is_pending]


def test_affiliates_by_gleif_count_once_in_the_gate(
    session: Session, members: list[Actor], tmp_path: Path
) -> None:
    for actor in members[:7]:
        send(tmp_path, actor, month_end="2026-09-30")
        send(tmp_path, actor, month_end="2026-10-31")
    identified(4)
    link_parent(OPERATOR, child=MEMBER_SIRENS[3], parent=LEIS[1], today=TODAY)
    load(
        entities_file(
            tmp_path / "20261101-lei2.csv",
            [
                entity(lei, f"Company {lei}", siren=siren)
                for lei, siren in zip(LEIS, MEMBER_SIRENS, strict=False)
            ],
        )
    )
    load(
        links_file(
            tmp_path / "20261101-rr.csv",
            [link(LEIS[1], LEIS[0]), link(LEIS[2], LEIS[1], kind="DIRECTLY"), link(LEIS[2], LEIS[0])],
        )
    )
    overview = list_groups(OPERATOR)
    assert pending(overview) == [("Member 0", "Member 1", "Member 2", "Member 3")]
    assert overview.groups[0].parent_name == f"Company {LEIS[0]}"
    assert overview.unidentified == 5
    assert groups_of(session) == [1] * 9, "only shown so far"

    assert close("2026-09").published == 0, "four voices of seven members: the gate is at 5 to 7"
    assert groups_of(session) == [4, 1, 1, 1, 1, 1]
    changes = session.scalars(select(GroupChange)).all()
    assert {(held.epoch, held.because) for held in changes} == {("2026-09", f"lei:{LEIS[0]}")}
    assert len({held.to_group for held in changes}) == 1
    assert not {held.to_group for held in changes} & {held.from_group for held in changes}
    close("2026-10")
    assert session.scalar(select(func.count()).select_from(GroupChange)) == 4, "nothing is merged twice"
    assert [(held.member, held.epoch) for held in list_groups(OPERATOR).changes] == [
        (f"Member {number}", "2026-09") for number in range(4)
    ]


def test_seven_members_without_links_are_seven_voices(
    session: Session, members: list[Actor], tmp_path: Path
) -> None:
    assert session
    for actor in members[:7]:
        send(tmp_path, actor, month_end="2026-09-30")
    identified(4)
    assert close("2026-09").published == 1


def test_a_group_never_splits_in_silence(session: Session, members: list[Actor], tmp_path: Path) -> None:
    assert members
    identified(2)
    link_parent(OPERATOR, child=MEMBER_SIRENS[1], parent=MEMBER_SIRENS[0], today=TODAY)
    close("2026-09")
    assert groups_of(session)[0] == 2
    assert end_link(OPERATOR, child=MEMBER_SIRENS[1], parent=MEMBER_SIRENS[0], today=TODAY) == 1
    close("2026-10")
    assert groups_of(session)[0] == 2
    (card,) = list_groups(OPERATOR).groups
    assert (card.members, card.is_pending, card.held_by_ended) == (
        ("Member 0", "Member 1"),
        False,
        ("Member 1",),
    )
    assert tmp_path


def test_a_link_that_the_operator_ended_is_not_brought_back_by_a_load(
    session: Session, members: list[Actor], tmp_path: Path
) -> None:
    assert members
    for number in range(2):
        identify_member(OPERATOR, name=f"Member {number}", number=LEIS[number])
    load(links_file(tmp_path / "20261001-rr.csv", [link(LEIS[1], LEIS[0])]))
    assert len(pending(list_groups(OPERATOR))) == 1
    end_link(OPERATOR, child=LEIS[1], parent=LEIS[0], today=TODAY)
    load(links_file(tmp_path / "20261101-rr.csv", [link(LEIS[1], LEIS[0]), link(LEIS[2], LEIS[0])]))
    assert pending(list_groups(OPERATOR)) == []
    close("2026-09")
    assert groups_of(session) == [1] * 9


def test_two_ultimate_parents_are_a_contradiction_from_which_nothing_follows(
    session: Session, members: list[Actor], tmp_path: Path
) -> None:
    assert members
    for number in range(3):
        identify_member(OPERATOR, name=f"Member {number}", number=LEIS[number])
    load(links_file(tmp_path / "rr.csv", [link(LEIS[2], LEIS[0]), link(LEIS[2], LEIS[1])]))
    overview = list_groups(OPERATOR)
    assert (pending(overview), overview.unclear) == ([], ("Member 2",))
    close("2026-09")
    assert groups_of(session) == [1] * 9


def test_a_circle_of_parents_is_one_group(session: Session, members: list[Actor]) -> None:
    assert members
    identified(3)
    for child, parent in ((0, 1), (1, 2), (2, 0)):
        link_parent(OPERATOR, child=MEMBER_SIRENS[child], parent=MEMBER_SIRENS[parent], today=TODAY)
    close("2026-09")
    assert groups_of(session)[0] == 3


def test_members_of_one_number_are_one(session: Session, members: list[Actor]) -> None:
    assert members
    for number in range(2):
        identify_member(OPERATOR, name=f"Member {number}", number=MEMBER_SIRENS[0])
    close("2026-09")
    assert groups_of(session)[0] == 2


def test_wrong_numbers_and_names_are_refused(session: Session, members: list[Actor]) -> None:
    assert session
    assert members
    with pytest.raises(NetworkError, match="neither a SIREN nor a LEI"):
        identify_member(OPERATOR, name="Member 0", number="123456789")
    with pytest.raises(NotFoundError):
        identify_member(OPERATOR, name="Nobody", number=DEBTOR)
    with pytest.raises(ConflictError):
        link_parent(OPERATOR, child=DEBTOR, parent=DEBTOR, today=TODAY)
    with pytest.raises(NotFoundError):
        end_link(OPERATOR, child=DEBTOR, parent=MEMBER_SIRENS[0], today=TODAY)


def test_the_commands_say_it_too(told: Told, vigie: Vigie, tmp_path: Path) -> None:
    for number in range(2):
        told("member", "add", f"Member {number}")
        assert (
            vigie("member", "identify", f"Member {number}", "--siren", MEMBER_SIRENS[number]).returncode == 0
        )
    assert vigie("group", "link", MEMBER_SIRENS[1], MEMBER_SIRENS[0]).returncode == 0
    assert [card["members"] for card in told("group", "list")["groups"]] == [["Member 0", "Member 1"]]
    assert "next close" in vigie("group", "list").stdout
    assert vigie("group", "unlink", MEMBER_SIRENS[1], MEMBER_SIRENS[0]).returncode == 0
    assert vigie("member", "identify", "Member 0").returncode == 2
    assert "No register is loaded" in vigie("registers", "status").stderr
    done = told("registers", "load", str(units_file(tmp_path / "u.csv", [unit(DEBTOR, "TOLERIE")])))
    assert [(card["source"], card["rows"], card["is_done"]) for card in done["loads"]] == [
        ("sirene_units", 1, True)
    ]
    assert [card["rows"] for card in told("registers", "status")["loads"]] == [1]
    assert "StockUniteLegale" in vigie("registers", "status").stdout
    refused = vigie("registers", "load", str(tmp_path / "none.csv"))
    assert (refused.returncode, "cannot be opened" in refused.stderr) == (2, True)


def test_whoever_people_judged_to_be_a_person_goes_with_it(session: Session, tmp_path: Path) -> None:
    standing = Debtor(id=uuid.uuid4(), name="Durand négoce", is_listed=True, city="Lyon")
    session.add(standing)
    session.flush()
    merged = Debtor(id=uuid.uuid4(), name="Durand Camille", merged_into=standing.id, city="Lyon")
    session.add(merged)
    session.flush()
    session.add(DebtorIdentifier(scheme="siren", value=DEBTOR, debtor_id=merged.id))
    session.add(DebtorSpelling(spelling="durand negoce", area="FR:69", debtor_id=standing.id))
    session.flush()
    load(units_file(tmp_path / "u.csv", [person(DEBTOR)]))
    assert read_registers(OPERATOR).persons_among_debtors == 2
    close("2026-09")
    session.expire_all()
    found = session.execute(select(Debtor.name, Debtor.is_listed, Debtor.city).order_by(Debtor.name)).all()
    assert [tuple(row) for row in found] == [("-", False, None), (f"SIREN {DEBTOR}", False, None)]
    assert session.scalars(select(DebtorSpelling)).all() == []
