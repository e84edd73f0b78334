"""What a running product tells a reader of debtors that it must not know of: nothing, by any way in."""

from collections.abc import Iterator, Mapping

import numpy as np
import pytest

from anonymization.attacks import oracle
from anonymization.attacks.judgement import Distances, Hits, Trials, judge
from anonymization.attacks.oracle import Answer, differing
from network.extensions import database
from network.keystore import keys
from network.promise.oracle import attack_product
from network.promise.suite import NO_CHURN
from network.search.connection import search_connection


@pytest.fixture(scope="module")
def trials() -> Iterator[Mapping[str, Trials]]:
    """What a product of its own answers; what this process held before is put back afterwards."""
    with pytest.MonkeyPatch.context() as before:
        for holder, name in (
            (keys, "_ring"),
            (keys, "_store"),
            (database, "_engine"),
            (search_connection, "_open"),
        ):
            before.setattr(holder, name, None)
        yield attack_product("default", with_times=False, debtors=70, months=3, most=5)


@pytest.mark.parametrize(
    "claim",
    [claim for claim in oracle.CLAIMS if claim.attack != oracle.TIMES],
    ids=lambda claim: claim.attack,
)
def test_the_product_keeps_it(claim: oracle.Claim, trials: Mapping[str, Trials]) -> None:
    verdict = judge(claim, trials[claim.attack], churn=NO_CHURN, profile="default")
    assert verdict.trials > 0 or claim.attack == oracle.WITHHELD  # three months may go by without one
    assert verdict.passed, verdict


def test_a_product_that_told_would_be_found_out() -> None:
    nobody = [Answer("page", 404, (), "nothing", 1000 + place % 3) for place in range(40)]
    hidden = [Answer("page", 404, (), "nothing", 1004 + place % 3) for place in range(39)]
    hidden.append(Answer("page", 403, (), "nothing", 1000))
    found = differing(hidden, nobody)
    answers, sizes = found[oracle.ANSWERS], found[oracle.SIZES]
    assert isinstance(answers, Hits)
    assert int(answers.attack.sum()) == 1
    assert isinstance(sizes, Distances)
    claims = {claim.attack: claim for claim in oracle.CLAIMS}
    for name in (oracle.ANSWERS, oracle.SIZES):
        assert not judge(claims[name], found[name], churn=NO_CHURN, profile="default").passed


def test_times_that_differ_would_be_found_out() -> None:
    claim = next(claim for claim in oracle.CLAIMS if claim.attack == oracle.TIMES)
    random = np.random.default_rng(1)
    quick, slow = random.gamma(9, 1, 300), random.gamma(9, 1, 300) + 2
    assert not judge(claim, Distances(slow, quick), churn=NO_CHURN, profile="default").passed
    assert judge(claim, Distances(quick, random.gamma(9, 1, 300)), churn=NO_CHURN, profile="default").passed
