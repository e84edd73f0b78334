"""What is judged of a run, and what is told of the rest."""

from pathlib import Path

import numpy as np

from anonymization.attacks.judgement import Hits, Scores
from anonymization.attacks.suite import ATTACKS
from anonymization.parameters import DEFAULT, TRADE
from network.promise.cells import Cell, keep
from network.promise.suite import Judged, Plan, judged, reason_not_to_run
from simulation import Churn

PLAN = Plan(
    attacks=("differencing", "authorship"),
    churns=(Churn.LOW,),
    seeds=(1, 2),
    rules=(DEFAULT, TRADE, None),
    debtors=50,
    epochs=12,
)


def found(folder: Path, *, trade: int = 400, failed: dict[Cell, BaseException] | None = None) -> Judged:
    """Judge made-up trials: random under the default, telling on the naive pipeline."""
    for cell in PLAN.cells():
        random = np.random.default_rng(cell.seed)
        shift, count = (3.0 if cell.parameters is None else 0.0), (trade if cell.profile == "trade" else 400)
        keep(
            {
                claim.attack: Scores(random.normal(shift, 1, count), random.normal(0, 1, count))
                for claim in ATTACKS[cell.attack].CLAIMS
            },
            cell.path(folder),
        )
    return judged(PLAN, folder, failed or {}, product=None)


def test_seeds_are_judged_together_beside_the_naive_pipeline(tmp_path: Path) -> None:
    rows = found(tmp_path).verdicts["default"]
    assert {row.trials for row in rows} == {1600}
    assert all(row.naive is not None and row.naive > row.figure for row in rows)
    assert set(found(tmp_path).verdicts) == {"default", "trade"}


def test_an_attacker_that_breaks_the_naive_pipeline_is_sane_and_one_that_does_not_fails(
    tmp_path: Path,
) -> None:
    sane = found(tmp_path).sanity
    assert sane
    joiner = next(each for each in sane if each.attack == "sanity: joiner")
    assert joiner.passed
    assert all(each in found(tmp_path).failing("default") for each in sane if not each.passed)


def test_what_has_nothing_to_attack_yet_is_not_run_and_says_why(tmp_path: Path) -> None:
    assert reason_not_to_run("authorship") == "no discussions yet"
    assert {cell.attack for cell in PLAN.cells()} == {"differencing"}
    not_run = found(tmp_path).not_run
    assert not_run["authorship"] == "no discussions yet"
    assert not_run["subtraction"] == "left out of this run by its name"
    assert "dump" in not_run


def test_a_cell_that_failed_takes_its_rows_along_and_is_named(tmp_path: Path) -> None:
    cell = next(each for each in PLAN.cells() if each.parameters == TRADE)
    judgement = found(tmp_path, failed={cell: ValueError("a pole of the plane")})
    assert "trade" not in judgement.verdicts
    assert judgement.not_run["differencing, low churn, trade"] == "ValueError: a pole of the plane"


def test_a_claim_without_a_trial_is_not_judged(tmp_path: Path) -> None:
    judgement = found(tmp_path, trade=0)
    assert "joiner, low churn, trade" in judgement.not_run
    assert judgement.verdicts["default"]


def test_what_the_product_answered_joins_the_rows_of_the_profile_in_force(tmp_path: Path) -> None:
    from anonymization.attacks import oracle
    from anonymization.attacks.judgement import Distances

    same, none = np.ones(20), np.zeros(20, dtype=np.bool_)
    answers = {
        claim.attack: Distances(same, same) if claim.measure == "KS p" else Hits(none, np.zeros(20))
        for claim in oracle.CLAIMS
    }
    plan = Plan(attacks=(), churns=(), seeds=(1,), rules=())
    rows = judged(plan, tmp_path, {}, product=answers, profile="trade").verdicts["trade"]
    assert [row.attack for row in rows] == [claim.attack for claim in oracle.CLAIMS]
    assert all(row.passed and row.churn == "any" for row in rows)
