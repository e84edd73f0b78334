"""No attack is written and then forgotten."""

import ast
from pathlib import Path

import pytest

from anonymization.attacks.judgement import MEASURES
from anonymization.attacks.suite import SANITY
from network.promise.registry import ATTACKS

FOLDER = Path(__file__).parents[2] / "anonymization" / "attacks"


def defines_an_attack(path: Path) -> bool:
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return any(isinstance(node, ast.FunctionDef) and node.name == "attack" for node in nodes)


def test_every_attack_that_is_written_is_run() -> None:
    written = {path.stem for path in FOLDER.glob("*.py") if defines_an_attack(path)} - {"suite"}
    assert written == set(ATTACKS)


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_says_who_attacks_and_what_counts(name: str) -> None:
    words = ast.get_docstring(ast.parse((FOLDER / f"{name}.py").read_text(encoding="utf-8"))) or ""
    assert [each for each in ("**Who**", "**Success**", "**Control**") if each not in words] == []


def test_every_claim_has_a_measure_and_a_name_of_its_own() -> None:
    claims = [(claim.attack, claim.measure) for each in ATTACKS.values() for claim in each.CLAIMS]
    assert len(claims) == len(set(claims)) > 0
    assert {measure for _, measure in claims} <= set(MEASURES)
    assert {(each.attack, each.measure) for each in SANITY} <= set(claims)
