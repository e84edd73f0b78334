"""The date of an alert: what is paid off raises none that tells; exact figures tell every event."""

from collections.abc import Mapping

import numpy as np
import pytest

from anonymization.attacks import alert_timing
from anonymization.attacks.judgement import Scores, Trials, advantage
from anonymization.attacks.watching import BEFORE
from network.promise.alerts import alerts_of
from tests.unit.anonymization.attacks.laboratories import NAIVE, SHIPPED, laboratory, simulated

ATTACK = alert_timing.AlertTiming(alerts=alerts_of).attack


@pytest.fixture(scope="module")
def shipped() -> Mapping[str, Trials]:
    """The attack on the pipeline that ships."""
    return ATTACK(laboratory(SHIPPED, debtors=400))


@pytest.fixture(scope="module")
def naive() -> Mapping[str, Trials]:
    """The attack on exact figures."""
    return ATTACK(laboratory(NAIVE, debtors=400))


def _scores(trials: Mapping[str, Trials], name: str) -> Scores:
    scores = trials[name]
    assert isinstance(scores, Scores)
    return scores


def test_every_claim_has_its_trials(shipped: Mapping[str, Trials]) -> None:
    assert {claim.attack for claim in alert_timing.CLAIMS} == set(shipped)


def test_a_debt_that_is_paid_raises_no_telling_alert(shipped: Mapping[str, Trials]) -> None:
    assert advantage(_scores(shipped, "alert timing/paid off/alerts"), 0.15).low <= 0.15


@pytest.mark.parametrize("observer", alert_timing.OBSERVERS)
def test_exact_figures_tell_an_unpaid_invoice(naive: Mapping[str, Trials], observer: str) -> None:
    assert advantage(_scores(naive, f"alert timing/unpaid/{observer}"), 0.15).low > 0.25


def test_an_unpaid_invoice_grows_old() -> None:
    amounts = simulated(1, 500).amounts[:12, :1]
    after = alert_timing.after_event(amounts, "unpaid") - amounts[BEFORE:]
    invoice = amounts[BEFORE - 1, 0, :5].sum()
    assert [int(np.argmax(month[0, :5])) for month in after] == [1, 2, 3, 4, 4, 4]
    assert np.allclose(after[:, 0, :5].sum(axis=1), invoice)
    assert (np.diff(after[:, 0, 5]) >= 0).all()


def test_what_is_paid_off_is_not_owed() -> None:
    amounts = simulated(1, 500).amounts[:12]
    after = alert_timing.after_event(amounts, "paid off")
    assert after[0, :, :5].sum() == 0
    assert (after[1:, :, 0] == amounts[BEFORE + 1 :, :, 0]).all()
    assert after[:, :, 1:5].sum() == 0
