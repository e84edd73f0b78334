"""Every attack, with what `anonymization` may not know handed to it: the product's own alerts."""

from collections.abc import Mapping

from anonymization.attacks import suite
from anonymization.attacks.suite import AttackFile

ATTACKS: Mapping[str, AttackFile] = {**suite.ATTACKS}
BEHIND: Mapping[str, tuple[str, ...]] = {}
"""Modules that decide an attack's trials besides its own file, by the attack's name."""
