"""Simulated economies as networks for the laboratory."""

import numpy as np

from anonymization.attacks.network import SILENT, Network
from anonymization.records import AMOUNTS
from simulation import Churn, Economy, Parameters, make_economy
from simulation.parameters import STEADY_ORDERS


def simulated_network(seed: int, churn: Churn, *, debtors: int = 1500, epochs: int = 24) -> Network:
    """Return what the members of a simulated economy sent, by group and debtor, affiliates added up.

    Orders are steady (`STEADY_ORDERS`), so that a group that comes or goes is one that began or ended to supply.
    """
    return network_of(
        make_economy(
            seed, Parameters(debtors=debtors, months=epochs, churn=churn, open_invoices=STEADY_ORDERS)
        )
    )


def network_of(economy: Economy) -> Network:
    """Return what the members of an economy sent, by group and debtor, affiliates added up."""
    epochs, debtors = len(economy.months), economy.debtors.height
    sent = [economy.sent_positions(month) for month in range(epochs)]
    groups = 1 + int(economy.members["group"].to_numpy().max())
    key = np.unique(np.concatenate([each.debtor * groups + each.group for each in sent]))
    amounts = np.zeros((epochs, len(key), len(AMOUNTS)))
    age = np.full((epochs, len(key)), SILENT, dtype=np.int8)
    for epoch, each in enumerate(sent):
        place = np.searchsorted(key, each.debtor * groups + each.group)
        np.add.at(amounts[epoch], place, each.amounts)
        age[epoch, place] = each.age
    return Network(
        groups=groups, debtors=debtors, group=key % groups, debtor=key // groups, amounts=amounts, age=age
    )
