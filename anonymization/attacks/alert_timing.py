"""Does the date of an alert tell that a suspect reports the debtor?

**Who**: a reader with all releases and all alerts, together with three groups of the debtor who know their own figures.
It knows an event between the debtor and one suspected supplier, its month and its amount: a big invoice of that
supplier, as large as all that it is owed, goes unpaid and stays so; or the debtor paid that supplier all it owed. Such
things are heard of in a trade.
**Success**: telling the debtor about which the suspect reports, event included, from the same debtor about which it never
reported. The advantage (largest true positive rate less false positive rate), and the rate at 1 % false positives.
**Control**: an attacker without the suspect's data has the advantage 0 and finds 1 %.

Two observers: of alerts alone, and of every movement of the releases besides. All of the product's alerts come with the
monthly release. The weekly lane for severe events is not built, so it is not attacked.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np

from anonymization.attacks.judgement import Claim, Trials
from anonymization.attacks.laboratory import Laboratory
from anonymization.attacks.network import Flags, Floats, History, Network
from anonymization.attacks.watching import (
    AFTER,
    BEFORE,
    REPEATS,
    Scorer,
    Suspicion,
    Worlds,
    features,
    is_flagged,
    one_a_debtor,
    steady_pairs,
    window_of,
)
from anonymization.records import BUCKETS

EVENTS = ("unpaid", "paid off")
OBSERVERS = ("alerts", "alerts and figures")
_DAYS, _BASE = BUCKETS, BUCKETS + 1
_FIRST_AGE, _MONTH = 15.0, 30.0
"""Days past due of the unpaid invoice at the first month end, and how much older it is a month later."""

Alerts = Callable[[History], Flags]
"""What watchers are told: which kinds of alert were raised, shape (t, debtors, kinds)."""

CLAIMS = tuple(
    claim
    for event, observer in product(EVENTS, OBSERVERS)
    for claim in (
        Claim(
            f"alert timing/{event}/{observer}",
            "advantage",
            0.15,
            "the best limit's true less false positives",
        ),
        Claim(
            f"alert timing/{event}/{observer}", "TPR at 1 % FPR", 0.02, "suspects found at 1 % false alarms"
        ),
    )
)


@dataclass(frozen=True, slots=True)
class AlertTiming:
    """The attack with the product's alerts."""

    alerts: Alerts
    CLAIMS: tuple[Claim, ...] = CLAIMS

    def attack(self, laboratory: Laboratory) -> Mapping[str, Trials]:
        """Return the scores for each event and observer."""
        trials: dict[str, Trials] = {}
        taught = [self._observed(laboratory, laboratory.known, f"timing/{turn}") for turn in range(REPEATS)]
        victim = self._observed(laboratory, laboratory.victim, "timing/victim")
        for name, worlds in victim.items():
            trials[f"alert timing/{name}"] = Scorer([each[name] for each in taught]).scores(worlds)
        return trials

    def _observed(self, laboratory: Laboratory, network: Network, purpose: str) -> dict[str, Worlds]:
        """Publish the network with each event and without the suspects, and look."""
        random = laboratory.random(purpose)
        window = window_of(network, random)
        steady = steady_pairs(window)
        suspects = one_a_debtor(window, steady, random.random(len(steady)))
        root = laboratory.root(purpose)
        never = np.ones(window.epochs, dtype=np.bool_)
        without = laboratory.publish(window.silenced(is_flagged(window, suspects), never), root)
        worlds = {}
        for event in EVENTS:
            amounts = window.amounts.copy()
            amounts[BEFORE:, suspects] = after_event(window.amounts[:, suspects], event)
            suspicion = Suspicion(
                suspects, window.amounts[BEFORE - 1, suspects], amounts[BEFORE + 1, suspects]
            )
            seen = [
                self._look(laboratory, history, window, suspicion, purpose)
                for history in (laboratory.publish(window.spoken(amounts), root), without)
            ]
            for place, observer in enumerate(OBSERVERS):
                worlds[f"{event}/{observer}"] = Worlds(seen[0][place], seen[1][place])
        return worlds

    def _look(
        self, laboratory: Laboratory, history: History, window: Network, suspicion: Suspicion, purpose: str
    ) -> tuple[Floats, Floats]:
        """Return the features of each observer, of the debtors that are published before the event."""
        seen = suspicion.only(history.is_published[BEFORE - 1, window.debtor[suspicion.pair]])
        told = self.alerts(history)[:, window.debtor[seen.pair]]
        size = np.log1p(seen.was[:, :BUCKETS].sum(axis=1) / 100)
        kinds = [told[BEFORE + at] for at in range(AFTER)]
        flags = np.column_stack([*kinds, told[:BEFORE].sum(axis=0), told[BEFORE:].any(axis=0), size]).astype(
            np.float64
        )
        figures = features(history, window, seen, laboratory.random(f"{purpose}/insiders"))
        return flags, np.column_stack([flags, figures])


def after_event(amounts: Floats, event: str) -> Floats:
    """Return the suspects' positions from epoch `BEFORE` on, shape (t - BEFORE, n, 7), after the event in that epoch."""
    after = amounts[BEFORE:].copy()
    if event == "paid off":
        after[:, :, 1:BUCKETS] = 0.0
        after[:, :, _DAYS] = 0.0
        after[0, :, 0] = 0.0
        return after
    invoice = amounts[BEFORE - 1, :, :BUCKETS].sum(axis=1)
    for month in range(len(after)):
        after[month, :, min(1 + month, BUCKETS - 1)] += invoice
        after[month, :, _DAYS] += invoice * (_FIRST_AGE + _MONTH * month)
        after[month, :, _BASE] += invoice
    return after
