"""Which debtor is this line about, on a real database."""

import threading
import uuid
from collections import Counter

import polars as pl
import pytest
from sqlalchemy import Engine, event, func, select, text
from sqlalchemy.orm import Session

from network.models import Debtor, DebtorIdentifier, DebtorSpelling, Outbox
from network.resolution import resolve
from network.resolution.debtor_names import DebtorNames
from network.resolution.outcome import MatchBand, Resolution
from network.resolution.resolve import resolve_customers
from network.transaction import unit_of_work
from tests.factories.customers import customers, sirens

SIRENS = sirens()
DUPONT, MARTIN = next(SIRENS), next(SIRENS)


@pytest.fixture(autouse=True)
def _no_names_of_other_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resolve, "debtor_names", DebtorNames())


def bands(resolution: Resolution) -> list[str]:
    return resolution.frame["band"].to_list()


def debtors(resolution: Resolution) -> list[str | None]:
    return resolution.frame["debtor_id"].to_list()


def reasons(resolution: Resolution) -> list[str]:
    return resolution.frame["reason"].to_list()


def test_a_siren_a_siret_and_a_french_vat_number_name_one_debtor(session: Session) -> None:
    vat = f"FR{(12 + 3 * (int(DUPONT) % 97)) % 97:02d}{DUPONT}"
    found = resolve_customers(
        session,
        customers(
            {"customer_name": "SARL Dupont", "siren": DUPONT},
            {"customer_name": "Dupont", "siret": f"{DUPONT}00012"},
            {"customer_name": "DUPONT S.A.R.L.", "vat": vat},
            {"customer_name": "Dupont", "registration": f"FR:{DUPONT}"},
        ),
    )
    assert len(set(debtors(found))) == 1
    assert bands(found) == ["new"] * 4
    assert session.scalars(select(DebtorIdentifier.value)).all() == [DUPONT]


def test_a_new_debtor_takes_name_and_place_from_its_line_and_is_announced(session: Session) -> None:
    found = resolve_customers(
        session,
        customers(
            {
                "customer_name": "Acier, S.A.R.L.",
                "siren": DUPONT,
                "postcode": "69003",
                "city": "Lyon",
                "country": "fr",
            }
        ),
    )
    (debtor_id,) = debtors(found)
    debtor = session.get_one(Debtor, uuid.UUID(debtor_id))
    assert (debtor.name, debtor.legal_form, debtor.postcode, debtor.city, debtor.country) == (
        "Acier",
        "SARL",
        "69003",
        "Lyon",
        "FR",
    )
    assert not debtor.is_listed
    assert session.execute(select(Outbox.topic, Outbox.subject)).all() == [("debtor.changed", debtor_id)]
    spelling = session.scalars(select(DebtorSpelling)).one()
    assert (spelling.spelling, spelling.area, spelling.confirmations) == ("acier", "FR:69", 1)


def test_the_same_line_again_finds_its_debtor_and_makes_nothing_new(session: Session) -> None:
    line = {"customer_name": "Dupont", "siren": DUPONT}
    first = resolve_customers(session, customers(line))
    second = resolve_customers(session, customers(line))
    assert debtors(first) == debtors(second)
    assert (bands(first), bands(second)) == (["new"], ["link"])
    assert session.scalar(select(func.count()).select_from(Debtor)) == 1


def test_two_sirens_never_meet_in_one_debtor(session: Session) -> None:
    lei = "969500T3MBS4SQAMHJ98"
    known = resolve_customers(session, customers({"customer_name": "Dupont", "siren": DUPONT, "lei": lei}))
    found = resolve_customers(
        session,
        customers(
            {"customer_name": "Martin", "siren": MARTIN, "lei": lei},
            {"customer_name": "Dupont", "siren": DUPONT},
        ),
    )
    assert bands(found) == ["review", "link"]
    assert reasons(found)[0] == "identifiers_disagree"
    assert found.reviews[0].candidates[0].debtor_id == debtors(known)[0]
    owners = dict(session.execute(select(DebtorIdentifier.value, DebtorIdentifier.debtor_id)).all())
    assert MARTIN not in owners


def test_a_line_that_contradicts_itself_goes_to_a_person(session: Session) -> None:
    found = resolve_customers(
        session, customers({"customer_name": "Dupont", "siren": DUPONT, "siret": f"{MARTIN}00012"})
    )
    assert (bands(found), reasons(found)) == (["review"], ["identifiers_disagree"])
    assert session.scalar(select(func.count()).select_from(Debtor)) == 0


def test_a_further_identifier_is_learnt_and_found_by_afterwards(session: Session) -> None:
    norwegian = {"customer_name": "Müller AS", "vat": "NO995525828MVA", "country": "NO"}
    first = resolve_customers(session, customers(norwegian))
    resolve_customers(session, customers({**norwegian, "registration": "995525828"}))
    third = resolve_customers(
        session, customers({"customer_name": "Mueller", "registration": "995525828", "country": "NO"})
    )
    assert debtors(third) == debtors(first)
    assert session.get_one(Debtor, uuid.UUID(debtors(first)[0])).version > 1


def test_new_debtors_do_not_lie_in_the_order_of_the_file(session: Session) -> None:
    resolve_customers(
        session,
        customers(*({"customer_name": f"Firme {number}", "siren": next(SIRENS)} for number in range(20))),
    )
    in_storage = session.scalars(text("SELECT id FROM debtor ORDER BY ctid")).all()
    assert in_storage == sorted(in_storage)


def test_a_name_that_looks_like_a_null_is_a_name(session: Session) -> None:
    resolve_customers(session, customers({"customer_name": r"\N", "siren": DUPONT, "city": ""}))
    assert session.execute(select(Debtor.name, Debtor.city)).one() == (r"\N", "")


def test_the_same_unverified_number_makes_no_company_of_two(session: Session) -> None:
    found = resolve_customers(
        session,
        customers(
            {
                "customer_name": "Transports Martin",
                "registration": "n/a",
                "postcode": "10115",
                "country": "DE",
            },
            {
                "customer_name": "Transports Durand",
                "registration": "n/a",
                "postcode": "80331",
                "country": "DE",
            },
        ),
    )
    assert len(set(debtors(found))) == 2


def test_an_identifier_under_a_quite_different_name_goes_to_a_person(session: Session) -> None:
    known = resolve_customers(session, customers({"customer_name": "Boulangerie Dupont", "siren": DUPONT}))
    found = resolve_customers(
        session,
        customers(
            {"customer_name": "Garage Zwickau", "siren": DUPONT}, {"customer_name": "DUPONT", "siren": DUPONT}
        ),
    )
    assert (bands(found), reasons(found)[0]) == (["review", "link"], "name_absurd")
    assert [candidate.debtor_id for candidate in found.reviews[0].candidates] == debtors(known)


def test_the_same_holds_inside_one_file(session: Session) -> None:
    found = resolve_customers(
        session,
        customers(
            {"customer_name": "Boulangerie Dupont", "siren": DUPONT},
            {"customer_name": "Boulangerie Dupont", "siren": DUPONT},
            {"customer_name": "Garage Zwickau", "siren": DUPONT, "lei": "969500T3MBS4SQAMHJ98"},
        ),
    )
    assert bands(found) == ["new", "new", "review"]
    assert session.scalars(select(DebtorIdentifier.scheme)).all() == ["siren"]


def test_names_are_not_read_while_identifiers_settle_everything(session: Session) -> None:
    resolve_customers(session, customers({"customer_name": "Dupont", "siren": DUPONT}))
    assert not resolve.debtor_names.is_built


def test_the_number_of_statements_does_not_grow_with_the_file(session: Session) -> None:
    counts: list[int] = []

    def count(*_: object) -> None:
        counts[-1] += 1

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", count)
    try:
        for size in (1, 10, 400):
            counts.append(0)
            resolve_customers(
                session,
                customers(
                    *({"customer_name": f"Firme {n}", "siren": next(SIRENS)} for n in range(size)),
                    *(
                        {"customer_name": uuid.uuid4().hex, "postcode": "69003", "country": "FR"}
                        for n in range(size)
                    ),
                ),
            )
    finally:
        event.remove(engine, "before_cursor_execute", count)
    assert counts[1] == counts[2] < 20


def test_a_line_that_names_no_country_is_in_that_of_its_identifier(session: Session) -> None:
    resolve_customers(
        session,
        customers(
            {"customer_name": "Dupont", "siren": DUPONT, "postcode": "69003"},
            {"customer_name": "Müller", "vat": "DE136695976", "postcode": "10115", "country": " "},
            {"customer_name": "Zinc", "postcode": "13001"},
        ),
    )
    assert set(session.scalars(select(DebtorSpelling.area))) == {"FR:69", "DE:10115", ":13001"}
    assert set(session.scalars(select(Debtor.country))) == {"FR", "DE", None}


def test_a_line_without_a_name_is_found_by_its_identifier(session: Session) -> None:
    found = resolve_customers(session, customers({"siren": DUPONT}))
    again = resolve_customers(session, customers({"customer_name": "Dupont", "siren": DUPONT}))
    assert debtors(found) == debtors(again)
    assert session.scalars(select(Debtor.name)).all() == [f"SIREN {DUPONT}"]


def test_an_empty_file_is_no_error(session: Session) -> None:
    found = resolve_customers(session, customers())
    assert (found.frame.height, found.reviews) == (0, ())
    assert found.counts() == dict.fromkeys(MatchBand, 0)


def test_two_files_at_once_make_one_debtor_of_one_siren(committed_database: Engine) -> None:
    """Both transactions look before either has committed; the second waits for the first and then finds its debtors."""
    shared = [next(SIRENS) for _ in range(40)]
    lines = [{"customer_name": f"Firme {siren}", "siren": siren} for siren in shared]
    both_looked, answers = threading.Barrier(2, timeout=30), {}

    def take_in(name: str, rows: list[dict[str, str | None]]) -> None:
        with unit_of_work() as session:
            session.execute(text("SELECT 1"))
            both_looked.wait()
            answers[name] = resolve_customers(session, customers(*rows))

    threads = [
        threading.Thread(target=take_in, args=("one", [*lines])),
        threading.Thread(target=take_in, args=("two", [*reversed(lines)])),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert set(answers) == {"one", "two"}
    one = dict(zip(shared, debtors(answers["one"]), strict=True))
    two = dict(zip(reversed(shared), debtors(answers["two"]), strict=True))
    assert one == two
    with Session(committed_database) as session:
        assert session.scalar(select(func.count()).select_from(Debtor)) == len(shared)
        topics = Counter(session.scalars(select(Outbox.subject)).all())
        assert set(topics) == set(map(str, session.scalars(select(Debtor.id))))


def test_the_second_file_waits_for_the_first_and_takes_its_debtor(committed_database: Engine) -> None:
    line = {"customer_name": "Dupont", "siren": DUPONT, "postcode": "69003", "country": "FR"}
    answers: list[Resolution] = []

    def second() -> None:
        with unit_of_work() as session:
            answers.append(resolve_customers(session, customers(line)))

    with unit_of_work() as session:
        first = resolve_customers(session, customers(line))
        thread = threading.Thread(target=second)
        thread.start()
        _wait_until_blocked(committed_database)
        assert not answers
    thread.join(timeout=30)
    assert debtors(answers[0]) == debtors(first)
    assert bands(answers[0]) == ["link"]
    with Session(committed_database) as session:
        assert session.scalars(select(DebtorSpelling.confirmations)).all() == [2]


def _wait_until_blocked(engine: Engine) -> None:
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    for _ in range(600):
        with engine.connect() as connection:
            if connection.execute(waiting).scalar_one():
                return
        threading.Event().wait(0.05)
    raise AssertionError("nobody waits")


def test_answers_come_in_the_order_of_the_file(session: Session) -> None:
    names = ["Zinc", "Acier", "Bois", None, "Fer"]
    rows = [{"customer_name": name, "siren": next(SIRENS) if n % 2 else None} for n, name in enumerate(names)]
    found = resolve_customers(session, customers(*rows))
    assert found.frame["customer_id"].to_list() == ["C1", "C2", "C3", "C4", "C5"]
    assert found.frame.schema == pl.Schema(
        {
            "customer_id": pl.String,
            "debtor_id": pl.String,
            "band": pl.String,
            "reason": pl.String,
            "score": pl.Float64,
        }
    )
