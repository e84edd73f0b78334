"""The dry run of a list of customers: what it tells, what it must not tell, and that nothing is kept."""

import io
import logging
import tempfile
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from network.models import Debtor, DebtorIdentifier, DebtorSpelling
from network.services import known_customers
from network.services.known_customers import ListedDebtors
from tests.factories.cast import Person
from tests.factories.customers import sirens
from tests.functional.conftest import Visitor, words_of

SIRENS = sirens(3)
VASSEUR, SECRET = next(SIRENS), next(SIRENS)
LYON = {"postcode": "69003", "city": "Lyon", "country": "FR"}

Reader = Callable[[Person], Visitor]


@pytest.fixture(autouse=True)
def _listed_debtors_of_this_test(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_customers, "listed_debtors", ListedDebtors())


@pytest.fixture
def network(session: Session) -> dict[str, uuid.UUID]:
    """Two listed debtors and one that is not."""
    debtors = {
        "Charpentes Vasseur et Fils": Debtor(name="Charpentes Vasseur et Fils", is_listed=True, **LYON),
        "Imprimerie Nouvelle Stéphanoise": Debtor(
            name="Imprimerie Nouvelle Stéphanoise", legal_form="SARL", is_listed=True, **LYON
        ),
        "Verrerie Quimper Sud": Debtor(name="Verrerie Quimper Sud", is_listed=False, **LYON),
    }
    session.add_all(debtors.values())
    session.flush()
    ids = {name: debtor.id for name, debtor in debtors.items()}
    session.add_all(
        [
            DebtorIdentifier(scheme="siren", value=VASSEUR, debtor_id=ids["Charpentes Vasseur et Fils"]),
            DebtorIdentifier(scheme="siren", value=SECRET, debtor_id=ids["Verrerie Quimper Sud"]),
            DebtorSpelling(
                spelling="verrerie quimper sud",
                area="FR:69",
                debtor_id=ids["Verrerie Quimper Sud"],
                confirmations=5,
            ),
            DebtorSpelling(
                spelling="zorglub confidentiel",
                area="FR:69",
                debtor_id=ids["Charpentes Vasseur et Fils"],
                confirmations=5,
            ),
        ]
    )
    session.flush()
    return ids


def compares(reader: Visitor, content: str | bytes, *, name: str = "clients.csv") -> str:
    body = content.encode() if isinstance(content, str) else content
    path = "/contributions/check"
    return words_of(reader.sends(path, {"ledger": (io.BytesIO(body), name)}, seen_on=path))


def listed(*rows: str) -> str:
    return "numero;raison sociale;siren;code postal;ville;pays\n" + "\n".join(rows) + "\n"


def test_customers_are_counted_by_what_is_known_of_them(
    reader_of: Reader, reporter: Person, network: dict[str, uuid.UUID]
) -> None:
    said = compares(
        reader_of(reporter),
        listed(
            f"1;CHARPENTES VASSEUR;{VASSEUR};;;",
            "2;Imprimerie Nouvelle Stephanoise SARL;;69003;Lyon;FR",
            "3;Imprimerie Nouvelle Stéphanoise;;;;",
            "4;Zwickauer Motorenwerk;;;;",
            "4;Zwickauer Motorenwerk;;;;",
        ),
    )
    assert "2 of 4 customers are known" in said
    assert "Known A listed debtor has the same identifier, or the same name in the same place. 2 50%" in said
    assert "whether it is the one. 1 25%" in said
    assert "what is not published is not told. 1 25%" in said
    assert "It has the same identifier." in said
    assert "3 customers have no SIREN" in said


def test_a_debtor_that_is_not_listed_is_as_unknown_as_any(
    reader_of: Reader, reporter: Person, network: dict[str, uuid.UUID]
) -> None:
    reader = reader_of(reporter)
    secret = compares(reader, listed(f"1;Verrerie Quimper Sud;{SECRET};69003;Lyon;FR"))
    invented = compares(reader, listed(f"1;Verrerie Quimper Sad;{next(SIRENS)};69003;Lyon;FR"))
    assert "0 of 1 customer is known" in secret
    assert secret.replace("Sud", "Sad") == invented


def test_what_members_write_between_releases_is_not_told(
    reader_of: Reader, reporter: Person, network: dict[str, uuid.UUID]
) -> None:
    said = compares(reader_of(reporter), listed("1;Zorglub confidentiel;;69003;Lyon;FR"))
    assert "is not told. 1 100%" in said


def test_debtors_that_are_one_company_are_shown_as_who_stands_for_them(
    reader_of: Reader, reporter: Person, session: Session, network: dict[str, uuid.UUID]
) -> None:
    first, other = network["Charpentes Vasseur et Fils"], network["Imprimerie Nouvelle Stéphanoise"]
    session.get_one(Debtor, other).merged_into = first
    session.flush()
    page = reader_of(reporter).sends(
        "/contributions/check",
        {
            "ledger": (
                io.BytesIO(listed("1;Imprimerie Nouvelle Stéphanoise;;69003;Lyon;FR").encode()),
                "a.csv",
            )
        },
        seen_on="/contributions/check",
    )
    assert f"/debtors/{first}" in page.text
    assert f"/debtors/{other}" not in page.text


def test_names_follow_the_releases(
    reader_of: Reader, reporter: Person, session: Session, network: dict[str, uuid.UUID]
) -> None:
    reader, asked = reader_of(reporter), listed("1;Verrerie Quimper Sud;;69003;Lyon;FR")
    assert "0 of 1 customer is known" in compares(reader, asked)
    session.get_one(Debtor, network["Verrerie Quimper Sud"]).is_listed = True
    session.flush()
    assert "1 of 1 customer is known" in compares(reader, asked)


def test_nothing_of_the_list_is_kept(
    reader_of: Reader,
    reporter: Person,
    session: Session,
    network: dict[str, uuid.UUID],
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    tables = session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all()

    def rows() -> dict[str, int]:
        return {name: session.scalar(text(f'SELECT count(*) FROM "{name}"')) or 0 for name in tables}  # noqa: S608

    reader, before = reader_of(reporter), rows()
    folders = set(Path(tempfile.gettempdir()).glob("vigie-*"))
    with caplog.at_level(logging.DEBUG):
        compares(reader, listed("1;Quincaillerie Bellerophon;;69003;Lyon;FR"))
    assert rows() == before
    assert set(Path(tempfile.gettempdir()).glob("vigie-*")) <= folders
    assert "ellerophon" not in caplog.text + "".join(capfd.readouterr())


def test_any_ledger_will_do(reader_of: Reader, reporter: Person, network: dict[str, uuid.UUID]) -> None:
    reader = reader_of(reporter)
    fec = (
        "JournalCode|JournalLib|EcritureNum|EcritureDate|CompteNum|CompteLib|CompAuxNum|CompAuxLib|PieceRef|PieceDate|"
        "EcritureLib|Debit|Credit|EcritureLet|DateLet|ValidDate|Montantdevise|Idevise\n"
        "VE|Ventes|1|20260105|411000|Clients|VAS|Charpentes Vasseur et Fils|F1|20260105|Facture|120,00|0,00|||20260105||\n"
    )
    assert "of 1 customer" in compares(reader, fec, name="111111111FEC20261231.txt")
    balance = "Compte;Raison sociale;SIREN;Encours;Non échu;1-30 j\nC1;Vasseur;" + VASSEUR + ";10;10;0\n"
    assert "1 of 1 customer is known" in compares(reader, balance)
    record = f'{{"customer_id": "C1", "customer_name": "Vasseur", "siren": "{VASSEUR}", "invoice_id": "1", '
    record += '"invoice_date": "2026-01-05", "due_date": "2026-02-05", "amount": "10.00"}\n'
    assert "1 of 1 customer is known" in compares(reader, record, name="a.ndjson")


def test_natural_persons_are_left_out_and_counted(
    reader_of: Reader, reporter: Person, network: dict[str, uuid.UUID]
) -> None:
    said = compares(reader_of(reporter), listed("1;M. Jean Dupont;;;;", "2;Garage Martin SARL;;;;"))
    assert "0 of 1 customer is known" in said
    assert "1 line reads as a natural person" in said


def test_a_list_that_is_too_long_is_cut_and_says_so(
    reader_of: Reader, reporter: Person, network: dict[str, uuid.UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_customers, "MAX_CUSTOMERS", 3)
    said = compares(reader_of(reporter), listed(*(f"{number};Garage {number};;;;" for number in range(5))))
    assert "The first 3 customers were looked at, of 5." in said


def test_a_network_too_large_for_names_still_knows_numbers(
    reader_of: Reader, reporter: Person, network: dict[str, uuid.UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_customers, "MAX_LISTED", 1)
    said = compares(
        reader_of(reporter),
        listed(
            f"1;Vasseur;{VASSEUR};;;", "2;Imprimerie Nouvelle Stéphanoise;;69003;Lyon;FR", f"3;x;{SECRET};;;"
        ),
    )
    assert "1 of 3 customers are known" in said
    assert "by their identifiers alone" in said


@pytest.mark.parametrize(
    ("content", "said"),
    [("", "empty"), ("town\nParis\n", "no column of names"), (b"%PDF-1.4", "PDF"), ("name\n", "no lines")],
)
def test_a_file_that_will_not_do_is_refused_in_one_sentence(
    reader_of: Reader, reporter: Person, content: str | bytes, said: str
) -> None:
    assert said in compares(reader_of(reporter), content)


def test_an_empty_network_knows_nobody(reader_of: Reader, reporter: Person) -> None:
    assert "0 of 1 customer is known" in compares(reader_of(reporter), listed("1;Garage Martin SARL;;;;"))


def test_it_is_for_those_who_may_send(reader_of: Reader, subscriber: Person, visitor: Visitor) -> None:
    assert reader_of(subscriber).opens("/contributions/check").status_code == 403
    assert visitor.opens("/contributions/check").status_code == 302


def test_it_cannot_be_asked_without_end(reader_of: Reader, reporter: Person) -> None:
    reader, path = reader_of(reporter), "/contributions/check"
    answers = [
        reader.sends(path, {"ledger": (io.BytesIO(b"name\nGarage\n"), "a.csv")}, seen_on=path).status_code
        for _ in range(8)
    ]
    assert answers[0] == 200
    assert answers[-1] == 429
