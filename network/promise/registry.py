"""Every attack, with what `anonymization` may not know handed to it: the product's own alerts."""

from collections.abc import Mapping

from anonymization.attacks import suite
from anonymization.attacks.alert_timing import AlertTiming
from anonymization.attacks.suite import AttackFile
from network.promise.alerts import alerts_of

ATTACKS: Mapping[str, AttackFile] = {**suite.ATTACKS, "alert_timing": AlertTiming(alerts_of)}
BEHIND: Mapping[str, tuple[str, ...]] = {"alert_timing": ("network.promise.alerts",)}
"""Modules that decide an attack's trials besides its own file, by the attack's name."""

PRODUCT = "oracle"
"""The attack on the running product, which has no networks to be repeated on: see `network.promise.oracle`."""

ELSEWHERE: Mapping[str, str] = {
    "dump": "run by the tests, which make the copy of the database (tests/functional/test_dump.py)"
}
"""Attacks that are run, but not by the suite."""
