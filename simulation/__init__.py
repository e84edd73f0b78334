"""A whole economy from a seed: members, debtors, ledgers, defaults, and the truth behind them.

`make_economy` gives the economy with its ground truth; `write_ledgers` writes what its members would send; `scale` makes
large arrays and files for benchmarks. Nothing here imports the network: docs/simulation.md says what is modelled.
"""

from simulation.economy import Economy, PositionArrays, make_economy
from simulation.ledgers import LedgerFileInfo, write_exchange_rates, write_ledgers
from simulation.parameters import Churn, Parameters

__all__ = [
    "Churn",
    "Economy",
    "LedgerFileInfo",
    "Parameters",
    "PositionArrays",
    "make_economy",
    "write_exchange_rates",
    "write_ledgers",
]
