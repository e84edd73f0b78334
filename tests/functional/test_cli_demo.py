"""`vigie demo`: a network to look at, from a simulation and from a folder of ledgers."""

import json
import stat
from pathlib import Path

import pytest

from tests.installation import page, vigie

SMALL = ("--members", "4", "--debtors", "30", "--months", "2", "--seed", "3")


def test_a_demo_is_made_once_and_started_afterwards(installation: Path) -> None:
    assert vigie("member", "add", "Left over of a demo that was cut short").returncode == 0
    (installation / "demo").mkdir()
    (installation / "demo" / "unfinished").touch()

    first = vigie("demo", *SMALL, "--json")
    assert first.returncode == 0, first.stderr
    made = json.loads(first.stdout)
    assert page(made["url"]) == 200
    assert {person["role"] for person in made["people"]} == {
        "credit_manager",
        "subscriber",
        "moderator",
        "operator",
    }
    assert stat.S_IMODE((installation / "demo.json").stat().st_mode) == 0o600
    assert len(json.loads(vigie("member", "list", "--json").stdout)["members"]) == 4
    assert vigie("release", "close", "--epoch", "2026-10").returncode == 1  # closed already, for ever

    assert vigie("down").returncode == 0
    second = json.loads(vigie("demo", "--json").stdout)
    assert second == made
    assert page(made["url"]) == 200


def test_a_demo_is_not_built_on_somebody_s_network(installation: Path) -> None:
    vigie("user", "add", "paul@vigie.example", "--name", "Paul", "--role", "operator")
    refused = vigie("demo", *SMALL)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert len(refused.stderr.strip().splitlines()) == 1


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder as a newcomer has it: a listing of two business units, and something that is no ledger."""
    (tmp_path / "ledgers").mkdir()
    (tmp_path / "ledgers" / "open.csv").write_text(
        "business_code,customer_number,customer_name,document,posting_date,due_date,amount_usd\n"
        "U1,1,Garage Dupont SARL,A1,2026-08-03,2026-09-02,100.00\n"
        "U2,7,Garage Dupont SARL,B1,2026-08-05,2026-09-04,50.00\n",
        encoding="utf-8",
    )
    (tmp_path / "ledgers" / "notes.csv").write_text("nothing,of,the,kind\n1,2,3,4\n", encoding="utf-8")
    return tmp_path


def test_a_folder_becomes_a_network_that_says_why_nothing_is_published(
    installation: Path, folder: Path
) -> None:
    done = vigie("demo", "--data", str(folder))
    assert done.returncode == 0, done.stderr
    assert "open U1" in done.stdout
    assert "open U2" in done.stdout
    assert "Nothing can be published yet" in done.stdout
    assert "USD" in done.stdout
    other = vigie("demo", "--data", str(folder / "ledgers"))
    assert other.returncode == 1
