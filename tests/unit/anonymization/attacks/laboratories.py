"""Small laboratories: two simulated networks, the attacker's own and the one that is attacked."""

from functools import cache

from anonymization.attacks.laboratory import Laboratory
from anonymization.attacks.naive import publish_exactly
from anonymization.attacks.network import Network, Publisher, shipped
from anonymization.parameters import DEFAULT
from network.promise.networks import simulated_network
from simulation import Churn

SHIPPED = shipped(DEFAULT)
NAIVE = publish_exactly


@cache
def simulated(seed: int, debtors: int, churn: Churn = Churn.NORMAL) -> Network:
    """Return a simulated network; the same one to all tests of a process."""
    return simulated_network(seed, churn, debtors=debtors)


def laboratory(publish: Publisher, *, seed: int = 1, debtors: int = 600) -> Laboratory:
    """Return a laboratory of normal churn."""
    return Laboratory(
        known=simulated(1000 + seed, debtors), victim=simulated(seed, debtors), publish=publish, seed=seed
    )
