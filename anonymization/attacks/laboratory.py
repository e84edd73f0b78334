"""What every attack is handed, and how the suite calls it."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from anonymization.attacks.judgement import Trials
from anonymization.attacks.network import History, Network, Publisher
from anonymization.parameters import DEFAULT, Parameters


@dataclass(frozen=True, slots=True)
class Laboratory:
    """Two networks of the same kind: one of the attacker's own making to learn on, and the one that is attacked.

    The attacker knows all of `known`, truth included, and may publish it as often as it likes under keys of its own.
    Of `victim` it knows what the attack says that it knows, and the releases. `parameters` are the rules in force, which
    are public; beside a publisher that follows none they are what it is held against.
    """

    known: Network
    victim: Network
    publish: Publisher
    seed: int
    parameters: Parameters = DEFAULT

    def root(self, purpose: str) -> bytes:
        """Return a root key for a purpose: the same for the same seed, unrelated to every other."""
        return hashlib.sha256(f"{self.seed}/{purpose}".encode()).digest()

    def random(self, purpose: str) -> np.random.Generator:
        """Return the randomness of one purpose."""
        return np.random.default_rng(int.from_bytes(self.root(purpose)[:8], "big"))

    def histories(self, known: Network, victim: Network) -> tuple[History, History]:
        """Return what readers see of both networks, each under its own keys; the same keys at every call."""
        return self.publish(known, self.root("known")), self.publish(victim, self.root("victim"))


Attack = Callable[[Laboratory], Mapping[str, Trials]]
"""An attack: trials by the name of the claim (`Claim.attack`) that they bear on."""
