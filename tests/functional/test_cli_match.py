"""`vigie match` as a program: files in, one CSV out, and nothing half-written."""

import csv
import gzip
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

REFERENCE = """\
id,name,siren,postcode,city,country
A1,Boulangerie Dupont,,69003,Lyon,FR
A2,Danone,552032534,75009,Paris,FR
A3,Garage Martin,,13001,Marseille,FR
"""
QUERIES = """\
id;name;siren;postcode;country
q1;DANONE S.A.;552 032 534;;
q2;BOULANGERIE DUPONT SARL;;69003;FR
q3;Garage Martin;;;
q4;Zwickauer Motorenwerk;;;
q5;Danone;552032535;;
"""


def vigie(*words: str, language: str = "en") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "network.cli", *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, "VIGIE_LANG": language},
    )


@pytest.fixture
def lists(tmp_path: Path) -> list[str]:
    """The options of a match of QUERIES against REFERENCE."""
    (tmp_path / "reference.csv.gz").write_bytes(gzip.compress(REFERENCE.encode()))
    (tmp_path / "queries.csv").write_text(QUERIES, encoding="utf-8")
    files = {"--reference": "reference.csv.gz", "--queries": "queries.csv", "--out": "out.csv"}
    return ["match", *(word for option, name in files.items() for word in (option, str(tmp_path / name)))]


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_each_query_has_its_row_in_the_order_asked(lists: list[str], tmp_path: Path) -> None:
    done = vigie(*lists, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    found = rows(tmp_path / "out.csv")
    assert list(found[0]) == ["query", "id", "name", "score", "band", "reasons"]
    assert [row["query"] for row in found] == [
        "DANONE S.A.", "BOULANGERIE DUPONT SARL", "Garage Martin", "Zwickauer Motorenwerk", "Danone",
    ]  # fmt: skip
    assert [(row["id"], row["band"]) for row in found] == [
        ("A2", "link"), ("A1", "link"), ("A3", "review"), ("", "new"), ("A2", "review"),
    ]  # fmt: skip
    assert "check digits" in found[4]["reasons"]
    assert all(0 <= float(row["score"]) <= 1 and row["reasons"] for row in found)
    said = json.loads(done.stdout)
    assert said["bands"] == {"link": 2, "review": 2, "new": 1}
    assert (said["queries"], said["reference"]) == (5, {"names": 3, "companies": 3})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.csv", "queries.csv", "reference.csv.gz"]


def test_reasons_are_in_the_language_of_the_reader(lists: list[str], tmp_path: Path) -> None:
    done = vigie(*lists, language="fr")
    assert done.returncode == 0, done.stderr
    assert "identifiant" in rows(tmp_path / "out.csv")[0]["reasons"]
    assert "À revoir" in done.stdout


def test_a_packed_result_holds_the_same(lists: list[str], tmp_path: Path) -> None:
    assert vigie(*lists).returncode == 0
    packed = [word.replace("out.csv", "out.csv.gz") for word in lists]
    assert vigie(*packed).returncode == 0
    assert gzip.decompress((tmp_path / "out.csv.gz").read_bytes()) == (tmp_path / "out.csv").read_bytes()


def test_a_threshold_of_ones_own(lists: list[str], tmp_path: Path) -> None:
    assert vigie(*lists, "--review-from", "1").returncode == 0
    assert [row["band"] for row in rows(tmp_path / "out.csv")] == ["link", "link", "new", "new", "new"]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("reference.csv.gz", "name\nDanone\n", "no column “id”"),
        ("reference.csv.gz", "id,name\nA1,Danone\n,Renault\n", "Row 3"),
        ("reference.csv.gz", "id,name,siren\nA,x,552032534\nA,y,552100554\n", "two companies"),
        ("queries.csv", "town\nParis\n", "queries.csv: The file has no column of names"),
        ("queries.csv", "", "queries.csv: The file is empty"),
        ("queries.csv", "id,name\n", "no lines"),
        ("queries.csv", "\x1f\x8b\x08damaged", "damaged"),
    ],
)
def test_a_file_that_will_not_do_is_refused_in_one_line(
    lists: list[str], tmp_path: Path, name: str, text: str, said: str
) -> None:
    (tmp_path / name).write_bytes(text.encode("latin-1") if "\x8b" in text else text.encode())
    done = vigie(*lists)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out.csv").exists()


def test_a_result_is_never_written_over_a_list_or_into_nowhere(lists: list[str], tmp_path: Path) -> None:
    over = vigie(*lists[:-1], str(tmp_path / "queries.csv"))
    nowhere = vigie(*lists[:-1], str(tmp_path / "none" / "out.csv"))
    assert (over.returncode, nowhere.returncode) == (1, 1)
    assert (tmp_path / "queries.csv").read_text() == QUERIES


def test_a_stop_by_hand_leaves_nothing_half_written(lists: list[str], tmp_path: Path) -> None:
    many = "".join(f"Company {number} of Somewhere\n" for number in range(200_000))
    (tmp_path / "queries.csv").write_text(f"name\n{many}", encoding="utf-8")
    (tmp_path / "out.csv").write_text("what was there", encoding="utf-8")
    running = subprocess.Popen(
        [sys.executable, "-m", "network.cli", *lists], stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob(".out.csv.*.part")):
        assert time.monotonic() < deadline
        assert running.poll() is None
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "Traceback" not in said
    assert (tmp_path / "out.csv").read_text() == "what was there"
    assert not list(tmp_path.glob(".out.csv.*"))
